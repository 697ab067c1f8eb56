package authz

// Explanation says what a request would need, and why.
type Explanation struct {
	Method    string    `json:"method"`
	Path      string    `json:"path"`  // canonical
	Plain     bool      `json:"plain"` // false: a rule looser than the default does not apply
	Rule      string    `json:"rule"`  // pattern of the rule; "" for the default
	Settings  []Setting `json:"settings"`
	Preflight bool      `json:"preflight"` // OPTIONS: a CORS preflight is answered without authentication
}

// Setting is one thing that was decided, and where it comes from.
type Setting struct {
	Name   string   `json:"name"` // modes, minRole, scopes; limit, timeout, queryToken where set
	Value  []string `json:"value"`
	Origin string   `json:"origin"`
}

// Explain tells what a request would need. pattern is that of the route which
// would serve it, "" if not known. The error wraps [ErrPath].
func (t *Policies) Explain(method, target, pattern string) (Explanation, error) {
	path, plain, err := canonical(target)
	if err != nil {
		return Explanation{}, err
	}
	p := t.choose(method, path, plain, pattern)
	modes := []string{}
	for _, m := range p.modes.list() {
		modes = append(modes, m.String())
	}
	role := p.source()
	if p != t.fallback && p.minRole == t.fallback.minRole {
		role = t.fallback.source()
	}
	ex := Explanation{Method: method, Path: path, Plain: plain, Rule: p.path, Preflight: method == "OPTIONS", Settings: []Setting{
		{"modes", modes, p.source()},
		{"minRole", []string{p.minRole.String()}, role},
		{"scopes", append([]string{}, p.scopes...), p.source()},
	}}
	var limits []string
	for _, l := range p.limits {
		limits = append(limits, l.String())
	}
	if limits != nil {
		ex.Settings = append(ex.Settings, Setting{"limit", limits, p.source()})
	}
	if p.timeout > 0 {
		ex.Settings = append(ex.Settings, Setting{"timeout", []string{p.timeout.String()}, p.source()})
	}
	if p.queryToken {
		ex.Settings = append(ex.Settings, Setting{"queryToken", []string{"access_token"}, p.source()})
	}
	return ex, nil
}
