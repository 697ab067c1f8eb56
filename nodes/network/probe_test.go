package network

import (
	"testing"
	"time"

	"sluice/nodes/common"
	"sluice/nodes/nodetest"
	"sluice/runtime"
	"sluice/runtime/msg"
)

// probe is a node that hands each message to the test, which waits for it.
type probe chan *msg.Object

func (probe) Init(*runtime.Instance) error { return nil }

func (p probe) Input(d *runtime.Delivery) error {
	p <- d.Msg
	return nil
}

// bench is a flow under test whose messages, statuses and errors the test waits for.
type bench struct {
	*nodetest.Harness
	t        *testing.T
	out      probe // nodes of type "out"
	statuses probe
	errors   probe
}

// newBench deploys the nodes given as the elements of a JSON array. All their
// statuses and errors are caught.
func newBench(t *testing.T, nodes string, types []runtime.Type, options ...func(*runtime.Options)) *bench {
	t.Helper()
	b := &bench{t: t, out: make(probe, 100), statuses: make(probe, 100), errors: make(probe, 100)}
	for name, p := range map[string]probe{"out": b.out, "statuses": b.statuses, "errors": b.errors} {
		types = append(types, runtime.Type{Name: name, Inputs: 1, Parallel: true, New: func() runtime.Node { return p }})
	}
	types = append(types, common.Status, common.Catch)
	b.Harness = nodetest.Flow(t, types, `[`+nodes+`,
		{"id":"out","type":"out","wires":[]},
		{"id":"the status","type":"status","wires":[["statuses"]]},{"id":"statuses","type":"statuses","wires":[]},
		{"id":"the catch","type":"catch","wires":[["errors"]]},{"id":"errors","type":"errors","wires":[]}]`, options...)
	return b
}

const patience = 10 * time.Second // of a test that waits in vain

func (b *bench) next(p probe, what string) *msg.Object {
	b.t.Helper()
	select {
	case m := <-p:
		return m
	case <-time.After(patience):
		b.t.Fatalf("no %s came", what)
		return nil
	}
}

// message waits for the next message and returns it without its id and session.
func (b *bench) message() string {
	b.t.Helper()
	m := b.next(b.out, "message")
	m.Delete("_session")
	return nodetest.Text(m)
}

// status waits for the next status and returns it without its source, session and port.
func (b *bench) status() string {
	b.t.Helper()
	s := nodetest.Object(b.next(b.statuses, "status").Value("status"))
	for _, key := range []string{"source", "_session", "port"} {
		s.Delete(key)
	}
	return nodetest.Text(s)
}

// error waits for the next error that was caught.
func (b *bench) error() string {
	b.t.Helper()
	return nodetest.Object(b.next(b.errors, "error").Value("error")).String("message")
}

func (b *bench) wantMessage(want string) {
	b.t.Helper()
	if got := b.message(); got != want {
		b.t.Errorf("got message %s, want %s", got, want)
	}
}

func (b *bench) wantStatus(want string) {
	b.t.Helper()
	if got := b.status(); got != want {
		b.t.Errorf("got status %s, want %s", got, want)
	}
}
