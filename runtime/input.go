package runtime

import (
	"regexp"
	"strings"
	"time"

	"sluice/runtime/moment"
	"sluice/runtime/msg"
)

// TypedInput is a value with a type, as an editor's typed input saves it.
type TypedInput struct {
	Value any
	Type  string // msg flow global env str num bool json bin date re jsonata; others give the value as it is
}

// Input is a typed input made ready: RED.util.evaluateNodeProperty with its
// value read once. The zero Input gives Undefined.
type Input struct {
	fixed any // the value, where it is always the same and has no parts
	eval  func(m *msg.Object) (any, error)
}

// Eval gives the value for m. Of type msg it is the value in m itself, every
// other is the caller's own. Errors read as Node-RED's do.
func (in Input) Eval(m *msg.Object) (any, error) {
	if in.eval == nil {
		if in.fixed == nil {
			return nil, nil
		}
		return in.fixed, nil
	}
	return in.eval(m)
}

// Fixed returns the value of an input that no message changes.
func (in Input) Fixed() (any, bool) { return in.fixed, in.eval == nil }

func fixedInput(v any) Input { return Input{fixed: v} }

// ErrInvalidBuffer is the error of a "bin" value that is neither a list nor a text.
var ErrInvalidBuffer = &msg.Error{Name: "Error", Message: "Not string or array", Props: msg.NewObject("code", "INVALID_BUFFER_DATA")}

// Typed makes a typed input ready. A value that cannot be read (broken JSON, a
// property expression with a fault) gives an Input that fails with that error at
// every Eval, as in Node-RED, and the error as well, for nodes that refuse it at start.
func (inst *Instance) Typed(t TypedInput) (Input, error) {
	in, err := inst.typed(t)
	if err != nil {
		return Input{eval: func(*msg.Object) (any, error) { return msg.Undefined, err }}, err
	}
	return in, nil
}

func (inst *Instance) typed(t TypedInput) (Input, error) {
	text := func() string {
		if t.Value == nil || t.Value == msg.Undefined {
			return ""
		}
		return msg.ToString(t.Value)
	}
	switch t.Type {
	case "str":
		return fixedInput(msg.ToString(t.Value)), nil
	case "num":
		return fixedInput(msg.Number(msg.ToNumber(t.Value))), nil
	case "bool":
		return fixedInput(strings.EqualFold(text(), "true")), nil
	case "json":
		return jsonInput(text())
	case "bin":
		return binInput(text())
	case "re":
		return fixedInput(&msg.RegExp{Source: text()}), nil
	case "date":
		return dateInput(text()), nil
	case "msg":
		p, err := msg.ParsePath(strings.TrimPrefix(text(), "msg."))
		if err != nil {
			return Input{}, err
		}
		return Input{eval: func(m *msg.Object) (any, error) { return p.Get(m) }}, nil
	case "flow", "global":
		return inst.contextInput(t.Type, text())
	case "env":
		name := text()
		return Input{eval: func(*msg.Object) (any, error) { return expandEnv(name, inst.Env), nil }}, nil
	case "jsonata":
		return inst.jsonataInput(text())
	}
	return fixedInput(t.Value), nil
}

func jsonInput(text string) (Input, error) {
	v, err := msg.Parse(text)
	if err != nil {
		return Input{}, err
	}
	switch v.(type) {
	case *msg.Object, *msg.Array:
		return Input{eval: func(*msg.Object) (any, error) { return msg.Clone(v), nil }}, nil
	}
	return fixedInput(v), nil
}

func binInput(text string) (Input, error) {
	v, err := msg.Parse(text)
	if err != nil {
		return Input{}, err
	}
	var b []byte
	switch v := v.(type) {
	case string:
		b, _ = msg.DecodeText(v, "utf8")
	case *msg.Array:
		for _, e := range v.All() {
			b = append(b, byte(msg.ToInt32(e)))
		}
	default:
		return Input{}, ErrInvalidBuffer
	}
	return Input{eval: func(*msg.Object) (any, error) { return &msg.Buffer{B: append([]byte(nil), b...)}, nil }}, nil
}

func dateInput(format string) Input {
	return Input{eval: func(*msg.Object) (any, error) {
		now := time.Now()
		switch format {
		case "":
			return float64(now.UnixMilli()), nil
		case "object":
			return msg.NewDate(now), nil
		case "iso":
			s, _ := msg.NewDate(now).ISO()
			return s, nil
		}
		return moment.Format(now, format), nil
	}}
}

var (
	contextKey = regexp.MustCompile(`(?s)^#:\((\S+?)\)::(.*)$`)
	messageRef = regexp.MustCompile(`\[msg`)
)

// ParseContextKey takes the store's name off a context key such as
// #:(file)::count; "" is the default store.
func ParseContextKey(key string) (store, rest string) {
	if m := contextKey.FindStringSubmatch(key); m != nil {
		return m[1], m[2]
	}
	return "", key
}

func (inst *Instance) contextInput(scope, value string) (Input, error) {
	store, key := ParseContextKey(value)
	if !messageRef.MatchString(key) {
		return Input{eval: func(*msg.Object) (any, error) { return inst.Context(scope).Get(store, key) }}, nil
	}
	p, err := msg.ParsePath(key)
	if err != nil {
		return Input{}, err
	}
	return Input{eval: func(m *msg.Object) (any, error) {
		resolved, err := p.Resolve(m)
		if err != nil {
			return msg.Undefined, err
		}
		return inst.Context(scope).Get(store, resolved)
	}}, nil
}
