package runtime_test

import (
	"testing"

	"sluice/flows"
	"sluice/runtime"
	"sluice/runtime/msg"
)

// BenchmarkHop is what five nodes in a row cost one event.
func BenchmarkHop(b *testing.B) {
	types := []runtime.Type{
		{Name: "in", New: func() runtime.Node { return &inNode{} }},
		{Name: "pass", Parallel: true, New: func() runtime.Node { return &passNode{} }},
	}
	e, err := runtime.New(runtime.Options{Types: types})
	if err != nil {
		b.Fatal(err)
	}
	defer e.Close(b.Context())
	file, err := flows.Parse([]byte(`[` + tab + `
		{"id":"in","type":"in","z":"t","x":1,"y":1,"wires":[["a"]]},
		{"id":"a","type":"pass","z":"t","x":1,"y":1,"wires":[["b"]]},
		{"id":"b","type":"pass","z":"t","x":1,"y":1,"wires":[["c"]]},
		{"id":"c","type":"pass","z":"t","x":1,"y":1,"wires":[["d"]]},
		{"id":"d","type":"pass","z":"t","x":1,"y":1,"wires":[["e"]]},
		{"id":"e","type":"pass","z":"t","x":1,"y":1,"wires":[]}]`))
	if err != nil {
		b.Fatal(err)
	}
	e.Deploy(b.Context(), file, flows.Full)
	in, _ := e.Flows().ByID("in")
	m := msg.NewObject(msg.ID, "1")
	b.ReportAllocs()
	for b.Loop() {
		in.Emit(func(d *runtime.Delivery) error { return d.Send(m) })
	}
}
