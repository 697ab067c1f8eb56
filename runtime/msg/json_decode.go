package msg

import (
	"math"
	"strconv"
	"unicode/utf8"
	"unsafe"
)

// Parse is JSON.parse. Its error is a *SyntaxError with V8's wording (Node 24).
// Strings and keys of the result are parts of text where they can be: whoever
// keeps one for long keeps all of text, see CopyIn.
// Beyond JSON.parse, nesting deeper than MaxDepth is an error.
func Parse(text string) (any, error) {
	d := decoder{text: text}
	v := d.document()
	if d.err != nil {
		return nil, d.err
	}
	return v, nil
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
}

func (d *decoder) document() any {
	v := d.value(nil)
	d.space()
	if d.err == nil && d.at < len(d.text) {
		d.trailing()
	}
	return v
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
	d.space()
	if d.at < len(d.text) {
		return d.text[d.at]
	}
	return 0
}

// value reads a value. Like is the value before it in an array, or nil: an object
// after an object mostly has the same keys.
func (d *decoder) value(like any) any {
	switch c := d.peek(); c {
	case '"':
		return d.str()
	case '{':
		shape, _ := like.(*Object)
		return d.nested(func() any { return d.object(shape) })
	case '[':
		shape, _ := like.(*Array)
		return d.nested(func() any { return d.array(shape) })
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

func (d *decoder) nested(read func() any) any {
	if d.depth++; d.depth > MaxDepth {
		d.failAt("Nesting deeper than " + strconv.Itoa(MaxDepth) + " levels")
		return nil
	}
	v := read()
	d.depth--
	return v
}

func (d *decoder) object(like *Object) any {
	d.at++
	o := &Object{}
	if d.peek() == '}' {
		d.at++
		return o
	}
	// While the keys are those of the object before, in its order, they need not be
	// looked up. Integer-like keys may need sorting.
	same, disorder := 0, false
	if like != nil && like.ints == 0 && len(like.fields) > 0 {
		o.fields = make([]field, 0, len(like.fields))
	} else {
		like = nil
		o.fields = make([]field, 0, 4)
	}
	for first := true; ; first = false {
		if d.peek() != '"' {
			if first {
				d.failAt("Expected property name or '}'")
			} else {
				d.failAt("Expected double-quoted property name")
			}
			return nil
		}
		key := d.str()
		if d.err != nil {
			return nil
		}
		if d.peek() != ':' {
			d.failAt("Expected ':' after property name")
			return nil
		}
		d.at++
		v := d.value(nil)
		if d.err != nil {
			return nil
		}
		if like != nil && same < len(like.fields) && like.fields[same].key == key {
			o.fields = append(o.fields, field{like.fields[same].key, v})
			same++
		} else {
			if like != nil {
				like = nil
				o.reindex()
			}
			disorder = o.put(key, v) || disorder
		}
		switch d.peek() {
		case ',':
			d.at++
		case '}':
			d.at++
			if disorder {
				o.arrange()
			} else if like != nil {
				o.reindex()
			}
			return o
		default:
			d.failAt("Expected ',' or '}' after property value")
			return nil
		}
	}
}

func (d *decoder) array(like *Array) any {
	d.at++
	a := &Array{}
	if d.peek() == ']' {
		d.at++
		return a
	}
	if like != nil && len(like.elems) > 0 && len(like.elems) <= 64 {
		a.elems = make([]any, 0, len(like.elems))
	}
	var last any
	for {
		last = d.value(last)
		if d.err != nil {
			return nil
		}
		a.elems = append(a.elems, last)
		switch d.peek() {
		case ',':
			d.at++
		case ']':
			d.at++
			return a
		default:
			d.failAt("Expected ',' or ']' after array element")
			return nil
		}
	}
}

func (d *decoder) literal(word string, v any) any {
	for i := range len(word) {
		if d.at >= len(d.text) || d.text[d.at] != word[i] {
			d.unexpected()
			return nil
		}
		d.at++
	}
	return v
}

func (d *decoder) number() any {
	start := d.at
	digit := func() bool { return d.at < len(d.text) && d.text[d.at]-'0' <= 9 }
	negative := d.text[d.at] == '-'
	if negative {
		d.at++
		if !digit() {
			d.failAt("No number after minus sign")
			return nil
		}
	}
	first := d.at
	n := 0
	for digit() {
		n = n*10 + int(d.text[d.at]-'0') // used only where it cannot overflow
		d.at++
		if d.text[first] == '0' {
			if digit() {
				d.unexpected()
				return nil
			}
			break
		}
	}
	whole := d.at-first < 16
	if d.at < len(d.text) && d.text[d.at] == '.' {
		whole = false
		d.at++
		if !digit() {
			d.failAt("Unterminated fractional number")
			return nil
		}
		for digit() {
			d.at++
		}
	}
	if d.at < len(d.text) && d.text[d.at]|0x20 == 'e' {
		whole = false
		d.at++
		if d.at < len(d.text) && (d.text[d.at] == '+' || d.text[d.at] == '-') {
			d.at++
		}
		if !digit() {
			d.failAt("Exponent part is missing a number")
			return nil
		}
		for digit() {
			d.at++
		}
	}
	if whole {
		if !negative {
			return Number(float64(n))
		}
		if n == 0 {
			return math.Copysign(0, -1)
		}
		return Number(float64(-n))
	}
	f, _ := strconv.ParseFloat(d.text[start:d.at], 64) // out of range: infinite or 0, as in JavaScript
	return Number(f)
}
