package parsers

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/andybalholm/cascadia"
	"golang.org/x/net/html"

	"sluice/runtime"
)

// position is a pseudo-class of jQuery's that takes elements by their place among
// those that the selector before it matches.
var position = regexp.MustCompile(`^:(first|last|even|odd|(?:eq|nth|gt|lt)\(\s*(-?\d+)\s*\))(?:[^\w-]|$)`)

// selectElements returns the elements that a selector matches, in the order of the
// document. CSS is cascadia's; jQuery's positions are applied here.
func selectElements(document *html.Node, selector string) ([]*html.Node, error) {
	if strings.TrimSpace(selector) == "" {
		return nil, nil
	}
	found := map[*html.Node]bool{}
	for _, s := range splitSelector(selector) {
		nodes, err := selectOne(document, s)
		if err != nil {
			return nil, err
		}
		for _, n := range nodes {
			found[n] = true
		}
	}
	var list []*html.Node
	for n := range document.Descendants() {
		if found[n] {
			list = append(list, n)
		}
	}
	return list, nil
}

// splitSelector splits at the commas that are not within brackets or quotes.
func splitSelector(s string) []string {
	var list []string
	from := 0
	walkSelector(s, func(i int) bool {
		if s[i] == ',' {
			list = append(list, s[from:i])
			from = i + 1
		}
		return true
	})
	return append(list, s[from:])
}

// walkSelector calls f with the place of each character outside of brackets and
// quotes until it returns false.
func walkSelector(s string, f func(i int) bool) {
	depth := 0
	quote := byte(0)
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '\\':
			i++
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case c == '"' || c == '\'':
			quote = c
		case c == ')' || c == ']':
			depth--
		case depth <= 0 && !f(i):
			return
		}
		if i < len(s) && (s[i] == '(' || s[i] == '[') && quote == 0 {
			depth++
		}
	}
}

func selectOne(document *html.Node, s string) ([]*html.Node, error) {
	at, place := -1, []string(nil)
	walkSelector(s, func(i int) bool {
		if s[i] == ':' {
			if place = position.FindStringSubmatch(s[i:]); place != nil {
				at = i
				return false
			}
		}
		return true
	})
	if at < 0 {
		return queryAll(document, s)
	}
	before := s[:at]
	if t := strings.TrimRight(before, " \t\n\r"); t == "" || strings.ContainsAny(t[len(t)-1:], ">+~") || t != before {
		before += "*"
	}
	nodes, err := queryAll(document, before)
	if err != nil {
		return nil, err
	}
	nodes = takePosition(nodes, place[1], place[2])
	rest := s[at+1+len(place[1]):]
	if strings.TrimSpace(rest) == "" {
		return nodes, nil
	}
	return selectWithin(nodes, rest)
}

// selectWithin matches what follows a position: more of the same compound, or a
// selector relative to the elements taken.
func selectWithin(nodes []*html.Node, rest string) ([]*html.Node, error) {
	relative := strings.TrimSpace(rest)
	switch {
	case relative[0] == '>':
		var list []*html.Node
		for _, n := range nodes {
			for c := range n.ChildNodes() {
				if c.Type == html.ElementNode {
					list = append(list, c)
				}
			}
		}
		return selectFrom(list, strings.TrimSpace(relative[1:]))
	case relative != rest && strings.TrimLeft(rest, " \t\n\r") != rest:
		var list []*html.Node
		for _, n := range nodes {
			found, err := selectOne(n, relative)
			if err != nil {
				return nil, err
			}
			list = append(list, found...)
		}
		return list, nil
	}
	return selectFrom(nodes, relative)
}

// selectFrom keeps those of the elements that match.
func selectFrom(nodes []*html.Node, s string) ([]*html.Node, error) {
	match, err := compileSelector(s)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(nodes, func(n *html.Node) bool { return !match.Match(n) }), nil
}

func queryAll(root *html.Node, s string) ([]*html.Node, error) {
	match, err := compileSelector(s)
	if err != nil {
		return nil, err
	}
	return cascadia.QueryAll(root, match), nil
}

var unknownPseudo = regexp.MustCompile(`unknown pseudoclass or pseudoelement :+([\w-]+)`)

// compileSelector words the errors most met as the library in Node-RED does.
// startsNoSelector finds texts of which css-what reads nothing at all.
var startsNoSelector = regexp.MustCompile(`^\s*[^\s\w\-\\.#\[:*|,>+~\x80-\x{10ffff}]`)

func compileSelector(s string) (cascadia.Matcher, error) {
	match, err := cascadia.ParseGroup(s)
	if err == nil {
		return match, nil
	}
	if m := unknownPseudo.FindStringSubmatch(err.Error()); m != nil {
		return nil, runtime.Text("unmatched pseudo-class :" + m[1])
	}
	if startsNoSelector.MatchString(s) {
		return nil, runtime.Text("Empty sub-selector")
	}
	return nil, runtime.Text(fmt.Sprintf("Unmatched selector: %s (%v)", s, err))
}

// takePosition applies a position, of which negative ones count from the end.
func takePosition(nodes []*html.Node, kind, number string) []*html.Node {
	n, _ := strconv.Atoi(number)
	if n < 0 {
		n += len(nodes)
	}
	kind, _, _ = strings.Cut(kind, "(")
	var list []*html.Node
	for i, node := range nodes {
		take := false
		switch kind {
		case "first":
			take = i == 0
		case "last":
			take = i == len(nodes)-1
		case "even":
			take = i%2 == 0
		case "odd":
			take = i%2 == 1
		case "eq", "nth":
			take = i == n
		case "gt":
			take = i > n
		case "lt":
			take = i < n
		}
		if take {
			list = append(list, node)
		}
	}
	return list
}
