package jsonschema

import (
	"encoding/json"
	"os"
	"strings"
	"testing"

	"sluice/runtime/msg"
)

// TestAjv holds the validator against what ajv 8 said, see testdata/ajv.mjs.
func TestAjv(t *testing.T) {
	text, err := os.ReadFile("testdata/ajv.json")
	if err != nil {
		t.Fatal(err)
	}
	var lines [][3]json.RawMessage
	if err := json.Unmarshal(text, &lines); err != nil {
		t.Fatal(err)
	}
	for _, line := range lines {
		schema, value := parse(t, string(line[0])), parse(t, string(line[1]))
		if got, want := judge(schema, value), string(line[2]); got != want {
			t.Errorf("%s of %s:\n got %s\nwant %s", line[0], line[1], got, want)
		}
	}
}

func parse(t testing.TB, text string) any {
	v, err := msg.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// judge is what testdata/ajv.mjs records.
func judge(schema, value any) string {
	s, err := Compile(schema)
	if err != nil {
		return `"refused"`
	}
	errs, err := s.Validate(value)
	if err != nil {
		return err.Error()
	}
	if len(errs) == 0 {
		return "null"
	}
	list := &msg.Array{}
	for i := range errs {
		list.Append(errs[i].Object())
	}
	text, _, _ := msg.Stringify(list, "")
	return text
}

func TestTextJoinsErrors(t *testing.T) {
	s, err := Compile(parse(t, `{"type":"object","properties":{"a":{"type":"number"}},"required":["b"]}`))
	if err != nil {
		t.Fatal(err)
	}
	errs, _ := s.Validate(parse(t, `{"a":"x"}`))
	if got, want := Text(errs), "data must have required property 'b', data/a must be number"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestSchemasThatLeadNowhereEnd(t *testing.T) {
	wide := `{"a":` + strings.Repeat(`{"a":`, 40) + `1` + strings.Repeat(`}`, 41)
	for _, tc := range []struct{ schema, value string }{
		{`{"$ref":"#"}`, `1`},
		{`{"allOf":[{"$ref":"#"},{"$ref":"#"}]}`, `1`},
		{`{"allOf":[{"properties":{"a":{"$ref":"#"}}},{"properties":{"a":{"$ref":"#"}}}]}`, wide},
		{`{"pattern":"^(a+)+$"}`, `"` + strings.Repeat("a", 60) + `b"`},
	} {
		s, err := Compile(parse(t, tc.schema))
		if err != nil {
			t.Fatalf("%s: %v", tc.schema, err)
		}
		if _, err := s.Validate(parse(t, tc.value)); err == nil {
			t.Errorf("%s passed", tc.schema)
		}
	}
}

func FuzzCompile(f *testing.F) {
	f.Add(`{"type":"object","properties":{"a":{"$ref":"#"}}}`, `{"a":{"a":1}}`)
	f.Add(`{"$id":"http://a/b","definitions":{"x":{"$id":"#y"}},"items":[{"$ref":"#y"}]}`, `[1]`)
	f.Fuzz(func(t *testing.T, schema, value string) {
		s, err := msg.Parse(schema)
		if err != nil {
			return
		}
		v, err := msg.Parse(value)
		if err != nil {
			return
		}
		if compiled, err := Compile(s); err == nil {
			errs, _ := compiled.Validate(v)
			_ = Text(errs)
		}
	})
}

func BenchmarkValidate(b *testing.B) {
	s, err := Compile(parse(b, `{"type":"object","properties":{"name":{"type":"string","minLength":1},"age":{"type":"integer","minimum":0},"tags":{"type":"array","items":{"type":"string"}}},"required":["name","age"]}`))
	if err != nil {
		b.Fatal(err)
	}
	v := parse(b, `{"name":"Ada","age":36,"tags":["a","b","c"]}`)
	b.ReportAllocs()
	for b.Loop() {
		if errs, err := s.Validate(v); err != nil || len(errs) > 0 {
			b.Fatal(Text(errs), err)
		}
	}
}
