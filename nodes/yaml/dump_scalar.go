package yaml

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"sluice/runtime/msg"
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
