package parsers

import (
	"math"
	"strings"
	"testing"
	"unicode/utf8"

	"sluice/nodes/nodetest"
	"sluice/runtime"
	"sluice/runtime/msg"
)

func TestParsers(t *testing.T) {
	for _, tc := range []struct {
		name      string
		typ       runtime.Type
		config    string
		in        string
		want, err string
	}{
		{"xml passes on messages without the property", XML, `{}`, `{"topic":"a"}`, `{"topic":"a"}`, ``},
		{"xml reads with the keys of its settings", XML, `{"attr":"@","chr":"#"}`, `{"payload":"<a b='1'>x</a>"}`, `{"payload":{"a":{"#":"x","@":{"b":"1"}}}}`, ``},
		{"xml writes options down", XML, `{}`, `{"payload":"<a>x</a>","options":{"explicitArray":false}}`, `{"payload":{"a":"x"},"options":{"explicitArray":false,"async":true,"attrkey":"$","charkey":"_"}}`, ``},
		{"xml writes without line breaks", XML, `{}`, `{"payload":{"a":{"b":1}}}`, `{"payload":"<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?><a><b>1</b></a>"}`, ``},
		{"xml tells where it fails", XML, `{}`, `{"payload":"<not valid>"}`, ``, "Error: Attribute without value\nLine: 0\nColumn: 11\nChar: >"},
		{"xml declares no entities", XML, `{}`, `{"payload":"<!DOCTYPE a [<!ENTITY e 'x'>]><a>&e;</a>"}`, ``, "Error: Invalid character entity\nLine: 0\nColumn: 36\nChar: ;"},
		{"yaml reads", YAML, `{}`, `{"payload":"a: [1, 017]"}`, `{"payload":{"a":[1,17]}}`, ``},
		{"yaml writes", YAML, `{"property":"a.b"}`, `{"a":{"b":{"x":["y"]}}}`, `{"a":{"b":"x:\n  - 'y'\n"}}`, ``},
		{"yaml fails with a text", YAML, `{}`, `{"payload":"a: *x"}`, ``, "unidentified alias \"x\" (1:6)\n\n 1 | a: *x\n----------^"},
		{"html takes a selector from the message", HTML, `{}`, `{"payload":"<p>a<p>b","select":"p"}`, `{"payload":["a","b"],"select":"p"}`, ``},
		{"html puts results elsewhere", HTML, `{"tag":"p","outproperty":"out","ret":"text"}`, `{"payload":"<p>a"}`, `{"payload":"<p>a","out":["a"]}`, ``},
		{"html refuses nothing", HTML, `{"tag":"p"}`, `{"payload":null}`, ``, "cheerio.load() expects a string"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			r := nodetest.Run(t, tc.typ, tc.config, tc.in)
			if r.String() != tc.want || r.Error() != tc.err {
				t.Errorf(" got %s %q\nwant %s %q", r, r.Error(), tc.want, tc.err)
			}
		})
	}
}

func TestHTMLSendsAMessageForEachElement(t *testing.T) {
	r := nodetest.Run(t, HTML, `{"tag":"p","as":"multi","ret":"text"}`, `{"_msgid":"1","payload":"<p>a</p><p></p><p>b</p>"}`)
	const want = `{"payload":"a","parts":{"id":"1","index":0,"count":3,"type":"string","ch":""}}` + "\n" +
		`{"payload":"b","parts":{"id":"1","index":2,"count":3,"type":"string","ch":""}}`
	if r.String() != want {
		t.Errorf("got %s", r)
	}
}

func TestYAMLWritesWhatJSONHasNoFormFor(t *testing.T) {
	shared := msg.NewObject("a", 1.0)
	cycle := msg.NewObject("k", 1.0)
	cycle.Set("self", cycle)
	for _, tc := range []struct {
		v    any
		want string
	}{
		{msg.NewArray(math.Copysign(0, -1), math.NaN(), math.Inf(-1)), "- -0.0\n- .nan\n- -.inf\n"},
		{msg.NewArray(shared, shared), "- &ref_0\n  a: 1\n- *ref_0\n"},
		{cycle, "&ref_0\nk: 1\nself: *ref_0\n"},
		{msg.NewObject("d", &msg.Date{}), "d: 1970-01-01T00:00:00.000Z\n"},
		{msg.NewObject("u", msg.Undefined), "{}\n"},
	} {
		got, err := dumpYAML(tc.v)
		if err != nil || got != tc.want {
			t.Errorf("got %q %v, want %q", got, err, tc.want)
		}
	}
	if _, err := dumpYAML(&msg.Func{}); err == nil {
		t.Error("a function was written")
	}
}

func TestHostileTextsEndQuickly(t *testing.T) {
	if _, err := loadYAML(strings.Repeat("[", 1_000_000)); err == nil || !strings.HasPrefix(err.Error(), "nesting exceeded") {
		t.Errorf("deep YAML gave %v", err)
	}
	if _, err := parseXML(strings.Repeat("<a>", 1_000_000), &msg.Object{}); err == nil || !strings.HasPrefix(messageOf(err), "Too many nested") {
		t.Errorf("deep XML gave %v", err)
	}
}

func FuzzXML(f *testing.F) {
	for _, s := range []string{"<a b='1'>x<c/>&amp;</a>", "<!DOCTYPE a [<!-- ] -->]><a><![CDATA[x]]></a>", "<a"} {
		f.Add(s)
	}
	options := msg.NewObject("attrkey", "$", "charkey", "_")
	f.Fuzz(func(t *testing.T, s string) {
		v, err := parseXML(s, options)
		if err != nil || v == nil {
			return
		}
		text, err := buildXML(v, msg.NewObject("renderOpts", msg.NewObject("pretty", false)))
		if err != nil {
			return
		}
		if _, err := parseXML(text, options); err != nil {
			t.Errorf("%q was written as %q, which does not parse: %v", s, text, err)
		}
	})
}

func FuzzYAML(f *testing.F) {
	for _, s := range []string{"a: [1, {b: c}]\n", "- |\n x\n- >-\n y\n", "&a x: *a\n", "? [a]\n: !!str 1\n", "\"\\u0041\"", "<<: {a: 1}\nb: 2"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if !utf8.ValidString(s) {
			return // the engine makes no such texts
		}
		v, err := loadYAML(s)
		if err != nil || v == msg.Undefined {
			return
		}
		v = msg.NewObject("v", v) // a text of line breaks alone does not come back, in js-yaml either
		text, err := dumpYAML(v)
		if err != nil {
			return
		}
		again, err := loadYAML(text)
		if err != nil {
			t.Fatalf("%q was written as %q, which does not parse: %v", s, text, err)
		}
		if jsonOf(v) != jsonOf(again) {
			t.Errorf("%q: %s came back as %s", s, jsonOf(v), jsonOf(again))
		}
	})
}
