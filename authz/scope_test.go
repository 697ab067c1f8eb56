package authz

import (
	"encoding/json"
	"errors"
	"testing"
)

func TestScopeAllows(t *testing.T) {
	for _, tc := range []struct {
		scope, method, path string
		want                bool
	}{
		{"/ui/*", "GET", "/ui", true},
		{"/ui/*", "DELETE", "/ui/a/b", true},
		{"/ui/*", "GET", "/uix", false},
		{"/ui", "GET", "/ui/a", false},
		{"/UI", "GET", "/ui", true},
		{"/a/:id", "GET", "/a/1", true},
		{"/a/:id", "GET", "/a", false},
		{"/a/:id", "GET", "/a/1/2", false},
		{"/a/:id/*", "GET", "/a/1/2", true},
		{"/", "GET", "/", true},
		{"/", "GET", "/a", false},
		{"/*", "GET", "/", true},
		{"GET:/a", "HEAD", "/a", true},
		{"GET:/a", "POST", "/a", false},
		{"GET,POST:/a", "POST", "/a", true},
		{"read", "GET", "/x/y", true},
		{"read", "POST", "/x/y", false},
		{"write:/x/*", "PATCH", "/x/y", true},
		{"write:/x/*", "GET", "/x/y", false},
	} {
		s := mustScope(t, tc.scope)
		if got := s.allows(tc.method, tc.path); got != tc.want {
			t.Errorf("%s on %s %s: got %t", tc.scope, tc.method, tc.path, got)
		}
	}
}

func TestScopeErrors(t *testing.T) {
	for _, text := range []string{"", "a", "GET", "G ET:/a", ":/a", "/a*b", "/*/a", "/a//b", "/a/../b", "/a%2fb", "/:", "/a?b", "GET:a", "/%zz"} {
		if s, err := ParseScope(text); !errors.Is(err, ErrScope) {
			t.Errorf("%q: got %v, %v", text, s, err)
		}
	}
}

func TestScopeJSON(t *testing.T) {
	var scopes []Scope
	if err := json.Unmarshal([]byte(`["get:/a/*",{"path":"/b"},{"methods":["POST"],"path":"/c"}]`), &scopes); err != nil {
		t.Fatal(err)
	}
	if got := jsonList(scopes); got != `[{"methods":["GET"],"path":"/a/*"},{"path":"/b"},{"methods":["POST"],"path":"/c"}]` {
		t.Errorf("got %s", got)
	}
	if err := json.Unmarshal([]byte(`[{"methods":["GET"]}]`), &scopes); !errors.Is(err, ErrScope) {
		t.Errorf("a scope without a path: %v", err)
	}
}

// Scopes can shrink but not grow.
func TestNarrower(t *testing.T) {
	for _, tc := range []struct {
		old, next []string
		want      bool
	}{
		{nil, []string{"/a"}, true},
		{[]string{"/a/*"}, []string{"/a/b", "GET:/a/:x"}, true},
		{[]string{"/a/:x"}, []string{"/a/b"}, true},
		{[]string{"GET:/a"}, []string{"HEAD:/a"}, true},
		{[]string{"/a"}, nil, false}, // none would mean everything
		{[]string{"/a"}, []string{"/a/*"}, false},
		{[]string{"/a/b"}, []string{"/a/:x"}, false},
		{[]string{"GET:/a"}, []string{"/a"}, false},
		{[]string{"GET:/a"}, []string{"POST:/a"}, false},
		{[]string{"/a/*"}, []string{"/ab"}, false},
	} {
		var old, next []Scope
		for _, s := range tc.old {
			old = append(old, mustScope(t, s))
		}
		for _, s := range tc.next {
			next = append(next, mustScope(t, s))
		}
		if got := narrower(old, next); got != tc.want {
			t.Errorf("%v to %v: got %t", tc.old, tc.next, got)
		}
	}
}
