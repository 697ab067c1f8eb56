package js

import (
	"regexp"
	"strings"
)

// column is where V8 says that an unknown name stands, given a line of a body
// and goja's column: V8 names the start of the statement if the name is the
// first thing it evaluates, goja the name, or for a call its parenthesis.
func column(line, name string, col int) int {
	if col < 1 || col-1 > len(line) {
		return col
	}
	if !strings.HasPrefix(line[col-1:], name) {
		at := strings.LastIndex(line[:col-1], name)
		if at < 0 {
			return col
		}
		col = at + 1
	}
	before, after := line[:col-1], line[col-1+len(name):]
	start := 0
	for i, c := range before {
		switch c {
		case ';', '}':
			start = i + 1
		case '{':
			if !objectStart.MatchString(before[i+1:] + name + after) {
				start = i + 1
			}
		}
	}
	start += len(before[start:]) - len(strings.TrimLeft(before[start:], " \t"))
	statement := before[start:]
	if m := declaration.FindString(statement); m != "" {
		if literals.MatchString(statement[len(m):]) {
			return start + len(m) + 1
		}
		return col
	}
	called := strings.HasPrefix(strings.TrimLeft(after, " "), "(")
	if leading.MatchString(statement) || called && memberSet.MatchString(statement) {
		return start + 1
	}
	return col
}

var (
	objectStart = regexp.MustCompile(`^\s*(?:[\w$]+|'[^']*'|"[^"]*")\s*:`)
	declaration = regexp.MustCompile(`^(?:var|let|const)\s+[\w$]+\s*=\s*`)
	literals    = regexp.MustCompile(`^[\d\s+\-*/!(]*$`)
	leading     = regexp.MustCompile(`^(?:return\b|throw\b|await\b|new\b|delete\b|typeof\b|else\b|if\s*\(|switch\s*\(|[\w$]+\s*[-+*/]?=|\d+\s*[-+*/]|[!(\s])*$`)
	memberSet   = regexp.MustCompile(`^[\w$]+(?:\.[\w$]+)+\s*=\s*$`)
	notDefined  = regexp.MustCompile(`^ReferenceError: (\S+) is not defined$`)
)
