package network

import (
	"errors"
	"regexp"
	"strconv"

	"sluice/runtime/msg"
)

// maxFieldIndex bounds the index that a field's name may give: a stranger
// writes the name, and the list gets that long. (append-field has no bound.)
const maxFieldIndex = 10_000

// fieldStep is one part of a bracketed field name.
type fieldStep struct {
	key    string
	index  bool // digits in brackets: the container is a list
	append bool // "[]" follows
}

var (
	firstKey    = regexp.MustCompile(`^[^\[]+`)
	bracketKey  = regexp.MustCompile(`^\[([^\]]+)\]`)
	bracketInts = regexp.MustCompile(`^[0-9]+$`)
)

// fieldSteps splits "a[b][0][]"; a name that is not of this form is one key.
func fieldSteps(name string) []fieldStep {
	whole := []fieldStep{{key: name}}
	head := firstKey.FindString(name)
	if head == "" {
		return whole
	}
	steps := []fieldStep{{key: head}}
	for rest := name[len(head):]; rest != ""; {
		if rest == "[]" {
			steps[len(steps)-1].append = true
			return steps
		}
		m := bracketKey.FindStringSubmatch(rest)
		if m == nil {
			return whole
		}
		steps = append(steps, fieldStep{key: m[1], index: bracketInts.MatchString(m[1])})
		rest = rest[len(m[0]):]
	}
	return steps
}

// appendField puts a field into the body as npm's append-field does.
func appendField(body *msg.Object, name, value string) error {
	steps := fieldSteps(name)
	var at any = body
	for i := range steps {
		if n, err := strconv.Atoi(steps[i].key); steps[i].index && (err != nil || n > maxFieldIndex) {
			return errors.New("the index in a field's name is too high")
		}
		if i == len(steps)-1 {
			setLast(at, steps[i], value)
			return nil
		}
		at = descend(at, steps[i].key, steps[i+1].index)
	}
	return nil
}

// child and setChild reach into an object or a list.
func child(at any, key string) any {
	switch at := at.(type) {
	case *msg.Object:
		return at.Value(key)
	case *msg.Array:
		if n, err := strconv.Atoi(key); err == nil {
			return at.At(n)
		}
	}
	return msg.Undefined
}

func setChild(at any, key string, v any) {
	switch at := at.(type) {
	case *msg.Object:
		at.Set(key, v)
	case *msg.Array:
		if n, err := strconv.Atoi(key); err == nil && n >= 0 && n <= maxFieldIndex {
			at.Set(n, v)
		}
	}
}

// descend returns the container under key, made or changed to suit what follows.
func descend(at any, key string, list bool) any {
	var made any
	switch old := child(at, key).(type) {
	case *msg.Object:
		return old
	case *msg.Array:
		if list {
			return old
		}
		o := msg.NewBareObject()
		for i, v := range old.All() {
			if v != msg.Undefined {
				o.Set(strconv.Itoa(i), v)
			}
		}
		made = o
	case string:
		o := msg.NewBareObject()
		o.Set("", old)
		made = o
	default:
		if list {
			made = msg.NewArray()
		} else {
			made = msg.NewBareObject()
		}
	}
	setChild(at, key, made)
	return made
}

func setLast(at any, step fieldStep, value string) {
	switch old := child(at, step.key).(type) {
	case *msg.Array:
		old.Append(value)
	case *msg.Object:
		setLast(old, fieldStep{key: ""}, value)
	case string:
		setChild(at, step.key, msg.NewArray(old, value))
	default:
		if step.append {
			setChild(at, step.key, msg.NewArray(value))
		} else {
			setChild(at, step.key, value)
		}
	}
}
