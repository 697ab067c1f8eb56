package yaml

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"sluice/runtime/msg"
)

// loadError is an error of the reader, thrown through its recursion.
type loadError struct{ message string }

func (e *loadError) Error() string { return e.message }

var lineEnd = regexp.MustCompile(`\r?\n|\r|\x00`)

// errorAt words an error as js-yaml does: reason, place, and the lines around it.
func errorAt(reason, text string, pos, line, lineStart int) *loadError {
	column := 0
	if pos > lineStart {
		column = msg.UTF16Len(text[lineStart:pos])
	}
	s := snippet(text, pos, line)
	return &loadError{fmt.Sprintf("%s (%d:%d)\n\n%s", reason, line+1, column+1, s)}
}

// snippet shows the line of an error with three lines before and two after.
func snippet(text string, pos, line int) string {
	starts, ends := []int{0}, []int(nil)
	found := -1
	for _, m := range lineEnd.FindAllStringIndex(text, -1) {
		ends = append(ends, m[0])
		starts = append(starts, m[1])
		if found < 0 && pos <= m[0] {
			found = len(starts) - 2
		}
	}
	if found < 0 {
		found = len(starts) - 1
	}
	if len(ends) < len(starts) {
		ends = append(ends, len(text))
	}
	lines := len(ends) - 1
	width := len(strconv.Itoa(min(line+2, lines)))
	room := 79 - (1 + width + 3)
	var b strings.Builder
	for i := max(0, found-3); i <= max(found, min(found+2, lines-1)); i++ {
		at := pos - starts[found] // the column, wherever it lies in the other lines
		shown, mark := cutLine(text[starts[i]:ends[i]], at, room)
		fmt.Fprintf(&b, " %*d | %s\n", width, line+1+i-found, shown)
		if i == found {
			b.WriteString(strings.Repeat("-", 1+width+3+mark) + "^\n")
		}
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// cutLine shortens a line around a column.
func cutLine(line string, at, room int) (shown string, mark int) {
	half := room/2 - 1
	from, to := 0, len(line)
	head, tail := "", ""
	if at > half {
		head = " ... "
		from = at - half + len(head)
	}
	if len(line)-at > half {
		tail = " ..."
		to = at + half - len(tail)
	}
	from = min(max(from, 0), len(line))
	to = min(max(to, from), len(line))
	return head + strings.ReplaceAll(strings.ToValidUTF8(line[from:to], ""), "\t", "→") + tail, at - from + len(head)
}
