package network

import (
	"encoding/json"
	"os"
	"testing"
)

// urlCases are URLs and what Node 24 makes of them: the URL without userinfo and
// then user and password, "invalid", or another scheme's name.
type urlCases struct {
	Base     string
	Abs, Rel [][2]string
}

func showURL(s string, base *webURL) string {
	u, err := parseWebURL(s, base)
	switch {
	case err != nil:
		return "invalid"
	case !u.isHTTP():
		return "scheme " + u.scheme
	case u.username+u.password != "":
		return u.String() + " " + u.username + " " + u.password
	}
	return u.String()
}

func TestURLsReadAsInNode(t *testing.T) {
	text, err := os.ReadFile("testdata/urls.json")
	if err != nil {
		t.Fatal(err)
	}
	var cases urlCases
	if err := json.Unmarshal(text, &cases); err != nil {
		t.Fatal(err)
	}
	for _, c := range cases.Abs {
		if got := showURL(c[0], nil); got != c[1] {
			t.Errorf("%q: got %q, want %q", c[0], got, c[1])
		}
	}
	base, err := parseWebURL(cases.Base, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range cases.Rel {
		if got := showURL(c[0], base); got != c[1] {
			t.Errorf("%q relative to %s: got %q, want %q", c[0], cases.Base, got, c[1])
		}
	}
}

// A URL that was read is one that reads as itself, and holds nothing that would end a request line.
func FuzzURL(f *testing.F) {
	for _, s := range []string{"http://h/a b?c#d", "http:\\\\u:p@127.1:80/%2e%2E/x", "http://[::1]/", "//x", "?y", "http://é.test/"} {
		f.Add(s)
	}
	base, _ := parseWebURL("http://h.test/a/b?c", nil)
	f.Fuzz(func(t *testing.T, s string) {
		u, err := parseWebURL(s, base)
		if err != nil || !u.isHTTP() {
			return
		}
		again, err := parseWebURL(u.String(), nil)
		if err != nil || again.String() != u.String() {
			t.Fatalf("%q gives %q, which gives %q (%v)", s, u.String(), again, err)
		}
		for i := 0; i < len(u.target()); i++ {
			if c := u.target()[i]; c <= ' ' || c >= 0x7F {
				t.Fatalf("%q gives the target %q", s, u.target())
			}
		}
	})
}
