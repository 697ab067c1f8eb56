package weburl

import (
	"encoding/json"
	"os"
	"slices"
	"testing"
)

// A recorded case holds what Node 24 shows of a URL: href, origin, protocol, username,
// password, host, hostname, port, pathname, search and hash, or nothing of what it
// refuses.
type recorded struct {
	URL, Base, Property, Value string
	Want                       []string
}

func readRecorded(t *testing.T, path string) (cases []recorded) {
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, &cases); err != nil {
		t.Fatal(err)
	}
	return cases
}

func shown(u *URL) []string {
	prefixed := func(prefix, s string) string {
		if s == "" {
			return ""
		}
		return prefix + s
	}
	return []string{u.Href(), u.Origin(), u.Scheme + ":", u.Username, u.Password, u.HostPort(), u.Host, u.Port, u.Path,
		prefixed("?", u.Query), prefixed("#", u.Fragment)}
}

func TestReadsAsNode(t *testing.T) {
	for _, tc := range readRecorded(t, "testdata/parsed.json") {
		var base *URL
		if tc.Base != "" {
			var err error
			if base, err = Parse(tc.Base, nil); err != nil {
				t.Fatal(tc.Base, err)
			}
		}
		var got []string
		if u, err := Parse(tc.URL, base); err == nil {
			got = shown(u)
		}
		if !slices.Equal(got, tc.Want) {
			t.Errorf("%q relative to %q:\n got %q\nwant %q", tc.URL, tc.Base, got, tc.Want)
		}
	}
}

func TestSetsAsNode(t *testing.T) {
	for _, tc := range readRecorded(t, "testdata/set.json") {
		u, err := Parse(tc.URL, nil)
		if err != nil {
			t.Fatal(tc.URL, err)
		}
		if u.Set(tc.Property, tc.Value); !slices.Equal(shown(u), tc.Want) {
			t.Errorf("%q.%s = %q:\n got %q\nwant %q", tc.URL, tc.Property, tc.Value, shown(u), tc.Want)
		}
	}
}

func TestStringKeepsUserAndPasswordToItself(t *testing.T) {
	u, err := Parse("http://user:secret@h:81/a?b#c", nil)
	if err != nil {
		t.Fatal(err)
	}
	if u.String() != "http://h:81/a?b#c" || u.Href() != "http://user:secret@h:81/a?b#c" {
		t.Error(u.String(), u.Href())
	}
}

// A URL that was read is one that reads as itself, and holds nothing that would end a
// request line.
func FuzzURL(f *testing.F) {
	for _, s := range []string{"http://h/a b?c#d", "http:\\\\u:p@127.1:80/%2e%2E/x", "http://[::1]/", "//x", "?y", "http://é.test/",
		"foo:/.//p", "mailto:a  #b", "file:///C|/../x", "a:b", "http://0x7f.1/", "x://y//z"} {
		f.Add(s, "http://h.test/a/b?c")
	}
	f.Fuzz(func(t *testing.T, s, on string) {
		base, err := Parse(on, nil)
		if err != nil {
			base = nil
		}
		u, err := Parse(s, base)
		if err != nil {
			return
		}
		again, err := Parse(u.Href(), nil)
		if err != nil || again.Href() != u.Href() {
			t.Fatalf("%q gives %q, which gives %q (%v)", s, u.Href(), again, err)
		}
		if !u.IsHTTP() {
			return
		}
		for i := 0; i < len(u.Target()); i++ {
			if c := u.Target()[i]; c <= ' ' || c >= 0x7F {
				t.Fatalf("%q gives the target %q", s, u.Target())
			}
		}
	})
}

func BenchmarkParse(b *testing.B) {
	for b.Loop() {
		if _, err := Parse("http://www.example.com:8080/api/v1/things?limit=10", nil); err != nil {
			b.Fatal(err)
		}
	}
}
