package function

import (
	"testing"

	"sluice/nodes/nodetest"
	"sluice/runtime"
)

func rule(text string) string { return `{"rules":[` + text + `]}` }

func TestChange(t *testing.T) {
	for _, tc := range []struct{ name, config, in, want string }{
		{"sets a text", rule(`{"t":"set","p":"payload","pt":"msg","to":"x","tot":"str"}`), `{"payload":1}`, `{"payload":"x"}`},
		{"sets a regular expression as the text it is", rule(`{"t":"set","p":"payload","to":"a+","tot":"re"}`), `{}`, `{"payload":"a+"}`},
		{"sets a number", rule(`{"t":"set","p":"payload","to":"10","tot":"num"}`), `{}`, `{"payload":10}`},
		{"sets a boolean", rule(`{"t":"set","p":"payload","to":"TRUE","tot":"bool"}`), `{}`, `{"payload":true}`},
		{"sets JSON", rule(`{"t":"set","p":"payload","to":"{\"a\":[1]}","tot":"json"}`), `{}`, `{"payload":{"a":[1]}}`},
		{"sets a buffer", rule(`{"t":"set","p":"payload","to":"[1,2]","tot":"bin"}`), `{}`, `{"payload":{"type":"Buffer","data":[1,2]}}`},
		{"sets another property's value", rule(`{"t":"set","p":"topic","to":"payload","tot":"msg"}`), `{"payload":{"a":1}}`, `{"payload":{"a":1},"topic":{"a":1}}`},
		{"makes missing parents", rule(`{"t":"set","p":"a.b[0].c","to":"1","tot":"num"}`), `{}`, `{"a":{"b":[{"c":1}]}}`},
		{"deletes when the value is undefined", rule(`{"t":"set","p":"topic","to":"none","tot":"msg"}`), `{"topic":1}`, `{}`},
		{"skips a rule that reads a property of nothing", rule(`{"t":"set","p":"topic","to":"a.b.c","tot":"msg"}`), `{"topic":1}`, `{"topic":1}`},
		{"understands msg. of older flows", rule(`{"t":"set","p":"payload","to":"msg.topic"}`), `{"topic":"t"}`, `{"topic":"t","payload":"t"}`},
		{"deletes", rule(`{"t":"delete","p":"a.b"}`), `{"a":{"b":1,"c":2}}`, `{"a":{"c":2}}`},
		{"deletes what is not there", rule(`{"t":"delete","p":"x.y.z"}`), `{"a":1}`, `{"a":1}`},
		{"applies rules in order", rule(`{"t":"set","p":"a","to":"1","tot":"num"},{"t":"set","p":"b","to":"a","tot":"msg"}`), `{}`, `{"a":1,"b":1}`},

		{"replaces every occurrence", rule(`{"t":"change","p":"payload","from":"a.","to":"X"}`), `{"payload":"a.ba.a"}`, `{"payload":"XbXa"}`},
		{"replaces with groups", rule(`{"t":"change","p":"payload","from":"(\\d)-(?<n>\\d)","fromt":"re","to":"$2$$$<n>$1$&"}`), `{"payload":"1-2,3-4"}`, `{"payload":"2$211-2,4$433-4"}`},
		{"replaces a whole text by a value of another type", rule(`{"t":"change","p":"payload","from":"on","to":"1","tot":"num"}`), `{"payload":"on"}`, `{"payload":1}`},
		{"makes a replaced text a boolean", rule(`{"t":"change","p":"payload","from":".+","fromt":"re","to":"true","tot":"bool"}`), `{"payload":"xyz"}`, `{"payload":true}`},
		{"changes a number", rule(`{"t":"change","p":"payload","from":"5","fromt":"num","to":"x"}`), `{"payload":5}`, `{"payload":"x"}`},
		{"leaves other numbers", rule(`{"t":"change","p":"payload","from":"5","fromt":"num","to":"x"}`), `{"payload":55}`, `{"payload":55}`},
		{"changes a boolean", rule(`{"t":"change","p":"payload","from":"true","fromt":"bool","to":"x"}`), `{"payload":true}`, `{"payload":"x"}`},
		{"looks for what the message says", rule(`{"t":"change","p":"payload","from":"topic","fromt":"msg","to":"X"}`), `{"payload":"abc","topic":"b"}`, `{"payload":"aXc","topic":"b"}`},
		{"leaves an object", rule(`{"t":"change","p":"payload","from":"a","to":"b"}`), `{"payload":{"a":"a"}}`, `{"payload":{"a":"a"}}`},

		{"moves", rule(`{"t":"move","p":"topic","to":"payload","tot":"msg"}`), `{"topic":"t","payload":"p"}`, `{"payload":"t"}`},
		{"moves into its own child", rule(`{"t":"move","p":"payload","pt":"msg","to":"payload.a","tot":"msg"}`), `{"payload":"p"}`, `{"payload":{"a":"p"}}`},
		{"moves out of its parent", rule(`{"t":"move","p":"payload.a","pt":"msg","to":"payload","tot":"msg"}`), `{"payload":{"a":{"b":1}}}`, `{"payload":{"b":1}}`},
		{"deletes the target of a move of nothing", rule(`{"t":"move","p":"x","to":"payload","tot":"msg"}`), `{"payload":"p"}`, `{}`},

		{"sets the flow's context and reads it", rule(`{"t":"set","p":"a.b","pt":"flow","to":"payload","tot":"msg"},{"t":"set","p":"topic","to":"a","tot":"flow"}`), `{"payload":1}`, `{"payload":1,"topic":{"b":1}}`},
		{"names a context key by the message", rule(`{"t":"set","p":"x[msg.topic]","pt":"global","to":"1","tot":"num"},{"t":"set","p":"payload","to":"x","tot":"global"}`), `{"topic":"k"}`, `{"topic":"k","payload":{"k":1}}`},
		{"forgets a message when a context value is not what it looks for", rule(`{"t":"change","p":"n","pt":"flow","from":"1","fromt":"num","to":"2","tot":"num"}`), `{"payload":1}`, ``},
		{"keeps the single rule of old flows", `{"action":"replace","property":"payload","to":"x"}`, `{"payload":1}`, `{"payload":"x"}`},
		{"takes a missing reg of old flows for a text", `{"action":"change","property":"payload","from":"a+","to":"x"}`, `{"payload":"aa+"}`, `{"payload":"ax"}`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if got := nodetest.Run(t, Change, tc.config, tc.in).String(); got != tc.want {
				t.Errorf("%s to %s:\n got %s\nwant %s", tc.config, tc.in, got, tc.want)
			}
		})
	}
}

func TestChangeSharesAnObjectUnlessToldToCopy(t *testing.T) {
	for deep, want := range map[string]string{
		"false": `{"a":{"x":1},"b":{"x":1}}`,
		"true":  `{"a":{},"b":{"x":1}}`,
	} {
		config := rule(`{"t":"set","p":"b","to":"a","tot":"msg","dc":` + deep + `},{"t":"set","p":"b.x","to":"1","tot":"num"}`)
		if got := nodetest.Run(t, Change, config, `{"a":{}}`).String(); got != want {
			t.Errorf("dc %s: got %s, want %s", deep, got, want)
		}
	}
}

func TestChangeReportsAFromItCannotLookFor(t *testing.T) {
	r := nodetest.Run(t, Change, rule(`{"t":"change","p":"payload","from":"o","fromt":"msg","to":"x"}`), `{"payload":1,"o":{}}`)
	if want := "Error: Invalid 'from' property: unsupported type: object"; r.Error() != want {
		t.Errorf("got %q, want %q", r.Error(), want)
	}
	if want := `{"payload":1,"o":{}}`; r.String() != want {
		t.Errorf("sent %s, want %s", r, want)
	}
}

func TestChangeWithAFaultyRuleDoesNotStart(t *testing.T) {
	for config, want := range map[string]string{
		rule(`{"t":"set","p":"payload","to":"{","tot":"json"}`):              "Invalid 'to' JSON property",
		rule(`{"t":"change","p":"payload","from":"(","fromt":"re","to":""}`): "Invalid 'from' property: Invalid regular expression: /(/g: ",
	} {
		err := startError(t, Change, config)
		if len(err) < len(want) || err[:len(want)] != want {
			t.Errorf("%s:\n got %s\nwant %s", config, err, want)
		}
	}
}

// startError returns why a node does not start.
func startError(t *testing.T, typ runtime.Type, config string) string {
	t.Helper()
	problems := nodetest.Problems(t, typ, config)
	if len(problems) != 1 {
		t.Fatalf("%s: %d problems", config, len(problems))
	}
	return problems[0].Reason
}
