package js

import (
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/dop251/goja"

	"sluice/runtime/msg"
)

// Thrown is what a body threw, rejected with or gave to node.done. Value is a
// *msg.Error, or a string: Node-RED makes JSON of anything else. Error() is the
// text that Node-RED gives as error.message.
type Thrown struct{ Value any }

func (t *Thrown) Error() string { return errorText(t.Value) }

// errorText is String(x) for what is thrown.
func errorText(x any) string {
	e, ok := x.(*msg.Error)
	switch {
	case !ok:
		return msg.ToString(x)
	case e.Name == "":
		return e.Message
	case e.Message == "":
		return e.Name
	}
	return e.Name + ": " + e.Message
}

func sprintf(format string, args ...any) string {
	if len(args) == 0 {
		return format
	}
	return fmt.Sprintf(format, args...)
}

// failure turns what ended a turn, which lasts, into an error: that of the message of s, unless that is nil.
func (v *vm) failure(err error, s *session) error {
	switch e := err.(type) {
	case *goja.Exception:
		return v.thrownBy(e.Value(), s)
	case *goja.InterruptedError:
		return v.limitReached(e, v.turn.fn)
	case *goja.StackOverflowError:
		v.turn.fn.stop(CodeDepth, "Maximum call stack size exceeded")
		return &Thrown{&msg.Error{Name: "RangeError", Message: "Maximum call stack size exceeded",
			Stack: "RangeError: Maximum call stack size exceeded"}}
	}
	return err
}

// thrownBy is errorOf as an error; undefined is none, since Node-RED then calls done().
func (v *vm) thrownBy(reason goja.Value, s *session) error {
	if t := v.errorOf(reason, s); t.Value != msg.Undefined {
		return t
	}
	return nil
}

// errorOf follows the catch of Node-RED's 10-function.js: an object with a
// stack stays an error, and its ReferenceErrors name their place; a string
// stays as it is; of anything else the text is JSON.
func (v *vm) errorOf(reason goja.Value, s *session) *Thrown {
	o, ok := reason.(*goja.Object)
	if !ok {
		if goja.IsString(reason) {
			return &Thrown{text(reason)}
		}
		return &Thrown{v.jsonText(v.toGo(reason))}
	}
	x := &exporter{vm: v, copy: true}
	e, ok := x.object(o).(*msg.Error)
	if !ok {
		return &Thrown{v.jsonText(x.object(o))}
	}
	if e.Name == "ReferenceError" || strings.HasPrefix(e.Stack, "ReferenceError") {
		e.Message = placed(e, s)
	}
	if s != nil && s.m != nil {
		if s.copy != nil {
			s.copy.settle(s)
		}
		s.m.Set("error", e)
	}
	return &Thrown{e}
}

func (v *vm) jsonText(x any) any {
	t, ok, err := msg.Stringify(x, "")
	switch {
	case err != nil:
		return err.Error()
	case !ok:
		return msg.Undefined
	}
	return t
}

var stackPlace = regexp.MustCompile(`:(\d+):(\d+)$`)

// placed is the message with the line and column of the first stack frame.
func placed(e *msg.Error, s *session) string {
	lines := strings.Split(e.Stack, "\n")
	for i, l := range lines {
		if !strings.HasPrefix(l, "ReferenceError") {
			continue
		}
		if i+1 < len(lines) {
			if m := stackPlace.FindStringSubmatch(strings.TrimSuffix(lines[i+1], ")")); m != nil {
				line, col := int(msg.ParseInt(m[1], 10))-1, int(msg.ParseInt(m[2], 10))
				if name := notDefined.FindStringSubmatch(l); name != nil && s != nil {
					if body := strings.Split(s.fn.src.Body, "\n"); line >= 1 && line <= len(body) {
						col = column(body[line-1], name[1], col)
					}
				}
				return fmt.Sprintf("%s (line %d, col %d)", l, line, col)
			}
		}
		return l
	}
	return e.Message
}

// v8Stack rewrites a stack as V8 prints it.
func v8Stack(st string) string {
	head, frames, _ := strings.Cut(st, "\n\tat ")
	if frames == "" {
		return v8Wording(st)
	}
	var b strings.Builder
	b.WriteString(v8Wording(head))
	for f := range strings.SplitSeq(frames, "\n\tat ") {
		f = strings.TrimRight(f, "\n")
		if i := strings.LastIndexByte(f, '('); i > 0 {
			if end := strings.TrimLeft(f[i+1:], "0123456789"); end == ")" || end == "))" {
				f = f[:i] + end[1:]
			}
		}
		if strings.Contains(f, preludeName) {
			continue
		}
		b.WriteString("\n    at ")
		b.WriteString(f)
	}
	return b.String()
}

var (
	readOf  = regexp.MustCompile(`Cannot read property '(.*?)' of (undefined|null)`)
	writeOf = regexp.MustCompile(`Cannot set property '(.*?)' of (undefined|null)`)
	notFunc = regexp.MustCompile(`Object has no member '(.*?)'`)
	noValue = regexp.MustCompile(`(?s)Could not convert .* to primitive`)
)

// v8Wording gives goja's commonest error texts V8's words.
func v8Wording(t string) string {
	if strings.Contains(t, "Could not convert ") {
		t = noValue.ReplaceAllString(t, "Cannot convert object to primitive value")
	}
	if !strings.Contains(t, "Cannot ") && !strings.Contains(t, "Object has no member") {
		return t
	}
	t = readOf.ReplaceAllString(t, "Cannot read properties of $2 (reading '$1')")
	t = writeOf.ReplaceAllString(t, "Cannot set properties of $2 (setting '$1')")
	return notFunc.ReplaceAllString(t, "$1 is not a function")
}

// v8Syntax gives goja's commonest syntax errors V8's words.
func v8Syntax(t string) string {
	t = strings.TrimPrefix(t, "SyntaxError: ")
	if rest, ok := strings.CutPrefix(t, "Unexpected token "); ok {
		switch rest {
		case "ILLEGAL":
			return "Invalid or unexpected token"
		case "ILLEGAL (unexpected end of input)":
			return "Unexpected end of input"
		}
		return "Unexpected token '" + rest + "'"
	}
	return t
}

// thrown makes the JavaScript error for a Go error.
func (v *vm) thrown(err error) goja.Value {
	if e, ok := errors.AsType[*Thrown](err); ok {
		return v.toJS(e.Value)
	}
	if e, ok := errors.AsType[*goja.Exception](err); ok {
		return e.Value()
	}
	e := msg.ErrorValue(err)
	for _, class := range []string{"TypeError", "Error"} {
		if rest, ok := strings.CutPrefix(e.Message, class+": "); ok {
			e.Name, e.Message = class, rest
		}
	}
	e.Stack = ""
	return v.errorObject(e)
}
