package authz

import (
	"fmt"
	"strings"
)

// pattern matches canonical paths: literal segments, ":name" for any one
// segment, and a trailing "/*" for the path before it and all beneath it.
type pattern struct {
	segments []string // lower case; "" stands for any one segment
	under    bool     // ends in "/*"
}

// parsePattern reads a pattern written as a URL path is, percent escapes included.
func parsePattern(text string) (pattern, error) {
	fail := func(why string) (pattern, error) {
		return pattern{}, fmt.Errorf("path pattern %q: %s", text, why)
	}
	if !strings.HasPrefix(text, "/") || strings.ContainsAny(text, "?#") {
		return fail("give a path that starts with / and has no query")
	}
	head, under := strings.CutSuffix(text, "/*")
	if strings.Contains(head, "*") {
		return fail("* is a wildcard only at the end, as /*")
	}
	if head == "" {
		head = "/"
	}
	path, plain, err := canonical(head)
	if err != nil {
		return fail(err.Error())
	}
	if !plain {
		return fail("write it without empty, . or .. segments and without encoded / \\ . or %")
	}
	p := pattern{under: under}
	for segment := range strings.SplitSeq(strings.TrimPrefix(path, "/"), "/") {
		switch {
		case segment == "": // the root
		case segment == ":":
			return fail("a parameter needs a name")
		case segment[0] == ':':
			p.segments = append(p.segments, "")
		default:
			p.segments = append(p.segments, segment)
		}
	}
	return p, nil
}

// MatchPath reports whether a pattern, as policies have them, matches a canonical path.
func MatchPath(text, path string) bool {
	p, err := parsePattern(text)
	return err == nil && p.match(path)
}

func (p pattern) match(path string) bool {
	rest := path[1:]
	for _, want := range p.segments {
		if rest == "" {
			return false
		}
		var segment string
		segment, rest, _ = strings.Cut(rest, "/")
		if want != "" && want != segment {
			return false
		}
	}
	return p.under || rest == ""
}

// covers reports whether every path that q matches, p matches too.
func (p pattern) covers(q pattern) bool {
	if len(p.segments) > len(q.segments) {
		return false
	}
	for i, want := range p.segments {
		if want != "" && want != q.segments[i] {
			return false
		}
	}
	return p.under || len(p.segments) == len(q.segments) && !q.under
}
