package flows

// DeployKind is a Node-RED deployment type. A reload is a Full deploy of what is stored.
type DeployKind string

// The deployment types of the admin API.
const (
	Full          DeployKind = "full"
	ModifiedFlows DeployKind = "flows"
	ModifiedNodes DeployKind = "nodes"
)

// Plan is what a deploy has to stop; what does not run then and should is started.
// It follows stop() in Node-RED's flows/index.js.
type Plan struct {
	All   bool
	Flows map[string]bool // tabs whose nodes all stop
	Nodes map[string]bool // nodes by id in the file
	Gone  map[string]bool // of those stopped, the ones to close as removed
}

// Plan says what must stop for a deploy of a kind. Any but the two modified kinds stops
// everything, one that Node-RED does not know too.
func (c Changes) Plan(kind DeployKind) Plan {
	p := Plan{
		All:   kind != ModifiedNodes && kind != ModifiedFlows || c.GlobalConfigChanged,
		Flows: set{}, Nodes: set{}, Gone: set{},
	}
	mark := func(in map[string]bool, lists ...[]string) {
		for _, ids := range lists {
			for _, id := range ids {
				in[id] = true
			}
		}
	}
	mark(p.Gone, c.Removed)
	mark(p.Flows, c.FlowChanged, c.Added, c.Removed)
	switch kind {
	case ModifiedNodes:
		mark(p.Nodes, c.Changed, c.Removed)
	case ModifiedFlows:
		mark(p.Nodes, c.Changed, c.Removed, c.Linked, c.Rewired)
	}
	return p
}

// Stops says whether a running node has to stop. One inside a subflow stops with the
// outermost instance node around it.
func (p Plan) Stops(inst *Instance) bool {
	inst = outermost(inst)
	return p.All || p.Flows[inst.Flow.ID] || p.Nodes[inst.FileID()]
}

// Removes says whether a node that stops is to be told that it was removed.
func (p Plan) Removes(inst *Instance) bool { return p.Gone[outermost(inst).FileID()] }

func outermost(inst *Instance) *Instance {
	if inst.Type == StatusType {
		inst = inst.Inside.Instance
	}
	for inst.Flow.Instance != nil {
		inst = inst.Flow.Instance
	}
	return inst
}
