package function

import (
	"sluice/runtime"
	"sluice/runtime/msg"
)

// partsOf returns msg.parts if it has what it takes to be part of a sequence.
func partsOf(m *msg.Object) *msg.Object {
	parts, _ := m.Value("parts").(*msg.Object)
	if parts == nil || !parts.Has("id") || !parts.Has("index") {
		return nil
	}
	return parts
}

// sequences are the sequences a switch node has seen parts of. The messages they
// keep are counted as Node-RED does, and forgotten together when there are too many.
type sequences struct {
	limit   int // of messages kept
	pending int
	in      map[string]*incoming // until a sequence is complete, its messages
	out     map[string]*outgoing // until a sequence is complete, where its messages go
}

type incoming struct {
	messages []kept
	count    any
}

type outgoing struct {
	messages []kept
	onward   [][]bool
	received float64
}

// keep keeps a message until its sequence is complete, and then returns all of it.
func (s *sequences) keep(d *runtime.Delivery, parts *msg.Object) (complete []kept, tooMany bool) {
	id := sequenceID(parts)
	g := s.in[id]
	if g == nil {
		g = &incoming{count: msg.Undefined}
		if s.in == nil {
			s.in = map[string]*incoming{}
		}
		s.in[id] = g
	}
	g.messages = append(g.messages, keep(d, d.Msg))
	s.pending++
	if tooMany = s.tooMany(); tooMany {
		s.clear()
	}
	if count, ok := parts.Get("count"); ok {
		g.count = count
	}
	if msg.StrictEqual(g.count, msg.Number(float64(len(g.messages)))) {
		s.pending -= len(g.messages)
		delete(s.in, id)
		parts.Set("count", g.count)
		return g.messages, tooMany
	}
	return nil, tooMany
}

// sequenceID is the key under which JavaScript files a sequence.
func sequenceID(parts *msg.Object) string { return msg.ToString(parts.Value("id")) }

func (s *sequences) tooMany() bool { return s.pending > s.limit }

// route notes where a message of a sequence goes. After the last one all are
// sent, as a new sequence for each output.
func (s *sequences) route(d *runtime.Delivery, m, parts *msg.Object, onward []bool) (tooMany bool) {
	id := sequenceID(parts)
	g := s.out[id]
	if g == nil {
		g = &outgoing{}
		if s.out == nil {
			s.out = map[string]*outgoing{}
		}
		s.out[id] = g
	}
	g.messages = append(g.messages, keep(d, m))
	g.onward = append(g.onward, onward)
	g.received++
	s.pending++
	if parts.Value("count") == g.received {
		g.send(d, len(onward))
		s.pending -= len(onward) // sic
		delete(s.out, id)
	}
	if tooMany = s.tooMany(); tooMany {
		s.clear()
	}
	return tooMany
}

// send sends the messages, renumbered for each of the given number of outputs.
func (g *outgoing) send(d *runtime.Delivery, outputs int) {
	counts := make([]float64, outputs)
	ids := make([]string, outputs)
	for i := range outputs {
		ids[i] = msg.NewID()
		for _, onward := range g.onward {
			if i >= len(onward) || onward[i] {
				counts[i]++
			}
		}
	}
	next := make([]float64, outputs)
	for k, onward := range g.onward {
		out := make([][]*msg.Object, outputs)
		for i := range min(outputs, len(onward)) {
			if !onward[i] {
				continue
			}
			m := msg.CloneMessage(g.messages[k].m)
			if parts, ok := m.Value("parts").(*msg.Object); ok {
				parts.Set("id", ids[i])
				parts.Set("index", msg.Number(next[i]))
				parts.Set("count", msg.Number(counts[i]))
			}
			next[i]++
			out[i] = []*msg.Object{m}
		}
		_ = d.SendAll(out...) // fails only once the node is closed
		g.messages[k].handOver(d)
	}
}

// clear forgets everything.
func (s *sequences) clear() {
	for _, g := range s.in {
		release(g.messages)
	}
	for _, g := range s.out {
		release(g.messages)
	}
	s.pending, s.in, s.out = 0, nil, nil
}
