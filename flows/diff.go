package flows

// DeployKind is a Node-RED deployment type. Reload is a Full deploy of what is stored.
type DeployKind string

// The deployment types of the admin API.
const (
	Full          DeployKind = "full"
	ModifiedFlows DeployKind = "flows"
	ModifiedNodes DeployKind = "nodes"
)

// Changes says how two flow files differ, by the rules of Node-RED's diffConfigs.
// All ids are those of the file, sorted.
type Changes struct {
	Added       []string
	Changed     []string // by a property, by a config node it uses, or as the container of a change
	Removed     []string // also what was disabled or lies in a tab that was
	Rewired     []string // only the wires differ
	Linked      []string // unchanged, but reached by wires from something that did change
	FlowChanged []string // tabs with another env

	GlobalConfigChanged bool // a global-config node changed: everything restarts
}

// Plan is what a deploy has to stop. What then does not run and should is started.
type Plan struct {
	All   bool
	Flows map[string]bool // tabs whose nodes all stop
	Nodes map[string]bool // nodes by id in the file
	Gone  map[string]bool // of those stopped, the ones to close as removed
}
