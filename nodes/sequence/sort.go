package sequence

import (
	"context"
	"slices"
	"sync"

	"sluice/runtime"
	"sluice/runtime/msg"
)

// Sort sorts the array in a message, or the messages of a sequence.
var Sort = runtime.Type{
	Name: "sort", Category: "sequence", Inputs: 1, Outputs: 1,
	New: func() runtime.Node {
		return &sortNode{Order: "ascending", Target: msg.Payload, SequenceKey: msg.PayloadKey}
	},

	Parallel: true, // but see sortNode.mu
}

type sortNode struct {
	Order           string   `json:"order"` // ascending or descending
	AsNumber        bool     `json:"as_num"`
	Target          msg.Path `json:"target"`
	TargetType      string   `json:"targetType"` // msg: the array in target; seq: a sequence
	ElementKey      string   `json:"msgKey"`
	ElementKeyType  string   `json:"msgKeyType"` // elem or jsonata
	SequenceKey     string   `json:"seqKey"`
	SequenceKeyType string   `json:"seqKeyType"` // msg or jsonata

	inst     *runtime.Instance
	idle     idle
	elements bool
	key      *runtime.Expression // nil: the element itself, or keyPath
	keyPath  msg.Path
	keyErr   error
	limit    int

	mu      sync.Mutex // guards what follows; held while a sequence is gathered
	groups  map[string]*sortGroup
	oldest  int // sequence number of groups
	pending int
}

type sortGroup struct {
	number   int
	count    any
	messages []*kept
}

func (n *sortNode) Init(inst *runtime.Instance) error {
	n.inst = inst
	n.limit = inst.KeepLimit()
	n.groups = map[string]*sortGroup{}
	n.elements = n.TargetType == "msg"
	key, kind := n.SequenceKey, n.SequenceKeyType
	if n.elements {
		key, kind = n.ElementKey, n.ElementKeyType
	}
	if kind == "jsonata" {
		var err error
		if n.key, err = inst.Expression(key); err != nil {
			return n.idle.logged(inst, invalidSort(err))
		}
		return nil
	}
	n.keyPath, n.keyErr = msg.ParseMessagePath(n.SequenceKey)
	return nil
}

func invalidSort(err error) error {
	return runtime.Textf("Invalid JSONata expression in sort node: %s", runtime.Message(err))
}

func (n *sortNode) Input(d *runtime.Delivery) error {
	if n.idle {
		d.Uncompleted()
		return nil
	}
	if n.elements {
		return n.sortArray(d)
	}
	parts, _, _ := partsOf(d.Msg)
	if !parts.Has("id") || !parts.Has("index") {
		return nil // the message ends here
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.gather(d, parts)
}

// sortArray sorts the array in the message; messages without one end here.
func (n *sortNode) sortArray(d *runtime.Delivery) error {
	v, err := n.Target.Get(d.Msg)
	if err != nil {
		return err
	}
	list, ok := v.(*msg.Array)
	if !ok {
		return nil
	}
	elems := make([]keyed[any], list.Len())
	for i, v := range list.All() {
		elems[i] = keyed[any]{v, v}
		if n.key == nil {
			continue
		}
		if elems[i].key, err = n.key.Eval(d.Context(), v, nil); err != nil {
			return invalidSort(err)
		}
	}
	sorted := elems
	if n.key == nil { // Array.prototype.sort puts what is undefined behind all else, whatever the order
		sorted = elems[:undefinedLast(elems)]
	}
	sortLikeV8(sorted, func(a, b keyed[any]) int { return n.compare(a.key, b.key) })
	for i, e := range elems {
		list.Set(i, e.item)
	}
	return d.Send(d.Msg)
}

type keyed[T any] struct {
	item T
	key  any
}

// undefinedLast moves the elements that are undefined to the end, and returns where they begin.
func undefinedLast(elems []keyed[any]) int {
	slices.SortStableFunc(elems, func(a, b keyed[any]) int {
		switch undefined := b.key == msg.Undefined; {
		case undefined == (a.key == msg.Undefined):
			return 0
		case undefined:
			return -1
		}
		return 1
	})
	for i, e := range elems {
		if e.key == msg.Undefined {
			return i
		}
	}
	return len(elems)
}

// compare orders two keys as Node-RED does: those that do not compare, such as NaN,
// stand before each other.
func (n *sortNode) compare(a, b any) int {
	direction := 1
	if n.Order != "ascending" {
		direction = -1
	}
	if n.AsNumber {
		a, b = msg.Number(msg.ToNumber(a)), msg.Number(msg.ToNumber(b))
	}
	if msg.StrictEqual(a, b) {
		return 0
	}
	if c, ok := msg.Compare(a, b); ok && c > 0 {
		return direction
	}
	return -direction
}

// gather keeps the message, or with it sends its sequence in order.
func (n *sortNode) gather(d *runtime.Delivery, parts *msg.Object) error {
	id := msg.ToString(parts.Value("id"))
	g := n.groups[id]
	if g == nil {
		g = &sortGroup{number: n.oldest, count: msg.Undefined}
		n.oldest++
		n.groups[id] = g
	}
	g.messages = append(g.messages, keep(d))
	if count, ok := parts.Get("count"); ok {
		g.count = count
	}
	n.pending++
	if g.count == float64(len(g.messages)) {
		delete(n.groups, id)
		if n.send(d, g) {
			n.pending -= len(g.messages)
		}
	} else if n.pending > n.limit {
		n.dropOldest(d)
	}
	return nil
}

// send sends the messages of a sequence in order. It fails as a whole.
func (n *sortNode) send(d *runtime.Delivery, g *sortGroup) bool {
	elems := make([]keyed[*kept], len(g.messages))
	for i, k := range g.messages {
		elems[i].item = k
		var err error
		if n.key != nil {
			if elems[i].key, err = n.key.Eval(d.Context(), k.m, nil); err != nil {
				last := g.messages[len(g.messages)-1]
				last.err = invalidSort(err)
				finish(d, append([]*kept{last}, g.messages[:len(g.messages)-1]...))
				return true
			}
			continue
		}
		if err = n.keyErr; err == nil {
			elems[i].key, err = n.keyPath.Get(k.m)
		}
		if err != nil && len(g.messages) > 1 {
			// Node-RED stumbles over its own error here, and forgets the others.
			d.Complete(&msg.TypeError{Message: "Cannot read properties of undefined (reading 'catch')"})
			release(g.messages)
			return false
		}
	}
	sortLikeV8(elems, func(a, b keyed[*kept]) int { return n.compare(a.key, b.key) })
	var later []*kept // are completed by events of their own, and what follows them
	for i, e := range elems {
		k := e.item
		if parts, ok := k.m.Value(partsKey).(*msg.Object); ok {
			parts.Set("index", msg.Number(float64(i)))
		}
		_ = d.Send(k.take(d)) // fails only once the node is closed
		if later = append(later, k); k.d.Run() == d.Run() && len(later) == 1 {
			finish(d, later)
			later = nil
		}
	}
	finish(d, later)
	return true
}

// dropOldest forgets the sequence that began first.
func (n *sortNode) dropOldest(d *runtime.Delivery) {
	var oldest *sortGroup
	var id string
	for key, g := range n.groups {
		if oldest == nil || g.number < oldest.number {
			oldest, id = g, key
		}
	}
	if oldest == nil {
		return
	}
	delete(n.groups, id)
	n.pending -= len(oldest.messages)
	rest := len(oldest.messages) - 1
	last := oldest.messages[rest]
	last.err = runtime.Text("Too many pending messages in sort node")
	finish(d, append([]*kept{last}, oldest.messages[:rest]...))
}

// Close lets go of what is kept.
func (n *sortNode) Close(context.Context, bool) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, g := range n.groups {
		n.inst.Log.Info("clear pending message in sort node")
		release(g.messages)
	}
	n.groups, n.pending = map[string]*sortGroup{}, 0
	return nil
}
