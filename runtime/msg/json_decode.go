package msg

import (
	"strconv"
	"strings"
	"sync"
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
func ParseBytes(b []byte) (any, error) { return Parse(TextOf(b)) }

// decoder reads one document. Its methods take the position to read at, and return the
// one after what they have read; after an error that is the end of the text, where every
// method returns at once.
type decoder struct {
	text  string
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
	v, at := d.value(0, nil)
	if at = d.space(at); d.err == nil && at < len(d.text) {
		d.trailing(at)
	}
	if d.err != nil {
		return nil, d.err
	}
	return v, nil
}

// space skips white space.
func (d *decoder) space(at int) int {
	if at < len(d.text) && d.text[at] > ' ' {
		return at
	}
	for at < len(d.text) && (d.text[at] == ' ' || d.text[at] == '\n' || d.text[at] == '\t' || d.text[at] == '\r') {
		at++
	}
	return at
}

// byte returns the byte at a position, 0 at the end.
func (d *decoder) byte(at int) byte {
	if at < len(d.text) {
		return d.text[at]
	}
	return 0
}

// more estimates how many values are still to come that take so many bytes of text each.
func (d *decoder) more(at int, size uint) int { return int(uint(len(d.text)-at) / size) }

// value reads a value. Like is what the element before has in the same place, if this
// is in an array, or nil: an object mostly has the keys of its neighbour.
func (d *decoder) value(at int, like any) (any, int) {
	c := d.byte(at)
	if c == '"' { // as most are
		s, at := d.str(at)
		return d.mem.string(s, d.more(at, 24)), at
	}
	switch c {
	case '{':
		like, _ := like.(*Object)
		return d.object(at, like)
	case '[':
		like, _ := like.(*Array)
		return d.array(at, like)
	case 't':
		return true, d.literal(at, "true")
	case 'f':
		return false, d.literal(at, "false")
	case 'n':
		return nil, d.literal(at, "null")
	case '-', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9':
		return d.number(at)
	case ' ', '\n', '\t', '\r':
		return d.value(d.space(at), like)
	}
	return nil, d.unexpected(at)
}

func (d *decoder) literal(at int, word string) int {
	if strings.HasPrefix(d.text[at:], word) {
		return at + len(word)
	}
	for i := 0; at < len(d.text) && d.text[at] == word[i]; i++ {
		at++
	}
	return d.unexpected(at)
}

// enter goes into a container.
func (d *decoder) enter(at int) bool {
	if d.depth == MaxDepth {
		d.failAt(at, "Nesting deeper than "+strconv.Itoa(MaxDepth)+" levels")
		return false
	}
	d.depth++
	return true
}

func (d *decoder) object(at int, like *Object) (any, int) {
	if !d.enter(at) {
		return nil, len(d.text)
	}
	o := d.mem.objects.one(d.more(at, 96))
	at = d.space(at + 1)
	if d.byte(at) == '}' {
		at++
	} else {
		all := false
		if like != nil {
			at, all = d.alike(at, o, like)
		}
		if !all {
			at = d.members(at, o)
		}
	}
	d.depth--
	return o, at
}

// alike reads the members of o while their keys are those of like, in its order, and so
// need not be looked up. It tells whether that was all of them.
func (d *decoder) alike(at int, o, like *Object) (end int, all bool) {
	if like.ints > 0 || d.escapedKeys {
		return at, false
	}
	o.fields = d.roomFor(at, len(like.fields))
	for i := range o.fields {
		was, f := &like.fields[i], &o.fields[i]
		value := d.follows(at, was.key)
		if value == 0 {
			o.fields = o.fields[:i]
			return at, false
		}
		f.key = was.key
		f.val, at = d.value(value, was.val)
		if at = d.space(at); d.byte(at) == ',' {
			at = d.space(at + 1)
			continue
		}
		if o.fields = o.fields[:i+1]; len(o.fields) == len(like.fields) {
			o.index, o.shared = like.index, like.index != nil
		} else {
			o.reindex()
		}
		return d.endObject(at), true
	}
	return at, false
}

// roomFor returns n fields, with room for one more: flows like to add one to each object
// of a list.
func (d *decoder) roomFor(at, n int) []field {
	return d.mem.fields.take(n+1, d.more(at, 16))[:n]
}

// follows returns where the value of a key begins, or 0 if key and colon are not what
// comes next.
func (d *decoder) follows(at int, key string) int {
	text, end := d.text, at+1+len(key)
	if end+1 >= len(text) || text[end+1] != ':' || text[end] != '"' || text[at] != '"' || text[at+1:end] != key {
		return 0
	}
	return end + 2
}

// members reads the members of o from the first that alike has left. Of equal keys the
// last gives the value.
func (d *decoder) members(at int, o *Object) int {
	start := len(d.fields)
	d.fields = append(d.fields, o.fields...)
	var index map[string]int32
	disorder := false
	for {
		var key string
		key, at = d.key(at, len(d.fields) == start)
		if d.err != nil {
			return at
		}
		fields := d.fields[start:]
		if index == nil && len(fields) > indexAbove {
			index = indexOf(fields)
		}
		i := findIn(fields, index, key)
		if i < 0 {
			i = len(fields)
			if index != nil {
				index[key] = int32(i)
			}
			_, integer := ArrayIndex(key)
			disorder = disorder || integer
			d.fields = append(d.fields, field{key: key})
		}
		var v any
		v, at = d.value(at, nil)
		d.fields[start+i].val = v
		if at = d.space(at); d.byte(at) != ',' {
			break
		}
		at++
	}
	fields := d.fields[start:]
	o.fields = d.roomFor(at, len(fields))
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
	return d.endObject(at)
}

// key reads a key and the colon.
func (d *decoder) key(at int, first bool) (key string, end int) {
	at = d.space(at)
	if d.byte(at) != '"' {
		if first {
			return "", d.failAt(at, "Expected property name or '}'")
		}
		return "", d.failAt(at, "Expected double-quoted property name")
	}
	key, end = d.str(at)
	if end-at != len(key)+2 {
		d.escapedKeys = true
	}
	at = d.space(end)
	if d.byte(at) != ':' {
		return "", d.failAt(at, "Expected ':' after property name")
	}
	return key, at + 1
}

func (d *decoder) endObject(at int) int {
	if d.byte(at) != '}' {
		return d.failAt(at, "Expected ',' or '}' after property value")
	}
	return at + 1
}

func (d *decoder) array(at int, like *Array) (any, int) {
	if !d.enter(at) {
		return nil, len(d.text)
	}
	a := d.mem.arrays.one(d.more(at, 96))
	at = d.space(at + 1)
	if d.byte(at) == ']' {
		at++
	} else {
		at = d.elements(at, a, like)
	}
	d.depth--
	return a, at
}

// elements reads the elements of a, which are at least one. If there are as many as in
// like, they are put where they stay.
func (d *decoder) elements(at int, a, like *Array) int {
	var last any
	if like.Len() > 0 && like.Len() <= fewElements {
		a.elems = d.mem.elems.take(like.Len(), d.more(at, 32))
		last = like.elems[0]
		for i := range a.elems {
			last, at = d.value(at, last)
			a.elems[i] = last
			if at = d.space(at); d.byte(at) != ',' {
				a.elems = a.elems[:i+1]
				return d.endArray(at)
			}
			at++
		}
	}
	start := len(d.elems)
	d.elems = append(d.elems, a.elems...)
	for {
		last, at = d.value(at, last)
		d.elems = append(d.elems, last)
		if at = d.space(at); d.byte(at) != ',' {
			break
		}
		at++
	}
	elems := d.elems[start:]
	a.elems = d.mem.elems.take(len(elems), d.more(at, 32)+len(d.elems))
	copy(a.elems, elems)
	clear(elems)
	d.elems = d.elems[:start]
	return d.endArray(at)
}

// fewElements is how many elements an array is likely to have because its neighbour has.
const fewElements = 16

func (d *decoder) endArray(at int) int {
	if d.byte(at) != ']' {
		return d.failAt(at, "Expected ',' or ']' after array element")
	}
	return at + 1
}
