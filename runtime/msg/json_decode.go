package msg

import (
	"strconv"
	"strings"
	"sync"
	"unicode/utf8"
	"unsafe"
)

// Parse is JSON.parse. Its error is a *SyntaxError with V8's wording (Node 24).
// Strings and keys of the result are parts of text where they can be, and its values
// share their memory: whoever keeps one for long keeps all of it, see CopyIn.
// Beyond JSON.parse, nesting deeper than MaxDepth is an error.
func Parse(text string) (any, error) {
	d := decoders.Get().(*decoder)
	d.text = text
	v, err := d.document()
	d.reset()
	decoders.Put(d)
	return v, err
}

// ParseBytes is Parse for bytes, decoded as Node decodes a Buffer. It takes over b:
// the caller must not change it afterwards.
func ParseBytes(b []byte) (any, error) {
	if !utf8.Valid(b) {
		return Parse(utf8Text(b))
	}
	return Parse(unsafe.String(unsafe.SliceData(b), len(b))) // saves the copy; b is ours
}

// decoder reads one document. After an error its position is at the end of the
// text and every method returns at once.
type decoder struct {
	text  string
	at    int
	depth int
	buf   []byte // for strings with escapes
	err   *SyntaxError

	// What has been read of the containers that are open, the inner ones behind the
	// outer. It moves to a place of its own when a container ends and its size is known.
	fields []field
	elems  []any

	escapedKeys bool // some key is not written as it reads
	mem         slabs
}

// decoders keeps the memory of fields, elems and buf for the next document.
var decoders = sync.Pool{New: func() any { return &decoder{} }}

// mostKept bounds what one decoder keeps, in values.
const mostKept = 4096

func (d *decoder) reset() {
	kept := decoder{fields: d.fields[:0], elems: d.elems[:0], buf: d.buf[:0]}
	if d.err != nil || cap(d.fields) > mostKept || cap(d.elems) > mostKept || cap(d.buf) > mostKept {
		kept = decoder{}
	}
	*d = kept
}

func (d *decoder) document() (any, error) {
	v := d.value(nil)
	d.space()
	if d.err == nil && d.at < len(d.text) {
		d.trailing()
	}
	if d.err != nil {
		return nil, d.err
	}
	return v, nil
}

func (d *decoder) space() {
	for d.at < len(d.text) {
		switch d.text[d.at] {
		case ' ', '\n', '\t', '\r':
			d.at++
		default:
			return
		}
	}
}

// peek skips space and returns the next byte, 0 at the end.
func (d *decoder) peek() byte {
	if d.at < len(d.text) && d.text[d.at] > ' ' {
		return d.text[d.at]
	}
	d.space()
	if d.at < len(d.text) {
		return d.text[d.at]
	}
	return 0
}

// more estimates how many values are still to come that take so many bytes of text each.
func (d *decoder) more(size int) int { return (len(d.text) - d.at) / size }

// value reads a value. Like is what the element before has in the same place, if this
// is in an array, or nil: an object mostly has the keys of its neighbour.
func (d *decoder) value(like any) any {
	switch d.peek() {
	case '"':
		return d.mem.string(d.str(), d.more(32))
	case '{':
		like, _ := like.(*Object)
		return d.object(like)
	case '[':
		like, _ := like.(*Array)
		return d.array(like)
	case 't':
		return d.literal("true", true)
	case 'f':
		return d.literal("false", false)
	case 'n':
		return d.literal("null", nil)
	case '-', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9':
		return d.number()
	}
	d.unexpected()
	return nil
}

func (d *decoder) object(like *Object) any {
	if !d.enter() {
		return nil
	}
	o := d.mem.objects.one(d.more(64))
	if d.peek() == '}' {
		d.at++
	} else if like == nil || !d.alike(o, like) {
		d.members(o)
	}
	d.depth--
	return o
}

// alike reads the members of o while their keys are those of like, in its order, and so
// need not be looked up. It tells whether that was all of them.
func (d *decoder) alike(o, like *Object) (all bool) {
	if like.ints > 0 || d.escapedKeys {
		return false
	}
	o.fields = d.mem.fields.take(len(like.fields), d.more(16))
	for i := range o.fields {
		was, f := &like.fields[i], &o.fields[i]
		if !d.follows(was.key) {
			o.fields = o.fields[:i]
			return false
		}
		f.key = was.key
		f.val = d.value(was.val)
		if d.moreMembers() {
			continue
		}
		if o.fields = o.fields[:i+1]; len(o.fields) == len(like.fields) {
			o.index, o.shared = like.index, like.index != nil
		} else {
			o.reindex()
		}
		return true
	}
	return false
}

// follows reads key and the colon, if they are what comes next.
func (d *decoder) follows(key string) bool {
	d.space()
	rest, end := d.text[d.at:], len(key)+1
	if len(rest) < end+2 || rest[0] != '"' || rest[1:end] != key || rest[end] != '"' || rest[end+1] != ':' {
		return false
	}
	d.at += end + 2
	return true
}

// members reads the members of o from the first that alike has left. Of equal keys the
// last gives the value.
func (d *decoder) members(o *Object) {
	start := len(d.fields)
	d.fields = append(d.fields, o.fields...)
	var index map[string]int32
	disorder := false
	for {
		key := d.key(len(d.fields) == start)
		if d.err != nil {
			return
		}
		fields := d.fields[start:]
		if index == nil && len(fields) > indexAbove {
			index = indexOf(fields)
		}
		at := findIn(fields, index, key)
		if at < 0 {
			at = len(fields)
			if index != nil {
				index[key] = int32(at)
			}
			_, integer := ArrayIndex(key)
			disorder = disorder || integer
			d.fields = append(d.fields, field{key: key})
		}
		v := d.value(nil)
		d.fields[start+at].val = v
		if !d.moreMembers() {
			break
		}
	}
	fields := d.fields[start:]
	o.fields = d.mem.fields.take(len(fields), d.more(16))
	copy(o.fields, fields)
	clear(fields)
	d.fields = d.fields[:start]
	switch {
	case disorder:
		o.arrange()
	case index != nil:
		o.index = index
	default:
		o.reindex()
	}
}

// key reads a key and the colon.
func (d *decoder) key(first bool) string {
	if d.peek() != '"' {
		if first {
			d.failAt("Expected property name or '}'")
		} else {
			d.failAt("Expected double-quoted property name")
		}
		return ""
	}
	start := d.at
	key := d.str()
	if d.at-start != len(key)+2 {
		d.escapedKeys = true
	}
	if d.peek() != ':' {
		d.failAt("Expected ':' after property name")
		return ""
	}
	d.at++
	return key
}

// moreMembers reads what is after a member, and tells whether another one follows.
func (d *decoder) moreMembers() bool {
	switch d.peek() {
	case ',':
		d.at++
		return true
	case '}':
		d.at++
	default:
		d.failAt("Expected ',' or '}' after property value")
	}
	return false
}

func (d *decoder) array(like *Array) any {
	if !d.enter() {
		return nil
	}
	a := d.mem.arrays.one(d.more(64))
	if d.peek() == ']' {
		d.at++
	} else {
		d.elements(a, like)
	}
	d.depth--
	return a
}

func (d *decoder) elements(a, like *Array) {
	start := len(d.elems)
	var last any
	if like.Len() > 0 {
		last = like.elems[0]
	}
	for {
		last = d.value(last)
		d.elems = append(d.elems, last)
		if d.peek() != ',' {
			break
		}
		d.at++
	}
	if d.peek() != ']' {
		d.failAt("Expected ',' or ']' after array element")
		return
	}
	d.at++
	elems := d.elems[start:]
	a.elems = d.mem.elems.take(len(elems), d.more(16))
	copy(a.elems, elems)
	clear(elems)
	d.elems = d.elems[:start]
}

// enter reads the bracket that begins a container.
func (d *decoder) enter() bool {
	if d.depth == MaxDepth {
		d.failAt("Nesting deeper than " + strconv.Itoa(MaxDepth) + " levels")
		return false
	}
	d.depth++
	d.at++
	return true
}

func (d *decoder) literal(word string, v any) any {
	if strings.HasPrefix(d.text[d.at:], word) {
		d.at += len(word)
		return v
	}
	for i := 0; d.at < len(d.text) && d.text[d.at] == word[i]; i++ {
		d.at++
	}
	d.unexpected()
	return nil
}
