package sequence

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"sluice/runtime"
	"sluice/runtime/msg"
)

// maxIndex bounds the places of a group that a message can name by msg.parts.index.
const maxIndex = runtime.MaxKept

// group is what a join node has gathered for one message to come.
type group struct {
	id         string
	kind       any
	count      any // how many make it complete
	have       int
	list       []any       // of arrays, texts and buffers
	fields     *msg.Object // of objects
	joiner     any
	arrayLen   any
	property   string
	m          *msg.Object // the properties of the messages, later ones over earlier
	waiting    []*kept
	room       []kept // for the next of waiting
	timer      *time.Timer
	generation int  // of the timer
	joined     bool // a buffer has been made of the list
}

func newGroup(a *arrival) *group {
	g := &group{
		id: a.id, kind: a.kind, count: a.count, property: a.property,
		joiner: msg.Undefined, arrayLen: msg.Undefined, m: &msg.Object{},
	}
	switch a.kind {
	case "object", "merged":
		g.kind, g.fields = "object", &msg.Object{}
	case "string", "buffer":
		g.joiner = a.joiner
	case "array":
		g.arrayLen = a.len
	}
	if n, ok := a.count.(float64); ok && n > 0 {
		n := int(min(n, maxRoom))
		g.waiting = make([]*kept, 0, n)
		if g.fields == nil {
			g.list = make([]any, 0, n)
		}
	}
	return g
}

// keep keeps the message of d until the group is complete. Room is made for as many as
// there are.
func (g *group) keep(d *runtime.Delivery) {
	if len(g.room) == 0 {
		g.room = make([]kept, min(max(len(g.waiting), 1), maxRoom/4))
	}
	k := &g.room[0]
	g.room = g.room[1:]
	*k = keptOf(d)
	g.waiting = append(g.waiting, k)
}

// maxRoom bounds the room that a group has before its messages come.
const maxRoom = 64

func (g *group) stopTimer() {
	if g.timer != nil {
		g.timer.Stop()
		g.timer = nil
		g.generation++
	}
}

// add takes the value of a message, and the message's properties.
func (g *group) add(a *arrival, m *msg.Object) (warning string, err error) {
	switch {
	case a.kind == "object" && g.fields != nil:
		g.fields.Set(msg.ToString(a.key), a.value)
		g.have = g.fields.Len()
	case a.kind == "merged" && g.fields != nil:
		if o, ok := a.value.(*msg.Object); ok {
			for key, v := range o.All() {
				if key != msg.ID {
					g.fields.Set(key, v)
				}
			}
			g.have = g.fields.Len()
		} else if _, isArray := a.value.(*msg.Array); (isArray || msg.TypeOf(a.value) != "object") && !m.Has("complete") {
			warning = "Cannot merge non-object types"
		}
	case g.joined:
		// In Node-RED a buffer that accumulates ends with its first result.
		return "", &msg.TypeError{Message: "group.payload.push is not a function"}
	default:
		if err := g.addToList(a); err != nil {
			return "", err
		}
	}
	g.m.SetAll(m)
	return warning, nil
}

func (g *group) addToList(a *arrival) error {
	i := math.NaN()
	if a.index != msg.Undefined {
		i = msg.ToNumber(a.index)
	}
	switch {
	case math.IsNaN(i):
		if a.value != msg.Undefined {
			g.list = append(g.list, a.value)
			g.have++
		}
	case i < 0 || i != math.Trunc(i) || i >= maxIndex:
		return &msg.RangeError{Message: fmt.Sprintf("msg.parts.index %s is no place in a sequence that can be joined", msg.FormatNumber(i))}
	default:
		at := int(i)
		for len(g.list) <= at {
			g.list = append(g.list, msg.Undefined)
		}
		if old := g.list[at]; old == msg.Undefined || old == nil {
			g.have++
		}
		g.list[at] = a.value
	}
	return nil
}

// join makes the message to send, which shares nothing with the group. Where the
// group does not live on, its value is also seen in the last message, when that is
// completed: Node-RED sets a property within what both share.
func (g *group) join(full, accumulate bool) (*msg.Object, error) {
	value, err := g.value(accumulate)
	if err != nil {
		return nil, err
	}
	p, err := msg.ParseMessagePath(g.property)
	if err != nil {
		return nil, err
	}
	if full && g.kind != "string" || accumulate && strings.ContainsAny(g.property, ".[") {
		g.m = msg.CloneMessage(g.m) // what Set goes through, or into, belongs to messages that have moved on
	}
	if _, err := p.Set(g.m, value, value != msg.Undefined); err != nil {
		return nil, err
	}
	parts, _, err := partsOf(g.m)
	if err != nil {
		return nil, err
	}
	if outer, ok := parts.Get(partsKey); ok {
		g.m.Set(partsKey, outer)
	} else {
		g.m.Delete(partsKey)
	}
	g.m.Delete("complete")
	return msg.CloneMessage(g.m), nil
}

// value is what the group has gathered, which it goes on with if it accumulates.
func (g *group) value(accumulate bool) (any, error) {
	switch g.kind {
	case "object":
		return g.fields, nil
	case "string":
		return g.text()
	case "buffer":
		return g.buffer()
	case "array":
		if msg.ToNumber(g.arrayLen) > 1 {
			g.list = flatten(g.list)
		}
	}
	list := g.list
	if accumulate {
		list = slices.Clone(list)
	}
	return msg.NewArray(list...), nil
}

func flatten(list []any) []any {
	var flat []any
	for _, v := range list {
		if a, ok := v.(*msg.Array); ok {
			for _, e := range a.All() {
				flat = append(flat, e)
			}
		} else if v != msg.Undefined {
			flat = append(flat, v)
		}
	}
	return flat
}

func (g *group) text() (any, error) {
	if g.joiner == nil || g.joiner == msg.Undefined {
		return nil, &msg.TypeError{Message: fmt.Sprintf("Cannot read properties of %s (reading 'toString')", msg.ToString(g.joiner))}
	}
	var b strings.Builder
	joiner := msg.ToString(g.joiner)
	surrogates := false
	for i, v := range g.list {
		if i > 0 {
			b.WriteString(joiner)
		}
		if v != nil && v != msg.Undefined {
			s := msg.ToString(v)
			surrogates = surrogates || strings.Contains(s, "\xed")
			b.WriteString(s)
		}
	}
	if !surrogates {
		return b.String(), nil
	}
	return msg.FromUTF16(msg.ToUTF16(b.String())), nil // halves of a pair may have met
}

func (g *group) buffer() (any, error) {
	var b, joiner []byte
	if g.joiner != msg.Undefined {
		var err error
		if joiner, err = toBytes(g.joiner); err != nil {
			return nil, err
		}
	}
	for i, v := range g.list {
		if i > 0 {
			b = append(b, joiner...)
		}
		part, err := toBytes(v)
		if err != nil {
			return nil, err
		}
		b = append(b, part...)
	}
	g.joined = true
	return &msg.Buffer{B: b}, nil
}

// toBytes is Buffer.from.
func toBytes(v any) ([]byte, error) {
	switch v := v.(type) {
	case *msg.Buffer:
		return v.B, nil
	case string:
		b, _ := msg.DecodeText(v, "utf8")
		return b, nil
	case *msg.Array:
		return bytesOf(v), nil
	}
	return nil, &msg.TypeError{Message: "The first argument must be of type string or an instance of Buffer, ArrayBuffer, or Array or an Array-like Object. Received " + received(v)}
}

// received describes a value as Node's ERR_INVALID_ARG_TYPE does.
func received(v any) string {
	switch kind := msg.TypeOf(v); {
	case v == nil || v == msg.Undefined:
		return msg.ToString(v)
	case kind == "object":
		return "an instance of Object"
	default:
		return fmt.Sprintf("type %s (%s)", kind, msg.ToString(v))
	}
}
