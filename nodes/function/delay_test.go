package function

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"sluice/nodes/nodetest"
	"sluice/runtime"
	"sluice/runtime/msg"
)

// paced is a flow with one node whose output notes when messages arrive.
type paced struct {
	*nodetest.Harness
	begin time.Time
}

// arrival notes the milliseconds since the test began in msg.at.
type arrival struct{ begin time.Time }

func (a arrival) Init(*runtime.Instance) error { return nil }
func (a arrival) Input(d *runtime.Delivery) error {
	d.Msg.Set("at", msg.Number(float64(time.Since(a.begin).Milliseconds())))
	return d.Send(d.Msg)
}

func pace(t *testing.T, typ runtime.Type, config string, options ...func(*runtime.Options)) *paced {
	begin := time.Now()
	stamp := runtime.Type{Name: "stamp", Inputs: 1, Outputs: 1, New: func() runtime.Node { return arrival{begin} }}
	node := nodetest.Parse(t, config)
	for key, v := range msg.NewObject("id", "n", "type", typ.Name, "wires", msg.NewArray(msg.NewArray("one"), msg.NewArray("two"))).All() {
		node.Set(key, v)
	}
	text, err := msg.AppendJSON(nil, node)
	if err != nil {
		t.Fatal(err)
	}
	return &paced{nodetest.Flow(t, []runtime.Type{typ, stamp}, `[`+string(text)+`,
		{"id":"one","type":"stamp","wires":[["out"]]},
		{"id":"two","type":"stamp","wires":[["aside"]]},
		{"id":"catch","type":"catch","wires":[]},
		{"id":"status","type":"status","wires":[]},
		{"id":"complete","type":"complete","wires":[]},
		{"id":"out","type":"sink","wires":[]},
		{"id":"aside","type":"sink","wires":[]}]`, options...), begin}
}

// at sends a message at a time since the beginning of the test.
func (p *paced) at(ms int, text string) {
	time.Sleep(time.Until(p.begin.Add(time.Duration(ms) * time.Millisecond)))
	p.Send("n", text)
}

// came lists what came to a sink and when: "a@500 b@1000".
func (p *paced) came(sink string) string {
	var got []string
	for _, m := range p.Got(sink) {
		got = append(got, msg.ToString(m.Value("payload"))+"@"+msg.ToString(m.Value("at")))
	}
	return strings.Join(got, " ")
}

func TestDelay(t *testing.T) {
	type sent struct {
		at int
		m  string
	}
	m := func(at int, payload string) sent { return sent{at, `{"payload":"` + payload + `"}`} }
	for _, tc := range []struct {
		name, config string
		in           []sent
		want, aside  string
	}{
		{"delays by a fixed time", `{"pauseType":"delay","timeout":"2","timeoutUnits":"seconds"}`,
			[]sent{m(0, "a"), m(500, "b")}, "a@2000 b@2500", ""},
		{"keeps the order of what is due together", `{"pauseType":"delay","timeout":"1","timeoutUnits":"hours"}`,
			[]sent{{0, `{"payload":1}`}, {0, `{"payload":2}`}, {0, `{"payload":3}`}}, "1@3600000 2@3600000 3@3600000", ""},
		{"forgets what waits on reset", `{"pauseType":"delay","timeout":1,"timeoutUnits":"seconds"}`,
			[]sent{m(0, "a"), {100, `{"reset":1}`}, m(200, "b")}, "b@1200", ""},
		{"sends what waits on flush", `{"pauseType":"delay","timeout":1,"timeoutUnits":"minutes"}`,
			[]sent{m(0, "a"), m(1, "b"), m(2, "c"), {100, `{"flush":2}`}}, "a@100 b@100 c@60002", ""},
		{"flushes the message that asks for it, if it is one", `{"pauseType":"delay","timeout":1,"timeoutUnits":"minutes"}`,
			[]sent{m(0, "a"), {100, `{"payload":"b","flush":true}`}}, "a@100 b@100", ""},
		{"delays by msg.delay", `{"pauseType":"delayv","timeout":5,"timeoutUnits":"seconds"}`,
			[]sent{{0, `{"payload":"a","delay":1500}`}, {0, `{"payload":"b","delay":"300ms"}`}, m(0, "c"), {0, `{"payload":"d","delay":-5}`}},
			"d@1 b@300 a@1500 c@5000", ""},
		{"limits the rate", `{"pauseType":"rate","rate":"2","nbRateUnits":"1","rateUnits":"second"}`,
			[]sent{m(0, "a"), m(0, "b"), m(0, "c"), m(2000, "d")}, "a@0 b@500 c@1000 d@2000", ""},
		{"puts a message in front", `{"pauseType":"rate","rate":"1","rateUnits":"second"}`,
			[]sent{m(0, "a"), m(0, "b"), {0, `{"payload":"c","toFront":true}`}}, "a@0 c@1000 b@2000", ""},
		{"takes the rate of the message", `{"pauseType":"rate","rate":"1","rateUnits":"minute","allowrate":true}`,
			[]sent{m(0, "a"), {10, `{"payload":"b","rate":100}`}, m(20, "c")}, "a@0 b@110 c@210", ""},
		{"flushes a queue", `{"pauseType":"rate","rate":"1","rateUnits":"minute"}`,
			[]sent{m(0, "a"), m(0, "b"), m(0, "c"), {100, `{"flush":true}`}}, "a@0 b@100 c@100", ""},
		{"empties a queue", `{"pauseType":"rate","rate":"1","rateUnits":"minute"}`,
			[]sent{m(0, "a"), m(0, "b"), {100, `{"reset":true}`}, m(200, "c")}, "a@0 c@200", ""},
		{"drops what comes too soon", `{"pauseType":"rate","rate":"1","rateUnits":"second","drop":true}`,
			[]sent{m(0, "a"), m(100, "b"), m(1100, "c")}, "a@0 c@1100", ""},
		{"sends what comes too soon aside", `{"pauseType":"rate","rate":"1","rateUnits":"second","drop":true,"outputs":2}`,
			[]sent{m(0, "a"), m(100, "b"), m(1100, "c")}, "a@0 c@1100", "b@100"},
		{"lets bursts pass", `{"pauseType":"burst","rate":"2","nbRateUnits":"1","rateUnits":"second","outputs":2}`,
			[]sent{m(0, "a"), m(100, "b"), m(200, "c"), m(1050, "d"), m(1060, "e")}, "a@0 b@100 d@1050", "c@200 e@1060"},
		{"serves the topics in turn", `{"pauseType":"queue","rate":"1","rateUnits":"second"}`,
			[]sent{{100, `{"topic":"x","payload":1}`}, {200, `{"topic":"y","payload":2}`}, {300, `{"topic":"x","payload":3}`}}, "3@1000 2@2000", ""},
		{"serves all topics at once", `{"pauseType":"timed","rate":"1","rateUnits":"second","outputs":2}`,
			[]sent{{100, `{"topic":"x","payload":1}`}, {200, `{"topic":"y","payload":2}`}, {300, `{"topic":"x","payload":3}`}}, "3@1000 2@1000", "1@300"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				p := pace(t, Delay, tc.config)
				for _, s := range tc.in {
					p.at(s.at, s.m)
				}
				p.Wait()
				if got := p.came("out"); got != tc.want {
					t.Errorf("got  %s\nwant %s", got, tc.want)
				}
				if got := p.came("aside"); got != tc.aside {
					t.Errorf("aside %s\nwant  %s", got, tc.aside)
				}
			})
		})
	}
}

func TestDelayShowsTheDepthBeforeTheTickThatIsDueWithIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := nodetest.Flow(t, []runtime.Type{Delay}, `[{"id":"n","type":"delay","pauseType":"rate","rate":"2","rateUnits":"second","wires":[]},
			{"id":"status","type":"status","wires":[]}]`)
		h.Send("n", `{"payload":1}`, `{"payload":2}`, `{"payload":3}`, `{"payload":4}`)
		time.Sleep(2200 * time.Millisecond)
		h.Wait()
		var depths []string
		for _, m := range h.Got("status") {
			depths = append(depths, msg.ToString(nodetest.Object(m.Value("status")).Value("text")))
		}
		if got := strings.Join(depths, " "); got != "3 2 1 0" {
			t.Errorf("depths %s", got)
		}
	})
}

func TestDelayKeepsTheOrderWithinAnEvent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := nodetest.Flow(t, []runtime.Type{Delay, Function}, `[
			{"id":"f","type":"function","func":"return [[...Array(20).keys()].map(i => ({payload:i}))]","wires":[["n"]]},
			{"id":"n","type":"delay","pauseType":"delay","timeout":1,"wires":[["out"]]},
			{"id":"out","type":"sink","wires":[]}]`)
		h.Send("f", `{}`)
		h.Wait()
		for i, m := range h.Got("out") {
			if m.Value("payload") != float64(i) {
				t.Fatalf("message %d is %v", i, m.Value("payload"))
			}
		}
		if n := len(h.Got("out")); n != 20 {
			t.Errorf("%d messages", n)
		}
	})
}

func TestDelayHoldsAndCompletes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := pace(t, Delay, `{"pauseType":"delay","timeout":1,"timeoutUnits":"hours"}`)
		p.at(0, `{"payload":1}`)
		if p.Open() != 1 || len(p.Got("complete")) != 0 {
			t.Error("a message that waits is over or complete")
		}
		p.Wait()
		if len(p.Got("complete")) != 1 {
			t.Error("a message that was sent is not complete")
		}
	})
}

func TestDelayForgetsAllWhenTooManyWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := pace(t, Delay, `{"pauseType":"rate","rate":"1","rateUnits":"second"}`, nodetest.Settings(`{"nodeMessageBufferMaxLength":2}`))
		for i := range 4 {
			p.at(0, fmt.Sprintf(`{"payload":%d}`, i))
		}
		p.Wait()
		errors := p.Got("catch")
		if len(errors) != 1 || nodetest.Object(errors[0].Value("error")).Value("message") != "too many pending messages in delay node" {
			t.Errorf("got %s", nodetest.Texts(errors))
		}
		if got := p.came("out"); got != "0@0" {
			t.Errorf("got %s", got)
		}
	})
}
