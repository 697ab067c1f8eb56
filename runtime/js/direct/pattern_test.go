package direct

import (
	"sync"
	"testing"

	"github.com/dop251/goja/ast"
	"github.com/dop251/goja/parser"

	"sluice/runtime/msg"
)

// attempt runs f; false if it bailed out.
func attempt(f func()) (ok bool) {
	defer func() {
		if x := recover(); x != nil {
			if _, bailed := x.(bail); !bailed {
				panic(x)
			}
		}
	}()
	f()
	return true
}

// FuzzPatterns reads any pattern. A match that is found must lie in the text, and be
// found again by who looks for it in its place only.
func FuzzPatterns(f *testing.F) {
	for _, source := range []string{`(a)|b*?`, `^(?:\d{1,3}\.){3}\d+$`, `[^\w-.]+|\S`, `(?<n>.)\k<n>(?=\1)(?!x)`, `\u{1F600}[\s\S]`, `[`, `(`, `a{2,1}`, `\c`, `(?:(a)|(b)?)*c`, `é+$`} {
		f.Add(source, "gi", "ab aé😀\n1.2.3.4")
		f.Add(source, "mu", "")
	}
	f.Fuzz(func(t *testing.T, source, flags, s string) {
		if len(source) > 200 || len(s) > 200 {
			return
		}
		p := compilePattern(source, flags)
		if p == nil {
			return
		}
		_ = p.text()
		s = wellFormedOr(s)
		r := &run{host: idle{}}
		attempt(func() {
			m := p.matching(r, s)
			for at := 0; p.find(r, m, at, p.sticky); at = m.after() {
				from, to := m.caps[0], m.caps[1]
				if from < at || to < from || to > m.n {
					t.Fatalf("/%s/%s matches %q at %d to %d, from %d", source, flags, s, from, to, at)
				}
				again := p.matching(r, s)
				if !p.find(r, again, from, true) || again.caps[1] != to {
					t.Fatalf("/%s/%s does not match %q at %d again", source, flags, s, from)
				}
			}
		})
		for _, name := range []string{"split", "replace", "match", "search"} {
			attempt(func() {
				textMethods[name](r, text(s), []value{{any: &pattern{program: p}}, text("$1$&$<n>$'")})
			})
		}
	})
}

// wellFormedOr is s, or a text in its place that Go's strings can be.
func wellFormedOr(s string) string {
	if attempt(func() { wellFormed(s) }) {
		return s
	}
	return "aé😀"
}

// TestAPatternServesRunsAtOnce is one for the race detector, too: a pattern that a method forgets is made once.
func TestAPatternServesRunsAtOnce(t *testing.T) {
	prg, err := parser.ParseFile(nil, "", `(function () {
		for (let i = 0; i < 50; i++) msg.s = msg.s.replace(/(a)|(b)/g, (m, a, b) => a ? "b" : "a") + (/^[ab]+$/.test(msg.s) ? "" : "!");
		msg.n = msg.s.match(/b/g).length + new RegExp("a(.)").exec("xab").index;
	})`, 0)
	if err != nil {
		t.Fatal(err)
	}
	b, why := Compile(prg.Body[0].(*ast.ExpressionStatement).Expression.(*ast.FunctionLiteral), nil)
	if b == nil {
		t.Fatal(why)
	}
	var runs sync.WaitGroup
	for range 4 {
		runs.Go(func() {
			m := msg.NewObject("s", "abbaab")
			if _, ok := b.Run(idle{}, m); !ok || m.Value("s") != "abbaab" || m.Value("n") != 4.0 {
				t.Errorf("%v, %v, %v", ok, m.Value("s"), m.Value("n"))
			}
		})
	}
	runs.Wait()
}

func BenchmarkTexts(b *testing.B) {
	line := text("alpha,beta,gamma,delta,epsilon,zeta,Eta,theta")
	p := func(source, flags string) value {
		return value{any: &pattern{program: compilePattern(source, flags)}}
	}
	for _, bm := range []struct {
		name, method string
		this         value
		args         []value
	}{
		{"split", "split", line, []value{text(",")}},
		{"split by a pattern", "split", line, []value{p(`[,;]\s*`, "")}},
		{"replace", "replace", line, []value{text(","), text(";")}},
		{"replace all", "replace", line, []value{p(`,`, "g"), text(";")}},
		{"replace captures", "replace", line, []value{p(`(\w+),`, "g"), text("<$1>")}},
		{"match", "match", text("2024-05-06T10:00:00Z"), []value{p(`^(\d{4})-(\d\d)-(\d\d)`, "")}},
		{"indexOf", "indexOf", line, []value{text("theta")}},
		{"slice", "slice", line, []value{num(2), num(9)}},
		{"trim", "trim", text("  some text "), nil},
		{"toLowerCase", "toLowerCase", line, nil},
	} {
		b.Run(bm.name, func(b *testing.B) {
			r, f := &run{host: idle{}}, textMethods[bm.method]
			b.ReportAllocs()
			for b.Loop() {
				f(r, bm.this, bm.args)
			}
		})
	}
	b.Run("test", func(b *testing.B) {
		r, re := &run{host: idle{}}, p(`^[^\s@]+@[^\s@]+\.[a-z]{2,}$`, "i")
		args := []value{text("john.doe@example.com")}
		b.ReportAllocs()
		for b.Loop() {
			patternMethods["test"](r, re, args)
		}
	})
}

// idle is a host that lets runs last.
type idle struct{ Host }

func (idle) Lasts() error { return nil }
