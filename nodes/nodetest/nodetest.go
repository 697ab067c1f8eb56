// Package nodetest runs nodes in tests, on the real engine and without sleeping.
// It replaces nothing of a flow: where a test needs a server, a file or a clock,
// the test brings it (testing/synctest for the clock).
package nodetest

import (
	"fmt"
	"strings"
	"testing"

	"sluice/runtime"
	"sluice/runtime/msg"
)

// Node is the id of the node under test in Run.
const Node = "n"

// Result is what came of the messages that Run sent.
type Result struct {
	Sent      []Sent        // in the order of arrival
	Errors    []*msg.Object // msg.error as a catch node sees it
	Statuses  []*msg.Object // msg.status as a status node sees it
	Completed []*msg.Object // messages as a complete node sees them
	Log       []string      // lines such as "WARN text"

	outputs int
}

// Sent is one message that left the node.
type Sent struct {
	Output int
	Msg    *msg.Object
}

// Run runs one node: it sends the messages, each an event of its own, right after
// one another, and returns when nothing of them is under way any more. config holds
// the properties of the node in the flow file. A node with timers belongs inside
// synctest.Test, where no time is lost.
func Run(t testing.TB, typ runtime.Type, config string, in ...string) *Result {
	t.Helper()
	node := Parse(t, config)
	node.Set("id", Node)
	node.Set("type", typ.Name)
	outputs := typ.Outputs
	if v, ok := node.Get("outputs"); ok {
		outputs = int(msg.ToNumber(v))
	}
	flow := msg.NewArray(node)
	wires := &msg.Array{}
	for i := range outputs {
		id := fmt.Sprint("out", i)
		wires.Append(msg.NewArray(id))
		flow.Append(msg.NewObject("id", id, "type", SinkType, "wires", &msg.Array{}))
	}
	node.Set("wires", wires)
	for _, observer := range [...]string{"catch", "status", "complete"} {
		flow.Append(msg.NewObject("id", observer, "type", observer, "wires", &msg.Array{}))
	}
	h := start(t, []runtime.Type{typ}, flow)
	h.Send(Node, in...)
	h.Wait()
	return h.result(outputs)
}

func (h *Harness) result(outputs int) *Result {
	r := &Result{Log: h.Log(), outputs: outputs}
	for _, a := range h.arrivals() {
		switch a.at {
		case "catch":
			r.Errors = append(r.Errors, a.m.Value("error").(*msg.Object))
		case "status":
			r.Statuses = append(r.Statuses, a.m.Value("status").(*msg.Object))
		case "complete":
			r.Completed = append(r.Completed, a.m)
		default:
			var output int
			if _, err := fmt.Sscanf(a.at, "out%d", &output); err == nil {
				r.Sent = append(r.Sent, Sent{output, a.m})
			}
		}
	}
	return r
}

// String prints the messages sent, one a line and without their ids. Those of a
// node with several outputs begin with the number of theirs: `1 {"payload":2}`.
func (r *Result) String() string {
	var lines []string
	for _, s := range r.Sent {
		line := Text(s.Msg)
		if r.outputs > 1 {
			line = fmt.Sprint(s.Output, " ", line)
		}
		lines = append(lines, line)
	}
	return strings.Join(lines, "\n")
}

// Output returns the messages of one output.
func (r *Result) Output(i int) []*msg.Object {
	var out []*msg.Object
	for _, s := range r.Sent {
		if s.Output == i {
			out = append(out, s.Msg)
		}
	}
	return out
}

// Error returns the texts of the errors, one a line.
func (r *Result) Error() string {
	var lines []string
	for _, e := range r.Errors {
		lines = append(lines, e.String("message"))
	}
	return strings.Join(lines, "\n")
}

// Status prints the statuses, one a line and without their source.
func (r *Result) Status() string {
	var lines []string
	for _, s := range r.Statuses {
		s = msg.Clone(s).(*msg.Object)
		s.Delete("source")
		lines = append(lines, Text(s))
	}
	return strings.Join(lines, "\n")
}

// Text prints a message as JSON without its id.
func Text(m *msg.Object) string {
	m = msg.CloneMessage(m)
	m.Delete(msg.ID)
	return JSON(m)
}

// Texts prints messages, one a line.
func Texts(messages []*msg.Object) string {
	lines := make([]string, len(messages))
	for i, m := range messages {
		lines[i] = Text(m)
	}
	return strings.Join(lines, "\n")
}

// Parse reads a message from JSON.
func Parse(t testing.TB, text string) *msg.Object {
	t.Helper()
	v, err := msg.Parse(text)
	o, ok := v.(*msg.Object)
	if err != nil || !ok {
		t.Fatalf("not an object: %s (%v)", text, err)
	}
	return o
}

// Object returns v if it is an object, else an empty one.
func Object(v any) *msg.Object {
	o, _ := v.(*msg.Object)
	return o
}
