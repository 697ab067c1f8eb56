package authz

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// PolicyConfig is the part of the configuration that says which requests need what.
type PolicyConfig struct {
	Mode    []string `json:"mode"`    // for every path without a rule
	MinRole string   `json:"minRole"` // "dashboard" if empty
	Rules   []Rule   `json:"policies"`
	Routes  []Rule   `json:"-"` // what flows ask for on their own routes ("sluiceAuth"); see Policies
	Loosen  bool     `json:"-"` // a rule of a route counts instead of the table's, and may be looser
	Origin  string   `json:"-"` // where Mode was set: a flag, a file; for people
}

// Rule is what the requests for some paths need instead of the default.
type Rule struct {
	Path    string   `json:"path"`              // exact, with :param segments, or ending in /*
	Methods []string `json:"methods,omitempty"` // none: all; GET includes HEAD
	Modes   []string `json:"modes"`
	MinRole string   `json:"minRole,omitempty"` // the default's if empty
	Scopes  []string `json:"scopes,omitempty"`  // "read", "write": what a token must be able to do there
	Limit   string   `json:"limit,omitempty"`   // requests of one client: "10/s", "100/m", "1000/h"
	Timeout string   `json:"timeout,omitempty"` // for the flow to answer: "5s"
	Origin  string   `json:"-"`                 // where it was set, for people

	QueryToken bool `json:"queryToken,omitempty"` // accept a token as the query parameter access_token
}

// Policies is the table of rules, ready to be asked. Immutable.
//
// A rule of a route has the route's pattern as its path, exactly as
// GuardOptions.RoutePattern returns it, and comes on top of the rule that the
// table has for the request: it can tighten that rule, never loosen it, unless the
// configuration lets it.
type Policies struct {
	fallback *policy
	root     *ruleNode
	routes   map[string]ruleSet // by pattern
	loosen   bool
	modes    modeSet // all that any rule accepts
}

// policy is what a request needs.
type policy struct {
	modes   modeSet
	minRole Role
	scopes  []string // sorted
	limits  []*rateLimit
	timeout time.Duration // 0: the engine's

	queryToken bool

	// For people:
	path    string // "" for the default
	methods []string
	origin  string
	both    [2]*policy // what it was made of, by stricter; else nil
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
		if fallback.minRole, err = ParseRole(config.MinRole); err != nil {
			return nil, fmt.Errorf("auth minRole: %w", err)
		}
	}
	t := &Policies{fallback: fallback, root: &ruleNode{}, modes: fallback.modes, loosen: config.Loosen}
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

// NeedStore reports whether some rule accepts what only a store can judge.
func (t *Policies) NeedStore() bool { return t.modes.tokens() }

func newPolicy(rule Rule, fallback *policy) (*policy, error) {
	p := &policy{minRole: fallback.minRole, path: rule.Path, origin: rule.Origin}
	var err error
	if p.modes, err = parseModes(rule.Modes); err != nil {
		return nil, err
	}
	if rule.MinRole != "" {
		if p.minRole, err = ParseRole(rule.MinRole); err != nil {
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
	return p, p.setLimits(rule)
}

func (p *policy) setLimits(rule Rule) error {
	rate, err := ParseRate(rule.Limit)
	if err != nil {
		return err
	}
	if limit := rate.limit(); limit != nil {
		p.limits = []*rateLimit{limit}
	}
	if rule.Timeout != "" {
		if p.timeout, err = time.ParseDuration(rule.Timeout); err != nil || p.timeout <= 0 {
			return fmt.Errorf("%q is no time limit; give one such as 5s or 2m", rule.Timeout)
		}
	}
	if p.queryToken = rule.QueryToken; p.queryToken && !p.modes.bearer() {
		return errors.New("queryToken needs the mode bearer, team or jwt")
	}
	return nil
}

// accepts is the set of modes that get in: with "none" among them, all do, and
// with "team" tokens as well.
func (p *policy) accepts() modeSet {
	switch {
	case p.modes.has(ModeNone):
		return ^modeSet(0)
	case p.modes.has(ModeTeam):
		return p.modes | 1<<ModeBearer
	}
	return p.modes
}

// atLeast reports whether p lets in nobody whom q keeps out.
func (p *policy) atLeast(q *policy) bool {
	if p.accepts()&^q.accepts() != 0 || p.minRole < q.minRole || p.queryToken && !q.queryToken ||
		q.timeout > 0 && (p.timeout == 0 || p.timeout > q.timeout) {
		return false
	}
	for _, l := range q.limits {
		if !slices.Contains(p.limits, l) {
			return false
		}
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
		scopes:     slices.Compact(slices.Sorted(slices.Values(slices.Concat(p.scopes, q.scopes)))),
		limits:     slices.Concat(p.limits, q.limits),
		timeout:    shorter(p.timeout, q.timeout),
		queryToken: p.queryToken && q.queryToken,
		both:       [2]*policy{p, q}}
	if p.modes.has(ModeNone) && q.modes.has(ModeNone) {
		both.modes = 1 << ModeNone
	}
	return both
}

// shorter is the shorter of two time limits, of which 0 is none.
func shorter(a, b time.Duration) time.Duration {
	if a == 0 || b > 0 && b < a {
		return b
	}
	return a
}

// choose returns the policy for a method on a canonical path. pattern is that of
// the route that will serve it, "" if none: where it leads to another rule, the
// stricter one counts. What is not written plainly gets at least the default, and
// what the rule asks for the path with its encoded slashes decoded.
func (t *Policies) choose(method, path string, plain bool, pattern string) *policy {
	p := t.find(method, path)
	if pattern != "" {
		if pattern != path {
			if route, _, err := canonical(pattern); err == nil && route != path {
				p = stricter(p, t.find(method, route))
			}
		}
		for _, q := range t.routes[pattern] {
			switch {
			case !q.concerns(method):
			case t.loosen:
				p = q
			default:
				p = stricter(p, q)
			}
		}
	}
	if !plain {
		p = stricter(p, t.fallback)
		if other := lenient(path); other != path {
			p = stricter(p, t.find(method, other))
		}
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
