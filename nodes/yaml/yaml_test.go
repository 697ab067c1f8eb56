package yaml

import (
	"math"
	"strings"
	"testing"
	"unicode/utf8"

	"sluice/nodes/nodetest"
	"sluice/runtime/msg"
)

func errorText(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

func TestLoadReadsAndRefusesWhatJSYAMLDoes(t *testing.T) {
	for _, c := range nodetest.Recorded(t, "load.json") {
		v, err := Load(c.String("in"))
		got := ""
		switch {
		case err != nil:
		case v == msg.Undefined:
			got = `{"$undef":1}`
		default:
			got = nodetest.JSON(v)
		}
		if got != c.String("want") || errorText(err) != c.String("error") {
			t.Errorf("%q\n got %s %s\nwant %s %s", c.String("in"), got, errorText(err), c.String("want"), c.String("error"))
		}
	}
}

func TestDumpWritesWhatJSYAMLDoes(t *testing.T) {
	for _, c := range nodetest.Recorded(t, "dump.json") {
		got, err := Dump(c.Value("in"))
		if err != nil || got != c.String("want") {
			t.Errorf("%s\n got %q %v\nwant %q", nodetest.JSON(c.Value("in")), got, err, c.String("want"))
		}
	}
}

func TestDumpWritesWhatJSONHasNoFormFor(t *testing.T) {
	shared := msg.NewObject("a", 1.0)
	cycle := msg.NewObject("k", 1.0)
	cycle.Set("self", cycle)
	for _, tc := range []struct {
		v    any
		want string
	}{
		{msg.NewArray(math.Copysign(0, -1), math.NaN(), math.Inf(-1)), "- -0.0\n- .nan\n- -.inf\n"},
		{msg.NewArray(shared, shared), "- &ref_0\n  a: 1\n- *ref_0\n"},
		{cycle, "&ref_0\nk: 1\nself: *ref_0\n"},
		{msg.NewObject("d", &msg.Date{}), "d: 1970-01-01T00:00:00.000Z\n"},
		{msg.NewObject("u", msg.Undefined), "{}\n"},
	} {
		got, err := Dump(tc.v)
		if err != nil || got != tc.want {
			t.Errorf("got %q %v, want %q", got, err, tc.want)
		}
	}
	if _, err := Dump(&msg.Func{}); err == nil {
		t.Error("a function was written")
	}
}

func FuzzLoad(f *testing.F) {
	for _, s := range []string{"a: [1, {b: c}]\n", "- |\n x\n- >-\n y\n", "&a x: *a\n", "? [a]\n: !!str 1\n", "\"\\u0041\"", "<<: {a: 1}\nb: 2"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if !utf8.ValidString(s) {
			return // the engine makes no such texts
		}
		v, err := Load(s)
		if err != nil || v == msg.Undefined {
			return
		}
		v = msg.NewObject("v", v) // a text of line breaks alone does not come back, in js-yaml either
		text, err := Dump(v)
		if err != nil {
			return
		}
		again, err := Load(text)
		if err != nil {
			t.Fatalf("%q was written as %q, which does not parse: %v", s, text, err)
		}
		if nodetest.JSON(v) != nodetest.JSON(again) {
			t.Errorf("%q: %s came back as %s", s, nodetest.JSON(v), nodetest.JSON(again))
		}
	})
}

func BenchmarkYAML(b *testing.B) {
	text := strings.Repeat("- name: some text\n  n: 5\n  list: [1, 2.5, 'x']\n", 50)
	v, err := Load(text)
	if err != nil {
		b.Fatal(err)
	}
	b.Run("load", func(b *testing.B) {
		b.SetBytes(int64(len(text)))
		for b.Loop() {
			if _, err := Load(text); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("dump", func(b *testing.B) {
		for b.Loop() {
			if _, err := Dump(v); err != nil {
				b.Fatal(err)
			}
		}
	})
}

func TestDeepTextsAreRefused(t *testing.T) {
	if _, err := Load(strings.Repeat("[", 1_000_000)); err == nil || !strings.HasPrefix(err.Error(), "nesting exceeded") {
		t.Errorf("got %v", err)
	}
}
