package parsers

import (
	"strings"

	"sluice/runtime/msg"
)

// csvTable is a text in the form of RFC 4180, as far as it has been read. The rules
// where the RFC has none are those of Node-RED's lib/csv: any line break ends a row,
// an empty line is no row, and a row does not tell whether an empty cell ends it.
type csvTable struct {
	rows [][]any // nil for a cell without a character, else a string
	end  int     // where reading ended
}

// csvOptions say how to read a table.
type csvOptions struct {
	separator string // one character; nothing separates if it is longer
	oneRow    bool
	strict    bool // quotes in the wrong place are errors
}

func csvError(name, message string) error { return &msg.Error{Name: name, Message: message} }

// readTable reads the rows of text from a byte on.
func readTable(text string, from int, o csvOptions) (*csvTable, error) {
	if msg.UTF16Len(o.separator) != 1 {
		o.separator = ""
	}
	r := &tableReader{csvOptions: o, text: text, fresh: true}
	r.end = from
	if err := r.read(); err != nil {
		return nil, err
	}
	return &r.csvTable, nil
}

type tableReader struct {
	csvTable
	csvOptions
	text   string
	row    []any
	cell   strings.Builder
	fresh  bool // nothing of the cell has been read
	quoted bool // within quotes
	closed bool // right behind the closing quote
}

func (r *tableReader) read() error {
	for r.end < len(r.text) {
		rest := r.text[r.end:]
		switch ch := rest[0]; {
		case r.quoted:
			r.readQuoted(rest)
		case r.separator != "" && strings.HasPrefix(rest, r.separator):
			r.endCell()
			r.fresh, r.closed = true, false
			r.end += len(r.separator)
		case ch == '"' && r.fresh:
			r.quoted, r.fresh, r.closed = true, false, false
			r.end++
		case ch == '"':
			if r.strict {
				return csvError("UnquotedQuoteError", "Quote found in the middle of an unquoted field")
			}
			r.strayQuote(rest[1:])
		case ch == '\n' || ch == '\r':
			r.endRow()
			r.end++
			if strings.HasPrefix(rest[1:], "\n") {
				r.end++
			}
			r.fresh, r.closed = true, false
			if r.oneRow {
				return nil
			}
		case r.closed:
			if r.strict {
				return csvError("DataAfterCloseError", "Data found after closing quote")
			}
			r.end-- // the quote did not close: read it as a stray one
			r.closed = false
		default:
			r.cell.WriteByte(ch)
			r.fresh = false
			r.end++
		}
	}
	if r.quoted && r.strict {
		return csvError("ParseError", "Missing quote, unclosed cell")
	}
	r.endRow()
	return nil
}

func (r *tableReader) readQuoted(rest string) {
	r.fresh, r.closed = false, false
	switch {
	case strings.HasPrefix(rest, `""`):
		r.cell.WriteByte('"')
		r.end++
	case rest[0] == '"':
		r.quoted, r.closed = false, true
	default:
		r.cell.WriteByte(rest[0])
	}
	r.end++
}

// strayQuote keeps a quote within a cell unless it is the cell's last character.
func (r *tableReader) strayQuote(rest string) {
	r.end++
	if rest == "" || rest[0] == '\n' || rest[0] == '\r' || r.separator != "" && strings.HasPrefix(rest, r.separator) {
		return
	}
	r.cell.WriteByte('"')
	if rest[0] == '"' {
		r.end++
	}
}

func (r *tableReader) endCell() {
	switch {
	case r.cell.Len() > 0:
		r.row = append(r.row, r.cell.String())
	case r.fresh:
		r.row = append(r.row, nil)
	default:
		r.row = append(r.row, "")
	}
	r.cell.Reset()
}

func (r *tableReader) endRow() {
	if r.cell.Len() > 0 {
		r.endCell()
	}
	if len(r.row) > 0 {
		r.rows = append(r.rows, r.row)
		r.row = nil
	}
}

// quoteCell quotes a cell that holds a quote, a line break or the separator.
func quoteCell(cell, separator string) string {
	if !strings.ContainsAny(cell, "\"\r\n") && !strings.Contains(cell, separator) {
		return cell
	}
	return `"` + strings.ReplaceAll(cell, `"`, `""`) + `"`
}
