package authz

import (
	"errors"
	"net/url"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestCanonicalPath(t *testing.T) {
	for _, tc := range []struct {
		target, want string
		plain        bool
	}{
		{"/", "/", true},
		{"/a/b", "/a/b", true},
		{"/a/b/", "/a/b", true},
		{"/a/b?x=/../", "/a/b", true},
		{"/Token-Demo", "/token-demo", true},
		{"/%74oken-demo", "/token-demo", true},
		{"/a;p=1/b", "/a;p=1/b", true},
		{"/a%20b", "/a b", true},
		{"/caf%C3%89", "/café", true},
		{"/a/...", "/a/...", true},
		{"/\u212aelvin", "/\u212aelvin", true}, // the Kelvin sign folds to k elsewhere
		{"http://host", "/", true},
		{"http://host?x", "/", true},
		{"http://other/A", "/a", true},
		{"//", "/", false},
		{"//a", "/a", false},
		{"/a//b", "/a/b", false},
		{"/a//", "/a", false},
		{"/./a", "/a", false},
		{"/a/.", "/a", false},
		{"/a/../b", "/b", false},
		{"/../../b", "/b", false},
		{"/a/..", "/", false},
		{"/a/%2e%2E/b", "/b", false},
		{"/a%2Eb", "/a.b", false},
		{"/a%2fb", "/a%2fb", false},
		{"/a%2Fb", "/a%2fb", false},
		{"/a%5Cb", "/a%5cb", false},
		{`/a\b`, `/a\b`, false},
		{"/a%252fb", "/a%2fb", false},
		{"/a%25b", "/a%b", false},
	} {
		got, plain, err := canonical(tc.target)
		if err != nil || got != tc.want || plain != tc.plain {
			t.Errorf("%s: got %s, plain %t, %v; want %s, %t", tc.target, got, plain, err, tc.want, tc.plain)
		}
	}
	for _, target := range []string{"", "*", "host:443", "a/b", "?x", "/%", "/%4", "/%zz", "/a%00", "/a%0d", "/a%7f", "/a\x01", "/a%ff", "/\xff", "/%c3"} {
		if got, err := CanonicalPath(target); !errors.Is(err, ErrPath) {
			t.Errorf("%q: got %q, %v; want ErrPath", target, got, err)
		}
	}
}

func FuzzCanonicalPath(f *testing.F) {
	for _, s := range []string{"/", "/a/../b", "//x", "/%2e%2e/x", "/a%2fb", "http://u@h/x", "/é/%C3%A9", "/A/./b//", "/a%25", `/\`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, target string) {
		path, plain, err := canonical(target)
		if err != nil {
			if !errors.Is(err, ErrPath) || path != "" {
				t.Fatalf("%q: %q, %v", target, path, err)
			}
			return
		}
		if path[0] != '/' || len(path) > 1 && strings.HasSuffix(path, "/") || strings.Contains(path, "//") || !utf8.ValidString(path) {
			t.Fatalf("%q: not canonical: %q", target, path)
		}
		for segment := range strings.SplitSeq(path[1:], "/") {
			if segment == "." || segment == ".." {
				t.Fatalf("%q: dot segment left in %q", target, path)
			}
		}
		if strings.IndexFunc(path, func(c rune) bool { return c < 0x20 || c == 0x7f }) >= 0 {
			t.Fatalf("%q: control character in %q", target, path)
		}
		// Written as a URL, a canonical path without reserved bytes is its own form.
		if again, _, err := canonical((&url.URL{Path: path}).EscapedPath()); plain && (err != nil || again != path) {
			t.Fatalf("%q: %q became %q, %v", target, path, again, err)
		}
		// The fast way and the slow way agree.
		if raw, err := rawPath(target); err == nil {
			slow, slowPlain, err := canonicalSlow(raw)
			if err != nil || slow != path || slowPlain != plain {
				t.Fatalf("%q: fast %q %t, slow %q %t %v", target, path, plain, slow, slowPlain, err)
			}
		}
	})
}
