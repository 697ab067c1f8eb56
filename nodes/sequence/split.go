package sequence

import (
	"context"
	"fmt"
	"sync"

	"sluice/runtime"
	"sluice/runtime/msg"
)

// Split makes a sequence of messages of one: of the parts of a text or buffer, the
// elements of an array, the fields of an object.
var Split = runtime.Type{
	Name: "split", Category: "sequence", Inputs: 1, Outputs: 1,
	New: func() runtime.Node { return &splitNode{SplitType: "str", Property: msg.Payload} },

	Parallel: true, // but see splitNode.mu
}

type splitNode struct {
	Split     string   `json:"splt"`     // what separates the parts of a text or buffer, or their length
	SplitType string   `json:"spltType"` // str, bin or len
	ArrayLen  any      `json:"arraySplt"`
	AddName   msg.Path `json:"addname"` // where the key of a field goes
	Stream    any      `json:"stream"`  // true: texts and buffers continue those before
	Property  msg.Path `json:"property"`

	idle      idle
	stream    bool
	length    int
	arrayLen  int
	separator string // of texts
	delimiter []byte // of buffers
	skip      int    // how much of a buffer the delimiter takes
	ch        any    // what joins the parts again

	mu        sync.Mutex // guards what follows; held during Input
	count     float64    // the index of the next part
	remainder string
	buffer    []byte
	waiting   []*kept // messages of which a part is yet to be sent
}

func (n *splitNode) Init(inst *runtime.Instance) error {
	n.stream = n.Stream == true
	if err := n.prepare(inst.Props()); err != nil {
		return n.idle.logged(inst, fmt.Errorf("Invalid split property: %s", msg.ErrorValue(err).Error()))
	}
	return nil
}

func (n *splitNode) prepare(props *msg.Object) (err error) {
	switch n.SplitType {
	case "str":
		if n.Split == "" {
			n.Split = `\n`
		}
		n.separator = unescape.Replace(n.Split)
		n.delimiter = []byte(msg.ToUTF8(n.separator))
		n.skip = msg.UTF16Len(n.separator) // sic: Node-RED counts characters where bytes are meant
		n.ch = n.separator
	case "bin":
		list, bytes, err := parseBytes(msg.ToString(props.Value("splt")))
		if err != nil {
			return err
		}
		n.separator, _ = msg.EncodeBytes(bytes, "utf8")
		n.delimiter, n.skip, n.ch = bytes, len(bytes), list
	case "len":
		if n.length, err = lengthOf(props.Value("splt"), "split"); err != nil {
			return err
		}
	}
	n.arrayLen = 1
	if v, ok := props.Get("arraySplt"); ok && v != msg.Undefined {
		n.arrayLen, err = lengthOf(v, "array split")
	}
	return err
}

func lengthOf(v any, what string) (int, error) {
	n := msg.ParseInt(msg.ToString(v), 0)
	if !(n >= 1) {
		return 0, fmt.Errorf("invalid %s length: %s", what, msg.ToString(v))
	}
	return int(min(n, 1<<53)), nil
}

func (n *splitNode) Input(d *runtime.Delivery) error {
	if n.idle {
		d.Uncompleted()
		return nil
	}
	value, err := n.Property.Get(d.Msg)
	if err != nil {
		return err
	}
	if value == msg.Undefined {
		d.Uncompleted()
		return nil
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	s := n.begin(d)
	switch v := value.(type) {
	case string:
		s.parts.Set("type", "string")
		v = msg.Concat(n.remainder, v)
		n.remainder = ""
		if n.SplitType == "len" {
			return n.splitLength(s, v)
		}
		return n.splitText(s, v)
	case *msg.Buffer:
		s.parts.Set("type", "buffer")
		if len(n.buffer) > 0 {
			v = &msg.Buffer{B: append(n.buffer[:len(n.buffer):len(n.buffer)], v.B...)}
		}
		n.buffer = nil
		if n.SplitType == "len" {
			return n.splitBufferLength(s, v.B)
		}
		return n.splitBuffer(s, v.B)
	case *msg.Array:
		return n.splitArray(s, v)
	case nil:
		return &msg.TypeError{Message: "Cannot convert undefined or null to object"}
	}
	if msg.TypeOf(value) == "object" {
		return n.splitObject(s, value)
	}
	return nil // the message ends here
}

// wait keeps the message of d until what is left of it has been sent, too.
func (n *splitNode) wait(d *runtime.Delivery) {
	n.waiting = append(n.waiting, keep(d))
	if len(n.waiting) <= runtime.MaxKept {
		return
	}
	d.Complete(runtime.Text("too many pending messages in split node"))
	release(n.waiting)
	n.waiting, n.buffer, n.remainder = nil, nil, ""
}

// finishWaiting completes the messages whose last bytes have been sent in d.
func (n *splitNode) finishWaiting(d *runtime.Delivery) {
	finish(d, n.waiting)
	n.waiting = nil
}

// finishAll completes the message of d, after those that waited for it.
func (n *splitNode) finishAll(d *runtime.Delivery, err error) error {
	if len(n.waiting) == 0 {
		return err
	}
	k := keep(d)
	k.err = err
	n.waiting = append(n.waiting, k)
	n.finishWaiting(d)
	return nil
}

// Close lets go of the messages whose parts are still waiting.
func (n *splitNode) Close(context.Context, bool) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	release(n.waiting)
	n.waiting = nil
	return nil
}
