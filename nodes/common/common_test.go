package common

import (
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"sluice/nodes/nodetest"
	"sluice/runtime"
	"sluice/runtime/msg"
)

var types = []runtime.Type{Inject, Debug, Catch, Status, Complete, Junction, Comment, GlobalConfig, LinkIn, LinkOut, LinkCall, failing, shining}

// failing fails with the payload as its error.
var failing = runtime.Type{Name: "failing", Inputs: 1, New: func() runtime.Node { return failingNode{} }}

type failingNode struct{}

func (failingNode) Init(*runtime.Instance) error { return nil }
func (failingNode) Input(d *runtime.Delivery) error {
	return runtime.Text(d.Msg.String("payload"))
}

// shining shows the payload as its status and sends it on.
var shining = runtime.Type{Name: "shining", Inputs: 1, Outputs: 1, New: func() runtime.Node { return shiningNode{} }}

type shiningNode struct{}

func (shiningNode) Init(*runtime.Instance) error { return nil }
func (shiningNode) Input(d *runtime.Delivery) error {
	d.Status(runtime.NewStatus("red", "dot", d.Msg.String("payload")))
	return d.Send(d.Msg)
}

func TestCatchTakesErrorsOfItsScope(t *testing.T) {
	h := nodetest.Flow(t, types, `[
		{"id":"a","type":"failing","wires":[]},
		{"id":"b","type":"failing","wires":[]},
		{"id":"c1","type":"catch","scope":["a"],"wires":[["one"]]},
		{"id":"c2","type":"catch","uncaught":true,"wires":[["rest"]]},
		{"id":"one","type":"sink","wires":[]},{"id":"rest","type":"sink","wires":[]}]`)
	h.Send("a", `{"payload":"x"}`)
	h.Send("b", `{"payload":"y"}`)
	h.Wait()
	const x = `{"payload":"x","error":{"message":"x","source":{"id":"a","type":"failing","count":1}}}`
	const y = `{"payload":"y","error":{"message":"y","source":{"id":"b","type":"failing","count":1}}}`
	if h.Text("one") != x || h.Text("rest") != y {
		t.Errorf("got %s and %s", h.Text("one"), h.Text("rest"))
	}
}

func TestStatusIgnoresTheNodeItFeeds(t *testing.T) {
	h := nodetest.Flow(t, types, `[
		{"id":"a","type":"shining","wires":[]},
		{"id":"b","type":"shining","wires":[["out"]]},
		{"id":"s","type":"status","scope":["a","b"],"wires":[["b"]]},
		{"id":"out","type":"sink","wires":[]}]`)
	h.Send("a", `{"payload":"x"}`)
	h.Wait()
	const want = `{"status":{"fill":"red","shape":"dot","text":"x","source":{"id":"a","type":"shining"}}}`
	if got := h.Text("out"); got != want {
		t.Errorf("got %s\nwant %s", got, want)
	}
}

func TestCompleteHearsOfTheNodesItNames(t *testing.T) {
	h := nodetest.Flow(t, types, `[
		{"id":"a","type":"shining","name":"A","wires":[]},
		{"id":"b","type":"shining","wires":[]},
		{"id":"bad","type":"failing","wires":[]},
		{"id":"c","type":"complete","scope":["a","bad"],"wires":[["out"]]},
		{"id":"out","type":"sink","wires":[]}]`)
	for _, id := range []string{"a", "b", "bad"} {
		h.Send(id, `{"payload":"x"}`)
	}
	h.Wait()
	const want = `{"payload":"x","complete":{"source":{"id":"a","type":"shining","name":"A"}}}`
	if got := h.Text("out"); got != want {
		t.Errorf("got %s\nwant %s", got, want)
	}
}

func TestCompleteIgnoresTheNodeItFeeds(t *testing.T) {
	h := nodetest.Flow(t, types, `[
		{"id":"a","type":"junction","wires":[["out"]]},
		{"id":"c","type":"complete","scope":["a"],"wires":[["a"]]},
		{"id":"out","type":"sink","wires":[]}]`)
	h.Send("a", `{"payload":"x"}`)
	h.Wait()
	if got, want := h.Text("out"), `{"payload":"x"}`; got != want {
		t.Errorf("got %s\nwant %s", got, want)
	}
}

// debugged runs a debug node and returns what an editor would be shown.
func debugged(t *testing.T, config string, in ...string) (events []runtime.Event, h *nodetest.Harness) {
	t.Helper()
	node := nodetest.Parse(t, config)
	node.Set("id", "d")
	node.Set("type", "debug")
	node.Set("wires", &msg.Array{})
	flow, _ := msg.AppendJSON(nil, msg.NewArray(node, msg.NewObject("id", "status", "type", "status", "wires", msg.NewArray(msg.NewArray("s"))), msg.NewObject("id", "s", "type", "sink", "wires", &msg.Array{})))
	var mu sync.Mutex
	h = nodetest.Flow(t, types, string(flow), func(o *runtime.Options) {
		o.Publish = func(e runtime.Event) {
			mu.Lock()
			defer mu.Unlock()
			if e.Kind == runtime.DebugEvent {
				events = append(events, e)
			}
		}
	})
	h.Send("d", in...)
	h.Wait()
	mu.Lock()
	defer mu.Unlock()
	return events, h
}

func TestDebugShows(t *testing.T) {
	for _, tc := range []struct{ name, config, in, want string }{
		{"the payload", `{}`, `{"payload":1,"topic":"t"}`, `{"id":"d","z":"f","path":"f","topic":"t","property":"payload","msg":1}`},
		{"the whole message", `{"complete":"true","name":"D"}`, `{"_msgid":"1","a":1}`, `{"id":"d","z":"f","path":"f","name":"D","msg":{"_msgid":"1","a":1}}`},
		{"a property", `{"complete":"a.b"}`, `{"a":{"b":2}}`, `{"id":"d","z":"f","path":"f","property":"a.b","msg":2}`},
		{"nothing while inactive", `{"active":false}`, `{"payload":1}`, ``},
		{"nothing but in the log", `{"tosidebar":false,"console":true}`, `{"payload":1}`, ``},
	} {
		t.Run(tc.name, func(t *testing.T) {
			events, _ := debugged(t, tc.config, tc.in)
			got := ""
			for _, e := range events {
				b, err := msg.AppendJSON(nil, e.Value)
				if err != nil {
					t.Fatal(err)
				}
				got += string(b)
			}
			if got != tc.want {
				t.Errorf("got %s\nwant %s", got, tc.want)
			}
		})
	}
}

func TestDebugWritesTheLog(t *testing.T) {
	_, h := debugged(t, `{"console":"true"}`, `{"payload":"a\nb"}`, `{"payload":{"a":{"b":[1,"x"]}}}`, `{"payload":5}`)
	want := "INFO \na\nb\nINFO \n{ a: { b: [ 1, 'x' ] } }\nINFO 5"
	if got := h.LogText(); got != want {
		t.Errorf("got %q\nwant %q", got, want)
	}
}

func TestDebugShowsItsStatus(t *testing.T) {
	_, h := debugged(t, `{"tostatus":true,"complete":"payload"}`, `{"payload":"hello"}`, `{"payload":"hello"}`,
		`{"payload":{"a":[1]}}`, `{"payload":"`+strings.Repeat("x", 40)+`"}`, `{"payload":1,"error":{"message":"bad"}}`)
	var got []string
	for _, m := range h.Got("s") {
		s := nodetest.Object(m.Value("status"))
		got = append(got, s.String("fill")+" "+s.String("shape")+" "+s.String("text"))
	}
	want := "grey dot hello|grey dot { a: [ 1 ] }|grey dot " + strings.Repeat("x", 32) + "...|red dot bad"
	if strings.Join(got, "|") != want {
		t.Errorf("got  %s\nwant %s", strings.Join(got, "|"), want)
	}
}

func TestDebugCountsAtMostTenTimesASecond(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, h := debugged(t, `{"tostatus":true,"statusType":"counter"}`)
		time.Sleep(time.Second)
		h.Send("d", `{}`, `{}`, `{}`)
		time.Sleep(time.Second)
		synctest.Wait()
		var got []string
		for _, m := range h.Got("s") {
			got = append(got, msg.ToString(nodetest.Object(m.Value("status")).Value("text")))
		}
		if strings.Join(got, " ") != "1 3" {
			t.Errorf("got the counts %v, want 1 and 3", got)
		}
	})
}
