package flows

import (
	"fmt"
	"strings"
)

// Error says why a flow file cannot be used at all. Line and Column count from 1,
// Column in characters; both are 0 when the fault has no place in the text.
type Error struct {
	File     string // path of the file, "" for text that came from elsewhere
	Line     int
	Column   int
	NodeID   string
	Property string
	Message  string // one sentence: what is wrong
	Err      error  // the cause, if another error was one
}

func (e *Error) Error() string {
	var b strings.Builder
	if e.File != "" {
		b.WriteString(e.File)
	} else {
		b.WriteString("flows")
	}
	if e.Line > 0 {
		fmt.Fprintf(&b, ":%d:%d", e.Line, e.Column)
	}
	b.WriteString(": ")
	b.WriteString(e.Message)
	if e.NodeID != "" {
		fmt.Fprintf(&b, " (node %s", e.NodeID)
		if e.Property != "" {
			fmt.Fprintf(&b, ", property %q", e.Property)
		}
		b.WriteString(")")
	}
	return b.String()
}

func (e *Error) Unwrap() error { return e.Err }

// Problem is a fault in one part of a flow file that leaves the rest running.
type Problem struct {
	Line    int    // of the node in the text, from 1; 0 for a node that was set later
	NodeID  string // as in the file
	Type    string
	Name    string
	Message string // one sentence: what is wrong and what is done about it
	LeftOut bool   // the node, or a part of it the message names, does not run
}

func (p Problem) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "node %s", p.NodeID)
	if p.Type != "" {
		fmt.Fprintf(&b, " [%s]", p.Type)
	}
	if p.Name != "" {
		fmt.Fprintf(&b, " %q", p.Name)
	}
	if p.Line > 0 {
		fmt.Fprintf(&b, " line %d", p.Line)
	}
	return b.String() + ": " + p.Message
}
