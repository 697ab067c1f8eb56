package authz

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// Scope lets a token make some requests: those with one of the methods (none
// listed: any; GET includes HEAD) on a path that matches the pattern.
type Scope struct {
	Methods []string
	Path    string
	pattern pattern
}

// The named scopes, expanded when a token is made.
var namedScopes = map[string][]string{
	"read":  {"GET", "HEAD", "OPTIONS"},
	"write": {"POST", "PUT", "PATCH", "DELETE"},
}

// ParseScope reads the short form of a scope: "GET,POST:/api/*", "/api/*",
// "read", "write", or "read:/api/*". The error wraps [ErrScope].
func ParseScope(text string) (Scope, error) {
	methods, path := "", text
	if !strings.HasPrefix(text, "/") {
		var found bool
		if methods, path, found = strings.Cut(text, ":"); !found {
			path = "/*"
		}
		if named, ok := namedScopes[methods]; ok {
			return NewScope(path, named...)
		}
		if methods == "" || !found {
			return Scope{}, fmt.Errorf("%w %q: write it like /api/*, GET,POST:/api/*, read or write", ErrScope, text)
		}
		return NewScope(path, strings.Split(methods, ",")...)
	}
	return NewScope(path)
}

// NewScope makes a scope from a path pattern and methods; no methods means all.
func NewScope(path string, methods ...string) (Scope, error) {
	p, err := parsePattern(path)
	if err != nil {
		return Scope{}, fmt.Errorf("%w: %w", ErrScope, err)
	}
	s := Scope{Path: path, pattern: p}
	for _, m := range methods {
		m = strings.ToUpper(strings.TrimSpace(m))
		if !isMethod(m) {
			return Scope{}, fmt.Errorf("%w: %q is not an HTTP method", ErrScope, m)
		}
		if !slices.Contains(s.Methods, m) {
			s.Methods = append(s.Methods, m)
		}
	}
	return s, nil
}

func isMethod(m string) bool {
	return m != "" && len(m) <= 32 && strings.Trim(m, "ABCDEFGHIJKLMNOPQRSTUVWXYZ-") == ""
}

// allows judges a canonical path. HEAD follows GET.
func (s *Scope) allows(method, path string) bool {
	return s.allowsMethod(method) && s.pattern.match(path)
}

func (s *Scope) allowsMethod(method string) bool {
	return len(s.Methods) == 0 || slices.Contains(s.Methods, method) ||
		method == "HEAD" && slices.Contains(s.Methods, "GET")
}

// covers reports whether s allows all that t allows.
func (s *Scope) covers(t *Scope) bool {
	if len(s.Methods) > 0 && len(t.Methods) == 0 {
		return false
	}
	for _, m := range t.Methods {
		if !s.allowsMethod(m) {
			return false
		}
	}
	return s.pattern.covers(t.pattern)
}

// String is the short form that [ParseScope] reads.
func (s Scope) String() string {
	if len(s.Methods) == 0 {
		return s.Path
	}
	return strings.Join(s.Methods, ",") + ":" + s.Path
}

func (s Scope) MarshalJSON() ([]byte, error) {
	return json.Marshal(scopeJSON{s.Methods, s.Path})
}

// UnmarshalJSON reads {"methods":[…],"path":"…"} or the short form as a string.
func (s *Scope) UnmarshalJSON(data []byte) error {
	var text string
	if json.Unmarshal(data, &text) == nil {
		parsed, err := ParseScope(text)
		*s = parsed
		return err
	}
	var object scopeJSON
	if err := json.Unmarshal(data, &object); err != nil {
		return fmt.Errorf("%w: %w", ErrScope, err)
	}
	parsed, err := NewScope(object.Path, object.Methods...)
	*s = parsed
	return err
}

type scopeJSON struct {
	Methods []string `json:"methods,omitempty"`
	Path    string   `json:"path"`
}

// allowsAny judges a token's scopes; none at all means everything in the instance.
func allowsAny(scopes []Scope, method, path string) bool {
	for i := range scopes {
		if scopes[i].allows(method, path) {
			return true
		}
	}
	return len(scopes) == 0
}

// narrower reports whether the scopes of next allow nothing that old does not.
// Each new entry must lie within one old entry: a union is not worked out.
func narrower(old, next []Scope) bool {
	if len(old) == 0 {
		return true
	}
	for i := range next {
		if !slices.ContainsFunc(old, func(o Scope) bool { return o.covers(&next[i]) }) {
			return false
		}
	}
	return len(next) > 0
}
