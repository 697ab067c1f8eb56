package flows

// ScopeKind tells the levels of nesting apart.
type ScopeKind uint8

// The kinds of Scope.
const (
	GlobalScope ScopeKind = iota
	TabScope
	SubflowScope
	GroupScope
)

// Scope is what a node lies in: a level of the walk that env lookups, catch and
// status nodes make from the inside out.
//
// A lookup of name at a scope first asks Builtin, then the evaluated Env, then Parent;
// "$parent.x" passes over one scope for each "$parent." and is looked up as "x" above
// it. A node begins at its own Builtin, then Instance.Scope. The parent of the global
// scope, nil, stands for the process environment.
type Scope struct {
	Kind   ScopeKind
	ID     string // concrete: inside a subflow it names the instance's copy
	Alias  string // id in the file, when ID is not
	Path   string // Node-RED's flow.path, "" for groups
	Parent *Scope // for env; a subflow's may be a group, see Flow for the rest
	Flow   *Scope // nearest scope that is no group: itself, unless Kind is GroupScope
	Outer  *Scope // the flow around this one: what errors and statuses pass to; nil for global
	Env    []EnvVar

	Name    string // tab: label, group: name, subflow: name of the instance node
	HasName bool

	Node     *Node     // the tab, group or instance node; nil for global and implicit tabs
	Template *Node     // subflow: its definition
	Instance *Instance // subflow: the instance node, which reports for what is inside
}

// EnvVar is one declared variable, not yet evaluated. Those of type "env" are to be
// evaluated after all others of the scope, which they may name. One of type "cred" has
// the value Credentials.Lookup finds, or Value if it finds none.
type EnvVar struct {
	Name  string
	Type  string   // str num bool json bin jsonata env cred conf-type …
	Value string   // JSON text, "" if there is none
	Creds []string // type cred: nodes whose credentials may hold Name, first match wins

	// FromMap is set for variables of global-config nodes, whose credentials lie
	// one level deeper, under "map".
	FromMap bool
}

// Builtin answers the NR_ names that belong to this scope. Known says that the name
// ends the walk here; defined is false where Node-RED answers undefined.
func (s *Scope) Builtin(name string) (value string, defined, known bool) {
	switch s.Kind {
	case GroupScope:
		switch name {
		case "NR_GROUP_NAME":
			return s.Name, s.HasName, true
		case "NR_GROUP_ID":
			return s.ID, true, true
		}
	case SubflowScope:
		switch name {
		case "NR_NODE_NAME", "NR_SUBFLOW_NAME":
			return s.Name, s.HasName, true
		case "NR_NODE_ID", "NR_SUBFLOW_ID":
			return s.ID, true, true
		case "NR_NODE_PATH", "NR_SUBFLOW_PATH":
			return s.Path, true, true
		}
	case TabScope, GlobalScope:
		switch name {
		case "NR_FLOW_NAME":
			return s.Name, s.HasName, true
		case "NR_FLOW_ID":
			return s.ID, s.Kind == TabScope, true
		}
	}
	return "", false, false
}
