package authz

import (
	"slices"
	"strings"
	"testing"
)

func rule(path, modes string, methods ...string) Rule {
	return Rule{Path: path, Modes: strings.Split(modes, ","), Methods: methods, Origin: "test"}
}

func TestPolicyPrecedence(t *testing.T) {
	p := mustPolicies(t, PolicyConfig{Mode: []string{"bearer"}, Rules: []Rule{
		rule("/*", "bearer"),
		rule("/a/*", "basic"),
		rule("/a/:x", "basic,bearer"),
		rule("/a/b", "none"),
		rule("/a/b", "bearer", "POST"),
		rule("/a/:x/c", "none"),
		rule("/a/b/*", "bearer,basic"),
		rule("/hooks/:id", "none", "POST"),
		rule("/UI/*", "none"),
	}})
	for _, tc := range []struct{ method, path, rule string }{
		{"GET", "/", "/*"},
		{"GET", "/x", "/*"},
		{"GET", "/a", "/a/*"},
		{"GET", "/a/z", "/a/:x"},
		{"GET", "/a/z/z", "/a/*"},
		{"GET", "/a/z/c", "/a/:x/c"},
		{"GET", "/a/b", "/a/b"},
		{"GET", "/a/b/c", "/a/b/*"}, // longer literal prefix than /a/:x/c
		{"POST", "/hooks/1", "/hooks/:id"},
		{"GET", "/hooks/1", "/*"},
		{"HEAD", "/a/b", "/a/b"},
		{"GET", "/ui/x", "/UI/*"},
		{"GET", "/uix", "/*"},
	} {
		if got := p.choose(tc.method, tc.path, true, ""); got.path != tc.rule {
			t.Errorf("%s %s: got rule %q, want %q", tc.method, tc.path, got.path, tc.rule)
		}
	}
	if got := p.choose("POST", "/a/b", true, ""); got.modes.String() != "bearer" {
		t.Errorf("a rule with the method does not win: %s", got.modes)
	}
	if got := p.choose("OPTIONS", "/a/b", true, ""); got.modes.String() != "bearer" {
		t.Errorf("OPTIONS is not judged by the strictest rule: %s", got.modes)
	}
	if got := p.choose("OPTIONS", "/hooks/1", true, ""); got.modes.String() != "bearer" {
		t.Errorf("OPTIONS on a path open to POST alone: %s", got.modes)
	}
}

// What is not plain, or is served by a route of another rule, gets the stricter rule.
func TestPolicyLoosening(t *testing.T) {
	p := mustPolicies(t, PolicyConfig{Mode: []string{"bearer"}, Rules: []Rule{
		rule("/public/*", "none"), rule("/public/secret", "bearer"), rule("/pw/*", "basic"), rule("/both/*", "bearer,basic"),
	}})
	for _, tc := range []struct{ target, pattern, modes string }{
		{"/public/x", "", "none"},
		{"/public/x/", "", "none"},
		{"/public//x", "", "bearer"},
		{"/public/./x", "", "bearer"},
		{"/other/../public/x", "", "bearer"},
		{"/public/%2e%2e/x", "", "bearer"},
		{"/public/a%2fb", "", "bearer"},
		{"/public/a%5cb", "", "bearer"},
		{"/public/a%2eb", "", "bearer"},
		{`/public/a\b`, "", "bearer"},
		{"/public/x", "/public/:id", "none"},
		{"/public/x", "/:any/x", "bearer"},
		{"/public/x", "/*", "bearer"},
		{"/both//x", "", "bearer"},
		{"/pw//x", "", ""}, // neither basic nor bearer is the stricter: nobody gets in
	} {
		path, plain, err := canonical(tc.target)
		if err != nil {
			t.Fatal(err)
		}
		if got := p.choose("GET", path, plain, tc.pattern); got.modes.String() != tc.modes {
			t.Errorf("%s on route %q: got %q, want %q", tc.target, tc.pattern, got.modes, tc.modes)
		}
	}
}

// What a flow asks for on its own route tightens the table, and cannot loosen it.
func TestPolicyOfRoutes(t *testing.T) {
	p := mustPolicies(t, PolicyConfig{Mode: []string{"none"}, Rules: []Rule{rule("/in/*", "bearer")}, Routes: []Rule{
		rule("/in/:x", "none"), rule("/Out/:x(\\d+)", "bearer", "POST"), rule("/in/*", "basic"),
	}})
	for _, tc := range []struct{ method, path, pattern, modes string }{
		{"GET", "/in/a", "/in/:x", "bearer"},
		{"POST", "/out/1", "/Out/:x(\\d+)", "bearer"},
		{"OPTIONS", "/out/1", "/Out/:x(\\d+)", "bearer"},
		{"GET", "/out/1", "/Out/:x(\\d+)", "none"},
		{"POST", "/out/1", "/out/:y", "none"},
		{"GET", "/in/a/b", "/in/*", ""}, // the table wants a token, the flow a password
	} {
		if got := p.choose(tc.method, tc.path, true, tc.pattern); got.modes.String() != tc.modes {
			t.Errorf("%s %s on %s: got %q, want %q", tc.method, tc.path, tc.pattern, got.modes, tc.modes)
		}
	}
	if _, err := NewPolicies(PolicyConfig{Mode: []string{"bearer"}, Routes: []Rule{{Path: "/a", Origin: "node 1a2b"}}}); err == nil || !strings.Contains(err.Error(), "node 1a2b") {
		t.Errorf("a route's rule without modes: %v", err)
	}
	if _, err := NewGuard(p, GuardOptions{Basic: &BasicUser{User: "u", Hash: testHash}}); err == nil {
		t.Error("a flow's mode that cannot be judged was accepted")
	}
}

// T21: a wrong configuration is an error, never an open door.
func TestPolicyErrors(t *testing.T) {
	bearer := []string{"bearer"}
	for name, config := range map[string]PolicyConfig{
		"no mode":             {},
		"empty mode list":     {Mode: []string{}},
		"unknown mode":        {Mode: []string{"bearer", "beaerer"}},
		"mode of a later day": {Mode: []string{"mtls"}},
		"empty mode name":     {Mode: []string{""}},
		"unknown role":        {Mode: bearer, MinRole: "king"},
		"rule without modes":  {Mode: bearer, Rules: []Rule{{Path: "/a"}}},
		"rule, empty modes":   {Mode: bearer, Rules: []Rule{{Path: "/a", Modes: []string{}}}},
		"rule, unknown mode":  {Mode: bearer, Rules: []Rule{rule("/a", "open")}},
		"rule, unknown role":  {Mode: bearer, Rules: []Rule{{Path: "/a", Modes: bearer, MinRole: "x"}}},
		"rule, unknown scope": {Mode: bearer, Rules: []Rule{{Path: "/a", Modes: bearer, Scopes: []string{"x"}}}},
		"rule, empty methods": {Mode: bearer, Rules: []Rule{{Path: "/a", Modes: bearer, Methods: []string{}}}},
		"rule, bad method":    {Mode: bearer, Rules: []Rule{rule("/a", "none", "GE T")}},
		"bad path":            {Mode: bearer, Rules: []Rule{rule("a", "none")}},
		"inner star":          {Mode: bearer, Rules: []Rule{rule("/a*b", "none")}},
		"unclean path":        {Mode: bearer, Rules: []Rule{rule("/a/../b", "none")}},
		"equal":               {Mode: bearer, Rules: []Rule{rule("/a", "none"), rule("/A/", "bearer")}},
		"equal parameters":    {Mode: bearer, Rules: []Rule{rule("/a/:x", "none"), rule("/a/:y", "bearer")}},
		"methods in common":   {Mode: bearer, Rules: []Rule{rule("/a", "none", "GET", "POST"), rule("/a", "bearer", "HEAD")}},
	} {
		if p, err := NewPolicies(config); err == nil || p != nil {
			t.Errorf("%s: accepted", name)
		}
	}
	if _, err := NewPolicies(PolicyConfig{Mode: bearer, Rules: []Rule{rule("/a", "none", "GET"), rule("/a", "bearer", "POST"), rule("/a", "basic")}}); err != nil {
		t.Errorf("disjoint methods: %v", err)
	}
}

func TestExplain(t *testing.T) {
	p := mustPolicies(t, PolicyConfig{Mode: []string{"bearer"}, Origin: "SLUICE_AUTH", Rules: []Rule{
		{Path: "/hooks/:id", Methods: []string{"POST"}, Modes: []string{"none"}, Origin: "sluice.yaml"},
		{Path: "/admin/*", Modes: []string{"bearer"}, MinRole: "owner", Scopes: []string{"write"}, Origin: "sluice.yaml"},
	}})
	for _, tc := range []struct{ method, target, want string }{
		{"POST", "/Hooks/7", "/hooks/:id: modes none (the rule POST:/hooks/:id from sluice.yaml) minRole dashboard (the default from SLUICE_AUTH) scopes "},
		{"GET", "/hooks/7", ": modes bearer (the default from SLUICE_AUTH) minRole dashboard (the default from SLUICE_AUTH) scopes "},
		{"POST", "/hooks//7", ": modes bearer (the default from SLUICE_AUTH) "},
		{"GET", "/admin", "/admin/*: modes bearer (the rule /admin/* from sluice.yaml) minRole owner (the rule /admin/* from sluice.yaml) scopes write "},
	} {
		e, err := p.Explain(tc.method, tc.target, "")
		got := e.Rule + ":"
		for _, s := range e.Settings {
			got += " " + s.Name + " " + strings.Join(s.Value, ",") + " (" + s.Origin + ")"
		}
		if err != nil || !strings.HasPrefix(got, tc.want) {
			t.Errorf("%s %s: got %s, %v\nwant %s", tc.method, tc.target, got, err, tc.want)
		}
	}
	if _, err := p.Explain("GET", "/%zz", ""); err == nil {
		t.Error("a bad path was explained")
	}
}

// FuzzPolicy holds that no table makes a path that is not plain looser than the
// default, and that the chosen rule matches the path.
func FuzzPolicy(f *testing.F) {
	f.Add("/public/*", "none", "/public/*", "bearer", "/public/../x")
	f.Add("/a/:x", "basic", "/a/b", "none", "/a/%62")
	f.Add("/:a/b", "none", "/a/:b", "bearer,basic", "/a//b")
	f.Fuzz(func(t *testing.T, path1, modes1, path2, modes2, target string) {
		p, err := NewPolicies(PolicyConfig{Mode: []string{"bearer"}, Rules: []Rule{rule(path1, modes1), rule(path2, modes2)}})
		if err != nil {
			return
		}
		path, plain, err := canonical(target)
		if err != nil {
			return
		}
		for _, method := range []string{"GET", "OPTIONS"} {
			got := p.choose(method, path, plain, "")
			if !plain && !got.atLeast(p.fallback) {
				t.Fatalf("%q is not plain and gets %s", target, got.modes)
			}
			if got == p.fallback || !plain {
				continue
			}
			if parsed, err := parsePattern(got.path); err != nil || method == "GET" && !parsed.match(path) {
				t.Fatalf("rule %q was chosen for %q", got.path, path)
			}
		}
		// A matching rule is never overlooked.
		if got := p.choose("GET", path, true, ""); got == p.fallback {
			for _, at := range []string{path1, path2} {
				if parsed, err := parsePattern(at); err == nil && parsed.match(path) {
					t.Fatalf("rule %q was overlooked for %q", at, path)
				}
			}
		}
		if slices.Contains([]string{modes1, modes2}, "") {
			t.Fatal("an empty list of modes was accepted")
		}
	})
}
