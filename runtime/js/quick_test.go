package js

import (
	"runtime"
	"testing"
	"weak"

	"sluice/runtime/msg"
)

func TestNoVMKeepsAMessage(t *testing.T) {
	for _, body := range []string{
		`return msg`,
		`const l = msg.payload.l; for (let i = 0; i < l.length; i++) l[i].n++; msg.payload = {l}; return null`,
		`return {payload: msg.payload.l.map(o => ({n: o.n, o}))}`,
		`flow.set("n", (flow.get("n") || 0) + msg.payload.l.length); return msg`,
		`throw new Error(msg.payload.l.length)`,
	} {
		b := newBench(t)
		f := b.compile(Source{Body: body})
		if !f.c.quiet {
			t.Errorf("%s is not quiet", body)
		}
		run := func() (weak.Pointer[msg.Object], weak.Pointer[msg.Array]) {
			m := parse(t, `{"payload":{"l":[{"n":1},{"n":2},{"n":3}]}}`)
			l := m.Value(msg.PayloadKey).(*msg.Object).Value("l").(*msg.Array)
			b.call(f, `{"payload":{"l":[]}}`)
			f.Run(forgetful{}, m)
			return weak.Make(m), weak.Make(l)
		}
		m, l := run()
		runtime.GC()
		if m.Value() != nil || l.Value() != nil {
			t.Errorf("%s: something of the message is kept", body)
		}
	}
}

// forgetful is a call that drops what it is given, errors too.
type forgetful struct{ sink }

func (forgetful) Done(error) {}
