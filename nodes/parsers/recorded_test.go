package parsers

import (
	"os"
	"testing"

	"sluice/runtime/msg"
)

// recorded reads cases that were recorded from the npm packages which Node-RED uses:
// xml2js 0.6.2 and cheerio 1.0.0-rc.10.
func recorded(t *testing.T, name string) []*msg.Object {
	t.Helper()
	b, err := os.ReadFile("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	v, err := msg.ParseBytes(b)
	if err != nil {
		t.Fatal(err)
	}
	var cases []*msg.Object
	for _, c := range v.(*msg.Array).All() {
		cases = append(cases, c.(*msg.Object))
	}
	return cases
}

func jsonOf(v any) string {
	b, err := msg.AppendJSON(nil, v)
	if err != nil {
		return err.Error()
	}
	return string(b)
}

// messageOf is the text of an error without the name of its class.
func messageOf(err error) string {
	switch e := err.(type) {
	case nil:
		return ""
	case *msg.Error:
		return e.Message
	}
	return err.Error()
}

func TestXMLIsThatOfXML2JS(t *testing.T) {
	for _, c := range recorded(t, "xml2js.json") {
		options := c.Value("options").(*msg.Object)
		var got any
		var err error
		if c.String("kind") == "parse" {
			got, err = parseXML(c.String("in"), options)
		} else {
			got, err = buildXML(c.Value("in"), options)
		}
		if err != nil {
			got = msg.Undefined
		}
		if jsonOf(got) != jsonOf(c.Value("want")) || messageOf(err) != c.String("error") {
			t.Errorf("%s %s\n got %s %q\nwant %s %q", jsonOf(c.Value("in")), jsonOf(options), jsonOf(got), messageOf(err), jsonOf(c.Value("want")), c.String("error"))
		}
	}
}

func TestHTMLIsThatOfCheerio(t *testing.T) {
	for _, c := range recorded(t, "cheerio.json") {
		rows := &msg.Array{}
		var err error
		for i, what := range []string{"html", "text", "attr", "compl"} {
			n := &htmlNode{Return: what, As: "single", Key: "_"}
			var results []any
			if results, err = n.find(c.String("html"), c.String("selector")); err != nil {
				break
			}
			for k, r := range results {
				if i == 0 {
					rows.Append(&msg.Array{})
				}
				if what == "compl" {
					r = r.(*msg.Object).Value("_")
				}
				rows.At(k).(*msg.Array).Append(r)
			}
		}
		got := any(rows)
		if err != nil {
			got = msg.Undefined
		}
		if jsonOf(got) != jsonOf(c.Value("want")) || messageOf(err) != c.String("error") {
			t.Errorf("%s\n got %s %q\nwant %s %q", c.String("selector"), jsonOf(got), messageOf(err), jsonOf(c.Value("want")), c.String("error"))
		}
	}
}
