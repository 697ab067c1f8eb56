package js

import (
	"testing"

	"github.com/dop251/goja"
)

// FuzzURL holds that what parses prints as a URL that parses to itself.
func FuzzURL(f *testing.F) {
	for _, s := range []string{"http://a.com/b?c#d", "file:///x", "mailto:a@b", "http://[::1]/", "http://0x7f.1/", "//x", "a:b", "http://u:p@h:1/../%2e", "x://y//z"} {
		f.Add(s, "http://base/a/b?c")
	}
	f.Fuzz(func(t *testing.T, text, base string) {
		b, ok := parseURL(base, nil)
		if !ok {
			b = nil
		}
		u, ok := parseURL(text, b)
		if !ok {
			return
		}
		again, ok := parseURL(u.href(), nil)
		if !ok || again.href() != u.href() {
			t.Errorf("%q gives %q, which does not parse to itself", text, u.href())
		}
	})
}

// FuzzExpandProperties holds that a pattern that goja accepts is accepted after the expansion.
func FuzzExpandProperties(f *testing.F) {
	for _, s := range []string{`\p{L}`, `[\p{Lu}a]`, `[^\P{N}]`, `\p{`, `\\p{L}`, `\p{Nope}`, `[\]\p{Sc}]`} {
		f.Add(s)
	}
	rt := goja.New()
	f.Fuzz(func(t *testing.T, pattern string) {
		build := func(p string) error {
			_, err := rt.New(rt.Get("RegExp"), rt.ToValue(p), rt.ToValue("u"))
			return err
		}
		if build(pattern) == nil {
			if err := build(expandProperties(pattern)); err != nil {
				t.Errorf("%q: %v", pattern, err)
			}
		}
	})
}

// FuzzBody holds that no text of a function node breaks the engine for others.
func FuzzBody(f *testing.F) {
	for _, s := range []string{`return msg`, `await 1`, `x = 1`, `})(`, `throw {}`, `msg.a = msg; return [msg, [msg]]`, `for (;;) {}`, "/*", `node.send(msg)`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, body string) {
		b := newBench(t)
		fn, err := b.e.Compile(Source{Node: b, Body: body, Timeout: 10e6})
		if err != nil {
			return
		}
		b.f = fn
		fn.Run(newCall(b), parse(t, `{"payload":[1]}`))
		if got := b.run(`return msg`, `{"_msgid":"1"}`); got != `sent {"_msgid":"1"}; done` {
			t.Errorf("after %q another body gives %s", body, got)
		}
	})
}
