package parsers

import (
	"strings"
	"testing"

	"sluice/nodes/nodetest"
	"sluice/runtime"
	"sluice/runtime/msg"
)

// What Node-RED 5.0.7 was seen to do with what it cannot read.
func TestValuesThatAreNoTextFailAsObserved(t *testing.T) {
	for _, tc := range []struct {
		typ              runtime.Type
		config, in, want string
	}{
		{HTML, `{"tag":"p"}`, `{"payload":5}`, "Cannot create property 'prev' on number '5'"},
		{HTML, `{"tag":"p"}`, `{"payload":[true]}`, "Cannot create property 'prev' on boolean 'true'"},
		{HTML, `{"tag":"p"}`, `{"payload":null}`, "cheerio.load() expects a string"},
		{HTML, `{"tag":"((p"}`, `{"payload":"<p>"}`, "Empty sub-selector"},
		{CSV, `{"spec":""}`, `{"payload":[1,null]}`, "TypeError: Cannot read properties of null (reading 'toString')"},
	} {
		r := nodetest.Run(t, tc.typ, tc.config, tc.in)
		if got := r.Error(); got != tc.want {
			t.Errorf("%s %s: %q, want %q", tc.typ.Name, tc.in, got, tc.want)
		}
	}
	for _, in := range []string{`{"payload":{"a":1}}`, `{"payload":[]}`} {
		if r := nodetest.Run(t, HTML, `{"tag":"*"}`, in); r.String() != `{"payload":[]}` {
			t.Errorf("%s: %s", in, r)
		}
	}
}

// xml2js reads in a later turn of Node's loop, and writes at once.
func TestXMLThatIsReadIsOvertakenByWhatIsWritten(t *testing.T) {
	both := runtime.Type{Name: "both", Inputs: 1, Outputs: 1, New: func() runtime.Node { return bothNode{} }}
	h := nodetest.Flow(t, []runtime.Type{XML, both}, `[{"id":"both","type":"both","wires":[["n"]]},{"id":"n","type":"xml","wires":[["out"]]},{"id":"out","type":"sink","wires":[]}]`)
	h.Send("both", `{}`)
	h.Wait()
	if got, want := h.Text("out"), `{"payload":"<b>1</b>"}`+"\n"+`{"payload":{"a":""}}`; strings.ReplaceAll(got, `<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>`, "") != want {
		t.Errorf("got %s", got)
	}
}

// bothNode sends a text to read and an object to write, in one event.
type bothNode struct{}

func (bothNode) Init(*runtime.Instance) error { return nil }
func (bothNode) Input(d *runtime.Delivery) error {
	return d.SendAll([]*msg.Object{msg.NewObject("payload", "<a/>"), msg.NewObject("payload", msg.NewObject("b", 1.0))})
}
