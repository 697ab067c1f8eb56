package jsonata

import (
	"errors"
	"testing"

	"sluice/runtime/msg"
)

type testEnv struct{}

func (testEnv) FlowContext(key, store string) (any, error) {
	if key == "broken" {
		return nil, errors.New("store is gone")
	}
	return "flow " + key + " " + store, nil
}
func (testEnv) GlobalContext(key, store string) (any, error) {
	return "global " + key + " " + store, nil
}
func (testEnv) Env(name string) any {
	if name == "HOME" {
		return "/home"
	}
	return msg.Undefined
}

func TestPrepare(t *testing.T) {
	message := func() *msg.Object {
		return msg.NewObject(
			"topic", "t", "payload", msg.NewObject("temp", 21.5, "constructor", "own"),
			"buf", &msg.Buffer{B: []byte("abc")}, "at", &msg.Date{Ms: 1520000000123},
			"req", msg.NewObject("url", "/x"), "list", msg.NewArray(1.0, 2.0),
		)
	}
	for _, tc := range []struct{ name, expr, want string }{
		{"message is the context", `topic`, `"t"`},
		{"old style names the message", `msg.payload.temp`, `21.5`},
		{"old style, the message itself", `msg.list`, `[1,2]`},
		{"old style, into an array", `msg.list.x`, `undefined`},
		{"old style has no other names", `[msg.topic, topic]`, `["t"]`},
		{"msg within a word is no message", `topic & "msgs"`, `"tmsgs"`},
		{"msg in quotes is no message", `topic & 'msg'`, `"tmsg"`},
		{"msg behind a dot is no message", `nothing.msg ? 1 : topic`, `"t"`},
		{"flow context", `$flowContext("a", "file")`, `"flow a file"`},
		{"flow context, default store", `$flowContext("a")`, `"flow a "`},
		{"flow context fails", `$flowContext("broken")`, `store is gone`},
		{"global context", `$globalContext("b")`, `"global b "`},
		{"environment", `$env("HOME")`, `"/home"`},
		{"environment without the variable", `$env("NOPE")`, `""`},
		{"clone keeps buffers", `$type($clone($).buf) & $clone($).buf.length`, `"object3"`},
		{"inherited length", `buf.length`, `3`},
		{"inherited methods", `payload.toString()`, `"[object Object]"`},
		{"methods of buffers", `buf.toString("hex")`, `"616263"`},
		{"methods of dates", `at.getTime()`, `1520000000123`},
		{"parts of dates", `at.getUTCFullYear() & at.getUTCMonth()`, `"20182"`},
		{"iso date", `at.toISOString()`, `"2018-03-02T14:13:20.123Z"`},
		{"blocked names", `payload.constructor`, `undefined`},
		{"blocked names within", `[payload.constructor, payload.temp]`, `[21.5]`},
		{"blocked names behind a step", `$.payload.constructor`, `undefined`},
		{"arrays have no length", `list.length`, `undefined`},
		{"transform uses Node-RED's clone", `($ ~> |payload|{"temp": 1}|).buf.length`, `3`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			x, err := Prepare(tc.expr, testEnv{})
			if err != nil {
				t.Fatal(err)
			}
			v, err := x.Eval(t.Context(), message(), nil)
			got := show(v)
			if err != nil {
				got = err.Error()
			}
			if got != tc.want {
				t.Errorf("got %s, want %s", got, tc.want)
			}
		})
	}
}

func TestPrepareWithoutEnvironment(t *testing.T) {
	for _, expr := range []string{`$flowContext("a")`, `$globalContext("a")`, `$env("HOME")`} {
		x, err := Prepare(expr, nil)
		if err != nil {
			t.Fatal(err)
		}
		if v, err := x.Eval(t.Context(), &msg.Object{}, nil); v != "" || err != nil {
			t.Errorf("%s: got %v, %v", expr, v, err)
		}
	}
}
