package sequence

import (
	"strings"

	"sluice/runtime"
	"sluice/runtime/msg"
)

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
	keys := msg.Keys(v)
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
