package parsers

import (
	"fmt"
	"regexp"
	"strings"

	"sluice/runtime"
	"sluice/runtime/msg"
)

// rfcColumns are the rules of RFC 4180, with Node-RED's additions (70-CSV.js).
// What a text or message says of the columns stays in force for those to come.
type rfcColumns struct {
	n          *csvNode
	lineEnd    string
	noTemplate bool

	template []any // names of columns, nil for one without a name
}

func (n *csvNode) initRFC() error {
	c := &rfcColumns{n: n, lineEnd: n.lineEnd("\r\n")}
	n.columns = c
	if err := c.set(n.Template); err != nil {
		n.inst.Log.Warn(csvBadTemplate)
		n.idle = true
		return nil
	}
	c.noTemplate = !c.known()
	return nil
}

// Start shows that the template cannot be used.
func (n *csvNode) Start() {
	if n.idle {
		n.inst.Status(runtime.NewStatus("red", "dot", csvBadTemplate))
	}
}

func (c *rfcColumns) known() bool {
	return len(c.template) > 0 && !(len(c.template) == 1 && c.template[0] == "")
}

// set makes a line of names the template.
func (c *rfcColumns) set(line string) error {
	t, err := readTable(line, 0, csvOptions{separator: ",", strict: true})
	if err != nil {
		return err
	}
	c.template = []any{""}
	if len(t.rows) == 1 {
		c.template = t.rows[0]
	}
	return nil
}

func (c *rfcColumns) setKeys(keys []string) {
	c.template = make([]any, len(keys))
	for i, key := range keys {
		c.template[i] = key
	}
}

func (c *rfcColumns) names() string { return rfcNames(c.template) }

// rfcNames lists the columns that have a name.
func rfcNames(template []any) string {
	var names []string
	for _, v := range template {
		if name, _ := v.(string); name != "" {
			names = append(names, quoteCell(name, ","))
		}
	}
	return strings.Join(names, ",")
}

func (c *rfcColumns) parse(text string, part csvPart) (csvRows, error) {
	n := c.n
	first, line := true, 0.0
	if part.is {
		line = part.index
		first = !(part.index > n.Skip)
	}
	from := 0
	if n.Skip > 0 && line < n.Skip {
		for ; from < len(text) && first && line < n.Skip; from++ {
			if text[from] == '\r' || text[from] == '\n' {
				line++
			}
		}
		if from >= len(text) {
			return csvRows{skip: true}, nil
		}
	}
	t := csvRows{lines: countLineBreaks(text[from:])}
	if part.is && n.Multi == "mult" && t.lines > 1 {
		first = true
	}
	if first && n.HeaderIn == true {
		header, err := readTable(text, from, csvOptions{separator: n.Separator, oneRow: true, strict: true})
		if err != nil {
			return t, &headerError{err}
		}
		c.template = nil
		if len(header.rows) > 0 {
			c.template = header.rows[0]
		}
		from = header.end
	}
	table, err := readTable(text, from, csvOptions{separator: n.Separator})
	if err != nil {
		return t, err
	}
	headers := c.template
	if !c.known() {
		headers = nil
		if len(table.rows) > 0 {
			for i := range table.rows[0] {
				headers = append(headers, fmt.Sprintf("col%d", i+1))
			}
		}
	}
	t.rows = n.objects(table, headers)
	t.tail, t.names = t.rows, rfcNames(headers)
	return t, nil
}

// headerError is an error in the line that names the columns, which a status shows.
type headerError struct{ err error }

func (e *headerError) Error() string { return e.err.Error() }
func (e *headerError) Unwrap() error { return e.err }

// objects makes an object of each row; a row without a value is left out.
func (n *csvNode) objects(table *csvTable, headers []any) []any {
	var rows []any
	for _, row := range table.rows {
		o := &msg.Object{}
		for i, h := range headers {
			name, _ := h.(string)
			if name == "" {
				continue
			}
			var v any
			if i < len(row) {
				v = row[i]
			}
			if !n.keeps(v) {
				continue
			}
			if text, ok := v.(string); ok && text != "" && n.numbers {
				v = rfcNumber(text)
			}
			o.Set(name, v)
		}
		if o.Len() > 0 {
			rows = append(rows, o)
		}
	}
	return rows
}

var notNumber = regexp.MustCompile(`^ *(?:\+|-?0\d)`)

// rfcNumber makes a number of a cell that JavaScript converts to one, but for those
// that begin with a plus or a zero and another digit.
func rfcNumber(text string) any {
	switch c := text[0]; { // most cells are no numbers: see so without a match
	case c > '9' && c != 'I' && c < 0x80, c == '/', c == '%', c == '"':
		return text
	}
	if notNumber.MatchString(text) {
		return text
	}
	if f := msg.ToNumber(text); f == f {
		return msg.Number(f)
	}
	return text
}

func (c *rfcColumns) format(d *runtime.Delivery, payload any) (string, error) {
	n := c.n
	list, ok := payload.(*msg.Array)
	if !ok {
		list = msg.NewArray(payload)
	}
	arrays := false
	if list.Len() > 0 {
		if _, arrays = list.At(0).(*msg.Array); !arrays && msg.TypeOf(list.At(0)) != "object" {
			list, arrays = msg.NewArray(list), true
		}
	}
	if !(c.noTemplate && isLater(d.Msg)) {
		if err := c.set(n.Template); err != nil {
			return "", err
		}
	}
	var lines []string
	if (n.headerOut == "all" || n.headerOut == "once") && !n.headerSent {
		if err := c.findColumns(d.Msg, list.At(0)); err != nil {
			return "", err
		}
		lines = append(lines, c.headerLine())
		n.headerSent = n.headerOut == "once"
	}
	for _, row := range list.All() {
		var cells []string
		var err error
		if arrays {
			cells, err = c.formatArray(row)
		} else {
			cells, err = c.formatObject(d.Msg, list.At(0), row)
		}
		if err != nil {
			return "", err
		}
		lines = append(lines, strings.Join(cells, n.Separator))
	}
	return strings.Join(lines, c.lineEnd) + c.lineEnd, nil
}

// findColumns takes the columns from msg.columns or else from the first row.
func (c *rfcColumns) findColumns(m *msg.Object, first any) error {
	if c.known() {
		return nil
	}
	if found, err := c.fromMessage(m); found || err != nil {
		return err
	}
	keys, err := keysOf(first)
	c.setKeys(keys)
	return err
}

func (c *rfcColumns) fromMessage(m *msg.Object) (bool, error) {
	v, ok := m.Get("columns")
	if !ok {
		return false, nil
	}
	names := ""
	if msg.ToBool(v) {
		names = msg.ToString(v)
	}
	return true, c.set(names)
}

func (c *rfcColumns) headerLine() string {
	cells := make([]string, len(c.template))
	for i, v := range c.template {
		name, _ := v.(string)
		cells[i] = quoteCell(name, c.n.Separator)
	}
	return strings.Join(cells, c.n.Separator)
}

func (c *rfcColumns) formatArray(row any) ([]string, error) {
	if row == nil || row == msg.Undefined {
		return nil, &msg.TypeError{Message: fmt.Sprintf("Cannot read properties of %s (reading '0')", msg.ToString(row))}
	}
	n := len(c.template)
	known := c.known()
	if !known {
		n = int(max(0, msg.ToNumber(msg.Property(row, "length"))))
	}
	cells := make([]string, n)
	for i := range cells {
		if known && (c.template[i] == nil || c.template[i] == "") {
			continue
		}
		if err := c.formatCell(&cells[i], msg.Property(row, msg.FormatNumber(float64(i)))); err != nil {
			return nil, err
		}
	}
	return cells, nil
}

func (c *rfcColumns) formatCell(cell *string, v any) error {
	if v == msg.Undefined {
		return nil
	}
	text, err := ensureString(v)
	*cell = quoteCell(text, c.n.Separator)
	return err
}

func (c *rfcColumns) formatObject(m *msg.Object, first, row any) ([]string, error) {
	if !c.known() {
		if _, err := c.fromMessage(m); err != nil {
			return nil, err
		}
	}
	if !c.known() {
		return c.formatUnnamed(first, row)
	}
	if row == nil || row == msg.Undefined {
		return nil, &msg.TypeError{Message: fmt.Sprintf("Cannot read properties of %s (reading '%v')", msg.ToString(row), c.template[0])}
	}
	cells := make([]string, len(c.template))
	for i, v := range c.template {
		if name, _ := v.(string); name != "" {
			if err := c.formatCell(&cells[i], msg.Property(row, name)); err != nil {
				return nil, err
			}
		}
	}
	return cells, nil
}

// formatUnnamed writes the first row where nothing names the columns; its keys do
// for those to come.
func (c *rfcColumns) formatUnnamed(first, row any) ([]string, error) {
	c.n.warnOnce()
	keys, err := keysOf(row)
	if err != nil {
		return nil, err
	}
	c.setKeys(keys)
	if keys, err = keysOf(first); err != nil {
		return nil, nil
	}
	var cells []string
	for _, key := range keys {
		v := msg.Property(row, key)
		if !hasOwn(row, key) || msg.TypeOf(v) == "object" {
			continue
		}
		cells = append(cells, "")
		if err := c.formatCell(&cells[len(cells)-1], v); err != nil {
			return nil, err
		}
	}
	return cells, nil
}
