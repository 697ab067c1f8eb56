package runtime

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"sluice/flows"
	"sluice/runtime/msg"
)

// Instance is a node as it runs: its place in the flows, and what the engine
// does for it. A node keeps the Instance that Init gave it.
type Instance struct {
	ID   string
	Type *Type
	Log  *slog.Logger // lines name the node; a debug sidebar sees them too
	Z    string       // the flow it is in, or the subflow instance

	eng   *Engine
	props atomic.Pointer[msg.Object] // nil until somebody asks, see Props

	node     Node
	recv     Receiver
	broken   error   // why it does not run
	handlers []route // what it mounted in Init

	at     atomic.Pointer[place]
	mu     sync.Mutex // held during Input of a node that is not Parallel
	closed atomic.Bool

	noteMu  sync.Mutex    // guards what follows
	last    *msg.Object   // the status shown
	untold  []*msg.Object // statuses that the status nodes have not heard of
	telling bool          // a goroutine tells them
	users   []*Instance   // of a config node: the nodes that use it
}

// place is what surrounds an instance. A deploy that leaves a node running gives
// it a new place among the nodes of the new generation.
type place struct {
	set        *flowSet
	def        *flows.Instance
	scope      *scope // group, or flow
	flow       *scope // tab, subflow instance, or global
	wires      [][]*Instance
	completers []*Instance // complete nodes that name it
}

func (inst *Instance) def() *flows.Instance { return inst.at.Load().def }
func (inst *Instance) set() *flowSet        { return inst.at.Load().set }
func (inst *Instance) flow() *scope         { return inst.at.Load().flow }
func (inst *Instance) wires() [][]*Instance { return inst.at.Load().wires }

var errClosed = errors.New("the node is closed")

// Name is the name given in the editor, or "".
func (inst *Instance) Name() string { return inst.def().Name }

// NameValue is the name, or Undefined for a node without one, as catch nodes see it.
func (inst *Instance) NameValue() any {
	if def := inst.def(); def.HasName && def.Name != "" {
		return def.Name
	}
	return msg.Undefined
}

// Path is flow/subflow instance/…/node, as NR_NODE_PATH.
func (inst *Instance) Path() string { return inst.def().Path() }

// Alias is the id of the node in the flow file: within a subflow instance the
// node of the template, else the node itself.
func (inst *Instance) Alias() string { return inst.def().FileID() }

// Props are the node's settings in the flow file, for the few node types whose
// properties no struct can name, with the environment filled in. They must not be
// changed. What every other node needs of them is in its fields, so they are parsed anew.
func (inst *Instance) Props() *msg.Object {
	if props := inst.props.Load(); props != nil {
		return props
	}
	props := &msg.Object{}
	for _, p := range inst.def().Props {
		if v, _, err := inst.prop(p.Name); err == nil {
			props.Set(p.Name, v)
		}
	}
	inst.props.CompareAndSwap(nil, props)
	return inst.props.Load()
}

// prop is one of Props.
func (inst *Instance) prop(name string) (v any, ok bool, err error) {
	text := inst.def().Value(name)
	if text == "" {
		return nil, false, nil
	}
	v, err = msg.Parse(text)
	return substituteEnv(v, inst.Env), true, err
}

// Node returns the running node, nil if it could not start.
func (inst *Instance) Node() Node { return inst.node }

// Broken tells why the node does not run, or nil.
func (inst *Instance) Broken() error { return inst.broken }

// Outputs returns how many outputs are wired in the flow file.
func (inst *Instance) Outputs() int { return len(inst.wires()) }

// Wired tells whether output i leads anywhere.
func (inst *Instance) Wired(i int) bool {
	wires := inst.wires()
	return i < len(wires) && len(wires[i]) > 0
}

// Wires returns the ids that output i leads to.
func (inst *Instance) Wires(i int) []string {
	var ids []string
	if wires := inst.wires(); i < len(wires) {
		for _, to := range wires[i] {
			ids = append(ids, to.ID)
		}
	}
	return ids
}

// Engine returns the engine the node runs in.
func (inst *Instance) Engine() *Engine { return inst.eng }

// Emit starts a run with an event of the node's own (request, timer, tick) and
// handles what follows on the calling goroutine, until nothing is queued or the
// event has gone on for long.
// What f returns is handled as if Input had: an error goes to the catch nodes
// with the message f left in d.Msg. Never call it inside Input. It returns nil, and
// does nothing, once the node is closed.
func (inst *Instance) Emit(f func(d *Delivery) error) *Run {
	set := inst.set()
	if inst.closed.Load() || !set.work.enter() {
		return nil
	}
	defer set.work.leave()
	r := set.newRun()
	if r == nil {
		return nil
	}
	d := &r.pair[0]
	d.run, d.inst, d.state, d.escaped = r, inst, detached, true
	if err := d.call(func() error { return f(d) }); err != nil && d.state != completed {
		m := d.Msg
		if m == nil {
			m = msg.NewObject(msg.ID, msg.NewID())
		}
		r.fail(inst, m, err)
	}
	r.drainInline()
	return r
}

// Go is Emit on a goroutine of its own, for code that must not wait.
func (inst *Instance) Go(f func(d *Delivery) error) {
	inst.set().spawn(func() { inst.Emit(f) })
}

// AfterFunc runs f, an event of the node's own, after the given time. Stop it in Close.
func (inst *Instance) AfterFunc(after time.Duration, f func(d *Delivery) error) *time.Timer {
	return time.AfterFunc(after, func() { inst.Emit(f) })
}

// Status shows a status beside the node, outside of any delivery.
func (inst *Instance) Status(status *msg.Object) {
	if !inst.showStatus(status) {
		return
	}
	inst.noteMu.Lock()
	inst.untold = append(inst.untold, status)
	start := !inst.telling
	inst.telling = true
	inst.noteMu.Unlock()
	if start && !inst.set().spawn(inst.tellStatuses) {
		inst.noteMu.Lock()
		inst.untold, inst.telling = nil, false
		inst.noteMu.Unlock()
	}
}

// tellStatuses tells the status nodes what there is to tell, in its order. The
// goroutine exists only while there is something.
func (inst *Instance) tellStatuses() {
	for {
		inst.noteMu.Lock()
		untold := inst.untold
		inst.untold = nil
		inst.telling = len(untold) > 0
		inst.noteMu.Unlock()
		if len(untold) == 0 {
			return
		}
		for _, status := range untold {
			inst.Emit(func(d *Delivery) error {
				d.run.tellStatus(inst, status)
				return nil
			})
		}
	}
}

// Credential returns a credential of the node, "" if there is none.
func (inst *Instance) Credential(name string) string {
	return inst.credentials()[name]
}

// HasCredentials tells whether the credential file has an entry for the node.
func (inst *Instance) HasCredentials() bool { return len(inst.credentials()) > 0 }

func (inst *Instance) credentials() map[string]string {
	if inst.eng.opts.Credentials == nil {
		return nil
	}
	return inst.eng.opts.Credentials.For(inst.Alias())
}

// Setting returns a key of the settings, or Undefined.
func (inst *Instance) Setting(key string) any { return inst.eng.opts.Settings.Value(key) }

// MaxKept bounds the messages, or what else a node tells apart, that one node keeps
// where the settings do not.
const MaxKept = 1_000_000

// KeepLimit is how many messages a node may keep: the setting nodeMessageBufferMaxLength.
func (inst *Instance) KeepLimit() int {
	if limit := msg.ToNumber(inst.Setting("nodeMessageBufferMaxLength")); limit > 0 && limit < MaxKept {
		return int(limit)
	}
	return MaxKept
}

// UserDir is the user directory, "" if there is none.
func (inst *Instance) UserDir() string { return inst.eng.opts.UserDir }

// Use returns the running node of type T with the given id: a config node. The
// node that asks becomes one of its users, which see its errors and statuses.
func Use[T Node](inst *Instance, id string) (T, bool) {
	var none T
	config := inst.set().byID[id]
	if config == nil || config.node == nil {
		return none, false
	}
	n, ok := config.node.(T)
	if ok {
		config.noteMu.Lock()
		config.users = append(slices.DeleteFunc(config.users, (*Instance).isClosed), inst)
		config.noteMu.Unlock()
	}
	return n, ok
}

// Lookup returns the instance with the given id in the running flows.
func (inst *Instance) Lookup(id string) (*Instance, bool) {
	other, ok := inst.set().byID[id]
	return other, ok && other.node != nil
}

// Each calls f for every running node of the flows.
func (inst *Instance) Each(f func(*Instance)) {
	for _, other := range inst.set().all {
		if other.node != nil {
			f(other)
		}
	}
}

func (inst *Instance) isClosed() bool { return inst.closed.Load() }

// close closes the node; messages stop at once.
func (inst *Instance) close(ctx context.Context, removed bool) error {
	inst.closed.Store(true)
	if c, ok := inst.node.(Closer); ok {
		return c.Close(ctx, removed)
	}
	return nil
}
