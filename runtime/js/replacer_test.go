package js

import (
	"strings"
	"testing"
)

func TestJSONOfWhatNestsWithoutEndIsRefused(t *testing.T) {
	b := newBench(t)
	for _, body := range []string{
		`let o = {}; for (let i = 0; i < 1e5; i++) o = {a: o}; JSON.stringify(o, ["a"])`,
		`let o = {}; for (let i = 0; i < 1e5; i++) o = {a: o}; JSON.stringify(o, (k, v) => v)`,
		`const f = () => ({toJSON () { return {x: f()} }}); JSON.stringify(f())`,
		`const f = () => ({toJSON () { return {x: f()} }}); JSON.stringify(f(), ["x"])`,
		`const f = () => ({get x () { return f() }}); JSON.stringify(f())`,
	} {
		if got, want := b.call(b.compile(Source{Body: body}), `{"_msgid":"1"}`).String(), "RangeError: Maximum call stack size exceeded"; !strings.Contains(got, want) {
			t.Errorf("%s: %s", body, got)
		}
	}
}

func TestReplacersDoWhatTheyDoInNode(t *testing.T) {
	b := newBench(t)
	for expr, want := range map[string]string{
		`JSON.stringify({b: 1, a: {c: 2, a: [{a: 3, d: 4}]}}, ["a", "b", "a"])`:                                 `{"a":{"a":[{"a":3}]},"b":1}`,
		`JSON.stringify({1: "x", 2: {1: "y"}}, [1, new Number(2)])`:                                             `{"1":"x","2":{"1":"y"}}`,
		`JSON.stringify({a: new String("s"), b: new Number(1), f () {}, d: new Date(0)}, ["a", "b", "f", "d"])`: `{"a":"s","b":1,"d":"1970-01-01T00:00:00.000Z"}`,
		`JSON.stringify({a: undefined, b: null}, ["a", "b"])`:                                                   `{"b":null}`,
		`JSON.stringify(Array.from({length: 20000}, () => ({})), (k, v) => v).length`:                           `60001`,
		`JSON.stringify({a: [1, {b: 2}]}, (k, v) => typeof v === "number" ? v + 1 : v)`:                         `{"a":[2,{"b":3}]}`,
		`JSON.stringify({a: 1}, function (k, v) { return k === "" ? {holder: Object.keys(this), v} : v })`:      `{"holder":[""],"v":{"a":1}}`,
		`JSON.stringify({o: {toJSON: () => ({x: 1})}, l: [undefined, () => 1, Symbol()]})`:                      `{"o":{"x":1},"l":[null,null,null]}`,
		`JSON.stringify(msg, ["n"])`: `{"n":1}`,
		`(() => { const o = {}; o.o = o; try { return JSON.stringify(o, (k, v) => v) } catch (e) { return e.name } })()`: `TypeError`,
	} {
		got := b.call(b.compile(Source{Body: "return {payload: String(" + expr + ")}"}), `{"_msgid":"1","n":1}`).String()
		if want := `"payload":"` + strings.ReplaceAll(want, `"`, `\"`) + `"`; !strings.Contains(got, want) {
			t.Errorf("%s: %s, want %s", expr, got, want)
		}
	}
}
