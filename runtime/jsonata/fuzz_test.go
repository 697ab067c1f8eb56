package jsonata

import (
	"errors"
	"strings"
	"testing"
	"time"

	"sluice/runtime/msg"
)

func seeds(f *testing.F) []*msg.Object {
	var out []*msg.Object
	for _, c := range readSuite(f, "testdata/suite").All() {
		out = append(out, c.(*msg.Object))
	}
	return out
}

// FuzzCompile looks for texts that the parser does not end with a tree or an
// *Error.
func FuzzCompile(f *testing.F) {
	for _, c := range seeds(f) {
		f.Add(c.String("expr"))
	}
	f.Fuzz(func(t *testing.T, text string) {
		if _, err := Compile(text); err != nil {
			if _, ok := errors.AsType[*Error](err); !ok {
				t.Errorf("%T is not an *Error", err)
			}
			_ = err.Error()
		}
	})
}

// FuzzEval looks for evaluations that fail in another way than with an *Error,
// that change their input or that give away what is internal.
func FuzzEval(f *testing.F) {
	inputs := []string{orderJSON, `[1,"a",null,{"a":[[1],[]]}]`, `"text"`, `{}`}
	for i, c := range seeds(f) {
		f.Add(c.String("expr"), inputs[i%len(inputs)])
	}
	opts := EvalOptions{Depth: 500, Timeout: 200 * time.Millisecond, Sequence: 10_000}
	f.Fuzz(func(t *testing.T, text, input string) {
		if strings.Contains(text, "$pad") {
			t.Skip() // may rightly take a lot of memory
		}
		data, err := msg.Parse(input)
		if err != nil {
			t.Skip()
		}
		x, err := Compile(text)
		if err != nil {
			t.Skip()
		}
		before := show(data)
		v, err := x.EvalWith(t.Context(), data, nil, opts)
		if err != nil {
			if _, ok := errors.AsType[*Error](err); !ok {
				t.Errorf("%T is not an *Error", err)
			}
			_ = err.Error()
		} else if err := onlyPlain(v, 0); err != nil {
			t.Error(err)
		}
		if after := show(data); after != before {
			t.Errorf("input changed from %s to %s", before, after)
		}
	})
}

// FuzzPattern compares the two engines that run regular expressions.
func FuzzPattern(f *testing.F) {
	for _, p := range []string{"a", "(a)(b)?", "[a-c]+x", `\d{2,3}`, `\bab\b`, "^ab|c$", "(?:ab)+?c", `[\s\-]x`, ".b", "(a|b)c*", `\S+\.`} {
		f.Add(p, "i", "xx abc ab\nc 123-x")
	}
	f.Fuzz(func(t *testing.T, source, flags, text string) {
		p, err := newPattern(source, flags)
		if err != nil || p.linear == nil || len(text) > 200 {
			t.Skip()
		}
		p.full.MatchTimeout = 20 * time.Millisecond
		fast := newSearch(p, text)
		if !fast.ascii {
			t.Skip()
		}
		slow := newSearch(p, text)
		m, err := fast.first(0)
		n, err2 := slow.from(0)
		for err == nil && err2 == nil {
			if (m == nil) != (n == nil) {
				t.Fatalf("/%s/%s on %q: %v and %v", source, flags, text, m, n)
			}
			if m == nil {
				return
			}
			if m.start != n.start || m.end != n.end || show(msg.NewArray(m.groups...)) != show(msg.NewArray(n.groups...)) {
				t.Fatalf("/%s/%s on %q: %v and %v", source, flags, text, m, n)
			}
			m, err = fast.next(m)
			n, err2 = slow.next(n)
		}
	})
}
