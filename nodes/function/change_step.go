package function

import (
	"errors"

	"sluice/runtime"
	"sluice/runtime/msg"
)

// changeStep is a rule of a change node made ready.
type changeStep struct {
	t      string // set, change or delete
	inst   *runtime.Instance
	name   string // the property as written
	target target
	to     toValue
	deep   bool // set a copy
	toBool bool

	from       fromValue
	fromTarget *target // where from comes with the message
}

// toValue is the value a rule sets.
type toValue struct {
	in   runtime.Input
	kind string
	copy bool // it is written in the rule and has parts, which each message needs for itself
}

// fromValue is what a change rule looks for.
type fromValue struct {
	kind  string // str, num, bool, re or another type that is fixed in the rule
	value any
	find  *pattern
}

// errSkip ends a step without effect.
var errSkip = errors.New("skip the rule")

func (r *changeRule) toInput(inst *runtime.Instance) (toValue, error) {
	if r.T == "delete" {
		return toValue{}, nil
	}
	in, err := inst.Typed(runtime.TypedInput{Value: r.To, Type: r.ToType})
	v := toValue{in: in, kind: r.ToType}
	switch r.ToType {
	case "msg", "flow", "global": // a fault shows when a message comes
		return v, nil
	case "json", "bin":
		if err != nil && !errors.Is(err, runtime.ErrInvalidBuffer) {
			return v, runtime.Text("Invalid 'to' JSON property")
		}
		return v, nil
	case "jsonata":
		if err != nil {
			return v, runtime.Textf("Invalid JSONata expression: %v", err)
		}
	case "str", "re": // unlike elsewhere, they are taken as they are written
		return fixedTo(inst, r.To)
	case "env": // evaluated once
		value, evalErr := in.Eval(nil)
		if evalErr != nil {
			return v, evalErr
		}
		return fixedTo(inst, value)
	}
	return v, err
}

func fixedTo(inst *runtime.Instance, value any) (toValue, error) {
	in, err := inst.Typed(runtime.TypedInput{Value: value})
	return toValue{in: in, copy: msg.TypeOf(value) == "object" && value != nil}, err
}

// eval gives the value to set. errSkip leaves the rule without effect, another
// error ends the message.
func (v *toValue) eval(m *msg.Object) (any, error) {
	value, err := v.in.Eval(m)
	switch {
	case err == nil && v.copy:
		return msg.Clone(value), nil
	case err == nil:
		return value, nil
	case v.kind == "flow", v.kind == "global":
		return msg.Undefined, nil
	case v.kind == "jsonata":
		return nil, runtime.Textf("Invalid JSONata expression: %v", err)
	}
	return nil, errSkip
}

// fixedFrom reads a value that is written in the rule. It is compared as text,
// and looked for in texts.
func fixedFrom(kind, text string) (fromValue, error) {
	f := fromValue{kind: kind, value: text, find: &pattern{text: text}}
	if kind == "re" {
		re, err := compileRegExp(text, "g")
		if err != nil {
			return f, runtime.Textf("Invalid 'from' property: %v", err)
		}
		f.find = &pattern{re: re}
	}
	return f, nil
}

// fromOf reads a value that came with the message.
func fromOf(v any) (fromValue, error) {
	// Node-RED gives replace() no pattern for these, which looks for "undefined".
	nothing := &pattern{text: "undefined", once: true}
	switch v := v.(type) {
	case float64:
		return fromValue{"num", v, nothing}, nil
	case bool:
		return fromValue{"bool", v, nothing}, nil
	case string:
		return fromValue{"str", v, &pattern{text: v}}, nil
	case *msg.RegExp:
		re, err := compileRegExp(v.Source, v.Flags)
		return fromValue{"re", v, &pattern{re: re}}, err
	}
	return fromValue{find: nothing}, &msg.Error{Name: "Error", Message: "Invalid 'from' property: unsupported type: " + msg.TypeOf(v)}
}

// apply applies the step to the message. Next is false where Node-RED forgets the message.
func (s *changeStep) apply(d *runtime.Delivery) (next bool, err error) {
	m := d.Msg
	value := msg.Undefined
	if s.t != "delete" {
		if value, err = s.to.eval(m); err != nil {
			return err == errSkip, ignoreSkip(err)
		}
	}
	if s.deep {
		value = msg.Clone(value)
	}
	switch s.t {
	case "set", "delete":
		err = s.set(m, value)
	case "change":
		return s.change(d, value)
	}
	return err == nil, err
}

func ignoreSkip(err error) error {
	if err == errSkip {
		return nil
	}
	return err
}

// set sets the property. What goes wrong with one of the message's is ignored, as in Node-RED.
func (s *changeStep) set(m *msg.Object, value any) error {
	ok, err := s.target.set(m, value)
	if s.target.scope != "" {
		return err
	}
	if err == nil && !ok {
		s.inst.Log.Warn("Cannot set property of non-object type: " + s.name)
	}
	return nil
}

func (s *changeStep) change(d *runtime.Delivery, value any) (next bool, err error) {
	from := s.from
	if s.fromTarget != nil {
		v, err := s.fromTarget.get(d.Msg)
		if err != nil {
			if s.fromTarget.scope == "" {
				return true, nil
			}
			return false, err
		}
		if from, err = fromOf(v); err != nil {
			d.Error(err, d.Msg) // and yet the message goes on
		}
	}
	inContext := s.target.scope != ""
	current, err := s.target.get(d.Msg)
	if err != nil {
		return !inContext, onlyIf(inContext, err)
	}
	changed, ok, err := s.changed(current, value, &from)
	if err != nil {
		return !inContext, onlyIf(inContext, err)
	}
	if !ok { // nothing to change: Node-RED's callback of a context is never called then
		return !inContext, nil
	}
	if _, err = s.target.set(d.Msg, changed); err != nil {
		return !inContext, onlyIf(inContext, err)
	}
	return true, nil
}

func onlyIf(cond bool, err error) error {
	if cond {
		return err
	}
	return nil
}

// changed gives what a property becomes, and whether it changes at all.
func (s *changeStep) changed(current, value any, from *fromValue) (v any, ok bool, err error) {
	switch c := current.(type) {
	case string:
		if from.kind != "re" && from.kind != "" && c == from.value {
			return value, true, nil
		}
		text, err := from.find.replace(c, msg.ToString(value))
		if s.toBool && s.target.scope == "" && text == msg.ToString(value) {
			return value, true, err
		}
		return text, true, err
	case float64:
		return value, from.kind == "num" && c == msg.ToNumber(from.value), nil
	case bool:
		return value, from.kind == "bool" && msg.ToString(c) == from.value, nil
	}
	return nil, false, nil
}
