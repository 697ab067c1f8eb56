package server

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"sluice/authz"
	"sluice/flows"
	"sluice/runtime"
)

// authProperty is the property by which a node asks for more than the table does
// on its own route. Node-RED ignores it and keeps it.
const authProperty = "sluiceAuth"

// routeAuth is its value.
type routeAuth struct {
	Modes   []string `json:"modes"`
	MinRole string   `json:"minRole"`
	Scopes  []string `json:"scopes"`
	Limit   string   `json:"limit"`
	Timeout string   `json:"timeout"`
}

// routeRules gathers what the nodes of a file ask for.
func (s *Server) routeRules(file *flows.File) ([]authz.Rule, error) {
	if !slices.ContainsFunc(file.Nodes, func(n *flows.Node) bool { return n.Get(authProperty).Exists() }) {
		return nil, nil
	}
	resolved, _ := flows.Resolve(file)
	asked := map[string]string{}
	for _, inst := range resolved.Instances {
		if value := inst.Get(authProperty); value.Exists() {
			asked[inst.ID] = value.Raw
		}
	}
	root, _ := runtime.NodeRoot(s.cfg.Settings)
	var rules []authz.Rule
	for _, route := range s.Engine.Check(file).Routes() {
		text, ok := asked[route.NodeID]
		if !ok {
			continue
		}
		var auth routeAuth
		d := json.NewDecoder(bytes.NewReader([]byte(text)))
		d.DisallowUnknownFields()
		if err := d.Decode(&auth); err != nil {
			return nil, fmt.Errorf("%s of node %s: %w", authProperty, route.NodeID, err)
		}
		rules = append(rules, authz.Rule{Path: root + route.Pattern, Methods: []string{route.Method}, Modes: auth.Modes, MinRole: auth.MinRole,
			Scopes: auth.Scopes, Limit: auth.Limit, Timeout: auth.Timeout, Origin: authProperty + " of node " + route.NodeID})
	}
	return rules, nil
}

// policies is the guard's table with the rules of routes.
func (s *Server) policies(rules []authz.Rule) (*authz.Policies, error) {
	table := s.policyConfig()
	table.Routes = rules
	return authz.NewPolicies(table)
}

// deployLocked runs a file. What its nodes ask for is in force before its routes
// are, beside what the old ones asked for; a file that asks for something that
// cannot be given is not deployed at all.
func (s *Server) deployLocked(ctx context.Context, file *flows.File, kind flows.DeployKind) error {
	rules, err := s.routeRules(file)
	if err != nil {
		return err
	}
	after, err := s.policies(rules)
	if err != nil {
		return err
	}
	changed := len(rules)+len(s.rules) > 0
	if changed {
		table := s.policyConfig()
		table.Routes, table.Loosen = slices.Concat(s.rules, rules), false
		during, err := authz.NewPolicies(table)
		if err == nil {
			err = s.guard.SetPolicies(during)
		}
		if err != nil {
			return err
		}
	}
	s.file, s.rules = file, rules
	s.problems = s.Engine.Deploy(ctx, file, kind)
	if changed {
		return s.guard.SetPolicies(after)
	}
	return nil
}
