package yaml

import (
	"errors"
	"fmt"
	"math"
	"regexp"
	"slices"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"sluice/runtime/msg"
)

// writer writes values as js-yaml's dump does: indented by two, texts plain
// where they can be, else in single quotes, and folded at 80 columns.
type writer struct {
	refs  map[any]int // containers that occur more than once
	named map[any]bool
}

var errKind = errors.New("unacceptable kind of an object to dump")

// Dump writes a value as one document. It fails on values that YAML has no form for, such as functions.
func Dump(v any) (string, error) {
	w := &writer{refs: map[any]int{}, named: map[any]bool{}}
	if err := w.findRefs(v); err != nil {
		return "", err
	}
	text, ok, err := w.node(0, v, true, true, false)
	if err != nil || !ok {
		return "", err
	}
	return text + "\n", nil
}

// findRefs numbers the containers that are met again, in that order.
func (w *writer) findRefs(v any) error {
	seen := map[any]bool{}
	var visit func(v any, depth int) error
	visit = func(v any, depth int) error {
		if depth > msg.MaxDepth {
			return errKind
		}
		list, isList := v.(*msg.Array)
		o, isObject := v.(*msg.Object)
		if !isList && !isObject {
			return nil
		}
		if seen[v] {
			if _, ok := w.refs[v]; !ok {
				w.refs[v] = len(w.refs)
			}
			return nil
		}
		seen[v] = true
		if isList {
			for _, e := range list.All() {
				if err := visit(e, depth+1); err != nil {
					return err
				}
			}
			return nil
		}
		for _, e := range o.All() {
			if err := visit(e, depth+1); err != nil {
				return err
			}
		}
		return nil
	}
	return visit(v, 0)
}

// node writes one value. Compact means that the first line goes behind what is
// there; ok is false for undefined.
func (w *writer) node(level int, v any, block, compact, key bool) (text string, ok bool, err error) {
	switch v := v.(type) {
	case nil:
		return "null", true, nil
	case bool, float64:
		return primitive(v), true, nil
	case string:
		return scalarText(v, level, key, block), true, nil
	case *msg.Date:
		iso, ok := v.ISO()
		if !ok {
			return "", false, errKind
		}
		return iso, true, nil
	case *msg.TypedArray:
		if v.Kind == "Uint8Array" {
			return w.binary(v.B, level)
		}
	case *msg.Buffer:
		return w.binary(v.B, level)
	case *msg.Array, *msg.Object:
		return w.container(level, v, block, compact)
	}
	if v == msg.Undefined {
		return "", false, nil
	}
	return "", false, errKind
}

func primitive(v any) string {
	f, isNumber := v.(float64)
	switch {
	case !isNumber:
		return msg.ToString(v)
	case math.IsNaN(f):
		return ".nan"
	case math.IsInf(f, 1):
		return ".inf"
	case math.IsInf(f, -1):
		return "-.inf"
	case f == 0 && math.Signbit(f):
		return "-0.0"
	}
	text := msg.FormatNumber(f)
	if mantissa, exponent, ok := strings.Cut(text, "e"); ok && f != math.Trunc(f) && !strings.Contains(mantissa, ".") {
		return mantissa + ".e" + exponent
	}
	return text
}

func (w *writer) binary(b []byte, level int) (string, bool, error) {
	s, _ := msg.EncodeBytes(b, "base64")
	return "!!binary " + scalarText(s, level, false, true), true, nil
}

func (w *writer) container(level int, v any, block, compact bool) (string, bool, error) {
	ref, repeated := w.refs[v]
	if repeated && w.named[v] {
		return fmt.Sprintf("*ref_%d", ref), true, nil
	}
	if repeated {
		w.named[v] = true
		compact = false
	}
	var text string
	var err error
	list, isList := v.(*msg.Array)
	o, _ := v.(*msg.Object)
	switch {
	case isList && list.Len() > 0:
		text, err = w.sequence(level, list, compact)
	case isList:
		text = "[]"
	case o.Len() > 0:
		text, err = w.mapping(level, o, compact)
	default:
		text = "{}"
	}
	if repeated {
		space := ""
		if !strings.HasPrefix(text, "\n") {
			space = " "
		}
		text = fmt.Sprintf("&ref_%d%s%s", ref, space, text)
	}
	return text, true, err
}

func newLine(level int) string { return "\n" + strings.Repeat(" ", 2*level) }

func (w *writer) sequence(level int, list *msg.Array, compact bool) (string, error) {
	var b strings.Builder
	for _, v := range list.All() {
		if v == msg.Undefined {
			v = nil
		}
		text, _, err := w.node(level+1, v, true, true, false)
		if err != nil {
			return "", err
		}
		if !compact || b.Len() > 0 {
			b.WriteString(newLine(level))
		}
		b.WriteByte('-')
		if !strings.HasPrefix(text, "\n") {
			b.WriteByte(' ')
		}
		b.WriteString(text)
	}
	return b.String(), nil
}

func (w *writer) mapping(level int, o *msg.Object, compact bool) (string, error) {
	var b strings.Builder
	for key, v := range o.All() {
		name := scalarText(key, level+1, true, true)
		explicit := msg.UTF16Len(name) > 1024
		text, ok, err := w.node(level+1, v, true, explicit, false)
		if err != nil {
			return "", err
		}
		if !ok {
			continue
		}
		if !compact || b.Len() > 0 {
			b.WriteString(newLine(level))
		}
		if explicit {
			b.WriteString("? " + name + newLine(level))
		} else {
			b.WriteString(name)
		}
		b.WriteByte(':')
		if !strings.HasPrefix(text, "\n") {
			b.WriteByte(' ')
		}
		b.WriteString(text)
	}
	if b.Len() == 0 {
		return "{}", nil
	}
	return b.String(), nil
}

var (
	oldBooleans = []string{"y", "Y", "yes", "Yes", "YES", "on", "On", "ON", "n", "N", "no", "No", "NO", "off", "Off", "OFF"}
	base60      = regexp.MustCompile(`^[-+]?[0-9_]+(?::[0-9_]+)+(?:\.[0-9_]*)?$`)
)

// scalarText writes a text in the plainest style that reads back as the same.
func scalarText(s string, level int, key, block bool) string {
	if s == "" {
		return "''"
	}
	if slices.Contains(oldBooleans, s) || base60.MatchString(s) {
		return "'" + s + "'"
	}
	indent := 2 * max(1, level)
	width := max(min(80, 40), 80-indent)
	plain, lines, foldable := styleOf(s, key, width, block)
	switch {
	case !allPrintable(s, key):
		return `"` + escape(s) + `"`
	case !lines && !foldable:
		if _, tag := resolvePlain(s); plain && tag == "?" {
			return s
		}
		return "'" + strings.ReplaceAll(s, "'", "''") + "'"
	case foldable:
		return ">" + blockHeader(s) + shift(fold(s, width), indent)
	}
	return "|" + blockHeader(s) + shift(s, indent)
}

func printable(r rune) bool {
	return 0x20 <= r && r <= 0x7e || 0xa1 <= r && r <= 0xd7ff && r != 0x2028 && r != 0x2029 ||
		0xe000 <= r && r <= 0xfffd && r != 0xfeff || 0x10000 <= r
}

func allPrintable(s string, key bool) bool {
	for i := 0; i < len(s); {
		r, n := utf8.DecodeRuneInString(s[i:])
		if r == utf8.RuneError && n == 1 || !printable(r) && (key || r != '\n') {
			return false
		}
		i += n
	}
	return true
}

// styleOf tells whether a text can be plain, and whether it has several lines or
// one that is worth folding.
func styleOf(s string, key bool, width int, block bool) (plain, lines, foldable bool) {
	first, _ := utf8.DecodeRuneInString(s)
	last := s[len(s)-1]
	plain = printable(first) && !strings.ContainsRune(" \t-?:,[]{}#&*!|=>'\"%@`", first) &&
		last != ' ' && last != '\t' && last != ':'
	prev := rune(-1)
	for _, r := range s {
		plain = plain && plainSafe(r, prev, block)
		prev = r
	}
	if key {
		return plain, false, false
	}
	for line := range strings.SplitSeq(s, "\n") {
		foldable = foldable || msg.UTF16Len(line) > width && line[0] != ' '
	}
	return plain, strings.Contains(s, "\n"), foldable
}

func plainSafe(r, prev rune, block bool) bool {
	shown := printable(r)
	solid := shown && r != ' '
	safe := shown && (block || !strings.ContainsRune(",[]{}", r))
	return safe && r != '#' && !(prev == ':' && !solid) ||
		printable(prev) && prev != ' ' && r == '#' ||
		prev == ':' && solid
}

func blockHeader(s string) string {
	header := ""
	if strings.HasPrefix(strings.TrimLeft(s, "\n"), " ") {
		header = "2"
	}
	switch {
	case s == "\n" || strings.HasSuffix(s, "\n\n"):
		return header + "+\n"
	case strings.HasSuffix(s, "\n"):
		return header + "\n"
	}
	return header + "-\n"
}

// shift indents all lines but empty ones, and drops the last line break.
func shift(s string, by int) string {
	var b strings.Builder
	for line := range strings.Lines(s) {
		if line != "\n" {
			b.WriteString(strings.Repeat(" ", by))
		}
		b.WriteString(line)
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// fold breaks long lines at spaces. Lines that begin with a space stay whole.
func fold(s string, width int) string {
	var b strings.Builder
	first, _, _ := strings.Cut(s, "\n")
	b.WriteString(foldLine(first, width))
	indented := s[0] == '\n' || s[0] == ' '
	for i := len(first); i < len(s); {
		breaks := len(s[i:]) - len(strings.TrimLeft(s[i:], "\n"))
		b.WriteString(s[i : i+breaks])
		i += breaks
		line, _, _ := strings.Cut(s[i:], "\n")
		more := strings.HasPrefix(line, " ")
		if !indented && !more && line != "" {
			b.WriteByte('\n')
		}
		b.WriteString(foldLine(line, width))
		indented = more
		i += len(line)
	}
	return b.String()
}

func foldLine(line string, width int) string {
	if line == "" || line[0] == ' ' {
		return line
	}
	var b strings.Builder
	start, curr := 0, 0
	for i := 0; i+1 < len(line); i++ {
		if line[i] != ' ' || line[i+1] == ' ' {
			continue
		}
		if msg.UTF16Len(line[start:i]) > width {
			end := i
			if curr > start {
				end = curr
			}
			b.WriteString(line[start:end] + "\n")
			start = end + 1
		}
		curr = i
		i++ // the character behind a break cannot begin another
	}
	if msg.UTF16Len(line[start:]) > width && curr > start {
		return b.String() + line[start:curr] + "\n" + line[curr+1:]
	}
	return b.String() + line[start:]
}

var escapes = map[rune]string{
	0: `\0`, 7: `\a`, 8: `\b`, 9: `\t`, 10: `\n`, 11: `\v`, 12: `\f`, 13: `\r`, 27: `\e`,
	'"': `\"`, '\\': `\\`, 0x85: `\N`, 0xa0: `\_`, 0x2028: `\L`, 0x2029: `\P`,
}

func escape(s string) string {
	var b strings.Builder
	units := msg.ToUTF16(s)
	for i := 0; i < len(units); i++ {
		r := rune(units[i])
		if i+1 < len(units) {
			if pair := utf16.DecodeRune(r, rune(units[i+1])); pair != utf8.RuneError {
				b.WriteRune(pair)
				i++
				continue
			}
		}
		escape := escapes[r]
		switch {
		case escape != "":
			b.WriteString(escape)
		case printable(r):
			b.WriteRune(r)
		case r <= 0xff:
			fmt.Fprintf(&b, `\x%02X`, r)
		default:
			fmt.Fprintf(&b, `\u%04X`, r)
		}
	}
	return b.String()
}
