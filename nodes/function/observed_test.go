package function

import (
	"strings"
	"testing"
	"testing/synctest"

	"sluice/nodes/common"
	"sluice/nodes/nodetest"
	"sluice/runtime"
	"sluice/runtime/msg"
)

// What Node-RED 5.0.7 was seen to do.

func TestRBENeverCompletes(t *testing.T) {
	r := nodetest.Run(t, RBE, `{"func":"rbe"}`, `{"payload":1}`, `{"payload":1}`, `{}`)
	if len(r.Sent) != 1 || len(r.Completed) != 0 {
		t.Errorf("sent %s, completed %d", r, len(r.Completed))
	}
}

func TestExecAppendsThePayloadUnlessToldNotTo(t *testing.T) {
	for config, want := range map[string]string{
		`{"command":"echo a"}`:                      "a x\n",
		`{"command":"echo a","addpay":true}`:        "a x\n",
		`{"command":"echo a","addpay":""}`:          "a\n",
		`{"command":"echo a","addpay":false}`:       "a\n",
		`{"command":"echo a","addpay":"topic"}`:     "a t\n",
		`{"command":"echo a","addpay":"nowhere.x"}`: "",
	} {
		r := nodetest.Run(t, Exec, config, `{"payload":"x","topic":"t"}`)
		var got any = ""
		if len(r.Sent) > 0 {
			got = r.Sent[0].Msg.Value(msg.PayloadKey)
		}
		if got != want {
			t.Errorf("%s: %q, want %q", config, got, want)
		}
	}
}

func TestAResetOfDelayCompletesWhatWaitsBeforeItsStatus(t *testing.T) {
	for kind, want := range map[string]string{
		"delay": `"dot" 1 null "ring"`,
		"queue": `1 null "reset" null`,
	} {
		synctest.Test(t, func(t *testing.T) {
			var got []string
			note := func(d *runtime.Delivery) error {
				v := d.Msg.Value("payload")
				if status, ok := d.Msg.Value("status").(*msg.Object); ok {
					if v = status.Value("shape"); kind == "queue" {
						v = status.Value("text")
					}
				}
				text, ok, _ := msg.Stringify(v, "")
				if !ok {
					text = "null"
				}
				got = append(got, text)
				return nil
			}
			notes := runtime.Type{Name: "note", Inputs: 1, New: func() runtime.Node { return noteNode(note) }}
			h := nodetest.Flow(t, []runtime.Type{Delay, common.Status, common.Complete, notes}, `[
				{"id":"n","type":"delay","pauseType":"`+kind+`","timeout":"5","rate":"1","nbRateUnits":"60","wires":[[]]},
				{"id":"s","type":"status","scope":["n"],"wires":[["note"]]},
				{"id":"c","type":"complete","scope":["n"],"wires":[["note"]]},
				{"id":"note","type":"note","wires":[]}]`)
			h.Send("n", `{"payload":1,"topic":"a"}`)
			h.Send("n", `{"reset":true,"topic":"b"}`)
			synctest.Wait()
			if text := strings.Join(got, " "); !strings.HasPrefix(text, want) {
				t.Errorf("%s: %s, want %s", kind, text, want)
			}
		})
	}
}

type noteNode func(d *runtime.Delivery) error

func (noteNode) Init(*runtime.Instance) error      { return nil }
func (n noteNode) Input(d *runtime.Delivery) error { return n(d) }

// A status takes its place among what the body sends, as each is an event of its own in Node.
func TestStatusesKeepTheirPlaceAmongMessages(t *testing.T) {
	var got []string
	notes := runtime.Type{Name: "note", Inputs: 1, New: func() runtime.Node {
		return noteNode(func(d *runtime.Delivery) error {
			if status, ok := d.Msg.Value("status").(*msg.Object); ok {
				got = append(got, status.String("text"))
			} else {
				got = append(got, d.Msg.String("payload"))
			}
			return nil
		})
	}}
	h := nodetest.Flow(t, []runtime.Type{Function, common.Status, notes}, `[
		{"id":"n","type":"function","outputs":1,"wires":[["note"]],"func":"node.status('a'); node.send({payload:'b'}); node.status({text:'c'}); return {payload:'d'};"},
		{"id":"s","type":"status","scope":["n"],"wires":[["note"]]},
		{"id":"note","type":"note","wires":[]}]`)
	h.Send("n", `{}`)
	h.Wait()
	if text := strings.Join(got, ""); text != "abcd" {
		t.Errorf("came as %s", text)
	}
}

func TestCompletedMessagesShowWhatBodiesMadeOfThem(t *testing.T) {
	for _, body := range []string{"msg.a = 1; return msg", "msg.a = 1; return null", "msg.a = Symbol('x') && 1; return msg", "Object.defineProperty(msg, 'a', {value: 1, enumerable: true}); return null"} {
		r := nodetest.Run(t, Function, `{"func":"`+body+`","outputs":1}`, `{"payload":0}`)
		if len(r.Completed) != 1 || r.Completed[0].Value("a") != 1.0 {
			t.Errorf("%s: %v", body, r.Completed)
		}
	}
}
