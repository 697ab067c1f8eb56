package runtime

import (
	"slices"

	"sluice/flows"
	"sluice/runtime/msg"
)

// scope is a flow, a subflow instance, a group, or all of them (global). It
// answers two questions: what is a setting's value here, and which catch and
// status nodes hear what a node in it reports.
type scope struct {
	def    *flows.Scope
	eng    *Engine
	parent *scope
	values map[string]any // its environment, evaluated
	owner  *Instance      // the subflow instance node

	catchers []*Instance
	statuses []*Instance
	speaks   bool // a subflow with a status output, which speaks for what is inside
}

// listener is what catch and status nodes say about what they want to hear.
type listener interface {
	// Listens returns the ids listened to (nil for all), whether only those of the
	// own group, and whether only errors nobody else has taken.
	Listens() (ids []string, group, uncaught bool)
}

// Completer is implemented by complete nodes: the ids they wait for.
type Completer interface{ Completes() []string }

// Kind of listeners, told apart by their type's name in the flow file.
const (
	catchType    = "catch"
	statusType   = "status"
	completeType = "complete"
)

// groupOf returns the innermost group a scope is, or nil.
func groupOf(s *scope) *scope {
	if s != nil && s.def.Kind == flows.GroupScope {
		return s
	}
	return nil
}

// within returns those of the listeners that hear what reporter does, nearest
// group first, after Node-RED's Flow.handleError and handleStatus.
func within(listeners []*Instance, reporter *Instance) []*Instance {
	type candidate struct {
		inst     *Instance
		distance int
	}
	var found []candidate
	for _, inst := range listeners {
		ids, groupOnly, _ := inst.node.(listener).Listens()
		if ids != nil && !slices.Contains(ids, reporter.ID) {
			continue
		}
		own, group := groupOf(inst.at.Load().scope), groupOf(reporter.at.Load().scope)
		if own != nil && groupOnly && group == nil {
			continue
		}
		distance := 0
		for group != nil && group != own {
			distance++
			group = groupOf(group.parent)
		}
		if group == nil && own != nil && groupOnly {
			continue
		}
		found = append(found, candidate{inst, distance})
	}
	slices.SortStableFunc(found, func(a, b candidate) int { return a.distance - b.distance })
	out := make([]*Instance, len(found))
	for i, c := range found {
		out[i] = c.inst
	}
	return out
}

// maxErrorLoop is how often one node's error may come back to it (Node-RED: nodes.flow.error-loop).
const maxErrorLoop = 10

// fail reports an error of m at inst to the catch nodes, and logs it if none takes it.
func (r *Run) fail(inst *Instance, m *msg.Object, err error) {
	if inst.closed.Load() {
		return
	}
	message, extra := describeError(err)
	if m == nil || !r.catch(inst, m, message, extra) {
		inst.Log.Error(message)
	}
}

func (r *Run) catch(inst *Instance, m *msg.Object, message string, extra []any) bool {
	count := 1.0
	if e, ok := m.Value("error").(*msg.Object); ok {
		if source, ok := e.Value("source").(*msg.Object); ok && source.Value("id") == inst.ID {
			count = msg.ToNumber(source.Value("count")) + 1
			if count == maxErrorLoop {
				inst.Log.Warn("Message exceeded maximum number of catches")
				return false
			}
		}
	}
	tell := func(to *Instance) {
		c := msg.CloneMessage(m)
		if old, ok := c.Get("error"); ok {
			c.Set("_error", old)
		}
		source := sourceOf(inst)
		source.Set("count", msg.Number(count))
		e := msg.NewObject("message", message, "source", source)
		for i := 0; i < len(extra); i += 2 {
			e.Set(extra[i].(string), extra[i+1])
		}
		c.Set("error", e)
		r.Relay(to, c)
	}
	return inst.report(func(flow *scope, reporter *Instance) bool {
		handled, byUncaught := false, false
		for _, to := range within(flow.catchers, reporter) {
			if _, _, uncaught := to.node.(listener).Listens(); uncaught && !byUncaught {
				if handled {
					continue
				}
				byUncaught = true
			}
			tell(to)
			handled = true
		}
		return handled
	})
}

// report asks the flow of inst, then, as long as nobody takes it, the flows
// around its subflow instances, with the subflow instance node as reporter. What
// a config node reports is what the nodes that use it report.
func (inst *Instance) report(ask func(flow *scope, reporter *Instance) bool) bool {
	flow := inst.flow()
	if flow.def.Kind != flows.GlobalScope {
		return flow.report(inst, ask)
	}
	inst.noteMu.Lock()
	users := slices.Clone(inst.users)
	inst.noteMu.Unlock()
	handled := false
	for _, user := range users {
		if !user.isClosed() {
			handled = user.flow().report(user, ask) || handled
		}
	}
	return handled
}

func (flow *scope) report(reporter *Instance, ask func(flow *scope, reporter *Instance) bool) bool {
	for {
		if ask(flow, reporter) {
			return true
		}
		if flow.def.Kind != flows.SubflowScope || flow.owner == nil {
			return false
		}
		reporter, flow = flow.owner, flow.owner.flow()
	}
}

// status shows a status and tells the status nodes about it.
func (r *Run) status(inst *Instance, status *msg.Object) {
	if inst.showStatus(status) {
		r.tellStatus(inst, status)
	}
}

// showStatus keeps the status for whoever asks, and tells whether a status node could hear it.
func (inst *Instance) showStatus(status *msg.Object) bool {
	if text, ok := status.Get("text"); ok {
		if _, isString := text.(string); !isString && text != nil && text != msg.Undefined {
			status.Set("text", msg.ToString(text))
		}
	}
	inst.noteMu.Lock()
	inst.last = status
	inst.noteMu.Unlock()
	inst.eng.publish(Event{Kind: StatusEvent, Instance: inst, Value: status})
	return inst.set().hasStatus
}

// LastStatus returns the status shown beside the node, nil before the first.
func (inst *Instance) LastStatus() *msg.Object {
	inst.noteMu.Lock()
	defer inst.noteMu.Unlock()
	return inst.last
}

// tellStatus tells the status nodes of inst's flow, or of the flows around it.
func (r *Run) tellStatus(inst *Instance, status *msg.Object) {
	inst.report(func(flow *scope, reporter *Instance) bool {
		handled := flow.tellStatus(r, inst, reporter, status)
		// A subflow with a status output speaks for itself: what its nodes show stays inside.
		return handled || flow.speaks && inst != flow.owner
	})
}

func (flow *scope) tellStatus(r *Run, inst, reporter *Instance, status *msg.Object) bool {
	listeners := within(flow.statuses, reporter)
	for _, to := range listeners {
		s := msg.Clone(status).(*msg.Object)
		s.Set("source", sourceOf(inst))
		r.Relay(to, msg.NewObject("status", s))
	}
	return len(listeners) > 0
}

func sourceOf(inst *Instance) *msg.Object {
	return msg.NewObject("id", inst.ID, "type", inst.Type.Name, "name", inst.NameValue())
}
