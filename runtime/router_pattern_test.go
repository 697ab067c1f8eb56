package runtime

import (
	"os"
	"strings"
	"testing"

	"github.com/dlclark/regexp2/v2"

	"sluice/runtime/msg"
)

// recordedPaths are patterns and paths with what Express made of them.
func recordedPaths(t *testing.T) (paths []string, patterns []*msg.Object) {
	t.Helper()
	t.Cleanup(regexp2.StopTimeoutClock) // it would count as a lost goroutine
	data, err := os.ReadFile("testdata/paths.json")
	if err != nil {
		t.Fatal(err)
	}
	v, err := msg.ParseBytes(data)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range v.(*msg.Object).Value("paths").(*msg.Array).All() {
		paths = append(paths, p.(string))
	}
	for _, p := range v.(*msg.Object).Value("patterns").(*msg.Array).All() {
		patterns = append(patterns, p.(*msg.Object))
	}
	return paths, patterns
}

func TestPatternsMatchAsInExpress(t *testing.T) {
	paths, patterns := recordedPaths(t)
	for _, recorded := range patterns {
		pattern := recorded.String("pattern")
		t.Run(strings.ReplaceAll(pattern, "/", "|"), func(t *testing.T) {
			p, err := compilePath(pattern, pathOptions{})
			if err != nil {
				t.Fatal(err)
			}
			matches := recorded.Value("matches").(*msg.Object)
			for _, path := range paths {
				want := "no match"
				if m, ok := matches.Get(path); ok {
					want = jsonOf(t, m)
				}
				if got := outcome(t, &p, path); got != want {
					t.Errorf("%s: got %s, want %s", path, got, want)
				}
			}
		})
	}
}

// outcome says what a pattern makes of a path, as it was recorded.
func outcome(t *testing.T, p *pathPattern, path string) string {
	params, undecodable, ok := p.match(path)
	switch {
	case !ok:
		return "no match"
	case undecodable != "":
		return `"undecodable"`
	}
	shown := &msg.Object{}
	for name, v := range params.All() {
		if v == msg.Undefined {
			v = nil
		}
		shown.Set(name, v)
	}
	return jsonOf(t, shown)
}

func jsonOf(t *testing.T, v any) string {
	t.Helper()
	b, err := msg.AppendJSON(nil, v)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestPatternsAreFiledUnderWhatTheyBeginWith(t *testing.T) {
	paths, patterns := recordedPaths(t)
	for _, recorded := range patterns {
		p, err := compilePath(recorded.String("pattern"), pathOptions{})
		if err != nil {
			t.Fatal(err)
		}
		rt := &route{method: "GET", path: p}
		var tree patternTree
		tree.add(rt, "")
		for _, path := range paths {
			_, _, want := p.match(path)
			if got := tree.matchesAny(path); got != want {
				t.Errorf("%s under %v: %s is found: %v, want %v", p.text, p.prefix(), path, got, want)
			}
		}
	}
}

func TestPatternFaultsAreErrors(t *testing.T) {
	for _, pattern := range []string{"/a(b", "/a)b", "/[", "/a/:x(", "/+", strings.Repeat("/a", 2000)} {
		if _, err := compilePath(pattern, pathOptions{}); err == nil && pattern != "/+" {
			t.Errorf("%.40s: no error", pattern)
		}
	}
}

func FuzzPathPattern(f *testing.F) {
	f.Cleanup(regexp2.StopTimeoutClock)
	for _, seed := range [][2]string{{"/a/:id", "/a/1"}, {"/:x(\\d+)*/(a|b)?", "/1/a"}, {"/a-:b.:c", "/a-b.c"}, {"/:x((?!a).)", "/b"}, {"/*", "/%ff"}} {
		f.Add(seed[0], seed[1])
	}
	f.Fuzz(func(t *testing.T, pattern, path string) {
		if len(pattern) > 64 || len(path) > 256 {
			return
		}
		p, err := compilePath(pattern, pathOptions{})
		if err != nil {
			return
		}
		_, _, ok := p.match(path)
		rt := &route{method: "GET", path: p}
		if p.literal {
			return
		}
		var tree patternTree
		tree.add(rt, "")
		if strings.HasPrefix(path, "/") && tree.matchesAny(path) != ok {
			t.Errorf("%q is filed under %q, where %q does not find it", pattern, p.prefix(), path)
		}
	})
}
