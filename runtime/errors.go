package runtime

import (
	"cmp"
	"errors"
	"fmt"

	"sluice/runtime/jsonata"
	"sluice/runtime/msg"
)

// Node-RED nodes fail with a text or with an Error object, and a catch node
// shows the difference: error.message is the text itself, or "Error: " and the
// text. Text is the first kind; every other Go error is the second.

// Text is an error that reaches catch nodes as it reads, as node.error("text", msg) does.
type Text string

func (t Text) Error() string { return string(t) }

// Textf formats a Text.
func Textf(format string, args ...any) error { return Text(fmt.Sprintf(format, args...)) }

// Thrown is an error whose value is any JavaScript value, as a function body can throw.
type Thrown struct{ Value any }

func (t *Thrown) Error() string { return msg.ToString(t.Value) }

// Coder is an error with a code, which catch nodes see as error.code.
type Coder interface{ ErrorCode() string }

// Message is what catch nodes show of err as error.message, which is what String(err) is in Node-RED.
func Message(err error) string {
	message, _ := describeError(err)
	return message
}

// describeError sets message, code, stack and cause of an error as Node-RED's
// Flow.handleError reads them off the value that was reported.
func describeError(err error) (message string, extra []any) {
	if text, ok := err.(Text); ok {
		return string(text), nil
	}
	var value any
	var thrown *Thrown
	var object *msg.Error
	var expression *jsonata.Error
	switch {
	case errors.As(err, &expression):
		if expression.Code == "" { // a script error of its own
			message = cmp.Or(expression.Name, "Error") + ": " + expression.Message
			return message, []any{"stack", message}
		}
		// The reference implementation throws plain objects, which read like this.
		return "[object Object]", []any{"code", expression.Code, "stack", "Error: " + expression.Message}
	case errors.As(err, &thrown):
		value = thrown.Value
	case errors.As(err, &object):
		value = object
	default:
		class := "Error"
		var named interface{ Name() string } // TypeError and the like of package msg
		if errors.As(err, &named) {
			class = named.Name()
		}
		message = class + ": " + err.Error()
		extra = []any{"stack", message}
		var coder Coder
		if errors.As(err, &coder) {
			extra = append([]any{"code", coder.ErrorCode()}, extra...)
		}
		return message, extra
	}
	for _, key := range []string{"code", "stack", "cause"} {
		if v := ownProperty(value, key); v != msg.Undefined {
			extra = append(extra, key, v)
		}
	}
	return msg.ToString(value), extra
}

func ownProperty(v any, key string) any {
	switch v := v.(type) {
	case *msg.Object:
		return v.Value(key)
	case *msg.Error:
		if key == "stack" {
			return v.Stack
		}
		return v.Props.Value(key)
	}
	return msg.Undefined
}
