package runtime_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"sluice/flows"
	"sluice/runtime"
	"sluice/runtime/msg"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// bench is an engine whose nodes are made for the tests: "in" emits what the
// test feeds, "pass" passes on, "fail" fails, "sink" writes down what it gets.
type bench struct {
	*runtime.Engine
	t        *testing.T
	problems []runtime.Problem

	mu   sync.Mutex
	more *sync.Cond
	seen []string // "sink: message"
}

// await returns when the sinks have seen n messages.
func (b *bench) await(n int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for len(b.seen) < n {
		b.more.Wait()
	}
}

// inNode starts runs.
type inNode struct{ inst *runtime.Instance }

func (n *inNode) Init(inst *runtime.Instance) error { n.inst = inst; return nil }

type passNode struct {
	Add string `json:"add"` // appended to the payload
}

func (n *passNode) Init(*runtime.Instance) error { return nil }
func (n *passNode) Input(d *runtime.Delivery) error {
	if n.Add != "" {
		d.Msg.Set("payload", msg.ToString(d.Msg.Value("payload"))+n.Add)
	}
	return d.Send(d.Msg)
}

type failNode struct{ passNode }

func (n *failNode) Input(d *runtime.Delivery) error { return errors.New("broken pipe") }

type textFailNode struct{ passNode }

func (n *textFailNode) Input(*runtime.Delivery) error { return runtime.Text("plain words") }

type panicNode struct{ passNode }

func (n *panicNode) Input(*runtime.Delivery) error { panic("boom") }

type initFailNode struct{ passNode }

func (n *initFailNode) Init(*runtime.Instance) error { return errors.New("no such device") }

type statusSetter struct{ passNode }

func (n *statusSetter) Input(d *runtime.Delivery) error {
	d.Status(runtime.NewStatus("green", "dot", "working"))
	return nil
}

type envNode struct {
	Name  string `json:"var"`
	Value string `json:"value"`
	inst  *runtime.Instance
}

func (n *envNode) Init(inst *runtime.Instance) error { n.inst = inst; return nil }
func (n *envNode) Input(d *runtime.Delivery) error {
	v := any(n.Value)
	if n.Name != "" {
		v = n.inst.Env(n.Name)
	}
	d.Msg.Set("payload", v)
	return d.Send(d.Msg)
}

// holdNode keeps its message until the test lets go.
type holdNode struct{ resume chan func() }

func (n *holdNode) Init(*runtime.Instance) error { return nil }
func (n *holdNode) Input(d *runtime.Delivery) error {
	resume := d.Async()
	n.resume <- func() { resume(func() error { return d.Send(d.Msg) }) }
	return nil
}

type listenNode struct {
	Scope    any  `json:"scope"`
	Uncaught bool `json:"uncaught"`
	ids      []string
}

func (n *listenNode) Init(*runtime.Instance) error    { return nil }
func (n *listenNode) Input(d *runtime.Delivery) error { return d.Send(d.Msg) }
func (n *listenNode) Listens() ([]string, bool, bool) {
	if list, ok := n.Scope.(*msg.Array); ok {
		n.ids = []string{}
		for _, id := range list.All() {
			n.ids = append(n.ids, id.(string))
		}
	}
	return n.ids, n.Scope == "group", n.Uncaught
}

type completeNode struct {
	passNode
	Scope []string `json:"scope"`
}

func (n *completeNode) Completes() []string { return n.Scope }

func newBench(t *testing.T, flow string, more ...runtime.Type) *bench {
	b := &bench{t: t}
	b.more = sync.NewCond(&b.mu)
	node := func(name string, parallel bool, make func() runtime.Node) runtime.Type {
		return runtime.Type{Name: name, Parallel: parallel, New: make}
	}
	types := append([]runtime.Type{
		node("in", false, func() runtime.Node { return &inNode{} }),
		node("pass", true, func() runtime.Node { return &passNode{} }),
		node("fail", true, func() runtime.Node { return &failNode{} }),
		node("textfail", true, func() runtime.Node { return &textFailNode{} }),
		node("panics", false, func() runtime.Node { return &panicNode{} }),
		node("initfail", true, func() runtime.Node { return &initFailNode{} }),
		node("status setter", true, func() runtime.Node { return &statusSetter{} }),
		node("env", true, func() runtime.Node { return &envNode{} }),
		node("sink", true, func() runtime.Node { return &sinkNode{b: b} }),
		{Name: "catch", Relay: true, Parallel: true, New: func() runtime.Node { return &listenNode{} }},
		{Name: "status", Relay: true, Parallel: true, New: func() runtime.Node { return &listenNode{} }},
		{Name: "complete", Relay: true, Parallel: true, New: func() runtime.Node { return &completeNode{} }},
	}, more...)
	e, err := runtime.New(runtime.Options{Types: types, Getenv: func(name string) (string, bool) {
		return "process", name == "OUTER"
	}})
	if err != nil {
		t.Fatal(err)
	}
	b.Engine = e
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		if err := e.Close(ctx); err != nil {
			t.Error(err)
		}
	})
	b.deploy(flow)
	return b
}

func (b *bench) deploy(flow string) { b.t.Helper(); b.deployAs(flows.ModifiedNodes, flow) }

func (b *bench) deployAs(kind flows.DeployKind, flow string) {
	b.t.Helper()
	file, err := flows.Parse([]byte(flow))
	if err != nil {
		b.t.Fatal(err)
	}
	b.problems = b.Deploy(context.Background(), file, kind)
}

// feed starts a run at the "in" node with the id and returns it once drained.
func (b *bench) feed(id, message string) *runtime.Run {
	b.t.Helper()
	inst, ok := b.Flows().ByID(id)
	if !ok {
		b.t.Fatalf("no node %s", id)
	}
	v, err := msg.Parse(message)
	if err != nil {
		b.t.Fatal(err)
	}
	return inst.Emit(func(d *runtime.Delivery) error { return d.Send(v.(*msg.Object)) })
}

func (b *bench) expect(want ...string) {
	b.t.Helper()
	b.mu.Lock()
	defer b.mu.Unlock()
	if got, want := strings.Join(b.seen, "\n"), strings.Join(want, "\n"); got != want {
		b.t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	b.seen = nil
}

type sinkNode struct {
	b    *bench
	Show string `json:"show"` // the property shown, "" for payload
	inst *runtime.Instance
}

func (n *sinkNode) Init(inst *runtime.Instance) error { n.inst = inst; return nil }
func (n *sinkNode) Input(d *runtime.Delivery) error {
	show := n.Show
	if show == "" {
		show = "payload"
	}
	text, _, err := msg.Stringify(d.Msg.Value(show), "")
	if err != nil {
		return err
	}
	n.b.mu.Lock()
	defer n.b.mu.Unlock()
	n.b.seen = append(n.b.seen, n.inst.ID+": "+text)
	n.b.more.Broadcast()
	return nil
}

const tab = `{"id":"t","type":"tab","label":"Tab"},`

func TestSendsKeepNodeREDsOrder(t *testing.T) {
	b := newBench(t, `[`+tab+`
		{"id":"in","type":"in","z":"t","x":1,"y":1,"wires":[["a","c"]]},
		{"id":"a","type":"pass","add":"-a","z":"t","x":1,"y":1,"wires":[["b"]]},
		{"id":"b","type":"sink","z":"t","x":1,"y":1,"wires":[]},
		{"id":"c","type":"sink","z":"t","x":1,"y":1,"wires":[]}]`)
	b.feed("in", `{"payload":"m"}`)
	b.expect(`c: "m"`, `b: "m-a"`) // c is a hop nearer, and has a message of its own
}

func TestAWireLoopOfOneMessageNeedsNoStackAndEndsWithItsRun(t *testing.T) {
	b := newBench(t, `[`+tab+`
		{"id":"in","type":"in","z":"t","x":1,"y":1,"wires":[["a"]]},
		{"id":"a","type":"stopper","z":"t","x":1,"y":1,"wires":[["a"]]}]`, stopper)
	run := b.feed("in", `{"payload":0}`)
	<-run.Over()
	if run.Cause() == nil {
		t.Error("it ended by itself")
	}
}

func TestAnEndlessLoopGivesItsCallerBackTheGoroutine(t *testing.T) {
	b := newBench(t, `[`+tab+`
		{"id":"in","type":"in","z":"t","x":1,"y":1,"wires":[["a"]]},
		{"id":"a","type":"pass","z":"t","x":1,"y":1,"wires":[["a"]]}]`)
	run := b.feed("in", `{"payload":0}`) // returns
	run.Cancel(errStop)
	<-run.Over()
}

var errStop = errors.New("enough")

var stopper = runtime.Type{Name: "stopper", Parallel: true, New: func() runtime.Node { return &stopNode{} }}

type stopNode struct{ passNode }

func (n *stopNode) Input(d *runtime.Delivery) error {
	count := msg.ToNumber(d.Msg.Value("payload")) + 1
	d.Msg.Set("payload", msg.Number(count))
	if count == 100000 {
		d.Run().Cancel(errStop)
	}
	return d.Send(d.Msg)
}

func TestALoopThatMultipliesMessagesEndsItsRunAlone(t *testing.T) {
	b := newBench(t, `[`+tab+`
		{"id":"in","type":"in","z":"t","x":1,"y":1,"wires":[["a"]]},
		{"id":"a","type":"pass","z":"t","x":1,"y":1,"wires":[["a","a"]]},
		{"id":"in2","type":"in","z":"t","x":1,"y":1,"wires":[["s"]]},
		{"id":"s","type":"sink","z":"t","x":1,"y":1,"wires":[]}]`)
	run := b.feed("in", `{"payload":0}`)
	<-run.Over()
	if run.Cause() == nil {
		t.Error("it ended by itself")
	}
	b.feed("in2", `{"payload":1}`)
	b.expect(`s: 1`)
}

func TestErrorsReachTheCatchNodesOfTheirScope(t *testing.T) {
	flow := func(nodes string) string {
		return `[` + tab + `{"id":"in","type":"in","z":"t","x":1,"y":1,"wires":[["f"]]},
			{"id":"s","type":"sink","show":"error","z":"t","x":1,"y":1,"wires":[]},
			{"id":"s2","type":"sink","show":"error","z":"t","x":1,"y":1,"wires":[]},` + nodes + `]`
	}
	const fail = `{"id":"f","type":"fail","name":"F","z":"t","x":1,"y":1,"wires":[]}`
	const shown = `{"message":"Error: broken pipe","source":{"id":"f","type":"fail","name":"F","count":1},"stack":"Error: broken pipe"}`
	for _, tc := range []struct {
		name, nodes string
		want        []string
	}{
		{"a catch node for all hears it", fail + `,{"id":"c","type":"catch","scope":null,"z":"t","x":1,"y":1,"wires":[["s"]]}`, []string{`s: ` + shown}},
		{"one that names others does not", fail + `,{"id":"c","type":"catch","scope":["x"],"z":"t","x":1,"y":1,"wires":[["s"]]}`, nil},
		{"uncaught stays silent when another took it", fail + `,
			{"id":"u","type":"catch","uncaught":true,"z":"t","x":1,"y":1,"wires":[["s2"]]},
			{"id":"c","type":"catch","scope":["f"],"z":"t","x":1,"y":1,"wires":[["s"]]}`, []string{`s: ` + shown}},
		{"uncaught takes what is left", fail + `,{"id":"u","type":"catch","uncaught":true,"z":"t","x":1,"y":1,"wires":[["s2"]]}`, []string{`s2: ` + shown}},
		{"a group's catch node hears only its group", fail + `,{"id":"g","type":"group","z":"t","nodes":["c"]},
			{"id":"c","type":"catch","scope":"group","g":"g","z":"t","x":1,"y":1,"wires":[["s"]]}`, nil},
		{"a text is shown as it is", `{"id":"f","type":"textfail","z":"t","x":1,"y":1,"wires":[]},{"id":"c","type":"catch","z":"t","x":1,"y":1,"wires":[["s"]]}`,
			[]string{`s: {"message":"plain words","source":{"id":"f","type":"textfail","count":1}}`}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			b := newBench(t, flow(tc.nodes))
			b.feed("in", `{"payload":1}`)
			b.expect(tc.want...)
		})
	}
}

func TestAPanicIsTheNodesOwn(t *testing.T) {
	b := newBench(t, `[`+tab+`
		{"id":"in","type":"in","z":"t","x":1,"y":1,"wires":[["p","s"]]},
		{"id":"p","type":"panics","z":"t","x":1,"y":1,"wires":[]},
		{"id":"s","type":"sink","z":"t","x":1,"y":1,"wires":[]},
		{"id":"c","type":"catch","z":"t","x":1,"y":1,"wires":[["e"]]},
		{"id":"e","type":"sink","z":"t","x":1,"y":1,"wires":[]}]`)
	b.feed("in", `{"payload":1}`)
	b.feed("in", `{"payload":2}`) // the node's lock is free again
	b.expect(`s: 1`, `e: 1`, `s: 2`, `e: 2`)
}

func TestCompleteAndStatusNodesHearTheirNodes(t *testing.T) {
	b := newBench(t, `[`+tab+`
		{"id":"in","type":"in","z":"t","x":1,"y":1,"wires":[["st","p"]]},
		{"id":"st","type":"status setter","z":"t","x":1,"y":1,"wires":[]},
		{"id":"p","type":"pass","z":"t","x":1,"y":1,"wires":[]},
		{"id":"cp","type":"complete","scope":["p"],"z":"t","x":1,"y":1,"wires":[["s"]]},
		{"id":"ss","type":"status","scope":null,"z":"t","x":1,"y":1,"wires":[["s2"]]},
		{"id":"s","type":"sink","show":"complete","z":"t","x":1,"y":1,"wires":[]},
		{"id":"s2","type":"sink","show":"status","z":"t","x":1,"y":1,"wires":[]}]`)
	b.feed("in", `{"payload":1}`)
	b.expect(`s2: {"fill":"green","shape":"dot","text":"working","source":{"id":"st","type":"status setter"}}`,
		`s: {"source":{"id":"p","type":"pass"}}`)
}

func TestStatusesOutsideOfEventsKeepTheirOrder(t *testing.T) {
	b := newBench(t, `[`+tab+`
		{"id":"in","type":"in","z":"t","x":1,"y":1,"wires":[[]]},
		{"id":"ss","type":"status","scope":null,"z":"t","x":1,"y":1,"wires":[["s"]]},
		{"id":"s","type":"sink","show":"status","z":"t","x":1,"y":1,"wires":[]}]`)
	inst, _ := b.Flows().ByID("in")
	var want []string
	for i := range 200 {
		inst.Status(runtime.NewStatus("", "", fmt.Sprint(i)))
		want = append(want, fmt.Sprintf(`s: {"text":"%d","source":{"id":"in","type":"in"}}`, i))
	}
	b.await(len(want))
	b.expect(want...)
}

func TestSettingsAreLookedUpFromTheInsideOut(t *testing.T) {
	const flow = `[{"id":"t","type":"tab","label":"Tab","env":[{"name":"A","value":"tab","type":"str"},{"name":"N","value":"7","type":"num"}]},
		{"id":"sf","type":"subflow","name":"S","in":[{"wires":[{"id":"e"}]}],"out":[{"wires":[{"id":"e","port":0}]}],"env":[{"name":"A","type":"str","value":"template"},{"name":"B","type":"str","value":"template"}]},
		{"id":"e","type":"env","var":"%s","value":"${A}","z":"sf","x":1,"y":1,"wires":[[]]},
		{"id":"in","type":"in","z":"t","x":1,"y":1,"wires":[["i"]]},
		{"id":"i","type":"subflow:sf","name":"I","env":[{"name":"A","type":"str","value":"instance"}],"z":"t","x":1,"y":1,"wires":[["s"]]},
		{"id":"s","type":"sink","z":"t","x":1,"y":1,"wires":[]}]`
	for _, tc := range []struct{ name, want string }{
		{"A", `"instance"`}, {"B", `"template"`}, {"$parent.A", `"tab"`}, {"N", `7`}, {"OUTER", `"process"`}, {"NOWHERE", ``},
		{"NR_FLOW_NAME", `"Tab"`}, {"NR_SUBFLOW_NAME", `"I"`}, {"", `"instance"`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			b := newBench(t, fmt.Sprintf(flow, tc.name))
			b.feed("in", `{"payload":0}`)
			b.expect(`s: ` + tc.want)
		})
	}
}

func TestWhatCanRunRuns(t *testing.T) {
	b := newBench(t, `[`+tab+`
		{"id":"in","type":"in","z":"t","x":1,"y":1,"wires":[["u","i","s"]]},
		{"id":"u","type":"unheard of","z":"t","x":1,"y":1,"wires":[]},
		{"id":"i","type":"initfail","z":"t","x":1,"y":1,"wires":[]},
		{"id":"s","type":"sink","z":"t","x":1,"y":1,"wires":[]}]`)
	b.feed("in", `{"payload":1}`)
	b.expect(`s: 1`)
	var got []string
	for _, p := range b.problems {
		got = append(got, p.String())
	}
	want := []string{`unheard of node u: the node type "unheard of" is not known`, `initfail node i: no such device`}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("problems %q", got)
	}
}

func TestARunKnowsWhenItIsOver(t *testing.T) {
	hold := &holdNode{resume: make(chan func(), 1)}
	b := newBench(t, `[`+tab+`
		{"id":"in","type":"in","z":"t","x":1,"y":1,"wires":[["h"]]},
		{"id":"h","type":"hold","z":"t","x":1,"y":1,"wires":[["s"]]},
		{"id":"s","type":"sink","z":"t","x":1,"y":1,"wires":[]}]`,
		runtime.Type{Name: "hold", Parallel: true, New: func() runtime.Node { return hold }})
	run := b.feed("in", `{"payload":1}`)
	if run.IsOver() {
		t.Error("over while a node works on its message")
	}
	(<-hold.resume)()
	<-run.Over()
	b.expect(`s: 1`)
}

func TestACancelledRunDeliversNothingMore(t *testing.T) {
	hold := &holdNode{resume: make(chan func(), 1)}
	b := newBench(t, `[`+tab+`
		{"id":"in","type":"in","z":"t","x":1,"y":1,"wires":[["h"]]},
		{"id":"h","type":"hold","z":"t","x":1,"y":1,"wires":[["s"]]},
		{"id":"s","type":"sink","z":"t","x":1,"y":1,"wires":[]}]`,
		runtime.Type{Name: "hold", Parallel: true, New: func() runtime.Node { return hold }})
	run := b.feed("in", `{"payload":1}`)
	ctx := run.Context()
	run.Cancel(errStop)
	<-ctx.Done()
	(<-hold.resume)()
	<-run.Over()
	b.expect()
}

func TestADeployLeavesRunningWhatHasNotChanged(t *testing.T) {
	const flow = `[` + tab + `{"id":"t2","type":"tab"},
		{"id":"in","type":"in","z":"t","x":1,"y":1,"wires":[["n"]]},
		{"id":"n","type":"counting","z":"t","x":1,"y":1,"wires":[["p"]]},
		{"id":"p","type":"pass","add":"%s","z":"t","x":1,"y":1,"wires":[["s"]]},
		{"id":"s","type":"sink","z":"t","x":1,"y":1,"wires":[]},
		{"id":"c","type":"catch","z":"t","x":1,"y":1,"wires":[["s"]]},
		{"id":"gone","type":"counting","z":"t","x":1,"y":1,"wires":[]}]`
	var log []string
	counting := runtime.Type{Name: "counting", New: func() runtime.Node { return &countNode{log: &log} }}
	b := newBench(t, fmt.Sprintf(flow, "a"), counting)
	b.feed("in", `{}`)
	b.deploy(strings.Replace(fmt.Sprintf(flow, "b"), `,
		{"id":"gone","type":"counting","z":"t","x":1,"y":1,"wires":[]}`, "", 1))
	b.feed("in", `{}`)
	b.expect(`s: "1a"`, `s: "2b"`) // it has counted on, and is wired to the new node
	if got := strings.Join(log, " "); got != "close gone removed=true" {
		t.Errorf("log %q", got)
	}
}

// countNode counts its messages and says when it is closed.
type countNode struct {
	n    int
	log  *[]string
	inst *runtime.Instance
}

func (n *countNode) Init(inst *runtime.Instance) error { n.inst = inst; return nil }
func (n *countNode) Input(d *runtime.Delivery) error {
	n.n++
	d.Msg.Set("payload", fmt.Sprint(n.n))
	return d.Send(d.Msg)
}
func (n *countNode) Close(_ context.Context, removed bool) error {
	*n.log = append(*n.log, fmt.Sprintf("close %s removed=%v", n.inst.ID, removed))
	return nil
}

func TestADeployLetsRunsUnderWayFinishOnTheOldFlows(t *testing.T) {
	hold := &holdNode{resume: make(chan func(), 1)}
	const flow = `[` + tab + `
		{"id":"in","type":"in","z":"t","x":1,"y":1,"wires":[["h"]]},
		{"id":"h","type":"hold","z":"t","x":1,"y":1,"wires":[["p"]]},
		{"id":"p","type":"pass","add":"%s","z":"t","x":1,"y":1,"wires":[["s"]]},
		{"id":"s","type":"sink","z":"t","x":1,"y":1,"wires":[]}]`
	b := newBench(t, fmt.Sprintf(flow, "-old"), runtime.Type{Name: "hold", Parallel: true, New: func() runtime.Node { return hold }})
	run := b.feed("in", `{"payload":"m"}`)
	go func() { (<-hold.resume)() }()
	b.deployAs(flows.Full, fmt.Sprintf(flow, "-new"))
	<-run.Over()
	b.expect(`s: "m-old"`)
}

func TestVariablesThatSettingsExcludeAreHiddenFromFlows(t *testing.T) {
	e, err := runtime.New(runtime.Options{
		Settings: msg.NewObject("envVarExcludes", msg.NewArray("SECRET")),
		Getenv:   func(name string) (string, bool) { return "value of " + name, true },
	})
	if err != nil {
		t.Fatal(err)
	}
	if v, ok := e.Getenv("SECRET"); ok {
		t.Errorf("got %s", v)
	}
	if v, _ := e.Getenv("PATH"); v != "value of PATH" {
		t.Errorf("got %s", v)
	}
}
