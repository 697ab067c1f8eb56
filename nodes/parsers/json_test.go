package parsers

import (
	"testing"

	"sluice/nodes/nodetest"
	"sluice/runtime"
	"sluice/runtime/msg"
)

func TestJSON(t *testing.T) {
	for _, tc := range []struct{ name, config, in, want string }{
		{"parses a text", `{}`, `{"payload":"{\"a\":[1,null]}"}`, `{"payload":{"a":[1,null]}}`},
		{"prints an object", `{}`, `{"payload":{"b":1,"a":"<é>"}}`, `{"payload":"{\"b\":1,\"a\":\"<é>\"}"}`},
		{"prints a list", `{}`, `{"payload":[1,{}]}`, `{"payload":"[1,{}]"}`},
		{"prints null", `{}`, `{"payload":null}`, `{"payload":"null"}`},
		{"prints a number and a boolean", `{}`, `{"payload":1.5}`, `{"payload":"1.5"}`},
		{"indents by four", `{"pretty":true}`, `{"payload":{"a":[1]}}`, `{"payload":"{\n    \"a\": [\n        1\n    ]\n}"}`},
		{"works on any property", `{"property":"a.b"}`, `{"a":{"b":"[1]"}}`, `{"a":{"b":[1]}}`},
		{"passes on a message without the property", `{}`, `{"topic":1}`, `{"topic":1}`},
		{"makes a value only, when told", `{"action":"obj"}`, `{"payload":{"a":1}}`, `{"payload":{"a":1}}`},
		{"takes off the schema that holds", `{}`, `{"payload":"1","schema":{"type":"number"}}`, `{"payload":1}`},
		{"checks a text it leaves as it is", `{"action":"str"}`, `{"payload":"1","schema":{"type":"number"}}`, `{"payload":"1"}`},
		{"checks a value before it prints it", `{}`, `{"payload":[1],"schema":{"items":{"type":"number"}}}`, `{"payload":"[1]"}`},
		{"keeps the schema when there is nothing to check", `{}`, `{"schema":{"type":"number"}}`, `{"schema":{"type":"number"}}`},
		{"makes a text only, when told", `{"action":"str"}`, `{"payload":"{\"a\":1}"}`, `{"payload":"{\"a\":1}"}`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if got := nodetest.Run(t, JSON, tc.config, tc.in).String(); got != tc.want {
				t.Errorf("%s to %s:\n got %s\nwant %s", tc.config, tc.in, got, tc.want)
			}
		})
	}
}

func TestJSONErrors(t *testing.T) {
	for _, tc := range []struct{ in, want string }{
		{`{"payload":"{a"}`, "Expected property name or '}' in JSON at position 1 (line 1 column 2)"},
		{`{"payload":"1","schema":{"type":"word"}}`, "JSON Schema error: failed to compile schema"},
		{`{"payload":"\"1\"","schema":{"type":"number"}}`, "JSON Schema error: data must be number"},
		{`{"payload":{"a":1},"schema":{"required":["b","c"]}}`, "JSON Schema error: data must have required property 'b', data must have required property 'c'"},
	} {
		if r := nodetest.Run(t, JSON, `{}`, tc.in); r.Error() != tc.want || len(r.Sent) > 0 {
			t.Errorf("%s:\n got %s, sent %d\nwant %s", tc.in, r.Error(), len(r.Sent), tc.want)
		}
	}
}

func TestJSONReadsABuffer(t *testing.T) {
	h := nodetest.Flow(t, []runtime.Type{JSON}, `[{"id":"n","type":"json","wires":[["out"]]},{"id":"out","type":"sink","wires":[]}]`)
	h.SendMsg("n", msg.NewObject("payload", &msg.Buffer{B: []byte(`[1]`)}))
	h.Wait()
	if got, want := h.Text("out"), `{"payload":[1]}`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestJSONLeavesSchemaErrorsInTheMessage(t *testing.T) {
	h := nodetest.Flow(t, []runtime.Type{JSON}, `[
		{"id":"n","type":"json","wires":[[]]},
		{"id":"catch","type":"catch","wires":[]}]`)
	h.Send("n", `{"payload":"{\"a\":1}","schema":{"properties":{"a":{"type":"string"}}}}`)
	h.Wait()
	got := h.Got("catch")
	if len(got) != 1 {
		t.Fatalf("got %d errors", len(got))
	}
	text, _, _ := msg.Stringify(got[0].Value("schemaError"), "")
	const want = `[{"instancePath":"/a","schemaPath":"#/properties/a/type","keyword":"type","params":{"type":"string"},"message":"must be string"}]`
	if text != want {
		t.Errorf("got %s, want %s", text, want)
	}
}
