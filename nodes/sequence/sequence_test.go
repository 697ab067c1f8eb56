package sequence

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"sluice/nodes/common"
	"sluice/nodes/nodetest"
	"sluice/runtime"
)

func TestSplit(t *testing.T) {
	for _, tc := range []struct{ name, config, in, want string }{
		{"splits a text at line breaks", `{}`, `{"payload":"a\nb"}`, `{"payload":"a","parts":{"type":"string","ch":"\n","index":0,"count":2}}
{"payload":"b","parts":{"type":"string","ch":"\n","index":1,"count":2}}`},
		{"splits a text into lengths", `{"splt":"2","spltType":"len"}`, `{"payload":"añc"}`, `{"payload":"añ","parts":{"type":"string","ch":"","len":2,"count":2,"index":0}}
{"payload":"c","parts":{"type":"string","ch":"","len":2,"count":2,"index":1}}`},
		{"splits an array", `{"arraySplt":2}`, `{"payload":[1,2,3]}`, `{"payload":[1,2],"parts":{"type":"array","count":2,"len":2,"index":0}}
{"payload":[3],"parts":{"type":"array","count":2,"len":2,"index":1}}`},
		{"splits an object", `{"addname":"topic"}`, `{"payload":{"a":1,"b":2}}`, `{"payload":1,"parts":{"type":"object","key":"a","index":0,"count":2},"topic":"a"}
{"payload":2,"parts":{"type":"object","key":"b","index":1,"count":2},"topic":"b"}`},
		{"keeps the parts there are", `{}`, `{"payload":"a","parts":{"x":1}}`, `{"payload":"a","parts":{"parts":{"x":1},"type":"string","ch":"\n","index":0,"count":1}}`},
		{"splits any property", `{"property":"a.b"}`, `{"a":{"b":"x"}}`, `{"a":{"b":"x"},"parts":{"property":"a.b","type":"string","ch":"\n","index":0,"count":1}}`},
		{"sends nothing of a number", `{}`, `{"payload":1}`, ``},
		{"sends nothing of nothing", `{"spltType":"len","splt":"1"}`, `{"payload":[]}`, ``},
	} {
		t.Run(tc.name, func(t *testing.T) {
			r := nodetest.Run(t, Split, tc.config, tc.in)
			for _, s := range r.Sent {
				nodetest.Object(s.Msg.Value("parts")).Delete("id")
			}
			if r.String() != tc.want {
				t.Errorf("got\n%s\nwant\n%s", r, tc.want)
			}
		})
	}
}

func TestSplitGoesOnWithWhatIsLeftOfAStream(t *testing.T) {
	r := nodetest.Run(t, Split, `{"stream":true,"splt":" "}`, `{"payload":"a b"}`, `{"payload":"c d "}`)
	var got []string
	for _, s := range r.Sent {
		got = append(got, s.Msg.String("payload"))
	}
	if strings.Join(got, "|") != "a|bc|d" {
		t.Errorf("got %q", got)
	}
}

func TestSplitIsIdleWithASettingItCannotUse(t *testing.T) {
	r := nodetest.Run(t, Split, `{"spltType":"len","splt":"0"}`, `{"payload":"a"}`)
	if len(r.Sent)+len(r.Completed)+len(r.Errors) != 0 || strings.Join(r.Log, "") != "ERROR Invalid split property: Error: invalid split length: 0" {
		t.Errorf("sent %s, log %q", r, r.Log)
	}
}

const manual = `{"mode":"custom","build":"array","count":"2"`

func TestJoin(t *testing.T) {
	ab := []string{`{"topic":"a","payload":1}`, `{"topic":"b","payload":2}`}
	for _, tc := range []struct {
		name, config string
		in           []string
		want         string
	}{
		{"counts", manual + `}`, ab, `{"topic":"b","payload":[1,2]}`},
		{"makes an object", `{"mode":"custom","build":"object","count":"2"}`, ab, `{"topic":"b","payload":{"a":1,"b":2}}`},
		{"makes a text", `{"mode":"custom","build":"string","joiner":"\\n","count":"2"}`, ab, `{"topic":"b","payload":"1\n2"}`},
		{"merges objects", `{"mode":"custom","build":"merged","count":"2"}`, []string{`{"payload":{"a":1}}`, `{"payload":{"b":2}}`}, `{"payload":{"a":1,"b":2}}`},
		{"ends when told to", `{"mode":"custom","build":"array"}`, append(ab, `{"complete":true}`), `{"topic":"b","payload":[1,2]}`},
		{"takes whole messages", `{"mode":"custom","build":"array","propertyType":"full","count":"1"}`, []string{`{"_msgid":"1","payload":1}`}, `{"payload":[{"_msgid":"1","payload":1}]}`},
		{"accumulates", `{"mode":"custom","build":"object","accumulate":true,"count":"1"}`, ab, `{"topic":"a","payload":{"a":1}}` + "\n" + `{"topic":"b","payload":{"a":1,"b":2}}`},
		{"orders by the parts", `{}`, []string{`{"payload":"b","parts":{"id":1,"type":"string","ch":",","index":1,"count":2}}`, `{"payload":"a","parts":{"id":1,"type":"string","ch":",","index":0,"count":2}}`}, `{"payload":"a,b"}`},
		{"restores outer parts", `{}`, []string{`{"payload":"a","parts":{"parts":{"x":1},"id":1,"type":"string","ch":",","index":0,"count":1}}`}, `{"payload":"a","parts":{"x":1}}`},
		{"reduces", `{"mode":"reduce","reduceExp":"$A+payload*$I","reduceInit":"1","reduceInitType":"num","reduceFixup":"$A*$N"}`,
			[]string{`{"payload":5,"parts":{"id":1,"index":1,"count":2}}`, `{"payload":9,"parts":{"id":1,"index":0,"count":2}}`}, `{"payload":12,"parts":{"id":1,"index":1,"count":2}}`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if got := nodetest.Run(t, Join, tc.config, tc.in...).String(); got != tc.want {
				t.Errorf("got\n%s\nwant\n%s", got, tc.want)
			}
		})
	}
}

func TestJoinRefusesAnIndexThatWouldFillTheMemory(t *testing.T) {
	r := nodetest.Run(t, Join, `{}`, `{"payload":1,"parts":{"id":1,"type":"array","index":4000000000}}`)
	if !strings.Contains(r.Error(), "is no place in a sequence") {
		t.Errorf("error %q", r.Error())
	}
}

// flowOf makes a flow of a node "n" that leads to the sink "out".
func flowOf(t *testing.T, typ runtime.Type, config string) *nodetest.Harness {
	return nodetest.Flow(t, []runtime.Type{typ}, `[{"id":"n","type":"`+typ.Name+`","wires":[["out"]],`+config+`},
		{"id":"out","type":"sink","wires":[]},{"id":"complete","type":"complete","wires":[]}]`)
}

func TestJoinKeepsTheEventsOfItsMessagesOpen(t *testing.T) {
	h := flowOf(t, Join, manual[1:])
	h.Send("n", `{"payload":1}`)
	if h.Open() != 1 {
		t.Fatalf("%d events are open while a message waits", h.Open())
	}
	h.Send("n", `{"payload":2}`)
	h.Wait()
	if got := h.Text("out"); got != `{"payload":[1,2]}` {
		t.Errorf("got %s", got)
	}
}

func TestJoinLetsGoOfWhatItKeepsWhenReset(t *testing.T) {
	h := flowOf(t, Join, manual[1:])
	h.Send("n", `{"payload":1}`, `{"reset":true}`)
	h.Wait()
}

func TestJoinSendsWhenItsTimeIsUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := flowOf(t, Join, `"mode":"custom","build":"string","joiner":"-","timeout":"1.5"`)
		h.Send("n", `{"payload":"a"}`)
		time.Sleep(time.Second)
		h.Send("n", `{"payload":"b","restartTimeout":true}`)
		time.Sleep(1400 * time.Millisecond)
		synctest.Wait()
		if got := h.Text("out"); got != "" {
			t.Fatalf("sent %s too early", got)
		}
		time.Sleep(200 * time.Millisecond)
		synctest.Wait()
		if got := h.Text("out"); got != `{"payload":"a-b","restartTimeout":true}` {
			t.Errorf("got %s", got)
		}
		if h.Open() != 0 {
			t.Errorf("%d events are still open", h.Open())
		}
	})
}

func TestCompletesInTheOrderOfTheMessages(t *testing.T) {
	for _, tc := range []struct {
		typ    runtime.Type
		config string
	}{
		{Join, `{"mode":"custom","build":"array","count":"4"}`},
		{Batch, `{"mode":"count","count":"4"}`},
	} {
		for range 20 {
			r := nodetest.Run(t, tc.typ, tc.config, `{"payload":0}`, `{"payload":1}`, `{"payload":2}`, `{"payload":3}`)
			var got []any
			for _, m := range r.Completed {
				got = append(got, m.Value("payload"))
			}
			if len(got) != 4 || got[0] != 0.0 || got[1] != 1.0 || got[2] != 2.0 || got[3] != 3.0 {
				t.Fatalf("%s completed %v", tc.typ.Name, got)
			}
		}
	}
}

func TestSort(t *testing.T) {
	seq := []string{`{"payload":"b","parts":{"id":1,"index":0,"count":2}}`, `{"payload":"a","parts":{"id":1,"index":1,"count":2}}`}
	for _, tc := range []struct {
		name, config string
		in           []string
		want         string
	}{
		{"sorts an array", `{"targetType":"msg"}`, []string{`{"payload":["b","a"]}`}, `{"payload":["a","b"]}`},
		{"sorts as text", `{"targetType":"msg"}`, []string{`{"payload":["10","9"]}`}, `{"payload":["10","9"]}`},
		{"sorts as numbers, backwards", `{"targetType":"msg","as_num":true,"order":"descending"}`, []string{`{"payload":["9","10"]}`}, `{"payload":["10","9"]}`},
		{"sorts by an expression", `{"targetType":"msg","msgKeyType":"jsonata","msgKey":"k"}`, []string{`{"payload":[{"k":2},{"k":1}]}`}, `{"payload":[{"k":1},{"k":2}]}`},
		{"ends what is no array", `{"targetType":"msg"}`, []string{`{"payload":1}`}, ``},
		{"sorts a sequence", `{"targetType":"seq"}`, seq, `{"payload":"a","parts":{"id":1,"index":0,"count":2}}` + "\n" + `{"payload":"b","parts":{"id":1,"index":1,"count":2}}`},
		{"ends what is no part of a sequence", `{"targetType":"seq"}`, []string{`{"payload":1}`}, ``},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if got := nodetest.Run(t, Sort, tc.config, tc.in...).String(); got != tc.want {
				t.Errorf("got\n%s\nwant\n%s", got, tc.want)
			}
		})
	}
}

func TestSortNamesAnExpressionThatFailsAsNodeREDDoes(t *testing.T) {
	seq := []string{`{"payload":1,"parts":{"id":"a","index":0,"count":2}}`, `{"payload":2,"parts":{"id":"a","index":1,"count":2}}`}
	for _, tc := range []struct {
		config string
		in     []string
	}{
		{`"targetType":"seq","seqKey":"$unknown()","seqKeyType":"jsonata"`, seq},
		{`"targetType":"msg","target":"payload","msgKey":"$unknown()","msgKeyType":"jsonata"`, []string{`{"payload":[1,2]}`}},
	} {
		h := nodetest.Flow(t, []runtime.Type{Sort}, `[{"id":"n","type":"sort",`+tc.config+`,"wires":[]},{"id":"catch","type":"catch","wires":[]}]`)
		h.Send("n", tc.in...)
		h.Wait()
		got := h.Got("catch")
		if len(got) != 1 || nodetest.Object(got[0].Value("error")).String("message") != "Invalid JSONata expression in sort node: [object Object]" {
			t.Errorf("%s: errors %s", tc.config, nodetest.Texts(got))
		}
	}
}

func TestSortForgetsTheOldestSequenceWhenItKeepsTooMuch(t *testing.T) {
	h := nodetest.Flow(t, []runtime.Type{Sort}, `[{"id":"n","type":"sort","targetType":"seq","wires":[["out"]]},
		{"id":"out","type":"sink","wires":[]},{"id":"catch","type":"catch","wires":[]}]`, nodetest.Settings(`{"nodeMessageBufferMaxLength":1}`))
	h.Send("n", `{"payload":1,"parts":{"id":"a","index":0,"count":2}}`, `{"payload":2,"parts":{"id":"b","index":0,"count":2}}`, `{"payload":1,"parts":{"id":"b","index":1,"count":2}}`)
	h.Wait()
	if got := h.Got("catch"); len(got) != 1 || nodetest.Object(got[0].Value("error")).String("message") != "Too many pending messages in sort node" {
		t.Errorf("errors %s", nodetest.Texts(got))
	}
	if len(h.Got("out")) != 2 {
		t.Errorf("sent %s", h.Text("out"))
	}
}

func TestBatch(t *testing.T) {
	in := []string{`{"_msgid":"1","payload":1}`, `{"_msgid":"2","payload":2}`, `{"_msgid":"3","payload":3}`}
	for _, tc := range []struct {
		name, config string
		in           []string
		want         string
	}{
		{"counts", `{"count":"2"}`, in[:2], `{"payload":1,"parts":{"id":"1","index":0,"count":2}}` + "\n" + `{"payload":2,"parts":{"id":"1","index":1,"count":2}}`},
		{"ends with a sequence", `{"count":"5","honourParts":true}`, []string{`{"_msgid":"1","payload":1,"parts":{"index":0,"count":1}}`}, `{"payload":1,"parts":{"index":0,"count":1,"id":"1"}}`},
		{"concatenates by topic", `{"mode":"concat","topics":[{"topic":"b"},{"topic":"a"}]}`,
			[]string{`{"_msgid":"1","topic":"a","parts":{"id":7,"index":0,"count":1}}`, `{"_msgid":"2","topic":"b","parts":{"id":8,"index":0,"count":1}}`},
			`{"topic":"b","parts":{"id":"2","index":0,"count":2}}` + "\n" + `{"topic":"a","parts":{"id":"2","index":1,"count":2}}`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if got := nodetest.Run(t, Batch, tc.config, tc.in...).String(); got != tc.want {
				t.Errorf("got\n%s\nwant\n%s", got, tc.want)
			}
		})
	}
}

func TestBatchOverlaps(t *testing.T) {
	h := flowOf(t, Batch, `"count":"2","overlap":"1"`)
	h.Send("n", `{"_msgid":"1","payload":1}`, `{"_msgid":"2","payload":2}`, `{"_msgid":"3","payload":3}`)
	var got []string
	for _, m := range h.Got("out") {
		got = append(got, nodetest.Text(m))
	}
	want := `{"payload":1,"parts":{"id":"1","index":0,"count":2}} {"payload":2,"parts":{"id":"1","index":1,"count":2}} ` +
		`{"payload":2,"parts":{"id":"2","index":0,"count":2}} {"payload":3,"parts":{"id":"2","index":1,"count":2}}`
	if strings.Join(got, " ") != want {
		t.Errorf("got %s", got)
	}
	h.Send("n", `{"reset":true}`)
	h.Wait()
}

func TestBatchSendsInIntervals(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := flowOf(t, Batch, `"mode":"interval","interval":"2","allowEmptySequence":true`)
		h.Send("n", `{"_msgid":"1","payload":1}`)
		time.Sleep(2100 * time.Millisecond)
		synctest.Wait()
		if got := h.Text("out"); got != `{"payload":1,"parts":{"id":"1","index":0,"count":1}}` {
			t.Errorf("got %s", got)
		}
		time.Sleep(2 * time.Second)
		synctest.Wait()
		if got := h.Got("out"); len(got) != 2 || got[1].Value("payload") != nil {
			t.Errorf("got %s", h.Text("out"))
		}
	})
}

func BenchmarkSplitJoin(b *testing.B) {
	h := nodetest.Flow(b, []runtime.Type{Split, Join}, `[{"id":"s","type":"split","wires":[["j"]]},{"id":"j","type":"join","wires":[[]]}]`)
	b.ReportAllocs()
	for b.Loop() {
		m := nodetest.Parse(b, `{"payload":[1,2,3,4,5,6,7,8,9,10]}`)
		h.SendOnly("s", m)
	}
}

// later sends a message on in a second.
type later struct{}

func (later) Init(*runtime.Instance) error { return nil }
func (later) Input(d *runtime.Delivery) error {
	resume := d.Async()
	time.AfterFunc(time.Second, func() { resume(func() error { return d.Send(d.Msg) }) })
	return nil
}

// Two events that meet in two join nodes, each of which the other one completes,
// would wait for each other for ever.
func TestEventsThatCrossInTwoJoinsEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		types := []runtime.Type{Join, common.Junction, {Name: "later", Inputs: 1, Outputs: 1, New: func() runtime.Node { return later{} }}}
		h := nodetest.Flow(t, types, `[
			{"id":"l1","type":"later","wires":[["j1"]]},{"id":"l2","type":"later","wires":[["j2"]]},
			{"id":"a","type":"junction","wires":[["j1","l2"]]},{"id":"b","type":"junction","wires":[["j2","l1"]]},
			{"id":"j1","type":"join",`+manual[1:]+`,"wires":[["out"]]},{"id":"j2","type":"join",`+manual[1:]+`,"wires":[["out"]]},
			{"id":"out","type":"sink","wires":[]}]`)
		h.Send("a", `{"payload":1}`)
		h.Send("b", `{"payload":2}`)
		time.Sleep(2 * time.Second)
		synctest.Wait()
		if got := len(h.Got("out")); got != 2 {
			t.Errorf("%d messages came", got)
		}
		if h.Open() != 0 {
			t.Errorf("%d events are still open", h.Open())
		}
	})
}
