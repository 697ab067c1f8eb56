package sequence

import (
	"context"
	"fmt"
	"sync"
	"time"

	"sluice/runtime"
	"sluice/runtime/msg"
)

// Join makes one message of several: of a sequence, of what arrives until it is
// complete, or by reducing a sequence with expressions.
var Join = runtime.Type{
	Name: "join", Category: "sequence", Inputs: 1, Outputs: 1,
	New: func() runtime.Node {
		return &joinNode{Mode: "auto", Property: msg.Payload, Key: msg.MustPath(msg.TopicKey), JoinerType: "str", Build: "array"}
	},

	Parallel: true, // but see joinNode.mu
}

type joinNode struct {
	Mode         string   `json:"mode"` // auto, custom or reduce
	Property     msg.Path `json:"property"`
	PropertyType string   `json:"propertyType"` // msg, or full for the whole message
	Key          msg.Path `json:"key"`
	Timeout      float64  `json:"timeout"` // in seconds
	Count        float64  `json:"count"`
	Joiner       string   `json:"joiner"`
	JoinerType   string   `json:"joinerType"` // str or bin
	UseParts     any      `json:"useparts"`
	Build        string   `json:"build"`      // array, object, merged, string or buffer
	Accumulate   any      `json:"accumulate"` // true: go on with what has been sent

	Reduce      string `json:"reduceExp"`
	ReduceRight bool   `json:"reduceRight"`
	Initial     any    `json:"reduceInit"`
	InitType    string `json:"reduceInitType"`
	Fixup       string `json:"reduceFixup"`

	inst         *runtime.Instance
	idle         idle
	ignoreParts  bool
	countByParts bool // no count is set: that of the parts is taken
	joiner       any
	timeout      time.Duration
	full         bool
	accumulate   bool
	reducer      reducer

	mu     sync.Mutex // guards what follows; held during Input
	groups map[string]*group
	recent *group // of groups, or nil: mostly the next message is of the same
}

func (n *joinNode) Init(inst *runtime.Instance) error {
	n.inst = inst
	props := inst.Props()
	if n.full = n.PropertyType == "full"; n.full {
		n.Property = msg.Payload
	}
	if v, ok := props.Get("useparts"); ok {
		n.ignoreParts = !msg.ToBool(v)
	}
	if n.Mode != "auto" && n.Timeout > 0 {
		n.timeout = time.Duration(n.Timeout * float64(time.Second))
	}
	n.countByParts = props.Value("count") == ""
	n.accumulate = n.Accumulate == true
	n.groups = map[string]*group{}
	if n.Mode == "reduce" {
		if err := n.prepareReduce(); err != nil {
			return n.idle.logged(inst, err)
		}
	}
	n.joiner = n.Joiner
	switch n.JoinerType {
	case "str":
		n.joiner = unescape.Replace(n.Joiner)
	case "bin":
		text := n.Joiner
		if text == "" {
			text = "[]"
		}
		_, b, err := parseBytes(text)
		if err != nil {
			return err
		}
		n.joiner = &msg.Buffer{B: b}
	}
	return nil
}

func (n *joinNode) Input(d *runtime.Delivery) error {
	if n.idle {
		d.Uncompleted()
		return nil
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	var a arrival
	belongs, err := n.read(d, &a)
	switch {
	case err != nil || !belongs:
		return err
	case n.Mode == "reduce":
		return n.reduce(d)
	}
	m := d.Msg
	if m.Has("restartTimeout") {
		n.restart(a.id)
	}
	if m.Has("reset") {
		n.reset(d, a.id)
		return nil
	}
	if a.kind == "object" && (a.key == nil || a.key == msg.Undefined || a.key == "") {
		return n.withoutKey(d, &a)
	}
	return n.add(d, &a)
}

// add adds the message to its group and sends the group if it is complete.
func (n *joinNode) add(d *runtime.Delivery, a *arrival) error {
	g := n.recent
	if g == nil || g.id != a.id {
		g = n.groups[a.id]
	}
	if g == nil {
		g = newGroup(a)
		n.groups[a.id] = g
		n.startTimer(g)
	}
	n.recent = g
	if a.kind == "buffer" {
		switch a.value.(type) {
		case *msg.Buffer, string, *msg.Array:
		default:
			if a.value != msg.Undefined {
				d.Error(runtime.Textf("Cannot join %s to buffer", msg.TypeOf(a.value)), d.Msg)
				g.keep(d) // Node-RED completes it all the same, with its group
				return n.bound(d, g)
			}
		}
	}
	m := d.Msg
	warning, err := g.add(a, m)
	if err != nil {
		return err
	}
	if warning != "" {
		n.inst.Log.Warn(warning)
	}
	if !msg.ToBool(g.count) {
		if parts, ok, err := partsOf(m); ok {
			if err != nil {
				return err
			}
			g.count = parts.Value("count")
		}
	}
	target := msg.ToNumber(g.count)
	complete := target > 0 && float64(g.have) >= target || m.Has("complete")
	if !complete {
		g.keep(d)
		return n.bound(d, g)
	}
	return n.finishGroup(d, g, keep(d))
}

// bound ends a group that keeps more messages than any flow means to.
func (n *joinNode) bound(d *runtime.Delivery, g *group) error {
	if len(g.waiting) <= runtime.MaxKept {
		return nil
	}
	d.Complete(errTooManyJoin)
	n.drop(g)
	release(g.waiting)
	return nil
}

const errTooManyJoin = runtime.Text("too many pending messages in join node")

// finishGroup sends what has been joined and completes the messages it came from,
// the last of which is that of d.
func (n *joinNode) finishGroup(d *runtime.Delivery, g *group, last *kept) error {
	g.stopTimer()
	if n.Mode == "auto" || !n.accumulate || g.m.Has("complete") {
		n.drop(g)
	}
	m, err := g.join(n.full, n.accumulate)
	if err == nil {
		err = d.Send(m)
	}
	waiting := g.waiting
	g.waiting = nil
	if last != nil {
		last.err = err
		waiting = append(waiting, last)
		err = nil
	}
	finish(d, waiting)
	return err
}

// drop forgets a group.
func (n *joinNode) drop(g *group) {
	g.stopTimer()
	if n.groups[g.id] == g {
		delete(n.groups, g.id)
	}
	if n.recent == g {
		n.recent = nil
	}
}

// reset drops a group for the message of d; all of its messages are completed.
func (n *joinNode) reset(d *runtime.Delivery, id string) {
	g := n.groups[id]
	if g == nil {
		return
	}
	n.drop(g)
	finish(d, append(g.waiting, keep(d)))
}

// forget drops every group. Node-RED does not complete their messages.
func (n *joinNode) forget() {
	for _, g := range n.groups {
		n.drop(g)
		release(g.waiting)
	}
}

func (n *joinNode) startTimer(g *group) {
	if n.timeout <= 0 {
		return
	}
	g.timer = n.inst.AfterFunc(n.timeout, n.timedOut(g))
}

// timedOut sends the group when its time is up, unless the timer has been stopped
// or replaced just before.
func (n *joinNode) timedOut(g *group) func(d *runtime.Delivery) error {
	g.generation++
	generation := g.generation
	return func(d *runtime.Delivery) error {
		n.mu.Lock()
		defer n.mu.Unlock()
		if g.generation != generation {
			return nil
		}
		d.Msg = g.m
		return n.finishGroup(d, g, nil)
	}
}

func (n *joinNode) restart(id string) {
	if g := n.groups[id]; g != nil {
		g.stopTimer()
		n.startTimer(g)
	}
}

// Close lets go of what is kept.
func (n *joinNode) Close(context.Context, bool) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.forget()
	n.reducer.clear()
	return nil
}

// invalidExpression is the error of a JSONata expression that does not compile.
func invalidExpression(err error) error {
	return fmt.Errorf("Invalid JSONata expression: %w", err)
}
