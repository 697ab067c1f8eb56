package function

import (
	"testing"

	"sluice/nodes/nodetest"
	"sluice/runtime"
)

func TestTemplate(t *testing.T) {
	for _, tc := range []struct{ name, config, in, want string }{
		{"fills in properties", `{"template":"payload={{payload}}"}`, `{"payload":"foo"}`, `{"payload":"payload=foo"}`},
		{"sets any property", `{"template":"{{payload}}","field":"a.b"}`, `{"payload":"foo"}`, `{"payload":"foo","a":{"b":"foo"}}`},
		{"takes the template of the message", `{"template":""}`, `{"payload":"foo","template":"<{{payload}}>"}`, `{"payload":"<foo>","template":"<{{payload}}>"}`},
		{"prefers its own template", `{"template":"own"}`, `{"payload":"foo","template":"<{{payload}}>"}`, `{"payload":"own","template":"<{{payload}}>"}`},
		{"is empty without any", `{}`, `{"payload":"foo"}`, `{"payload":""}`},
		{"leaves plain text alone", `{"template":"{{payload}}","syntax":"plain"}`, `{"payload":"foo"}`, `{"payload":"{{payload}}"}`},
		{"reads JSON", `{"template":"{\"a\":{{payload}}}","output":"json"}`, `{"payload":1}`, `{"payload":{"a":1}}`},
		{"escapes texts for JSON", `{"template":"{\"a\":\"{{{payload}}}\"}","output":"json"}`, `{"payload":"a\\b\n\tc"}`, `{"payload":{"a":"a\\b\n\tc"}}`},
		{"reads YAML", `{"template":"a: {{payload}}\nb: [x]\n","output":"yaml"}`, `{"payload":1}`, `{"payload":{"a":1,"b":["x"]}}`},
		{"sets nothing for YAML without a document", `{"template":"{{nothing}}","output":"yaml"}`, `{"payload":1}`, `{}`},
		{"reads JSON of plain text", `{"template":"[1]","syntax":"plain","output":"json"}`, `{}`, `{"payload":[1]}`},
		{"prints nothing for an unset variable", `{"template":"<{{env.NOPE}}>"}`, `{}`, `{"payload":"<>"}`},
		{"prefers the message to the environment", `{"template":"{{env.a}}"}`, `{"env":{"a":1}}`, `{"env":{"a":1},"payload":"1"}`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if got := nodetest.Run(t, Template, tc.config, tc.in).String(); got != tc.want {
				t.Errorf("%s to %s:\n got %s\nwant %s", tc.config, tc.in, got, tc.want)
			}
		})
	}
}

func TestTemplateReadsAndSetsContexts(t *testing.T) {
	h := nodetest.Flow(t, []runtime.Type{Template}, `[
		{"id":"set","type":"template","template":"{{payload}}!","field":"x.y","fieldType":"flow","wires":[["get"]]},
		{"id":"get","type":"template","template":"{{flow.x.y}} {{flow[memory].x.y}} {{global.none}}{{#payload}}{{env.HOME}}{{/payload}}","wires":[["out"]]},
		{"id":"out","type":"sink","wires":[]}]`, nodetest.Env("HOME", "/root"))
	h.Send("set", `{"payload":"hi"}`)
	h.Wait()
	if got, want := h.Text("out"), `{"payload":"hi! hi! &#x2F;root"}`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestTemplateErrorsReadAsInNodeRED(t *testing.T) {
	for _, tc := range []struct{ config, in, want string }{
		{`{"template":"payload={{payload!}"}`, `{}`, "Unclosed tag at 19"},
		{`{"template":"{{> part}}"}`, `{}`, "tokens.forEach is not a function"},
		{`{}`, `{"template":5}`, "this.tail.search is not a function"},
		{`{}`, `{"template":null}`, `Invalid template! Template should be a "string" but "object" was given as the first argument for mustache#render(template, view, partials)`},
		{`{"template":"a: *x","output":"yaml"}`, `{}`, "unidentified alias \"x\" (1:6)\n\n 1 | a: *x\n----------^"},
		{`{"template":"{","output":"json"}`, `{}`, "Expected property name or '}' in JSON at position 1 (line 1 column 2)"},
	} {
		if got := nodetest.Run(t, Template, tc.config, tc.in).Error(); got != tc.want {
			t.Errorf("%s to %s:\n got %s\nwant %s", tc.config, tc.in, got, tc.want)
		}
	}
}

func BenchmarkTemplateNode(b *testing.B) {
	h := nodetest.Flow(b, []runtime.Type{Template}, `[{"id":"n","type":"template","template":"Hello {{payload.name}}","wires":[[]]}]`)
	m := nodetest.Parse(b, `{"payload":{"name":"Ann"}}`)
	b.ReportAllocs()
	for b.Loop() {
		h.SendOnly("n", m)
	}
}
