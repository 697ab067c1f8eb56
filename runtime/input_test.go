package runtime_test

import (
	"errors"
	"testing"

	"sluice/runtime"
	"sluice/runtime/msg"
)

func TestTypedInputsEvaluateAsInNodeRED(t *testing.T) {
	e := storeEngine(t, "", `{}`)
	defer e.Close(t.Context())
	inst := node(t, e)
	for key, v := range map[string]any{"n": 5.0, "by": msg.NewObject("topic-x", "named by the message")} {
		if err := inst.Context("flow").Set("", key, v); err != nil {
			t.Fatal(err)
		}
	}
	m := msg.NewObject("payload", msg.NewObject("a", 1.0), "topic", "topic-x")
	for _, tc := range []struct {
		kind  string
		value any
		want  string
	}{
		{"str", 5.0, `"5"`},
		{"num", "0x10", `16`},
		{"num", "", `0`},
		{"num", "x", `null`}, // NaN, which JSON cannot say
		{"bool", "TRUE", `true`},
		{"bool", "yes", `false`},
		{"json", `{"b":[1]}`, `{"b":[1]}`},
		{"bin", `[1,257]`, `{"type":"Buffer","data":[1,1]}`},
		{"bin", `"é"`, `{"type":"Buffer","data":[195,169]}`},
		{"re", `a+`, `{}`},
		{"msg", "payload.a", `1`},
		{"msg", "msg.payload.a", `1`},
		{"msg", "nothing", ``},
		{"flow", "n", `5`},
		{"flow", "#:(memory)::n", `5`},
		{"flow", `by["topic-x"]`, `"named by the message"`},
		{"flow", "by[msg.topic]", `"named by the message"`},
		{"global", "n", ``},
		{"env", "NOWHERE", `""`},
		{"env", "a${NR_NODE_ID}b", `"ainb"`},
		{"env", "${NR_FLOW_NAME}", `"Tab"`},
		{"another", "kept", `"kept"`},
	} {
		in, err := inst.Typed(runtime.TypedInput{Value: tc.value, Type: tc.kind})
		if err != nil {
			t.Errorf("%s %v: %v", tc.kind, tc.value, err)
			continue
		}
		v, err := in.Eval(m)
		if err != nil {
			t.Errorf("%s %v: %v", tc.kind, tc.value, err)
		}
		if got, _, _ := msg.Stringify(v, ""); got != tc.want {
			t.Errorf("%s %v: %s, want %s", tc.kind, tc.value, got, tc.want)
		}
	}
}

func TestATypedInputThatCannotBeReadFailsAtEachMessage(t *testing.T) {
	e := storeEngine(t, "", `{}`)
	defer e.Close(t.Context())
	inst := node(t, e)
	for _, tc := range []runtime.TypedInput{{Value: "{", Type: "json"}, {Value: "5", Type: "bin"}, {Value: "a[", Type: "msg"}} {
		in, err := inst.Typed(tc)
		_, again := in.Eval(&msg.Object{})
		if err == nil || !errors.Is(again, err) {
			t.Errorf("%v: %v, then %v", tc, err, again)
		}
	}
}

func TestAJSONInputGivesEachMessageItsOwnValue(t *testing.T) {
	e := storeEngine(t, "", `{}`)
	defer e.Close(t.Context())
	in, err := node(t, e).Typed(runtime.TypedInput{Value: `[1]`, Type: "json"})
	if err != nil {
		t.Fatal(err)
	}
	first, _ := in.Eval(nil)
	first.(*msg.Array).Append(2.0)
	if second, _ := in.Eval(nil); second.(*msg.Array).Len() != 1 {
		t.Error("messages share a value")
	}
}
