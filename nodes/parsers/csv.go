package parsers

import (
	"strings"
	"sync"

	"sluice/runtime"
	"sluice/runtime/msg"
)

// CSV turns CSV text into objects, and objects or arrays into CSV text, by the
// rules of RFC 4180 or by those that Node-RED had before.
var CSV = runtime.Type{
	Name: "csv", Category: "parser", Inputs: 1, Outputs: 1,
	New: func() runtime.Node { return &csvNode{Separator: ",", Multi: "one"} },

	Parallel: true, // but see csvNode.mu
}

type csvNode struct {
	Spec         string  `json:"spec"` // rfc, or else the older rules
	Template     string  `json:"temp"` // names of the columns, with commas between
	Separator    string  `json:"sep"`
	LineEnd      string  `json:"ret"`
	Multi        string  `json:"multi"`  // one: a message for each row; mult: one with all
	HeaderIn     any     `json:"hdrin"`  // true: the first row names the columns
	HeaderOut    any     `json:"hdrout"` // none, all or once
	Skip         float64 `json:"skip"`   // lines before the first row
	ParseNumbers any     `json:"strings"`
	KeepEmpty    bool    `json:"include_empty_strings"`
	KeepNull     bool    `json:"include_null_values"`

	inst      *runtime.Instance
	idle      bool   // the template cannot be used
	headerOut string // none, all or once
	numbers   bool

	mu         sync.Mutex // guards what follows; held during Input
	headerSent bool
	warned     bool  // about objects without a template
	rows       []any // of a table that comes in parts
	columns    csvColumns
}

// csvColumns turns CSV into messages and back by one of the two sets of rules.
type csvColumns interface {
	// parse reads the rows of a text that may be part of a table.
	parse(text string, p csvPart) (csvRows, error)
	// format writes rows; it finds out about columns if they are not known yet.
	format(d *runtime.Delivery, payload any) (text string, err error)
	// names lists the columns as msg.columns has them.
	names() string
}

// csvPart tells which part of a table a text is.
type csvPart struct {
	is    bool    // msg.parts is there
	index float64 // NaN if it is not a number
	last  bool
}

// csvRows is what a text holds.
type csvRows struct {
	rows  []any
	tail  []any // those of them that a part of a table adds to the whole
	lines int   // line breaks in the text
	names string
	skip  bool // the text is of the lines to skip
}

func (n *csvNode) Init(inst *runtime.Instance) error {
	n.inst = inst
	props := inst.Props()
	n.Separator = csvEscapes.Replace(n.Separator)
	n.Skip = msg.ParseInt(msg.ToString(props.Value("skip")), 0)
	if !msg.ToBool(props.Value("skip")) {
		n.Skip = 0
	}
	strict, ok := props.Get("strings")
	n.numbers = !ok || strict == msg.Undefined || strict == true
	n.headerOut = "none"
	switch h := n.HeaderOut.(type) {
	case bool:
		if h {
			n.headerOut = "all"
		}
	case string:
		n.headerOut = h
	}
	if n.Spec == "rfc" {
		return n.initRFC()
	}
	n.initLegacy()
	return nil
}

var csvEscapes = strings.NewReplacer(`\t`, "\t", `\n`, "\n", `\r`, "\r")

func (n *csvNode) lineEnd(otherwise string) string {
	if n.LineEnd == "" {
		return otherwise
	}
	return strings.NewReplacer(`\n`, "\n", `\r`, "\r").Replace(n.LineEnd)
}

func (n *csvNode) Input(d *runtime.Delivery) error {
	if n.idle {
		d.Uncompleted()
		return nil
	}
	rfc := n.Spec == "rfc"
	if rfc {
		d.Status(&msg.Object{})
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	reset := d.Msg.Has("reset")
	if reset {
		n.headerSent = false
	}
	payload, ok := d.Msg.Get(msg.PayloadKey)
	text, isText := payload.(string)
	switch {
	case !ok && reset:
		return nil
	case !ok:
		return d.Send(d.Msg)
	case isText:
		return n.parse(d, text)
	case msg.TypeOf(payload) == "object":
		text, err := n.columns.format(d, payload)
		if err != nil {
			return err
		}
		d.Msg.Set(msg.PayloadKey, text)
		d.Msg.Set("columns", n.columns.names())
		return d.Send(d.Msg)
	case rfc:
		d.Status(runtime.NewStatus("red", "dot", csvUnsupported))
		return &msg.Error{Name: "Error", Message: csvUnsupported}
	}
	n.inst.Log.Warn(csvUnsupported)
	return nil
}

const (
	csvUnsupported = "This node only handles CSV strings or js objects."
	csvNoTemplate  = "No columns template specified for object -> CSV."
	csvBadTemplate = "Malformed columns template."
	csvMalformed   = "Malformed CSV data - output probably corrupt."
)

// warnOnce says that objects come without names for their columns.
func (n *csvNode) warnOnce() {
	if !n.warned {
		n.inst.Log.Warn(csvNoTemplate)
		n.warned = true
	}
}

// isLater tells whether m is a later part of a table, whose columns are known.
func isLater(m *msg.Object) bool {
	parts, _ := m.Value("parts").(*msg.Object)
	return msg.ToNumber(parts.Value("index")) > 0
}

func partOf(m *msg.Object) csvPart {
	v, ok := m.Get("parts")
	parts, _ := v.(*msg.Object)
	p := csvPart{is: ok, index: msg.ToNumber(parts.Value("index"))}
	if count, ok := parts.Get("count"); ok {
		p.last = p.index+1 >= msg.ToNumber(count)
	}
	return p
}

// parse sends the rows of a text.
func (n *csvNode) parse(d *runtime.Delivery, text string) error {
	part := partOf(d.Msg)
	t, err := n.columns.parse(text, part)
	if header, ok := err.(*headerError); ok {
		d.Status(runtime.NewStatus("red", "dot", csvBadTemplate))
		return header.err
	}
	if err != nil {
		return err
	}
	if t.skip {
		d.Uncompleted()
		return nil
	}
	if n.Multi == "one" {
		return n.sendRows(d, t, part)
	}
	if part.is && t.lines <= 1 {
		return n.gather(d, t)
	}
	d.Msg.Set(msg.PayloadKey, msg.NewArray(t.rows...))
	d.Msg.Set("columns", t.names)
	return d.Send(d.Msg)
}

// maxRows bounds the rows gathered of a table that comes in parts.
const maxRows = 1_000_000

// gather adds a part to its table, and sends the table after the last part.
func (n *csvNode) gather(d *runtime.Delivery, t csvRows) error {
	n.rows = append(n.rows, t.tail...)
	if len(n.rows) > maxRows {
		n.rows = nil
		return runtime.Textf("too many rows in csv node: a table that comes in parts may have %d", maxRows)
	}
	parts, _ := d.Msg.Value("parts").(*msg.Object)
	if msg.Number(msg.ToNumber(parts.Value("index"))+1) != parts.Value("count") {
		if n.Spec != "rfc" {
			d.Msg.Set(msg.PayloadKey, msg.NewArray(t.rows...))
		}
		return nil
	}
	d.Msg.Set(msg.PayloadKey, msg.NewArray(n.rows...))
	n.rows = nil
	d.Msg.Set("columns", t.names)
	d.Msg.Delete("parts")
	return d.Send(d.Msg)
}

// sendRows sends a message for each row.
func (n *csvNode) sendRows(d *runtime.Delivery, t csvRows, part csvPart) error {
	text := d.Msg.Value(msg.PayloadKey)
	for i, row := range t.rows {
		d.Msg.Set(msg.PayloadKey, nil)
		m := msg.CloneMessage(d.Msg)
		m.Set("columns", t.names)
		m.Set(msg.PayloadKey, row)
		if part.is {
			n.shiftParts(m)
		} else {
			m.Set("parts", msg.NewObject("id", d.Msg.Value(msg.ID),
				"index", msg.Number(float64(i)), "count", msg.Number(float64(len(t.rows)))))
		}
		if part.last {
			m.Set("complete", true)
		}
		if err := d.Send(m); err != nil {
			return err
		}
	}
	d.Msg.Set(msg.PayloadKey, text)
	if part.last && len(t.rows) == 0 {
		return d.Send(msg.NewObject("complete", true))
	}
	return nil
}

// shiftParts takes skipped lines and the header out of msg.parts.
func (n *csvNode) shiftParts(m *msg.Object) {
	parts, ok := m.Value("parts").(*msg.Object)
	if !ok {
		return
	}
	by := n.Skip
	if msg.ToBool(n.HeaderIn) {
		by++
	}
	for _, key := range [...]string{"index", "count"} {
		parts.Set(key, msg.Number(msg.ToNumber(parts.Value(key))-by))
	}
}

// keeps tells whether a value becomes part of its row.
func (n *csvNode) keeps(v any) bool {
	return (v != nil || n.KeepNull) && (v != "" || n.KeepEmpty)
}

func countLineBreaks(s string) int { return strings.Count(s, "\n") + strings.Count(s, "\r") }

// joinNames lists columns for msg.columns; those with a comma are quoted.
func joinNames(names []string) string {
	quoted := make([]string, len(names))
	for i, name := range names {
		quoted[i] = name
		if strings.Contains(name, ",") {
			quoted[i] = `"` + name + `"`
		}
	}
	return strings.Join(quoted, ",")
}

// keysOf is Object.keys(v), and its error.
func keysOf(v any) ([]string, error) {
	if v == nil || v == msg.Undefined {
		return nil, &msg.TypeError{Message: "Cannot convert undefined or null to object"}
	}
	return msg.Keys(v), nil
}

// hasOwn is v.hasOwnProperty(key).
func hasOwn(v any, key string) bool {
	if o, ok := v.(*msg.Object); ok {
		return o.Has(key)
	}
	return msg.Property(v, key) != msg.Undefined
}

// ensureString is RED.util.ensureString.
func ensureString(v any) (string, error) {
	switch v := v.(type) {
	case string:
		return v, nil
	case *msg.Buffer:
		return msg.ToString(v), nil
	}
	if msg.TypeOf(v) != "object" {
		return msg.ToString(v), nil
	}
	text, ok, err := msg.Stringify(v, "")
	if err != nil {
		return "", err
	}
	if !ok {
		return "undefined", nil
	}
	return text, nil
}
