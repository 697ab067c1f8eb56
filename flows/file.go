// Package flows reads and writes Node-RED flow files: it keeps every byte it does not
// understand, resolves subflows, groups and scopes into the nodes to run, compares two
// files for a deploy and keeps the credentials file. It runs nothing and knows no node
// type but those that shape a flow.
package flows

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"sync/atomic"
	"unicode/utf8"
)

// MaxSize bounds the text of a flow file, in bytes.
const MaxSize = 256 << 20

// File is a flow file in memory. Reading is safe from several goroutines at once;
// SetNode, AddNode and RemoveNode are not.
type File struct {
	Nodes       []*Node // in file order; read only
	Credentials string  // JSON text of "credentials" in the object form, else ""

	// The text is head [ gap node gap node … end ] foot: gaps[i] is what stands before
	// node i, from the second on with its comma.
	head, end, foot string
	gaps            []string

	text string // as parsed, for line numbers
	rev  atomic.Pointer[string]
}

// ReadFile reads a flow file of at most MaxSize bytes. What is not JSON gives an
// *Error; a missing file gives fs.ErrNotExist. An empty file, the mark of an
// interrupted write, is replaced by its backup if that holds anything, as Node-RED
// does, and is an empty flow otherwise.
func ReadFile(path string) (*File, error) {
	text, err := readBounded(path)
	if err == nil && text == "" {
		if text, err = readBounded(backupPath(path)); err != nil || text == "" {
			text, err = "[]", nil
		}
	}
	if err != nil {
		return nil, fmt.Errorf("read flow file: %w", err)
	}
	f, err := parse(text)
	if e, ok := errors.AsType[*Error](err); ok {
		e.File = path
	}
	return f, err
}

func readBounded(path string) (string, error) {
	r, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer r.Close()
	var text strings.Builder
	if info, err := r.Stat(); err == nil && info.Size() <= MaxSize {
		text.Grow(int(info.Size()))
	}
	_, err = io.Copy(&text, io.LimitReader(r, MaxSize+1)) // parse refuses the byte too many
	return text.String(), err
}

// Parse reads the text of a flow file: Node-RED's array of nodes, or the admin API's
// {"flows": […], "credentials": {…}}, with or without a byte order mark. Its errors are
// *Error. What Node-RED would run in spite of a fault is no error here: Resolve
// reports it.
func Parse(data []byte) (*File, error) { return parse(string(data)) }

func parse(text string) (*File, error) {
	if len(text) > MaxSize {
		return nil, &Error{Message: fmt.Sprintf("the text is larger than %d MB", MaxSize>>20)}
	}
	sc := &scanner{s: text, pos: len(text) - len(strings.TrimPrefix(text, "\ufeff"))}
	f := &File{text: text}
	if err := f.parse(sc); err != nil {
		out := &Error{Message: err.Error()}
		if at, ok := errors.AsType[*syntaxError](err); ok {
			out.Line, out.Column = position(text, at.offset)
		}
		return nil, out
	}
	return f, nil
}

func (f *File) parse(sc *scanner) error {
	sc.space()
	var err error
	switch sc.peek() {
	case '[':
		err = f.parseNodes(sc)
	case '{':
		err = f.parseObject(sc)
	default:
		if err = sc.value(); err == nil {
			return sc.fail(`a flow file is a list of nodes: [ … ]`)
		}
	}
	if err != nil {
		return err
	}
	sc.space()
	if sc.pos < len(sc.s) {
		return sc.fail("something follows after the end of the flow")
	}
	return nil
}

func (f *File) parseObject(sc *scanner) error {
	flows := -1
	err := sc.object(func(key, value string) {
		switch key {
		case "flows":
			flows = sc.pos - len(value)
		case "credentials":
			if f.Credentials = value; sc.repeated {
				f.Credentials = canonical(value)
			}
		}
	})
	if err != nil {
		return err
	}
	if flows < 0 || sc.s[flows] != '[' {
		return sc.fail(`a flow file is a list of nodes, or an object with such a list as "flows"`)
	}
	return f.parseNodes(&scanner{s: sc.s, pos: flows})
}

func (f *File) parseNodes(sc *scanner) error {
	f.head = sc.s[:sc.pos]
	gap := sc.pos + 1
	var props []Prop // of the node at hand
	var room []Prop  // where those of several nodes go
	err := sc.array(func() error {
		if sc.pos == len(sc.s) {
			return sc.unexpected("a node")
		}
		if sc.peek() != '{' {
			return sc.fail("element %d of the list is not an object, so it is no node", len(f.Nodes)+1)
		}
		start := sc.pos
		props = props[:0]
		if err := sc.node(&props); err != nil {
			return err
		}
		if len(props) > len(room) {
			room = make([]Prop, max(len(props), 1024))
		}
		n := &Node{Raw: sc.s[start:sc.pos], Props: room[:len(props):len(props)], offset: start}
		room = room[copy(n.Props, props):]
		f.gaps = append(f.gaps, sc.s[gap:start])
		f.Nodes = append(f.Nodes, n)
		gap = sc.pos
		return nil
	})
	if err != nil {
		return err
	}
	f.end, f.foot = sc.s[gap:sc.pos-1], sc.s[sc.pos:]
	for _, n := range f.Nodes {
		n.read()
	}
	return nil
}

// node passes a node and appends its properties to props, which is empty.
func (sc *scanner) node(props *[]Prop) error {
	sc.repeated = false
	return sc.object(func(name, value string) {
		if sc.repeated {
			sc.repeated = false
			value = canonical(value)
			if i := indexProp(*props, name); i >= 0 {
				(*props)[i].Value = value
				return
			}
		}
		*props = append(*props, Prop{name, value})
	})
}

// parseNode reads the text of one node.
func parseNode(raw string) (*Node, error) {
	sc := &scanner{s: raw}
	sc.space()
	start := sc.pos
	if sc.peek() != '{' {
		return nil, &Error{Message: "a node is an object: { … }"}
	}
	n := &Node{offset: -1}
	err := sc.node(&n.Props)
	n.Raw = raw[start:sc.pos]
	if sc.space(); err == nil && sc.pos < len(raw) {
		err = sc.fail("something follows after the end of the node")
	}
	if at, ok := errors.AsType[*syntaxError](err); ok {
		line, column := position(raw, at.offset)
		return nil, &Error{Line: line, Column: column, Message: err.Error()}
	}
	n.read()
	return n, err
}

// position turns a byte offset into line and column, both from 1.
func position(text string, offset int) (line, column int) {
	before := strings.TrimPrefix(text[:offset], "\ufeff")
	return 1 + strings.Count(before, "\n"), 1 + utf8.RuneCountInString(before[strings.LastIndexByte(before, '\n')+1:])
}

// Bytes returns the text of the file: what was parsed, but for nodes changed since.
func (f *File) Bytes() []byte {
	out := make([]byte, 0, len(f.text)+2)
	out = append(out, f.head...)
	out = f.appendArray(out)
	return append(out, f.foot...)
}

// Array returns the list of nodes alone, also of a file in the object form.
func (f *File) Array() []byte {
	return f.appendArray(make([]byte, 0, len(f.text)+2))
}

func (f *File) appendArray(out []byte) []byte {
	out = append(out, '[')
	for i, n := range f.Nodes {
		out = append(out, f.gaps[i]...)
		out = append(out, n.Raw...)
	}
	out = append(out, f.end...)
	return append(out, ']')
}

// Rev returns the revision Node-RED gives these flows: the SHA-256 of their
// JSON.stringify text, in hex (storage/index.js). It hashes once and remembers.
func (f *File) Rev() string {
	if rev := f.rev.Load(); rev != nil {
		return *rev
	}
	sum := sha256.Sum256([]byte(canonical(string(f.Array()))))
	rev := hex.EncodeToString(sum[:])
	f.rev.Store(&rev)
	return rev
}
