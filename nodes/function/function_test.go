package function

import (
	"strings"
	"testing"
	"testing/synctest"

	"sluice/nodes/nodetest"
	"sluice/runtime"
	"sluice/runtime/msg"
)

// body is the configuration of a function node with the given text.
func body(text string, more ...string) string {
	b, err := msg.AppendJSON(nil, text)
	if err != nil {
		panic(err)
	}
	return `{"func":` + string(b) + strings.Join(more, "") + `}`
}

func TestFunction(t *testing.T) {
	for _, tc := range []struct{ name, config, in, want string }{
		{"sends what it returns", body(`msg.payload += 1; return msg;`), `{"payload":1}`, `{"payload":2}`},
		{"sends nothing for nothing", body(`msg.payload = 2`), `{"payload":1}`, ``},
		{"sends to several outputs", body(`return [msg, null, [{payload:"a"},{payload:"b"}]]`, `,"outputs":3`), `{"payload":1}`,
			"0 {\"payload\":1}\n2 {\"payload\":\"a\"}\n2 {\"payload\":\"b\"}"},
		{"sends as it goes", body(`node.send({payload:1}); node.send({payload:2})`), `{}`, "{\"payload\":1}\n{\"payload\":2}"},
		{"awaits", body(`const v = await Promise.resolve(5); msg.payload = v; return msg`), `{}`, `{"payload":5}`},
		{"keeps its context", body(`const n = (context.get("n") || 0) + 1; context.set("n", n); msg.payload = n; return msg`), `{}`, `{"payload":1}`},
		{"runs On Start first", body(`msg.payload = context.get("x"); return msg`, `,"initialize":"context.set('x', 7)"`), `{}`, `{"payload":7}`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			r := nodetest.Run(t, Function, tc.config, tc.in)
			if got := r.String(); got != tc.want || r.Error() != "" {
				t.Errorf("%s to %s:\n got %s %s\nwant %s", tc.config, tc.in, got, r.Error(), tc.want)
			}
		})
	}
}

func TestFunctionErrorsReadAsInNodeRED(t *testing.T) {
	for _, tc := range []struct{ text, want string }{
		{`throw new Error("bad")`, "Error: bad"},
		{`throw "bad"`, "bad"},
		{`throw {a:1}`, `{"a":1}`},
		{`node.error("told", msg)`, "told"},
		{`node.done(new Error("x")); node.done()`, "Error: x"},
		{"msg.a = 1;\nx", "ReferenceError: ReferenceError: x is not defined (line 2, col 1)"},
	} {
		r := nodetest.Run(t, Function, body(tc.text), `{"payload":1}`)
		if got := r.Error(); got != tc.want {
			t.Errorf("%s:\n got %s\nwant %s", tc.text, got, tc.want)
		}
	}
}

func TestFunctionLogsWhatIsNoMessage(t *testing.T) {
	r := nodetest.Run(t, Function, body(`return 5`), `{}`)
	if want := "ERROR Function tried to send a message of type number"; strings.Join(r.Log, "|") != want || r.Error() != "" {
		t.Errorf("logged %q, caught %q", r.Log, r.Error())
	}
}

func TestFunctionCompletes(t *testing.T) {
	for _, tc := range []struct {
		text string
		want int
	}{
		{`return msg`, 1},
		{`node.done()`, 1},
		{`if (false) node.done()`, 0}, // names it and never calls it
		{`throw new Error("x")`, 0},
	} {
		if got := len(nodetest.Run(t, Function, body(tc.text), `{}`).Completed); got != tc.want {
			t.Errorf("%s completed %d times, want %d", tc.text, got, tc.want)
		}
	}
}

func TestFunctionHoldsItsEventForATimer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := nodetest.Flow(t, []runtime.Type{Function}, `[
			{"id":"n","type":"function","func":"setTimeout(() => node.send(msg), 3600000)","wires":[["out"]]},
			{"id":"out","type":"sink","wires":[]}]`)
		h.Send("n", `{"payload":1}`)
		if h.Open() != 1 {
			t.Error("the event was over before its timer")
		}
		h.Wait()
		if got, want := h.Text("out"), `{"payload":1}`; got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	})
}

func TestFunctionShowsStatusesInOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := nodetest.Flow(t, []runtime.Type{Function}, `[
			{"id":"n","type":"function","func":"node.status('a'); node.status({fill:'red'}); node.status({})","wires":[]},
			{"id":"status","type":"status","wires":[]}]`)
		h.Send("n", `{}`)
		synctest.Wait()
		var got []string
		for _, m := range h.Got("status") {
			s := nodetest.Object(m.Value("status"))
			s.Delete("source")
			got = append(got, nodetest.Text(s))
		}
		if want := `{"text":"a"} {"fill":"red"} {}`; strings.Join(got, " ") != want {
			t.Errorf("got %v, want %s", got, want)
		}
	})
}

func TestFunctionThatDoesNotCompileDoesNotStart(t *testing.T) {
	if err := startError(t, Function, body(`return (`)); !strings.Contains(err, "SyntaxError") {
		t.Errorf("got %s", err)
	}
}

func BenchmarkFunctionNode(b *testing.B) {
	h := nodetest.Flow(b, []runtime.Type{Function}, `[{"id":"n","type":"function","func":"msg.payload = msg.payload.length; return msg","wires":[[]]}]`)
	b.ReportAllocs()
	for b.Loop() {
		h.SendOnly("n", nodetest.Parse(b, `{"payload":"Ann"}`))
	}
}
