package nodetest

import (
	"context"
	"log/slog"
	"strings"
	"sync"
	"testing"

	"sluice/flows"
	"sluice/runtime"
	"sluice/runtime/msg"
)

// SinkType is the type of a node that gathers the messages it receives.
const SinkType = "sink"

// Harness is a flow that runs in a test. It is closed when the test ends.
type Harness struct {
	Engine *runtime.Engine

	t      testing.TB
	source *source

	mu   sync.Mutex // guards what follows
	got  []arrival
	log  []string
	runs []*runtime.Run
}

type arrival struct {
	at string // id of the sink
	m  *msg.Object
}

// Flow deploys a flow: a JSON array of nodes as in a flow file, of the given types
// and of SinkType. Nodes with wires need neither x, y nor z: they lie in the tab
// "f", which is made if it is not there. A node that does not start fails the test.
func Flow(t testing.TB, types []runtime.Type, flow string, options ...func(*runtime.Options)) *Harness {
	t.Helper()
	v, err := msg.Parse(flow)
	list, ok := v.(*msg.Array)
	if err != nil || !ok {
		t.Fatalf("not a flow: %s (%v)", flow, err)
	}
	return start(t, types, list, options...)
}

// Settings sets the settings that a flow runs with.
func Settings(text string) func(*runtime.Options) {
	return func(o *runtime.Options) {
		v, err := msg.Parse(text)
		if err != nil {
			panic(err)
		}
		o.Settings = v.(*msg.Object)
	}
}

// Env sets the variables of the process that a flow sees, from names and values in turn.
func Env(pairs ...string) func(*runtime.Options) {
	vars := map[string]string{}
	for i := 0; i+1 < len(pairs); i += 2 {
		vars[pairs[i]] = pairs[i+1]
	}
	return func(o *runtime.Options) {
		o.Getenv = func(name string) (string, bool) {
			v, ok := vars[name]
			return v, ok
		}
	}
}

func start(t testing.TB, types []runtime.Type, list *msg.Array, options ...func(*runtime.Options)) *Harness {
	t.Helper()
	h, problems := deploy(t, types, list, options...)
	for _, p := range problems {
		t.Error(p)
	}
	return h
}

// Problems returns why a node of the given type and configuration does not start.
func Problems(t testing.TB, typ runtime.Type, config string) []runtime.Problem {
	t.Helper()
	node := Parse(t, config)
	node.Set("id", Node)
	node.Set("type", typ.Name)
	node.Set("wires", &msg.Array{})
	_, problems := deploy(t, []runtime.Type{typ}, msg.NewArray(node))
	return problems
}

func deploy(t testing.TB, types []runtime.Type, list *msg.Array, options ...func(*runtime.Options)) (*Harness, []runtime.Problem) {
	t.Helper()
	h := &Harness{t: t}
	complete(list)
	list.Append(msg.NewObject("id", "nodetest", "type", sourceType, "z", "f", "x", 0.0, "y", 0.0, "wires", &msg.Array{}))
	text, err := msg.AppendJSON(nil, list)
	if err != nil {
		t.Fatal(err)
	}
	opts := runtime.Options{Log: slog.New(&recorder{h: h}), Types: append(h.types(), types...)}
	for _, o := range options {
		o(&opts)
	}
	if h.Engine, err = runtime.New(opts); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		// No time to finish: what is still open at the end of a test is closed.
		ctx, cancel := context.WithCancel(context.Background())
		cancel()
		if err := h.Engine.Close(ctx); err != nil {
			t.Error(err)
		}
	})
	file, err := flows.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	problems := h.Engine.Deploy(t.Context(), file, flows.Full)
	if h.source == nil {
		t.Fatal("the flow did not start")
	}
	return h, problems
}

// complete gives nodes with wires a place, and adds the tab "f" if it is not there.
func complete(list *msg.Array) {
	hasTab := false
	for _, v := range list.All() {
		n := v.(*msg.Object)
		hasTab = hasTab || n.String("type") == "tab" && n.String("id") == "f"
		if !n.Has("wires") {
			continue
		}
		for _, d := range [...]struct {
			key string
			v   any
		}{{"x", 0.0}, {"y", 0.0}, {"z", "f"}} {
			if !n.Has(d.key) {
				n.Set(d.key, d.v)
			}
		}
	}
	if !hasTab {
		list.Append(msg.NewObject("id", "f", "type", "tab", "label", "test"))
	}
}

// Send sends messages to the node with the given id, each an event of its own, and
// handles all that follows at once. Work that waits for something is still under way then.
func (h *Harness) Send(to string, messages ...string) {
	h.t.Helper()
	for _, text := range messages {
		h.SendMsg(to, Parse(h.t, text))
	}
}

// SendMsg is Send for a message that JSON cannot express.
func (h *Harness) SendMsg(to string, m *msg.Object) {
	h.t.Helper()
	inst := h.Instance(to)
	run := h.source.inst.Emit(func(d *runtime.Delivery) error {
		d.Relay(inst, m)
		return nil
	})
	if run == nil {
		h.t.Fatal("the flow takes no messages any more")
	}
	h.mu.Lock()
	h.runs = append(h.runs, run)
	h.mu.Unlock()
}

// SendOnly is SendMsg for benchmarks: Wait does not know of the event.
func (h *Harness) SendOnly(to string, m *msg.Object) {
	inst, _ := h.source.inst.Lookup(to)
	h.source.inst.Emit(func(d *runtime.Delivery) error {
		d.Relay(inst, m)
		return nil
	})
}

// Instance returns a node that runs.
func (h *Harness) Instance(id string) *runtime.Instance {
	h.t.Helper()
	inst, ok := h.source.inst.Lookup(id)
	if !ok {
		h.t.Fatalf("no node %q is running", id)
	}
	return inst
}

// Open tells how many of the events sent are still under way.
func (h *Harness) Open() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	n := 0
	for _, r := range h.runs {
		if !r.IsOver() {
			n++
		}
	}
	return n
}

// Wait returns when nothing of the events sent is under way any more.
func (h *Harness) Wait() {
	h.mu.Lock()
	runs := h.runs
	h.mu.Unlock()
	for _, r := range runs {
		<-r.Over()
	}
}

// Got returns the messages that the sink with the given id has received.
func (h *Harness) Got(sink string) []*msg.Object {
	var out []*msg.Object
	for _, a := range h.arrivals() {
		if a.at == sink {
			out = append(out, a.m)
		}
	}
	return out
}

// Text prints the messages that a sink has received, one a line.
func (h *Harness) Text(sink string) string { return Texts(h.Got(sink)) }

// Log returns the lines logged, such as "WARN text".
func (h *Harness) Log() []string {
	h.mu.Lock()
	defer h.mu.Unlock()
	return append([]string(nil), h.log...)
}

// LogText returns the lines logged, one a line.
func (h *Harness) LogText() string { return strings.Join(h.Log(), "\n") }

func (h *Harness) arrivals() []arrival {
	h.mu.Lock()
	defer h.mu.Unlock()
	return append([]arrival(nil), h.got...)
}

func (h *Harness) note(at string, m *msg.Object) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.got = append(h.got, arrival{at, m})
}

// recorder keeps what is logged.
type recorder struct{ h *Harness }

func (r *recorder) Enabled(context.Context, slog.Level) bool { return true }
func (r *recorder) WithAttrs([]slog.Attr) slog.Handler       { return r }
func (r *recorder) WithGroup(string) slog.Handler            { return r }
func (r *recorder) Handle(_ context.Context, rec slog.Record) error {
	r.h.mu.Lock()
	defer r.h.mu.Unlock()
	r.h.log = append(r.h.log, rec.Level.String()+" "+rec.Message)
	return nil
}
