package sequence

import (
	"context"
	"fmt"
	"strings"
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

// splitting is a message on its way to become several.
type splitting struct {
	d     *runtime.Delivery
	m     *msg.Object
	parts *msg.Object
	path  msg.Path
}

// begin gives the message the parts that its parts will have in common. Those it
// has already are kept within, for a join node to restore.
func (n *splitNode) begin(d *runtime.Delivery) *splitting {
	s := &splitting{d: d, m: d.Msg, parts: &msg.Object{}, path: n.Property}
	if outer, ok := s.m.Get(partsKey); ok {
		s.parts.Set(partsKey, outer)
	}
	s.m.Set(partsKey, s.parts)
	s.parts.Set("id", msg.NewID())
	if text := n.Property.Text(); text != msg.PayloadKey {
		s.parts.Set("property", text)
	}
	s.m.Delete(msg.ID)
	return s
}

// set makes v the value that is split; undefined removes the property.
func (s *splitting) set(v any) error {
	_, err := s.path.Set(s.m, v, v != msg.Undefined)
	return err
}

// send sends a part with a given index.
func (s *splitting) send(part any, index float64) error {
	if err := s.set(part); err != nil {
		return err
	}
	s.parts.Set("index", msg.Number(index))
	return s.d.Send(msg.CloneMessage(s.m))
}

// sendNext sends a part of a text or buffer.
func (n *splitNode) sendNext(s *splitting, part any) error {
	index := n.count
	n.count++
	return s.send(part, index)
}

func (n *splitNode) splitText(s *splitting, text string) error {
	s.parts.Set("ch", n.ch)
	var list []string
	switch {
	case n.separator != "":
		list = strings.Split(text, n.separator)
	case n.SplitType == "bin":
		for _, u := range msg.ToUTF16(text) {
			list = append(list, msg.FromUTF16([]uint16{u}))
		}
	}
	for i, part := range list {
		if n.stream && i == len(list)-1 {
			n.remainder = strings.Clone(part)
			return nil
		}
		index := n.count
		n.count++
		s.parts.Set("index", msg.Number(index))
		if !n.stream {
			s.parts.Set("count", msg.Number(float64(len(list))))
		}
		if err := s.send(part, index); err != nil {
			return err
		}
	}
	n.count = 0
	return nil
}

// splitLength cuts a text after every so many characters.
func (n *splitNode) splitLength(s *splitting, text string) error {
	cut := func(i, j int) string { return text[i:j] }
	size := msg.UTF16Len(text)
	if size != len(text) {
		units := msg.ToUTF16(text)
		cut = func(i, j int) string { return msg.FromUTF16(units[i:j]) }
	}
	s.parts.Set("ch", "")
	s.parts.Set("len", msg.Number(float64(n.length)))
	rest, err := n.cut(s, size, func(i, j int) any { return cut(i, j) })
	if rest >= 0 {
		n.remainder = strings.Clone(cut(rest, size))
	}
	return err
}

func (n *splitNode) splitBufferLength(s *splitting, b []byte) error {
	if !n.stream {
		s.parts.Set("count", 0.0) // stands before len, unlike that of texts
	}
	s.parts.Set("len", msg.Number(float64(n.length)))
	rest, err := n.cut(s, len(b), func(i, j int) any { return &msg.Buffer{B: b[i:j:j]} })
	if rest >= 0 {
		n.buffer = b[rest:]
	}
	return err
}

// cut sends the parts of a text or buffer of a given size. It returns where the
// part begins that must wait for more, or -1.
func (n *splitNode) cut(s *splitting, size int, part func(i, j int) any) (rest int, err error) {
	count := (size + n.length - 1) / n.length
	if !n.stream {
		s.parts.Set("count", msg.Number(float64(count)))
		n.count = 0
	}
	pos := 0
	for range count - 1 {
		if err := n.sendNext(s, part(pos, pos+n.length)); err != nil {
			return -1, err
		}
		pos += n.length
	}
	if n.stream && size-pos != n.length {
		if count > 1 {
			n.finishWaiting(s.d)
		}
		n.wait(s.d)
		return pos, nil
	}
	err = n.sendNext(s, part(pos, size))
	return -1, n.finishAll(s.d, err)
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

func (n *splitNode) splitArray(s *splitting, list *msg.Array) error {
	count := (list.Len() + n.arrayLen - 1) / n.arrayLen
	s.parts.Set("type", "array")
	s.parts.Set("count", msg.Number(float64(count)))
	s.parts.Set("len", msg.Number(float64(n.arrayLen)))
	// The message itself keeps the array, for complete nodes.
	if err := s.set(nil); err != nil {
		return err
	}
	part := &splitting{d: s.d, m: msg.CloneMessage(s.m), path: s.path}
	if err := s.set(list); err != nil {
		return err
	}
	part.parts, _ = part.m.Value(partsKey).(*msg.Object)
	for i := range count {
		elem := list.At(i)
		if n.arrayLen > 1 {
			elem = list.Slice(i*n.arrayLen, min((i+1)*n.arrayLen, list.Len()))
		}
		if err := part.send(elem, float64(i)); err != nil {
			return err
		}
	}
	return nil
}

func (n *splitNode) splitObject(s *splitting, v any) error {
	s.parts.Set("type", "object")
	keys := keysOf(v)
	for i, key := range keys {
		if err := s.set(msg.Property(v, key)); err != nil {
			return err
		}
		if !n.AddName.Empty() {
			if _, err := n.AddName.Set(s.m, key, true); err != nil {
				return err
			}
		}
		s.parts.Set("key", key)
		s.parts.Set("index", msg.Number(float64(i)))
		s.parts.Set("count", msg.Number(float64(len(keys))))
		if err := s.d.Send(msg.CloneMessage(s.m)); err != nil {
			return err
		}
	}
	return nil
}

// keysOf lists the own keys of a value that is neither text, array nor buffer.
func keysOf(v any) []string {
	switch v := v.(type) {
	case *msg.Object:
		return v.Keys()
	case *msg.Error:
		return v.Props.Keys()
	case msg.Host:
		return v.Keys()
	case *msg.TypedArray:
		keys := make([]string, v.Len())
		for i := range keys {
			keys[i] = fmt.Sprint(i)
		}
		return keys
	}
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
