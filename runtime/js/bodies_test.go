package js

import (
	"os"
	"testing"

	"sluice/runtime/msg"
)

// typicalBody is one of testdata/bodies.json: what function nodes of published
// flows do, told anew. testdata/bodies.mjs times the same in Node.
type typicalBody struct {
	name, body string
	msg        *msg.Object
	global     *msg.Object
}

func typicalBodies(t testing.TB) (list []typicalBody) {
	t.Helper()
	text, err := os.ReadFile("testdata/bodies.json")
	if err != nil {
		t.Fatal(err)
	}
	all, err := msg.Parse(string(text))
	if err != nil {
		t.Fatal(err)
	}
	for _, x := range all.(*msg.Array).All() {
		o := x.(*msg.Object)
		b := typicalBody{name: o.String("name"), body: o.String("body"), msg: o.Value("msg").(*msg.Object)}
		b.global, _ = o.Value("global").(*msg.Object)
		list = append(list, b)
	}
	return list
}

func (tb *typicalBody) compile(b *bench) *Function {
	for k, x := range tb.global.All() {
		b.stores["global"].Set(k, msg.CopyIn(x))
	}
	return b.compile(Source{Body: tb.body})
}

func TestTypicalBodiesSend(t *testing.T) {
	for _, tb := range typicalBodies(t) {
		t.Run(tb.name, func(t *testing.T) {
			b := newBench(t)
			c := newCall(b)
			tb.compile(b).Run(c, tb.msg)
			if c.drain(); len(c.sent) != 1 || len(c.errors) > 0 || len(c.dones) != 1 || c.dones[0] != nil {
				t.Errorf("got %s", c)
			}
		})
	}
}

func BenchmarkBodies(b *testing.B) {
	for _, tb := range typicalBodies(b) {
		b.Run(tb.name, func(b *testing.B) {
			bench := newBench(b)
			f := tb.compile(bench)
			bench.quiet = true
			in := msg.Clone(tb.msg).(*msg.Object)
			b.ReportAllocs()
			for b.Loop() {
				for k, x := range tb.msg.All() { // what the last call has changed
					in.Set(k, x)
				}
				f.Run(sink{}, in)
			}
		})
	}
}
