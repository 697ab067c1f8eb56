package function

import (
	"fmt"
	"testing"

	"sluice/nodes/nodetest"
	"sluice/runtime"
)

func TestSwitchRules(t *testing.T) {
	const yes, no = true, false
	for _, tc := range []struct {
		rule, in string
		want     bool
	}{
		{`{"t":"eq","v":"Hello","vt":"str"}`, `"Hello"`, yes},
		{`{"t":"eq","v":"5"}`, `"5.0"`, yes}, // without a type, a text that reads as a number is one
		{`{"t":"eq","v":"1","vt":"num"}`, `true`, yes},
		{`{"t":"neq","v":"a"}`, `"b"`, yes},
		{`{"t":"lt","v":"3","vt":"num"}`, `"2"`, yes},
		{`{"t":"lt","v":"b","vt":"str"}`, `"a"`, yes},
		{`{"t":"lte","v":"3","vt":"num"}`, `3`, yes},
		{`{"t":"gt","v":"3","vt":"num"}`, `null`, no},
		{`{"t":"gte","v":"0","vt":"num"}`, `null`, yes},
		{`{"t":"lt","v":"3","vt":"num"}`, `"x"`, no},
		{`{"t":"btwn","v":"3","vt":"num","v2":"5","v2t":"num"}`, `4`, yes},
		{`{"t":"btwn","v":"5","vt":"num","v2":"3","v2t":"num"}`, `4`, yes},
		{`{"t":"btwn","v":"3","vt":"num","v2":"5"}`, `6`, no},
		{`{"t":"cont","v":"ell","vt":"str"}`, `"Hello"`, yes},
		{`{"t":"cont","v":"object","vt":"str"}`, `{}`, yes},
		{`{"t":"regex","v":"^h.l+","vt":"str","case":true}`, `"HELLO"`, yes},
		{`{"t":"regex","v":"^h","vt":"str"}`, `"HELLO"`, no},
		{`{"t":"regex","v":"(?<=a)b","vt":"str"}`, `"ab"`, yes},
		{`{"t":"true"}`, `true`, yes},
		{`{"t":"true"}`, `1`, no},
		{`{"t":"false"}`, `false`, yes},
		{`{"t":"null"}`, `null`, yes},
		{`{"t":"nnull"}`, `0`, yes},
		{`{"t":"empty"}`, `""`, yes},
		{`{"t":"empty"}`, `[]`, yes},
		{`{"t":"empty"}`, `{}`, yes},
		{`{"t":"empty"}`, `0`, no},
		{`{"t":"nempty"}`, `{"a":1}`, yes},
		{`{"t":"nempty"}`, `null`, no},
		{`{"t":"istype","v":"string","vt":"string"}`, `"a"`, yes},
		{`{"t":"istype","v":"object","vt":"object"}`, `[]`, no},
		{`{"t":"istype","v":"array","vt":"array"}`, `[]`, yes},
		{`{"t":"istype","v":"json","vt":"json"}`, `"{}"`, yes},
		{`{"t":"istype","v":"json","vt":"json"}`, `"{"`, no},
		{`{"t":"istype","v":"null","vt":"null"}`, `null`, yes},
		{`{"t":"istype","v":"number","vt":"number"}`, `3`, yes},
		{`{"t":"hask","v":"a","vt":"str"}`, `{"a":null}`, yes},
		{`{"t":"hask","v":"length","vt":"str"}`, `[]`, yes},
		{`{"t":"hask","v":"a","vt":"str"}`, `null`, no},
		{`{"t":"else"}`, `1`, yes},
	} {
		r := nodetest.Run(t, Switch, `{"rules":[`+tc.rule+`],"outputs":1}`, `{"payload":`+tc.in+`}`)
		if got := len(r.Sent) == 1; got != tc.want || r.Error() != "" {
			t.Errorf("%s of %s: got %v %s, want %v", tc.rule, tc.in, got, r.Error(), tc.want)
		}
	}
}

func TestSwitch(t *testing.T) {
	for _, tc := range []struct {
		name, config string
		in           []string
		want         string
	}{
		{"asks all rules", `{"rules":[{"t":"gt","v":1},{"t":"gt","v":2},{"t":"gt","v":3}],"outputs":3}`,
			[]string{`{"payload":3}`}, "0 {\"payload\":3}\n1 {\"payload\":3}"},
		{"stops at the first that matches", `{"rules":[{"t":"gt","v":1},{"t":"gt","v":2}],"outputs":2,"checkall":"false"}`,
			[]string{`{"payload":3}`}, `0 {"payload":3}`},
		{"takes otherwise when nothing has matched", `{"rules":[{"t":"eq","v":1},{"t":"eq","v":2},{"t":"else"}],"outputs":3}`,
			[]string{`{"payload":2}`, `{"payload":3}`}, "1 {\"payload\":2}\n2 {\"payload\":3}"},
		{"compares with the value before", `{"rules":[{"t":"gt","v":"","vt":"prev"}],"outputs":1}`,
			[]string{`{"payload":1}`, `{"payload":0}`, `{"payload":2}`}, "{\"payload\":1}\n{\"payload\":2}"},
		{"compares with a property", `{"property":"a","rules":[{"t":"eq","v":"b","vt":"msg"}],"outputs":1}`,
			[]string{`{"a":1,"b":1}`, `{"a":1,"b":2}`}, `{"a":1,"b":1}`},
		{"takes what cannot be read as undefined", `{"property":"a.b.c","rules":[{"t":"null"}],"outputs":1}`,
			[]string{`{"payload":1}`}, `{"payload":1}`},
		{"sends the head of a sequence", `{"rules":[{"t":"head","v":1}],"outputs":1}`,
			[]string{`{"parts":{"id":1,"index":0}}`, `{"parts":{"id":1,"index":1}}`}, `{"parts":{"id":1,"index":0}}`},
		{"sends a part of a sequence", `{"rules":[{"t":"index","v":1,"v2":2}],"outputs":1}`,
			[]string{`{"parts":{"id":1,"index":0}}`, `{"parts":{"id":1,"index":1}}`}, `{"parts":{"id":1,"index":1}}`},
		{"gives an expression the place in the sequence", `{"rules":[{"t":"jsonata_exp","v":"$I = $N - 1","vt":"jsonata"}],"outputs":1}`,
			[]string{`{"parts":{"id":1,"index":0,"count":2}}`, `{"parts":{"id":1,"index":1,"count":2}}`}, `{"parts":{"id":1,"index":1,"count":2}}`},
		{"remembers the last place in a sequence", `{"rules":[{"t":"jsonata_exp","v":"$I = 3","vt":"jsonata"}],"outputs":1}`,
			[]string{`{"payload":1}`, `{"parts":{"id":1,"index":3}}`, `{"payload":2}`}, "{\"parts\":{\"id\":1,\"index\":3}}\n{\"payload\":2}"},
		{"waits for the length to find the tail", `{"rules":[{"t":"tail","v":1}],"outputs":1}`,
			[]string{`{"parts":{"id":1,"index":0}}`, `{"parts":{"id":1,"index":1,"count":2}}`}, `{"parts":{"id":1,"index":1,"count":2}}`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if got := nodetest.Run(t, Switch, tc.config, tc.in...).String(); got != tc.want {
				t.Errorf("%s to %s:\n got %s\nwant %s", tc.config, tc.in, got, tc.want)
			}
		})
	}
}

func TestSwitchRepairsSequencesForEachOutput(t *testing.T) {
	var in []string
	for i := range 4 {
		in = append(in, fmt.Sprintf(`{"payload":%d,"parts":{"id":"s","index":%d,"count":4}}`, i, i))
	}
	r := nodetest.Run(t, Switch, `{"rules":[{"t":"lt","v":2},{"t":"gte","v":1}],"repair":true,"outputs":2}`, in...)
	ids := map[any]bool{}
	got := ""
	for _, s := range r.Sent {
		parts := nodetest.Object(s.Msg.Value("parts"))
		ids[fmt.Sprint(s.Output, parts.Value("id"))] = true
		got += fmt.Sprintf("%d: %v is %v of %v\n", s.Output, s.Msg.Value("payload"), parts.Value("index"), parts.Value("count"))
	}
	want := "0: 0 is 0 of 2\n0: 1 is 1 of 2\n1: 1 is 0 of 3\n1: 2 is 1 of 3\n1: 3 is 2 of 3\n"
	if got != want || len(ids) != 2 {
		t.Errorf("got\n%swant\n%swith %d ids", got, want, len(ids))
	}
}

func TestSwitchForgetsAllWhenTooManyWait(t *testing.T) {
	h := nodetest.Flow(t, []runtime.Type{Switch}, `[
		{"id":"n","type":"switch","rules":[{"t":"tail","v":1}],"wires":[["out"]]},
		{"id":"catch","type":"catch","wires":[]},
		{"id":"out","type":"sink","wires":[]}]`, nodetest.Settings(`{"nodeMessageBufferMaxLength":2}`))
	h.Send("n", `{"parts":{"id":1,"index":0}}`, `{"parts":{"id":1,"index":1}}`)
	if n := h.Open(); n != 2 {
		t.Fatalf("%d events are open while their messages wait, want 2", n)
	}
	h.Send("n", `{"parts":{"id":1,"index":2}}`)
	h.Wait()
	got := h.Got("catch")
	if len(got) != 1 || nodetest.Object(got[0].Value("error")).Value("message") != "too many pending messages in switch node" {
		t.Errorf("got %s", nodetest.Texts(got))
	}
}

func TestSwitchReportsAFaultyExpression(t *testing.T) {
	r := nodetest.Run(t, Switch, `{"rules":[{"t":"regex","v":"topic","vt":"msg"}],"outputs":1}`, `{"payload":"a","topic":"("}`)
	const want = "SyntaxError: Invalid regular expression: /(/: "
	if got := r.Error(); len(got) < len(want) || got[:len(want)] != want {
		t.Errorf("got %q, want %s…", got, want)
	}
}

func TestSwitchDoesNotComplete(t *testing.T) {
	if r := nodetest.Run(t, Switch, `{"rules":[{"t":"else"}],"outputs":1}`, `{"payload":1}`); len(r.Completed) != 0 {
		t.Error("a complete node heard of a switch node, as it never does in Node-RED")
	}
}
