package parsers

import (
	"strings"
	"testing"

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

func TestHostileTextsEndQuickly(t *testing.T) {
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
