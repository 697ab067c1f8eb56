package js

import (
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// packageDir is a user directory with a few packages.
func packageDir(t *testing.T) string {
	dir := t.TempDir()
	for name, text := range map[string]string{
		"plain/package.json":   `{"name":"plain","version":"1.0.0","main":"lib/main.js"}`,
		"plain/lib/main.js":    `const {sep} = require("path"); module.exports = {add: require("./add"), sep, later: (f, ms) => setTimeout(f, ms)}`,
		"plain/lib/add.js":     `module.exports = (a, b) => a + b`,
		"plain/sub.js":         `exports.sub = 1`,
		"@s/esm/package.json":  `{"name":"@s/esm","version":"2.0.0","type":"module","exports":"./index.js"}`,
		"@s/esm/index.js":      `export default class A { static make() { return new A() } x = 1 }; export const named = 2`,
		"named/package.json":   `{"name":"named","type":"module","exports":"./index.js"}`,
		"named/index.js":       `import fs from "fs"; export const twice = x => 2 * x; export const read = () => fs.readFileSync("x")`,
		"native/package.json":  `{"name":"native","version":"1.0.0","dependencies":{"node-gyp-build":"1"}}`,
		"addon/package.json":   `{"name":"addon","version":"1.0.0"}`,
		"addon/index.js":       `module.exports = require("./build/x.node")`,
		"addon/build/x.node":   ``,
		"lacks/package.json":   `{"name":"lacks","version":"1.0.0"}`,
		"lacks/index.js":       `module.exports = require("not-there")`,
		"throws/package.json":  `{"name":"throws","version":"1.0.0"}`,
		"throws/index.js":      `require("net").connect(80)`,
		"browser/package.json": `{"name":"browser","version":"1.0.0","main":"node.js","browser":"browser.js"}`,
		"browser/node.js":      `require("net").connect(80)`,
		"browser/browser.js":   `module.exports = {kind: "browser"}`,
	} {
		name = filepath.Join(dir, "node_modules", name)
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestPackages(t *testing.T) {
	dir := packageDir(t)
	for _, tc := range []struct{ module, body, want string }{
		{"plain", `return {payload: [m.add(1, 2), m.sep]}`, `sent {"payload":[3,"/"]}; done`},
		{"plain@1.0", `await new Promise(r => m.later(r, 1)); return {payload: 1}`, `sent {"payload":1}; done`},
		{"plain/sub", `return {payload: m.sub}`, `sent {"payload":1}; done`},
		{"@s/esm", `return {payload: [m.make().x, m.named === undefined]}`, `sent {"payload":[1,true]}; done`},
		{"named", `return {payload: m.twice(4)}`, `sent {"payload":8}; done`},
		{"named", `m.read()`, `done Error: sluice does not have Node's fs.readFileSync, which a package calls`},
		{"browser", `return {payload: m.kind}`, `sent {"payload":"browser"}; done`},
		{"native", ``, `module "native" of function node n1 needs native code, which sluice cannot run: look for a package written in JavaScript only`},
		{"addon", ``, `module "addon" of function node n1 needs native code`},
		{"lacks", ``, `module "lacks" of function node n1 needs a module that is not installed: "not-there"`},
		{"throws", ``, `module "throws" of function node n1 does not start: Error: sluice does not have Node's net.connect, which a package calls`},
		{"missing", ``, `module "missing" of function node n1 is not available: install it with npm in the user directory`},
		{"../plain", ``, `module "../plain" of function node n1 is not available`},
	} {
		b := newBench(t)
		b.e.Close()
		b.e = New(Options{Lock: new(sync.Mutex), UserDir: dir})
		f, err := b.e.Compile(Source{Node: b, Body: tc.body, Libs: []Lib{{"m", tc.module}}})
		got := ""
		if err != nil {
			got = err.Error()
		} else {
			b.f = f
			got = b.call(f, `{}`).String()
		}
		if !strings.HasPrefix(got, tc.want) {
			t.Errorf("%s: %s\n got %s\nwant %s", tc.module, tc.body, got, tc.want)
		}
	}
}

func TestSettingsCanRequirePackages(t *testing.T) {
	dir := packageDir(t)
	path := filepath.Join(dir, "settings.js")
	if err := os.WriteFile(path, []byte(`module.exports = {functionGlobalContext: {plain: require("plain"), n: require("plain").add(1, 2)}}`), 0o600); err != nil {
		t.Fatal(err)
	}
	o, err := EvalModule(path, ModuleOptions{})
	if err != nil || !strings.Contains(show(o), `"n":3`) {
		t.Error(show(o), err)
	}
}

func TestFilesAreConfined(t *testing.T) {
	outside := t.TempDir()
	dir := filepath.Join(outside, "files")
	for name, text := range map[string]string{"secret": "s", "files/a.txt": "héllo", "files/sub/b": "b"} {
		name = filepath.Join(outside, name)
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink(filepath.Join(outside, "secret"), filepath.Join(dir, "link")); err != nil {
		t.Fatal(err)
	}
	for _, tc := range []struct{ body, want string }{
		{`return {payload: [fs.readFileSync("a.txt", "utf8"), fs.readFileSync(dir + "/a.txt").length, fs.existsSync("x"), fs.readdirSync("sub")]}`, `{"payload":["héllo",6,false,["b"]]}`},
		{`await fs.promises.writeFile("new", "x"); await fs.promises.appendFile("new", Buffer.from("y")); const s = await fs.promises.stat("new"); return {payload: [s.size, s.isFile(), fs.readFileSync("new", {encoding: "utf8"})]}`, `{"payload":[2,true,"xy"]}`},
		{`return {payload: await new Promise(r => fs.readFile("nope", "utf8", (e, d) => r([e.code, e.message, e.syscall])))}`, `{"payload":["ENOENT","ENOENT: no such file or directory, open 'nope'","open"]}`},
		{`fs.mkdirSync("t/u", {recursive: true}); const r = []; for (const f of [() => fs.rmdirSync("t"), () => fs.rmSync("none"), () => fs.rmSync("../secret", {force: true}), () => fs.rmdirSync("a.txt")]) try { f(); r.push("done") } catch (e) { r.push(e.code) } fs.rmSync("none", {force: true}); fs.rmSync("t", {recursive: true}); return {payload: [r, fs.existsSync("t"), fs.existsSync("a.txt")]}`, `{"payload":[["ENOTEMPTY","ENOENT","EACCES","ENOTDIR"],false,true]}`},
		{`const r = []; for (const p of ["../secret", "link", "/etc/passwd", dir + "/../secret"]) try { fs.readFileSync(p); r.push("read") } catch (e) { r.push("no") } return {payload: r}`, `{"payload":["no","no","no","no"]}`},
	} {
		b := newBench(t)
		b.e.Close()
		b.e = New(Options{Lock: new(sync.Mutex), FilesDir: dir})
		f := b.compile(Source{Body: "const dir = " + show(dir) + ";" + tc.body, Libs: []Lib{{"fs", "fs"}}})
		if got := b.call(f, `{}`).String(); got != "sent "+tc.want+"; done" {
			t.Errorf("%s\n got %s\nwant %s", tc.body, got, tc.want)
		}
	}
}
