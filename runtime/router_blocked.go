package runtime

import "sluice/runtime/msg"

// block marks the routes whose flow reaches a node that does not run. It goes
// backwards from those nodes along wires, links and link calls, so that one walk
// serves all routes.
func (set *flowSet) block(routes []*route) {
	var queue []*Instance
	missing := map[*Instance]*Instance{} // node → the one it leads to that does not run
	for _, inst := range set.all {
		if inst.broken != nil {
			missing[inst] = inst
			queue = append(queue, inst)
		}
	}
	if len(queue) == 0 {
		return
	}
	before := set.predecessors()
	for len(queue) > 0 {
		inst := queue[0]
		queue = queue[1:]
		for _, from := range before[inst] {
			if missing[from] == nil {
				missing[from] = missing[inst]
				queue = append(queue, from)
			}
		}
	}
	for _, rt := range routes {
		rt.missing = missing[rt.inst]
	}
}

// linkCallType is the one node type that leads somewhere without a wire: the
// link in node it calls.
const linkCallType = "link call"

func (set *flowSet) predecessors() map[*Instance][]*Instance {
	before := map[*Instance][]*Instance{}
	for _, inst := range set.all {
		for _, wires := range inst.wires() {
			for _, to := range wires {
				before[to] = append(before[to], inst)
			}
		}
		if inst.Type.Name != linkCallType {
			continue
		}
		for _, id := range textsOf(inst.Props().Value("links")) {
			if to := set.byID[id]; to != nil {
				before[to] = append(before[to], inst)
			}
		}
	}
	return before
}

// textsOf returns the texts of a list.
func textsOf(v any) []string {
	list, ok := v.(*msg.Array)
	if !ok {
		return nil
	}
	var texts []string
	for _, e := range list.All() {
		if s, ok := e.(string); ok {
			texts = append(texts, s)
		}
	}
	return texts
}
