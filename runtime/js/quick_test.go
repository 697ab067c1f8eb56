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

func TestAFunctionOfAnotherBodyMayKeepWhatItIsGiven(t *testing.T) {
	b := newBench(t)
	keeper := b.compile(Source{Body: `list = list || []; if (msg.show) return {payload: list}; global.set("keep", x => { list.push(x) }); msg.keep = x => { list.push(x) }; return msg`})
	c := b.call(keeper, `{}`)
	for _, body := range []string{
		`global.get("keep")({a: 1, b: {c: msg.n}, d: msg.p}); msg.payload = {e: 1}; global.get("keep")(msg.payload); msg.payload.f = 2; return msg`,
		`msg.keep({g: 1, ["h" + msg.n]: [msg.n]}); return msg`,
	} {
		in := parse(t, `{"n":5,"p":{"q":1}}`)
		in.Set("keep", c.sent[0][0][0].Value("keep"))
		b.compile(Source{Body: body}).Run(newCall(b), in)
	}
	want := `sent {"payload":[{"a":1,"b":{"c":5},"d":{"q":1}},{"e":1,"f":2},{"g":1,"h5":[5]}],"_msgid":"1"}; done`
	if got := b.call(keeper, `{"show":1,"_msgid":"1"}`).String(); got != want {
		t.Errorf("got %s\nwant %s", got, want)
	}
}
