package parsers

import (
	"strings"

	"golang.org/x/net/html"

	"sluice/runtime"
	"sluice/runtime/msg"
)

// HTML takes elements out of an HTML document by a CSS selector.
var HTML = runtime.Type{
	Name: "html", Category: "parser", Inputs: 1, Outputs: 1,
	New: func() runtime.Node { return &htmlNode{Property: msg.Payload, Return: "html", As: "single", Key: "_"} },

	Parallel: true,
}

type htmlNode struct {
	Property    msg.Path `json:"property"`
	OutProperty msg.Path `json:"outproperty"`
	Selector    string   `json:"tag"`
	Return      string   `json:"ret"` // html, text, attr or compl (attributes and html)
	As          string   `json:"as"`  // single: one array; multi: a message for each element
	Key         string   `json:"chr"` // where compl puts the html
}

func (n *htmlNode) Init(*runtime.Instance) error {
	if n.OutProperty.Empty() {
		n.OutProperty = n.Property
	}
	return nil
}

func (n *htmlNode) Input(d *runtime.Delivery) error {
	value, err := n.Property.Get(d.Msg)
	if err != nil {
		return err
	}
	if value == msg.Undefined {
		return d.Send(d.Msg)
	}
	selector := n.Selector
	if v := d.Msg.Value("select"); selector == "" && msg.ToBool(v) {
		selector = msg.ToString(v)
	}
	results, err := n.find(value, selector)
	if err != nil {
		return runtime.Text(err.Error())
	}
	if n.As == "multi" {
		return n.sendEach(d, results)
	}
	if n.As != "single" {
		return nil
	}
	if _, err := n.OutProperty.Set(d.Msg, msg.NewArray(results...), true); err != nil {
		return runtime.Text(err.Error())
	}
	return d.Send(d.Msg)
}

// find returns what the node is to return of each element.
func (n *htmlNode) find(value any, selector string) ([]any, error) {
	if nothing, err := notText(value); nothing || err != nil {
		return nil, err
	}
	document, err := html.Parse(strings.NewReader(msg.ToUTF8(msg.ToString(value))))
	if err != nil {
		return nil, err
	}
	elements, err := selectElements(document, selector)
	if err != nil {
		return nil, err
	}
	var results []any
	for _, e := range elements {
		switch n.Return {
		case "html":
			text, err := normalizeHTML(msg.TrimSpace(innerHTML(e)))
			if err != nil {
				return nil, err
			}
			results = append(results, text)
		case "text":
			results = append(results, textOf(e))
		case "attr":
			results = append(results, setAttributes(&msg.Object{}, e))
		case "compl":
			results = append(results, setAttributes(msg.NewObject(n.Key, msg.TrimSpace(innerHTML(e))), e))
		default:
			if n.As == "multi" {
				results = append(results, nil) // counted, but not sent
			}
		}
	}
	return results, nil
}

// notText is what cheerio makes of values that are not text: it takes them for
// nodes of a document, in which nothing is found.
func notText(value any) (nothing bool, err error) {
	switch v := value.(type) {
	case string, *msg.Buffer:
		return false, nil
	case nil:
		return true, runtime.Text("cheerio.load() expects a string")
	case *msg.Array:
		for _, e := range v.All() {
			if kind := msg.TypeOf(e); kind != "object" || e == nil {
				return true, noNode(e)
			}
		}
	default:
		if msg.TypeOf(value) != "object" {
			return true, noNode(value)
		}
	}
	return true, nil
}

func noNode(v any) error {
	if v == nil || v == msg.Undefined {
		return runtime.Textf("Cannot read properties of %s (reading 'parent')", msg.ToString(v))
	}
	return runtime.Textf("Cannot create property 'prev' on %s '%s'", msg.TypeOf(v), msg.ToString(v))
}

func setAttributes(o *msg.Object, e *html.Node) *msg.Object {
	for _, a := range e.Attr {
		o.Set(attributeName(a), a.Val)
	}
	return o
}

// sendEach sends a message for each result but empty texts.
func (n *htmlNode) sendEach(d *runtime.Delivery, results []any) error {
	for i, result := range results {
		if !msg.ToBool(result) {
			continue
		}
		m := msg.CloneMessage(d.Msg)
		if _, err := n.OutProperty.Set(m, result, true); err != nil {
			return runtime.Text(err.Error())
		}
		m.Set("parts", msg.NewObject("id", d.Msg.Value(msg.ID), "index", msg.Number(float64(i)),
			"count", msg.Number(float64(len(results))), "type", "string", "ch", ""))
		if err := d.Send(m); err != nil {
			return err
		}
	}
	return nil
}
