package msg

import (
	"encoding/json"
	"math"
	"strings"
)

// Path is a compiled property expression such as payload.items[0]["a b"] or
// payload[msg.topic]: what @node-red/util's normalisePropertyExpression,
// getObjectProperty and setObjectProperty work on. The zero Path is the empty
// expression, which Get and Set refuse as Node-RED does.
//
// A node's field of type Path decodes from a JSON string, which may begin with
// "msg.". An expression that does not compile makes no error there: as in
// Node-RED, Get and Set fail with it when a message comes.
type Path struct {
	text  string
	steps []step
	err   *PathError
}

// step is one property name. Node-RED tells integer names (a[0], and a.0.b in the
// middle of an expression) from text, in arrays and when it makes what is missing.
type step struct {
	key     string
	integer bool
	index   float64 // if integer
	ref     *Path   // [msg.x]: the name is that value of the message
	pos     int     // where ref starts in the expression
	odd     bool    // such a value is neither text nor a number
}

// Payload is the path "payload".
var Payload = MustPath(PayloadKey)

// PathError tells why a property expression cannot be used; Code is INVALID_EXPR.
type PathError struct{ Code, Message string }

func (e *PathError) Error() string { return e.Message }

// MustPath is ParsePath for expressions known to compile.
func MustPath(text string) Path {
	p, err := ParsePath(text)
	if err != nil {
		panic(err)
	}
	return p
}

// ParseMessagePath is ParsePath for an expression that may begin with "msg.", as
// RED.util.getMessageProperty accepts it.
func ParseMessagePath(text string) (Path, error) {
	p, err := ParsePath(strings.TrimPrefix(text, "msg."))
	p.text = text
	return p, err
}

// Text gives the expression back as it was written.
func (p Path) Text() string { return p.text }

// Empty tells whether there is no expression.
func (p Path) Empty() bool { return p.text == "" }

// Err tells why the expression does not compile, or nil.
func (p Path) Err() error {
	if p.err != nil {
		return p.err
	}
	return nil
}

// UnmarshalJSON takes the expression from a string, or the text of a number; null
// leaves the path as it is.
func (p *Path) UnmarshalJSON(b []byte) error {
	var text string
	if len(b) > 0 && b[0] == '"' {
		if err := json.Unmarshal(b, &text); err != nil {
			return err
		}
	} else if text = string(b); text == "null" {
		return nil
	}
	if text == "" {
		*p = Path{}
		return nil
	}
	q, err := ParseMessagePath(text)
	if err != nil {
		q = Path{text: text, err: err.(*PathError)}
	}
	*p = q
	return nil
}

// MarshalJSON gives the expression as a string.
func (p Path) MarshalJSON() ([]byte, error) { return json.Marshal(p.text) }

// usable returns the error of an expression that is empty or does not compile.
func (p *Path) usable() error {
	if p.err != nil {
		return p.err
	}
	if len(p.steps) == 0 {
		return invalidPath("Invalid property expression: zero-length")
	}
	return nil
}

// Get is RED.util.getMessageProperty: a missing last property is Undefined, a
// missing one before it a *TypeError in V8's words.
func (p Path) Get(root *Object) (any, error) {
	if err := p.usable(); err != nil {
		return Undefined, err
	}
	steps, err := p.resolve(root)
	if err != nil {
		return Undefined, err
	}
	var v any = root
	for i := range steps {
		if v == nil || v == Undefined {
			return Undefined, typeErrorf("Cannot read properties of %s (reading '%s')", ToString(v), steps[i].key)
		}
		v = Property(v, steps[i].key)
	}
	return v, nil
}

// Lookup is Get with Undefined for anything that is not there.
func (p Path) Lookup(root any) any {
	if p.usable() != nil {
		return Undefined
	}
	steps, err := p.resolve(root)
	if err != nil {
		return Undefined
	}
	for i := range steps {
		root = Property(root, steps[i].key)
	}
	return root
}

// resolve replaces references to the message by the names they stand for.
func (p *Path) resolve(root any) ([]step, error) {
	plain := p.steps
	for i := range p.steps {
		ref := p.steps[i].ref
		if ref == nil {
			continue
		}
		if &plain[0] == &p.steps[0] { // the path itself stays as it is
			plain = append([]step(nil), p.steps...)
		}
		var v any
		if o, ok := root.(*Object); ok {
			v, _ = ref.Get(o)
		} else {
			v = ref.Lookup(root)
		}
		if v == Undefined {
			return nil, p.steps[i].refError()
		}
		plain[i] = step{key: ToString(v)}
		switch v := v.(type) {
		case float64:
			plain[i].integer, plain[i].index = true, v
		case string:
		default:
			plain[i].odd = true
		}
	}
	return plain, nil
}

// Set is RED.util.setMessageProperty. With create, missing steps are made: an
// array where an integer follows, else an object. It tells whether the value was
// set. Setting Undefined deletes; it closes the gap if the last step is an
// integer and its parent an array. The error is a *PathError, a *TypeError in V8's
// words, or the *RangeError of SetProperty.
func (p Path) Set(root *Object, v any, create bool) (bool, error) {
	if err := p.usable(); err != nil {
		return false, err
	}
	steps, err := p.resolve(root)
	if err != nil {
		return false, err
	}
	var parent any = root
	for i := range len(steps) - 1 {
		if steps[i].odd {
			continue // setObjectProperty passes over these
		}
		next, ok, err := descend(parent, &steps[i], &steps[i+1], create)
		if err != nil || !ok {
			return false, err
		}
		parent = next
	}
	last := &steps[len(steps)-1]
	if v == Undefined {
		return true, remove(parent, last)
	}
	if parent == nil || TypeOf(parent) != "object" {
		return false, nil
	}
	if err := SetProperty(parent, last.key, v); err != nil {
		return false, err
	}
	return true, nil
}

// descend goes from parent to its property at, or makes it for what follows.
func descend(parent any, at, following *step, create bool) (next any, ok bool, err error) {
	if _, isArray := parent.(*Array); isArray && at.integer {
		// Node-RED goes on through any element here, even null or a number.
		if next = Property(parent, at.key); next != Undefined {
			return next, true, nil
		}
	} else {
		if parent == nil || parent == Undefined {
			return nil, false, typeErrorf("Cannot convert undefined or null to object")
		}
		found := false
		if o, ok := parent.(*Object); ok {
			next, found = o.Get(at.key)
		} else if found = hasOwn(parent, at.key); found {
			next = Property(parent, at.key)
		}
		if found {
			t := TypeOf(next)
			return next, next != nil && (t == "object" || t == "function"), nil
		}
	}
	if !create {
		return nil, false, nil
	}
	if following.integer || following.odd {
		next = &Array{}
	} else {
		next = &Object{}
	}
	if err := SetProperty(parent, at.key, next); err != nil {
		return nil, false, err
	}
	return Property(parent, at.key), true, nil
}

func remove(parent any, last *step) error {
	if parent == nil || parent == Undefined {
		return typeErrorf("Cannot convert undefined or null to object")
	}
	a, ok := parent.(*Array)
	if !ok || !last.integer {
		deleteProperty(parent, last.key)
		return nil
	}
	i := math.Trunc(last.index) // Array.prototype.splice counts negative ones from the end
	if i < 0 {
		i = max(i+float64(a.Len()), 0)
	}
	if i < float64(a.Len()) {
		a.Splice(int(i), 1)
	}
	return nil
}
