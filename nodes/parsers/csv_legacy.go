package parsers

import (
	"fmt"
	"regexp"
	"strings"

	"sluice/runtime/msg"
)

// legacyColumns are Node-RED's rules from before it followed RFC 4180
// (70-CSV.js). Quotes toggle wherever they stand, a template loses its quotes, and
// what a text or message says of the columns stays in force for those to come.
type legacyColumns struct {
	n          *csvNode
	lineEnd    string
	noTemplate bool

	template []string
	good     bool   // the template names columns
	split    string // separator of the last list of names
}

func (n *csvNode) initLegacy() {
	c := &legacyColumns{n: n, lineEnd: n.lineEnd("\n")}
	c.clean(n.Template, ",")
	c.noTemplate = c.isEmpty()
	n.columns = c
}

func (c *legacyColumns) isEmpty() bool { return len(c.template) == 1 && c.template[0] == "" }

// clean makes names of a text the template. Separators within quotes do not
// separate, and quotes are dropped. No separator stands for the one used last.
func (c *legacyColumns) clean(text, separator string) {
	if separator != "" {
		c.split = separator
	}
	c.template = nil
	text = msg.TrimSpace(text)
	from, quotes := 0, 0
	total := strings.Count(text, `"`)
	for i := 0; i < len(text); {
		if text[i] == '"' {
			quotes++
		}
		if end := i + len(c.split); strings.HasPrefix(text[i:], c.split) &&
			(total-quotes-strings.Count(c.split, `"`))%2 == 0 {
			c.add(text[from:i])
			from, i = end, end
			continue
		}
		i++
	}
	c.add(text[from:])
	c.good = !c.isEmpty()
}

func (c *legacyColumns) add(name string) {
	c.template = append(c.template, msg.TrimSpace(strings.ReplaceAll(name, `"`, "")))
}

func (c *legacyColumns) names() string { return joinNames(c.template) }

// filled lists the columns that have a name.
func (c *legacyColumns) filled() string {
	var names []string
	for _, name := range c.template {
		if name != "" {
			names = append(names, name)
		}
	}
	return joinNames(names)
}

// legacyParser reads one text.
type legacyParser struct {
	c      *legacyColumns
	quoted bool
	column int
	row    *msg.Object
	rows   []any
	cell   strings.Builder
	null   bool // the text ends behind a separator
}

// separator is the separator as the parser looks for it: one character, or
// none at all, since Node-RED compares character by character.
func (c *legacyColumns) separator() string {
	if msg.UTF16Len(c.n.Separator) != 1 {
		return ""
	}
	return c.n.Separator
}

func (c *legacyColumns) parse(text string, part csvPart) (csvRows, error) {
	n := c.n
	t := csvRows{lines: countLineBreaks(text)}
	p := &legacyParser{c: c, row: &msg.Object{}}
	first, line := true, 0.0
	if part.is {
		line = part.index
		first = !(part.index > n.Skip)
	}
	if part.is && n.Multi == "mult" && t.lines > 1 {
		first = true
	}
	i := 0
	if first {
		for ; i < len(text) && line < n.Skip; i++ {
			if text[i] == '\n' {
				line++
			}
		}
		if n.HeaderIn == true && i < len(text) {
			i = c.readHeader(text, i)
		}
	}
	if err := p.read(text, i); err != nil {
		return t, err
	}
	t.rows = p.rows
	if p.row.Len() > 0 { // the last row, if no line break ends it
		t.tail = p.rows[len(p.rows)-1:]
	}
	t.names = c.filled()
	return t, nil
}

// readHeader takes the names of the columns from the line at i, and returns where the next begins.
func (c *legacyColumns) readHeader(text string, i int) int {
	end := strings.IndexAny(text[i:], "\r\n")
	if end < 0 {
		c.clean(text[i:], c.n.Separator)
		return len(text)
	}
	c.clean(text[i:i+end], c.n.Separator)
	return i + end + 1
}

// read reads rows from i on. Every \r and \n ends a line, which empty ones hide.
func (p *legacyParser) read(text string, i int) error {
	separator := p.c.separator()
	for ; i < len(text); i++ {
		before := byte(0)
		if i > 0 {
			before = text[i-1]
		}
		afterSeparator := separator != "" && strings.HasSuffix(text[:i], separator)
		switch ch := text[i]; {
		case ch == '"':
			p.quoted = !p.quoted
			if before == '"' && p.quoted {
				p.cell.WriteByte('"')
			}
		case !p.quoted && separator != "" && strings.HasPrefix(text[i:], separator):
			p.nameColumn()
			if i == 0 && p.name() != "" {
				return &msg.TypeError{Message: "Cannot read properties of undefined (reading 'includes')"}
			}
			p.endCell(afterSeparator || before == '\n')
			p.column++
			i += len(separator) - 1
			p.null = i == len(text)-1
		case !p.quoted && (ch == '\n' || ch == '\r'):
			p.nameColumn()
			p.endCell(afterSeparator)
			p.endRow()
		default:
			p.cell.WriteByte(ch)
		}
	}
	if p.quoted {
		p.c.n.inst.Log.Warn(csvMalformed)
	}
	p.nameColumn()
	p.endCell(p.null)
	if p.row.Len() > 0 {
		p.rows = append(p.rows, p.row)
	}
	return nil
}

// nameColumn makes up a name where there is no template.
func (p *legacyParser) nameColumn() {
	if p.c.good {
		return
	}
	name := fmt.Sprintf("col%d", p.column+1)
	for len(p.c.template) <= p.column {
		p.c.template = append(p.c.template, "")
	}
	p.c.template[p.column] = name
}

// name is the name of the column, "" if it is left out.
func (p *legacyParser) name() string {
	if p.column < len(p.c.template) {
		return p.c.template[p.column]
	}
	return ""
}

func (p *legacyParser) endCell(null bool) {
	text := p.cell.String()
	p.cell.Reset()
	name := p.name()
	if name == "" {
		return
	}
	v := any(text)
	if null {
		v = nil
	} else if number := msg.TrimSpace(text); p.c.n.numbers && isLegacyNumber(number) {
		v = msg.Number(msg.ParseFloat(number))
	}
	if p.c.n.keeps(v) {
		p.row.Set(name, v)
	}
}

func (p *legacyParser) endRow() {
	if p.row.Len() > 0 {
		p.rows = append(p.rows, p.row)
	}
	p.row, p.column = &msg.Object{}, 0
}

var legacyNumber = regexp.MustCompile(`^\d*\.?\d*(?:[eE]-?\+?)?\d+$`)

// isLegacyNumber tells whether a cell becomes a number: not if it begins with a
// zero and another digit, as the numbers of telephones do, nor with E or plus.
func isLegacyNumber(s string) bool {
	if s == "" || s[len(s)-1] < '0' || s[len(s)-1] > '9' {
		return false
	}
	s = strings.TrimPrefix(s, "-")
	if s == "" || s[0] == 'e' || s[0] == 'E' || len(s) > 1 && s[0] == '0' && '0' <= s[1] && s[1] <= '9' {
		return false
	}
	return legacyNumber.MatchString(s)
}
