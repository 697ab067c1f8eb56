package msg

import "fmt"

// failAt sets the error: what is wrong, and where. It returns the end of the text.
func (d *decoder) failAt(at int, what string) int {
	if d.err != nil {
		return len(d.text)
	}
	return d.fail(what + " in JSON" + d.where(at))
}

// trailing sets the error for text after the value.
func (d *decoder) trailing(at int) {
	d.fail("Unexpected non-whitespace character after JSON" + d.where(at))
}

func (d *decoder) where(at int) string {
	pos, line, column := d.place(at)
	return fmt.Sprintf(" at position %d (line %d column %d)", pos, line, column)
}

func (d *decoder) fail(message string) int {
	d.err = &SyntaxError{message}
	return len(d.text)
}

// unexpected sets the error for a character that no rule of its own covers.
func (d *decoder) unexpected(at int) int {
	switch c := d.byte(at); {
	case d.err != nil:
		return len(d.text)
	case c == '-' || c >= '0' && c <= '9':
		return d.failAt(at, "Unexpected number")
	case c == '"':
		return d.failAt(at, "Unexpected string")
	case special(d.text):
		return d.fail(fmt.Sprintf(`"%s" is not valid JSON`, d.text))
	case at == len(d.text):
		return d.fail("Unexpected end of JSON input")
	}
	return d.fail(d.excerpt(at))
}

// special tells whether text is what a mistaken JSON.parse(JSON.parse(x)) or
// JSON.parse(undefined) passes, which V8 words in its own way.
func special(text string) bool {
	return text == "[object Object]" || text == "undefined" || text == "NaN" || text == "Infinity"
}

// excerpt words the error with up to ten characters to either side of the bad one,
// or with the whole text if that is short.
func (d *decoder) excerpt(at int) string {
	const context = 10
	pos, _, _ := d.place(at)
	text := ToUTF16(d.text)
	before, after := "...", "..."
	start, end := pos-context, pos+context
	if len(text) <= 2*context {
		start, end = 0, len(text)
	}
	if start <= 0 && pos < context || len(text) <= 2*context {
		start, before = 0, ""
	}
	if end >= len(text) {
		end, after = len(text), ""
	}
	return fmt.Sprintf(`Unexpected token '%s', %s"%s"%s is not valid JSON`,
		FromUTF16(text[pos:pos+1]), before, FromUTF16(text[start:end]), after)
}

// place returns the position in code units, from 0, and line and column, from 1.
func (d *decoder) place(at int) (pos, line, column int) {
	before := d.text[:at]
	line = 1
	lineStart := 0
	for i := 0; i < len(before); i++ {
		if before[i] == '\r' && i+1 < len(before) && before[i+1] == '\n' {
			i++
		}
		if before[i] == '\r' || before[i] == '\n' {
			line++
			lineStart = i + 1
		}
	}
	return UTF16Len(before), line, UTF16Len(before[lineStart:]) + 1
}
