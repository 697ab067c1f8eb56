package js

import (
	"errors"
	"strings"
	"testing"
)

// nested are texts that nest as often as is wanted.
var nested = map[string]func(n int) string{
	"parentheses": func(n int) string { return strings.Repeat("(", n) + "1" + strings.Repeat(")", n) },
	"arrays":      func(n int) string { return strings.Repeat("[", n) + strings.Repeat("]", n) },
	"unclosed":    func(n int) string { return strings.Repeat("[", n) },
	"objects":     func(n int) string { return strings.Repeat("({a:", n) + "1" + strings.Repeat("})", n) },
	"blocks":      func(n int) string { return strings.Repeat("{", n) + strings.Repeat("}", n) },
	"not":         func(n int) string { return strings.Repeat("!", n) + "1" },
	"minus":       func(n int) string { return strings.Repeat("- ", n) + "1" },
	"mismatches":  func(n int) string { return strings.Repeat("a)_>{", n) + strings.Repeat("}", n) },
	"increments":  func(n int) string { return "var a;a" + strings.Repeat("++", n) },
	"typeof":      func(n int) string { return strings.Repeat("typeof ", n) + "1" },
	"new":         func(n int) string { return strings.Repeat("new ", n) + "a" },
	"else if":     func(n int) string { return strings.Repeat("if(0){}else ", n) + "{}" },
	"if":          func(n int) string { return strings.Repeat("if(0)", n) + ";" },
	"arrows":      func(n int) string { return strings.Repeat("a=>", n) + "1" },
	"async":       func(n int) string { return strings.Repeat("async a=>", n) + "1" },
	"assignments": func(n int) string { return "var a;" + strings.Repeat("a=", n) + "1" },
	"powers":      func(n int) string { return strings.Repeat("1**", n) + "1" },
	"templates":   func(n int) string { return strings.Repeat("`${", n) + "1" + strings.Repeat("}`", n) },
	"hidden":      func(n int) string { return `if(1)/"/;` + strings.Repeat("(", n) + "1" + strings.Repeat(")", n) },
	"behind": func(n int) string {
		return "`)`;')';/[/)]/;//)\n/*)*/" + strings.Repeat("(`)`,", n) + "1" + strings.Repeat(")", n)
	},
	"functions":  func(n int) string { return strings.Repeat("function f(){", n) + strings.Repeat("}", n) },
	"sums":       func(n int) string { return strings.Repeat("1+", 10*n) + "1" },
	"properties": func(n int) string { return "a" + strings.Repeat(".b", 10*n) },
	"calls":      func(n int) string { return "a" + strings.Repeat("()", n) },
	"conditions": func(n int) string { return strings.Repeat("0?0:", 5*n) + "1" },
}

func TestTextsThatNestTooDeeplyAreRefused(t *testing.T) {
	for name, text := range nested {
		for n, want := range map[int]error{700: nil, 200_000: errNesting} {
			if got := checkNesting(text(n)); !errors.Is(got, want) {
				t.Errorf("%s, %d times: %v, want %v", name, n, got, want)
			}
		}
	}
}

func TestLongTextsAreNotDeepOnes(t *testing.T) {
	for name, line := range map[string]string{
		"statements":         "a = {b: [1, 2], c: (3)}; if (a) { f(a / 2, /[/(]/.test(a)) } else { a++ }\n",
		"without semicolons": "a = b.c\nlet d = -a\nif (d) a = 1\nelse b = '('\nf(a)\nd = `${a} (${b}`\nreturn a\n",
		"data":               "f([{\"a\": [1, -2.5, null], \"b\": {\"c\": \"((((\"}}, 1]);",
		"functions":          "const f = async (a) => { for (const b of a) await g(b); return typeof a === 'x' ? 1 : 2 }\n",
		"classes":            "class A extends B { static x = 1; get y() { return !this.x } async z() {} }\n",
	} {
		if err := checkNesting(strings.Repeat(line, 20_000)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestCompiledTextsOfBodiesThatNestTooDeeplyThrow(t *testing.T) {
	const deep = `const deep = "(".repeat(1e6) + "1" + ")".repeat(1e6); const out = [];
		const t = f => { try { f(); out.push("none") } catch (e) { out.push(e instanceof RangeError && e.message) } };`
	b := newBench(t)
	for _, f := range []string{`new Function(deep)`, `Function("a", deep)`, `Function("a=" + deep, "")`, `(() => {}).constructor(deep)`, `(function* () {}).constructor(deep)`,
		`(async () => {}).constructor(deep)`, `Reflect.construct(Function, [deep])`, `eval(deep)`, `(0, eval)(deep)`, `eval("eval(deep)")`,
		`new Function("d", "eval(d)")(deep)`, `[deep].map(eval)`, `new (class extends Function {})(deep)`, `Function.apply(null, [deep])`} {
		got := b.call(b.compile(Source{Body: deep + "t(() => " + f + "); return {payload: out}"}), `{"_msgid":"1"}`).String()
		if !strings.Contains(got, `["Maximum call stack size exceeded"]`) {
			t.Errorf("%s: %s", f, got)
		}
	}
	got := b.call(b.compile(Source{Body: `let x = 1; eval("x = 2"); return {payload: [x, eval("x + 1"), (0, eval)("typeof x"), Function("a", "b", "return a + b")(1, 2), Function.prototype.constructor === Function, (() => 1) instanceof Function]}`}), `{"_msgid":"1"}`).String()
	if want := `[2,3,"undefined",3,true,true]`; !strings.Contains(got, want) {
		t.Errorf("got %s, want %s", got, want)
	}
	for name, text := range nested {
		if _, err := b.e.Compile(Source{Node: b, Body: text(200_000)}); err == nil {
			t.Errorf("%s compile", name)
		}
	}
}
