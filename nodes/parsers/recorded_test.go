package parsers

import (
	"testing"

	"sluice/nodes/nodetest"
	"sluice/runtime/msg"
)

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
	for _, c := range nodetest.Recorded(t, "xml2js.json") {
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
		if nodetest.JSON(got) != nodetest.JSON(c.Value("want")) || messageOf(err) != c.String("error") {
			t.Errorf("%s %s\n got %s %q\nwant %s %q", nodetest.JSON(c.Value("in")), nodetest.JSON(options), nodetest.JSON(got), messageOf(err), nodetest.JSON(c.Value("want")), c.String("error"))
		}
	}
}

func TestHTMLIsThatOfCheerio(t *testing.T) {
	for _, c := range nodetest.Recorded(t, "cheerio.json") {
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
		if nodetest.JSON(got) != nodetest.JSON(c.Value("want")) || messageOf(err) != c.String("error") {
			t.Errorf("%s\n got %s %q\nwant %s %q", c.String("selector"), nodetest.JSON(got), messageOf(err), nodetest.JSON(c.Value("want")), c.String("error"))
		}
	}
}
