package authz

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// ruleNode is one path segment in the tree of rules. Walked with literals before
// parameters before "/*", it meets the rules in their order of precedence:
// longest literal prefix first, then exact over ":param" over "/*", and of rules
// with the same pattern the one that names the method.
type ruleNode struct {
	literal map[string]*ruleNode
	param   *ruleNode
	exact   ruleSet // rules that end here
	under   ruleSet // rules that end here in "/*"
}

// ruleSet is the rules of one pattern: disjoint methods, at most one without.
type ruleSet []*policy

func (s ruleSet) pick(method string) *policy {
	var all *policy
	for _, p := range s {
		if len(p.methods) == 0 {
			all = p
		} else if slices.Contains(p.methods, method) {
			return p
		}
	}
	return all
}

func (n *ruleNode) add(p *policy) error {
	at, err := parsePattern(p.path)
	if err != nil {
		return err
	}
	for _, segment := range at.segments {
		if n = n.child(segment); n == nil {
			break
		}
	}
	set := &n.exact
	if at.under {
		set = &n.under
	}
	for _, other := range *set {
		if len(p.methods) == 0 && len(other.methods) == 0 ||
			slices.ContainsFunc(p.methods, func(m string) bool { return slices.Contains(other.methods, m) }) {
			return fmt.Errorf("it is as specific as %s for the same requests; remove one of them", other.source())
		}
	}
	*set = append(*set, p)
	return nil
}

func (n *ruleNode) child(segment string) *ruleNode {
	if segment == "" {
		if n.param == nil {
			n.param = &ruleNode{}
		}
		return n.param
	}
	if n.literal == nil {
		n.literal = map[string]*ruleNode{}
	}
	if n.literal[segment] == nil {
		n.literal[segment] = &ruleNode{}
	}
	return n.literal[segment]
}

// find returns the most specific rule for rest, a canonical path without its
// first slash. It visits a node once at most, so rules bound its work.
func (n *ruleNode) find(rest, method string) *policy {
	if rest == "" {
		if p := n.exact.pick(method); p != nil {
			return p
		}
		return n.under.pick(method)
	}
	segment, tail, _ := strings.Cut(rest, "/")
	if next := n.literal[segment]; next != nil {
		if p := next.find(tail, method); p != nil {
			return p
		}
	}
	if n.param != nil {
		if p := n.param.find(tail, method); p != nil {
			return p
		}
	}
	return n.under.pick(method)
}

// each visits the rules that apply to rest with any method: of each pattern on
// the way, those that a more specific rule without methods does not hide.
func (n *ruleNode) each(rest string, visit func(*policy)) (hidden bool) {
	if rest == "" {
		if n.exact.each(visit) {
			return true
		}
		return n.under.each(visit)
	}
	segment, tail, _ := strings.Cut(rest, "/")
	if next := n.literal[segment]; next != nil && next.each(tail, visit) {
		return true
	}
	if n.param != nil && n.param.each(tail, visit) {
		return true
	}
	return n.under.each(visit)
}

func (s ruleSet) each(visit func(*policy)) (hidden bool) {
	for _, p := range s {
		visit(p)
		hidden = hidden || len(p.methods) == 0
	}
	return hidden
}

// source names a rule for people.
func (p *policy) source() string {
	if p.both[0] != nil {
		return "the stricter of " + p.both[0].source() + " and " + p.both[1].source()
	}
	if p.path == "" {
		return "the default from " + cmp.Or(p.origin, "configuration")
	}
	name := p.path
	if len(p.methods) > 0 {
		name = strings.Join(p.methods, ",") + ":" + name
	}
	return "the rule " + name + " from " + cmp.Or(p.origin, "configuration")
}
