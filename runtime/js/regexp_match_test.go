package js

import (
	"slices"
	"strings"
	"testing"

	"github.com/dop251/goja"
)

func TestPatternsWithFlagDAreStoppedToo(t *testing.T) {
	b := newBench(t)
	got := b.call(b.compile(Source{Body: `try { /(a+)+$/d.exec("a".repeat(40) + "!"); return {payload: "no error"} } catch (e) { return {payload: [e.code, e.message]} }`}), `{}`).String()
	if want := `sent {"payload":["ERR_SLUICE_REGEXP","the pattern /(a+)+$/d needs more than 100ms for a text of 41 characters: make what it repeats unambiguous"]}; done`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if n := b.e.Stopped().RegExp; n != 1 {
		t.Errorf("counted %d times", n)
	}
}

func TestPatternsKeepTheirFlagsBetweenFunctions(t *testing.T) {
	b := newBench(t)
	sent := b.call(b.compile(Source{Body: `return {re: /(?<a>[[a-c]--b])/dv}`}), `{}`).sent
	b.f = b.compile(Source{Body: `return {payload: [String(msg.re), msg.re.exec("bc").indices.groups.a]}`})
	c := newCall(b)
	b.f.Run(c, sent[0][0][0])
	if want := `sent {"payload":["/(?<a>[[a-c]--b])/dv",[1,2]]}; done`; c.String() != want {
		t.Errorf("got %s, want %s", c, want)
	}
}

func TestPatternsThatCannotBeSayWhy(t *testing.T) {
	const lists = `: the property of strings RGI_Emoji is not known here: write the strings out with \q{…}`
	for pattern, want := range map[string]string{
		`/\p{RGI_Emoji}/v`:    `SyntaxError: Invalid regular expression: /\p{RGI_Emoji}/v` + lists + ` (body:line 2)`,
		`/[\p{RGI_Emoji}x]/v`: `SyntaxError: Invalid regular expression: /[\p{RGI_Emoji}x]/v` + lists + ` (body:line 2)`,
	} {
		b := newBench(t)
		if _, err := b.e.Compile(Source{Node: b, Body: "msg.a = 1\nreturn " + pattern}); err == nil || err.Error() != want {
			t.Errorf("%s: got %v, want %s", pattern, err, want)
		}
	}
	deep := strings.Repeat("[", 200) + strings.Repeat("]", 200)
	want := `throws SyntaxError: Invalid regular expression: /` + deep + `/v: more than 100 classes in one another`
	if got := evaluate(t, `new RegExp('['.repeat(200) + ']'.repeat(200), 'v').source.length`); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// FuzzSets holds that what is written for a pattern with the flag v is a pattern,
// and that one without sets means the same with the flag u.
func FuzzSets(f *testing.F) {
	for _, s := range []string{`[a--b]`, `[[a-z]&&[^x]]`, `[\q{abc|d|}--d]`, `\p{L}[\P{Lu}]`, `[^\d\s]`, `[\u{1f600}-😀]`, `a{2}[`, `(?<a>[\w])\k<a>`, `[\q{`, `\`, `[\`} {
		f.Add(s, "xabc d1😀", true)
		f.Add(s, "xabc d1😀", false)
	}
	f.Fuzz(func(t *testing.T, pattern, text string, fold bool) {
		if len(pattern) > 200 || len(text) > 200 {
			return
		}
		flags := "d"
		if fold {
			flags = "di"
		}
		if _, err := expandSets(pattern, fold); err != nil {
			return
		}
		v, err := newFinder(pattern, flags+"v")
		u, uerr := newFinder(pattern, flags+"u")
		if strings.ContainsAny(pattern, `[\`) {
			return
		}
		if (err == nil) != (uerr == nil) {
			t.Fatalf("%q: %v with v, %v with u", pattern, err, uerr)
		}
		if err != nil {
			return
		}
		s := stringOf(text)
		a, aerr := v.find(s, 0)
		b, berr := u.find(s, 0)
		if aerr == nil && berr == nil && !slices.Equal(a, b) {
			t.Errorf("%q in %q: %v with v, %v with u", pattern, text, a, b)
		}
	})
}

func stringOf(s string) goja.String { return goja.New().ToValue(s).(goja.String) }
