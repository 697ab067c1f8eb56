package authz

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// PolicyConfig is the part of the configuration that says which requests need what.
type PolicyConfig struct {
	Mode    []string `json:"mode"`    // for every path without a rule
	MinRole string   `json:"minRole"` // "dashboard" if empty
	Rules   []Rule   `json:"policies"`
	Routes  []Rule   `json:"-"` // what flows ask for on their own routes ("sluiceAuth"); see Policies
	Origin  string   `json:"-"` // where Mode was set: a flag, a file; for people
}

// Rule is what the requests for some paths need instead of the default.
type Rule struct {
	Path    string   `json:"path"`              // exact, with :param segments, or ending in /*
	Methods []string `json:"methods,omitempty"` // none: all; GET includes HEAD
	Modes   []string `json:"modes"`
	MinRole string   `json:"minRole,omitempty"` // the default's if empty
	Scopes  []string `json:"scopes,omitempty"`  // "read", "write": what a token must be able to do there
	Origin  string   `json:"-"`                 // where it was set, for people
}

// Policies is the table of rules, ready to be asked. Immutable.
//
// A rule of a route has the route's pattern as its path, exactly as
// GuardOptions.RoutePattern returns it, and comes on top of the rule that the
// table has for the request: it can tighten that rule, never loosen it.
type Policies struct {
	fallback *policy
	root     *ruleNode
	routes   map[string]ruleSet // by pattern
	modes    modeSet            // all that any rule accepts
}

// policy is what a request needs.
type policy struct {
	modes   modeSet
	minRole Role
	scopes  []string // sorted

	// For people:
	path    string // "" for the default
	methods []string
	origin  string
}

// NewPolicies checks the configuration as a whole. An unknown name, an empty list
// of modes, and two rules of which neither is the more specific are errors, never
// an open door.
func NewPolicies(config PolicyConfig) (*Policies, error) {
	fallback := &policy{minRole: RoleDashboard, origin: config.Origin}
	var err error
	if fallback.modes, err = parseModes(config.Mode); err != nil {
		return nil, fmt.Errorf("auth mode: %w", err)
	}
	if config.MinRole != "" {
		if fallback.minRole, err = parseRole(config.MinRole); err != nil {
			return nil, fmt.Errorf("auth minRole: %w", err)
		}
	}
	t := &Policies{fallback: fallback, root: &ruleNode{}, modes: fallback.modes}
	for i, rule := range config.Rules {
		p, err := newPolicy(rule, fallback)
		if err == nil {
			t.modes |= p.modes
			err = t.root.add(p)
		}
		if err != nil {
			return nil, fmt.Errorf("auth policy %d (%s, from %s): %w", i+1, rule.Path, cmp.Or(rule.Origin, "configuration"), err)
		}
	}
	for _, rule := range config.Routes {
		p, err := newPolicy(rule, fallback)
		if err != nil {
			return nil, fmt.Errorf("auth of route %s (from %s): %w", rule.Path, cmp.Or(rule.Origin, "a flow"), err)
		}
		t.modes |= p.modes
		if t.routes == nil {
			t.routes = map[string]ruleSet{}
		}
		t.routes[rule.Path] = append(t.routes[rule.Path], p)
	}
	return t, nil
}

func newPolicy(rule Rule, fallback *policy) (*policy, error) {
	p := &policy{minRole: fallback.minRole, path: rule.Path, origin: rule.Origin}
	var err error
	if p.modes, err = parseModes(rule.Modes); err != nil {
		return nil, err
	}
	if rule.MinRole != "" {
		if p.minRole, err = parseRole(rule.MinRole); err != nil {
			return nil, err
		}
	}
	if rule.Methods != nil && len(rule.Methods) == 0 {
		return nil, errors.New("the list of methods is empty; leave it out to mean all")
	}
	for _, m := range rule.Methods {
		if m = strings.ToUpper(m); !isMethod(m) {
			return nil, fmt.Errorf("%q is not an HTTP method", m)
		}
		if m == "HEAD" {
			m = "GET" // a HEAD request is judged as GET
		}
		p.methods = append(p.methods, m)
	}
	for _, name := range rule.Scopes {
		if namedScopes[name] == nil {
			return nil, fmt.Errorf("unknown scope %q; there are read and write", name)
		}
	}
	p.scopes = slices.Compact(slices.Sorted(slices.Values(rule.Scopes)))
	return p, nil
}

// accepts is the set of modes that get in: with "none" among them, all do.
func (p *policy) accepts() modeSet {
	if p.modes.has(ModeNone) {
		return ^modeSet(0)
	}
	return p.modes
}

// atLeast reports whether p lets in nobody whom q keeps out.
func (p *policy) atLeast(q *policy) bool {
	if p.accepts()&^q.accepts() != 0 || p.minRole < q.minRole {
		return false
	}
	for _, s := range q.scopes {
		if !slices.Contains(p.scopes, s) {
			return false
		}
	}
	return true
}

// stricter returns the stricter of two policies; when neither is, one that asks
// for both, which may be more than anybody can give.
func stricter(p, q *policy) *policy {
	switch {
	case p.atLeast(q):
		return p
	case q.atLeast(p):
		return q
	}
	both := &policy{modes: p.accepts() & q.accepts(), minRole: max(p.minRole, q.minRole), path: p.path, methods: p.methods,
		scopes: slices.Compact(slices.Sorted(slices.Values(slices.Concat(p.scopes, q.scopes)))),
		origin: "the stricter of " + p.source() + " and " + q.source()}
	if p.modes.has(ModeNone) && q.modes.has(ModeNone) {
		both.modes = 1 << ModeNone
	}
	return both
}

// choose returns the policy for a method on a canonical path. pattern is that of
// the route that will serve it, "" if none: where it leads to another rule, the
// stricter one counts. What is not written plainly gets at least the default.
func (t *Policies) choose(method, path string, plain bool, pattern string) *policy {
	p := t.find(method, path)
	if pattern != "" {
		if route, _, err := canonical(pattern); err == nil && route != path {
			p = stricter(p, t.find(method, route))
		}
		for _, q := range t.routes[pattern] {
			if q.concerns(method) {
				p = stricter(p, q)
			}
		}
	}
	if !plain {
		p = stricter(p, t.fallback)
	}
	return p
}

func (t *Policies) find(method, path string) *policy {
	switch method {
	case "HEAD":
		method = "GET"
	case "OPTIONS":
		return t.strictest(path)
	}
	if p := t.root.find(path[1:], method); p != nil {
		return p
	}
	return t.fallback
}

// strictest judges an OPTIONS request, which asks about all methods of a path.
func (t *Policies) strictest(path string) *policy {
	p := t.root.find(path[1:], "OPTIONS")
	if p == nil {
		p = t.fallback
	}
	t.root.each(path[1:], func(q *policy) { p = stricter(p, q) })
	return p
}

// concerns reports whether a rule is about a method. OPTIONS asks about them all.
func (p *policy) concerns(method string) bool {
	if method == "HEAD" {
		method = "GET"
	}
	return len(p.methods) == 0 || method == "OPTIONS" || slices.Contains(p.methods, method)
}
