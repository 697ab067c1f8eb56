package js

import (
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"sluice/runtime/msg"
)

func TestEvalModule(t *testing.T) {
	env := func(name string) (string, bool) { return "8080", name == "PORT" }
	for _, tc := range []struct{ name, text, want string }{
		{"plain values", `module.exports = {uiPort: process.env.PORT || 1880, a: [1, null, {b: true}]}`, `{"uiPort":"8080","a":[1,null,{"b":true}]}`},
		{"exports", `exports.x = 1`, `{"x":1}`},
		{"requires", `const path = require('path'); module.exports = {p: path.join('a', 'b'), j: require('./x.json').k, m: require('./lib/y')}`,
			`{"p":"a/b","j":5,"m":{"z":6}}`},
		{"files", `module.exports = {f: require('fs').readFileSync(__dirname + '/x.json', 'utf8').length, g: require("fs").existsSync("nope")}`, `{"f":7,"g":false}`},
		{"a file that is missing", `try { require('fs').readFileSync('nope') } catch (e) { module.exports = {e: e.code} }`, `{"e":"ENOENT"}`},
		{"no code of other folders", `try { require('../x') } catch (e) { module.exports = {e: e.code} }`, `{"e":"MODULE_NOT_FOUND"}`},
		{"a folder's index", `module.exports = require('./lib')`, `{"i":1}`},
		{"a throw", `x.y = 1`, `ReferenceError: ReferenceError: x is not defined (line 1, col 1)`},
		{"a syntax error", "module.exports = {\n  a: 1 b: 2\n}", `SyntaxError: Unexpected identifier 'b' (settings.js:2)`},
		{"a missing module", `require('express')`, `Cannot find module 'express'`},
		{"an endless loop", `for (;;) {}`, `it ran for more than 50ms`},
		{"no object", `module.exports = 5`, `module.exports is not an object`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			dir := t.TempDir()
			if err := os.Mkdir(filepath.Join(dir, "lib"), 0o700); err != nil {
				t.Fatal(err)
			}
			for name, text := range map[string]string{"settings.js": tc.text, "x.json": `{"k":5}`, "lib/y.js": `module.exports = {z: 6}`, "lib/index.js": `exports.i = 1`} {
				if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			o, err := EvalModule(filepath.Join(dir, "settings.js"), ModuleOptions{Getenv: env, Timeout: 50 * time.Millisecond})
			got := show(o)
			if err != nil {
				got = err.Error()
			}
			if !strings.Contains(got, tc.want) {
				t.Errorf("got %s, want %s", got, tc.want)
			}
		})
	}
}

func TestEvalModuleKeepsFunctions(t *testing.T) {
	path := filepath.Join(t.TempDir(), "settings.js")
	text := `let n = 0; module.exports = {f: function (a) { return {sum: a.x + (++n)} }, g: async () => 7, h() { throw new TypeError("no") }}`
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	o, err := EvalModule(path, ModuleOptions{})
	if err != nil {
		t.Fatal(err)
	}
	call := func(name string, args ...any) string {
		r, err := o.Value(name).(*msg.Func).Call(msg.Undefined, args)
		if err != nil {
			return err.Error()
		}
		return show(r)
	}
	for range 2 {
		call("f", parse(t, `{"x":1}`))
	}
	if got := call("f", parse(t, `{"x":1}`)); got != `{"sum":4}` {
		t.Error(got)
	}
	if got := call("g"); got != "7" {
		t.Error(got)
	}
	if got := call("h"); got != "TypeError: no" {
		t.Error(got)
	}
}

func TestBodiesCallFunctionsOfSettings(t *testing.T) {
	path := filepath.Join(t.TempDir(), "settings.js")
	text := `module.exports = {functionGlobalContext: {add: (a, b) => a + b, lib: {keys: o => Object.keys(o), fail () { throw new RangeError("no") }}, os: require("os")}}`
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	settings, err := EvalModule(path, ModuleOptions{})
	if err != nil {
		t.Fatal(err)
	}
	b := newBench(t)
	b.e.Close()
	b.e = New(Options{Lock: new(sync.Mutex), Globals: settings.Value("functionGlobalContext").(*msg.Object)})
	for _, tc := range []struct{ body, want string }{
		{`return {payload: global.get("add")(1, 2)}`, `3`},
		{`const lib = global.get("lib"); return {payload: lib.keys(msg.o)}`, `["x"]`},
		{`try { global.get("lib").fail() } catch (e) { return {payload: [e.name, e.message, e instanceof RangeError]} }`, `["RangeError","no",true]`},
		{`return {payload: [typeof global.get("os").hostname(), [1, 2].map(x => global.get("add")(x, 1))]}`, `["string",[2,3]]`},
	} {
		if got, want := b.run(tc.body, `{"o":{"x":1}}`), `sent {"payload":`+tc.want+`}; done`; got != want {
			t.Errorf("%s\n got %s\nwant %s", tc.body, got, want)
		}
	}
}
