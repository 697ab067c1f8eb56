package js

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/dop251/goja"

	"sluice/runtime/msg"
)

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
	for _, s := range []string{`return msg`, `await 1`, `x = 1`, `})(`, `throw {}`, `msg.a = msg; return [msg, [msg]]`, `for (;;) {}`, "/*", `node.send(msg)`,
		`try { (() => a => this)() } catch { /(?=x)/u.test(this) }`, `class A { static #x = () => this.y; f = function () { return this } }`} {
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

// FuzzPackageName holds that no module name leads out of node_modules.
func FuzzPackageName(f *testing.F) {
	for _, s := range []string{"a", "@a/b", "a@1.0/c", "../a", "a/../../b", "@a/../b", "a//b", "/a", `a\b`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, module string) {
		if name, sub, ok := splitPackage(module); ok && (!filepath.IsLocal(name+sub) || strings.Contains(name+sub, `\`)) {
			t.Errorf("%q leads to %s", module, name+sub)
		}
	})
}

// FuzzCiphers holds that what AES has encrypted comes back, in whatever pieces it is given.
func FuzzCiphers(f *testing.F) {
	f.Add("héllo wörld, this is long", 3, uint8(0))
	f.Add("", 1, uint8(1))
	f.Fuzz(func(t *testing.T, text string, piece int, mode uint8) {
		names := []string{"aes-128-cbc", "aes-256-ctr", "aes-192-ecb", "aes-256-gcm"}
		name := names[int(mode)%len(names)]
		text, piece = strings.ToValidUTF8(text, "?"), max(1, piece&63)
		b := newBench(t)
		got := b.call(b.compile(Source{Body: `
			const key = Buffer.alloc(parseInt(msg.name.slice(4)) / 8, 1), iv = msg.name.endsWith("ecb") ? null : Buffer.alloc(16, 2);
			const pieces = (o, data, n) => { const out = []; for (let i = 0; i < data.length; i += n) out.push(o.update(data.subarray(i, i + n))); out.push(o.final()); return Buffer.concat(out) };
			const c = crypto.createCipheriv(msg.name, key, iv), e = pieces(c, Buffer.from(msg.text), msg.piece);
			const d = crypto.createDecipheriv(msg.name, key, iv);
			if (msg.name.endsWith("gcm")) d.setAuthTag(c.getAuthTag());
			return {same: pieces(d, e, msg.piece + 1).toString() === msg.text}`}),
			show(msg.NewObject("name", name, "text", text, "piece", float64(piece)))).String()
		if got != `sent {"same":true}; done` {
			t.Errorf("%s of %q by %d: %s", name, text, piece, got)
		}
	})
}
