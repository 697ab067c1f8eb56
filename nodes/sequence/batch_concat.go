package sequence

import (
	"slices"

	"sluice/runtime"
	"sluice/runtime/msg"
)

// topic holds the sequences of a topic that wait for those of the other topics.
type topic struct {
	ids    []string // of its sequences in the order of their first messages
	groups map[string]*batchGroup
}

type batchGroup struct {
	count any
	list  []*kept
}

func (t *topic) messages() []*kept {
	var all []*kept
	for _, id := range t.ids {
		all = append(all, t.groups[id].list...)
	}
	return all
}

// first returns the first sequence of the topic if it is complete.
func (t *topic) first() *batchGroup {
	if t == nil || len(t.ids) == 0 {
		return nil
	}
	g := t.groups[t.ids[0]]
	if g.count != float64(len(g.list)) {
		return nil
	}
	return g
}

// concat keeps the message until every topic has a complete sequence. Those are
// sent as one, in the order of the topics.
func (n *batchNode) concat(d *runtime.Delivery) error {
	name := d.Msg.Value(msg.TopicKey)
	known := slices.ContainsFunc(n.names(), func(t any) bool { return msg.StrictEqual(t, name) })
	if !known {
		d.Uncompleted()
		return nil
	}
	parts, _, _ := partsOf(d.Msg)
	if !parts.Has("id") || !parts.Has("index") || !parts.Has("count") {
		return runtime.Text("no parts property in message")
	}
	topics := n.topics
	keepInTopic(topics, msg.ToString(name), msg.ToString(parts.Value("id")), parts.Value("count"), keep(d))
	n.pending++
	var failed []*kept
	if n.pending > n.limit {
		failed = n.failAll(d.Msg)
	}
	n.tryConcat(d, topics) // even with what has failed
	finish(d, failed)
	return nil
}

func (n *batchNode) names() []any {
	names := make([]any, len(n.Topics))
	for i, t := range n.Topics {
		names[i] = t.Topic
	}
	return names
}

func keepInTopic(topics map[string]*topic, name, id string, count any, k *kept) {
	t := topics[name]
	if t == nil {
		t = &topic{groups: map[string]*batchGroup{}}
		topics[name] = t
	}
	g := t.groups[id]
	if g == nil {
		g = &batchGroup{count: count}
		t.groups[id] = g
		t.ids = append(t.ids, id)
	}
	g.list = append(g.list, k)
}

// failAll forgets everything. Node-RED means to fail m, the last message, alone, but
// tells messages apart by msg.id, which none has as a rule.
func (n *batchNode) failAll(m *msg.Object) []*kept {
	all := n.inTopics()
	for _, k := range all {
		if msg.StrictEqual(k.m.Value("id"), m.Value("id")) {
			k.err = errTooManyBatch
		}
	}
	n.topics, n.pending = map[string]*topic{}, 0
	return all
}

// inTopics returns everything kept in mode concat.
func (n *batchNode) inTopics() []*kept {
	var all []*kept
	seen := map[string]bool{}
	for _, name := range n.names() {
		key := msg.ToString(name)
		if t := n.topics[key]; t != nil && !seen[key] {
			all = append(all, t.messages()...)
		}
		seen[key] = true
	}
	return all
}

func (n *batchNode) tryConcat(d *runtime.Delivery, topics map[string]*topic) {
	var all []*kept
	names := n.names()
	for _, name := range names {
		g := topics[msg.ToString(name)].first()
		if g == nil {
			return
		}
		all = append(all, g.list...)
	}
	for _, name := range names {
		t := topics[msg.ToString(name)]
		if len(t.ids) > 0 {
			delete(t.groups, t.ids[0])
			t.ids = t.ids[1:]
		}
	}
	n.sendSequence(d, all, true)
	finish(d, all)
	n.pending -= len(all)
}
