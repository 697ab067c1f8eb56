package parsers

import (
	"fmt"
	"strings"

	"sluice/runtime"
	"sluice/runtime/msg"
)

func (c *legacyColumns) format(d *runtime.Delivery, payload any) (string, error) {
	n := c.n
	if !(c.noTemplate && isLater(d.Msg)) {
		c.clean(n.Template, "")
	}
	list, ok := payload.(*msg.Array)
	if !ok {
		list = msg.NewArray(payload)
		d.Msg.Set(msg.PayloadKey, list) // which an error shows
	}
	var lines []string
	if n.headerOut != "none" && !n.headerSent {
		if c.isEmpty() && !c.fromMessage(d.Msg) {
			keys, err := keysOf(list.At(0))
			if err != nil {
				return "", err
			}
			c.template = keys
		}
		names := make([]string, len(c.template))
		for i, name := range c.template {
			names[i] = name
			if strings.Contains(name, n.Separator) {
				names[i] = `"` + name + `"`
			}
		}
		lines = append(lines, strings.Join(names, n.Separator))
		n.headerSent = n.headerOut == "once"
	}
	for i, row := range list.All() {
		var cells []string
		var err error
		a, isArray := row.(*msg.Array)
		switch {
		case isArray:
			cells, err = c.formatArray(a)
		case msg.TypeOf(row) != "object":
			if i > 0 {
				return "", &msg.TypeError{Message: "Cannot read properties of undefined (reading 'length')"}
			}
			d.Msg.Set(msg.PayloadKey, msg.NewArray(list)) // which an error shows
			if cells, err = c.formatArray(list); err == nil {
				lines = append(lines, strings.Join(cells, n.Separator))
			}
			return strings.Join(lines, c.lineEnd) + c.lineEnd, err
		default:
			cells, err = c.formatObject(d.Msg, list.At(0), row)
		}
		if err != nil {
			return "", err
		}
		lines = append(lines, strings.Join(cells, n.Separator))
	}
	return strings.Join(lines, c.lineEnd) + c.lineEnd, nil
}

// fromMessage takes the columns from msg.columns.
func (c *legacyColumns) fromMessage(m *msg.Object) bool {
	v, ok := m.Get("columns")
	if !ok {
		return false
	}
	names := ""
	if msg.ToBool(v) {
		names = msg.ToString(v)
	}
	c.clean(names, ",")
	return true
}

func (c *legacyColumns) formatArray(row *msg.Array) ([]string, error) {
	cells := make([]string, row.Len())
	for i, v := range row.All() {
		switch {
		case v == nil:
			return nil, &msg.TypeError{Message: "Cannot read properties of null (reading 'toString')"}
		case v != msg.Undefined:
			cells[i] = c.quote(msg.ToString(v), msg.ToString(v))
		}
	}
	return cells, nil
}

func (c *legacyColumns) formatObject(m *msg.Object, first, row any) ([]string, error) {
	if c.isEmpty() {
		c.fromMessage(m)
	}
	if !c.isEmpty() {
		return c.formatByTemplate(row)
	}
	c.n.warnOnce()
	var cells []string
	if first == nil {
		return nil, nil
	}
	keys, err := keysOf(first)
	if err != nil {
		return nil, err
	}
	for _, key := range keys {
		if row == nil {
			return nil, &msg.TypeError{Message: "Cannot read properties of null (reading 'hasOwnProperty')"}
		}
		v := msg.Property(row, key)
		if !hasOwn(row, key) || msg.TypeOf(v) == "object" {
			continue
		}
		text := ""
		if v != msg.Undefined {
			text = msg.ToString(v)
		}
		cells = append(cells, c.quote(text, key))
	}
	return cells, nil
}

func (c *legacyColumns) formatByTemplate(row any) ([]string, error) {
	cells := make([]string, len(c.template))
	for i, name := range c.template {
		if name == "" {
			continue
		}
		if row == nil {
			return nil, &msg.TypeError{Message: fmt.Sprintf("Cannot read properties of null (reading '%s')", name)}
		}
		v := msg.Property(row, name)
		if v == msg.Undefined {
			continue
		}
		text, err := ensureString(v)
		if err != nil {
			return nil, err
		}
		cells[i] = c.quote(text, text)
	}
	return cells, nil
}

// quote quotes a cell if it needs to be. Without a template Node-RED looks for
// line breaks in the key, where it means the cell: withBreak is where it looks.
func (c *legacyColumns) quote(text, withBreak string) string {
	if strings.Contains(text, `"`) {
		return `"` + strings.ReplaceAll(text, `"`, `""`) + `"`
	}
	if strings.Contains(text, c.n.Separator) || strings.Contains(withBreak, "\n") {
		return `"` + text + `"`
	}
	return text
}
