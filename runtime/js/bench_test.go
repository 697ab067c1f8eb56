package js

import (
	"fmt"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"sluice/runtime/msg"
)

// sink is a call that drops what it is given.
type sink struct{}

func (sink) Send([][]*msg.Object)   {}
func (sink) Error(any, *msg.Object) {}
func (sink) Done(err error) {
	if err != nil {
		panic(err)
	}
}
func (sink) Hold() Hold                                                            { return noHold{} }
func (sink) LinkCall(string, *msg.Object, time.Duration, func(*msg.Object, error)) {}

// order is the 2 kB body of the pipeline benchmark.
func order(items int) string {
	var b strings.Builder
	b.WriteString(`{"_msgid":"1","payload":{"kind":"order","id":"ord-000123","customer":{"name":"Ada Lovelace","address":{"city":"London"}},"items":[`)
	for i := range items {
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, `{"sku":"SKU-%d","title":"Item number %d","qty":%d,"price":%g,"tags":["a%d","b%d"],"inStock":%v}`,
			1000+i, i, i%5+1, 2.5+float64(i), i, i, i%3 != 0)
	}
	b.WriteString(`]},"req":{"query":{"name":"ada"}}}`)
	return b.String()
}

const loopBody = `
var items = msg.payload.items, total = 0, skus = [];
for (var i = 0; i < items.length; i++) {
  items[i].line = items[i].qty * items[i].price;
  total += items[i].line;
  if (items[i].inStock) skus.push(items[i].sku);
}
msg.payload.total = Math.round(total * 100) / 100;
msg.payload.skus = skus.join(',');
return msg;`

func BenchmarkBody(b *testing.B) {
	for _, bc := range []struct{ name, body string }{
		{"touches nothing", `return msg;`},
		{"nested write", `msg.payload.items[10].touched = true; return msg;`},
		{"loop over all items", loopBody},
		{"new payload", `msg.payload = { id: msg.payload.id, list: [1,2,3,4], sub: {a: 1, b: "x", c: [{d: 1}]} }; return msg;`},
		{"counter", "var n = (flow.get(\"count\") || 0) + 1;\nflow.set(\"count\", n);\nmsg.payload = String(n);\nreturn msg;"},
		{"function scenario", "var name = msg.req.query.name || \"world\";\nmsg.payload = { hello: name.toUpperCase(), n: name.length, at: [1, 2, 3].map(function (x) { return x * 2; }) };\nreturn msg;"},
		{"await", `await 1; return msg;`},
		{"node.send", `node.send(msg);`},
		{"JSON", `msg.payload = JSON.parse(JSON.stringify(msg.payload)); return msg;`},
	} {
		b.Run(bc.name, func(b *testing.B) {
			bench := newBench(b)
			f := bench.compile(Source{Body: bc.body})
			in := parse(b, order(17))
			payload := in.Value(msg.PayloadKey)
			b.ReportAllocs()
			for b.Loop() {
				in.Set(msg.PayloadKey, payload)
				f.Run(sink{}, in)
			}
		})
	}
}

func BenchmarkCompile(b *testing.B) {
	bench := newBench(b)
	for b.Loop() {
		if _, err := bench.e.Compile(Source{Node: bench, Body: loopBody}); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkNewVM(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		newVM(&Options{}, new(sync.Mutex), new(atomic.Bool))
	}
}

// BenchmarkFunctions tells what a function node costs in memory (B/op).
func BenchmarkFunctions(b *testing.B) {
	bench := newBench(b)
	b.ReportAllocs()
	var keep []*Function
	for b.Loop() {
		f, err := bench.e.Compile(Source{Node: bench, Body: "msg.payload.c = msg.payload.b.length + 1;\nreturn msg;"})
		if err != nil {
			b.Fatal(err)
		}
		keep = append(keep, f)
	}
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	b.ReportMetric(float64(m.HeapAlloc)/float64(len(keep)), "live-B/node")
}
