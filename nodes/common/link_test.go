package common

import (
	"strings"
	"testing"
	"testing/synctest"

	"sluice/nodes/nodetest"
	"sluice/runtime/msg"
)

const linkFlow = `[
	{"id":"call","type":"link call","links":["in"],"timeout":"2","wires":[["out"]]},
	{"id":"dyn","type":"link call","linkType":"dynamic","links":[],"wires":[["out"]]},
	{"id":"in","type":"link in","name":"work","wires":[["back"]]},
	{"id":"twin1","type":"link in","name":"twin","wires":[]},
	{"id":"twin2","type":"link in","name":"twin","wires":[]},
	{"id":"lost","type":"link in","name":"lost","wires":[]},
	{"id":"far","type":"link in","name":"far","z":"g","wires":[["farback"]]},
	{"id":"farback","type":"link out","mode":"return","z":"g","wires":[]},
	{"id":"back","type":"link out","mode":"return","wires":[]},
	{"id":"to","type":"link out","mode":"link","links":["in2"],"wires":[]},
	{"id":"in2","type":"link in","links":["to"],"wires":[["out"]]},
	{"id":"catch","type":"catch","wires":[["errors"]]},
	{"id":"done","type":"complete","scope":["call"],"wires":[["completed"]]},
	{"id":"completed","type":"sink","wires":[]},
	{"id":"errors","type":"sink","wires":[]},
	{"id":"out","type":"sink","wires":[]},
	{"id":"g","type":"tab","label":"another"}]`

func TestLinkOutSendsToItsLinkIn(t *testing.T) {
	h := nodetest.Flow(t, types, linkFlow)
	h.Send("to", `{"payload":1}`)
	h.Wait()
	if got, want := h.Text("out"), `{"payload":1,"_event":"node:to"}`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestLinkCallSendsOnTheAnswer(t *testing.T) {
	for _, tc := range []struct{ name, node, in, want string }{
		{"of the node it names", "call", `{"payload":1}`, `{"payload":1,"_event":"node:back"}`},
		{"of the node whose name the message gives", "dyn", `{"target":"work"}`, `{"target":"work","_event":"node:back"}`},
		{"of the node whose id the message gives", "dyn", `{"target":"in"}`, `{"target":"in","_event":"node:back"}`},
		{"of a node in another flow", "dyn", `{"target":"far"}`, `{"target":"far","_event":"node:farback"}`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			h := nodetest.Flow(t, types, linkFlow)
			h.Send(tc.node, tc.in)
			h.Wait()
			if got := h.Text("out"); got != tc.want {
				t.Errorf("got %s, want %s", got, tc.want)
			}
			if n := len(h.Got("completed")); tc.node == "call" && n != 1 {
				t.Errorf("completed %d times", n)
			}
		})
	}
}

func TestLinkCallErrors(t *testing.T) {
	for _, tc := range []struct{ in, want string }{
		{`{"target":"none"}`, "Error: target link-in node 'none' not found"},
		{`{}`, "Error: target link-in node '' not found"},
		{`{"target":"twin"}`, "Error: Multiple link-in nodes named 'twin' found"},
	} {
		h := nodetest.Flow(t, types, linkFlow)
		h.Send("dyn", tc.in)
		h.Wait()
		got := h.Got("errors")
		if len(got) != 1 || nodetest.Object(got[0].Value("error")).Value("message") != tc.want {
			t.Errorf("%s: got %s, want %s", tc.in, nodetest.Texts(got), tc.want)
		}
	}
}

func TestLinkCallTimesOut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := nodetest.Flow(t, types, linkFlow)
		h.Send("dyn", `{"target":"lost"}`)
		if h.Open() != 1 {
			t.Error("the event was over before the answer could come")
		}
		h.Wait()
		got := h.Text("errors")
		if want := `{"target":"lost","_linkSource":[],"error":{"message":"timeout",`; !strings.HasPrefix(got, want) {
			t.Errorf("got %s, want %s…", got, want)
		}
	})
}

func TestLinkOutWarnsWithoutACaller(t *testing.T) {
	h := nodetest.Flow(t, types, linkFlow)
	h.Send("back", `{}`, `{"_linkSource":[{"id":"1","node":"none"}]}`)
	h.Wait()
	if got, want := h.LogText(), "WARN Missing return node information\nWARN Missing return node information"; got != want {
		t.Errorf("got %s", got)
	}
}

func TestLinkCallSendsOnALateAnswer(t *testing.T) {
	h := nodetest.Flow(t, types, linkFlow)
	h.SendMsg("back", msg.NewObject("_linkSource", msg.NewArray(msg.NewObject("id", "gone", "node", "call"))))
	h.Wait()
	if got, want := h.Text("out"), `{"_event":"node:back"}`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}
