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
func (sink) Status(any)             {}
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

// BenchmarkBody tells what a call costs that does little else than one thing.
func BenchmarkBody(b *testing.B) {
	for _, bc := range []struct{ name, body string }{
		{"touches nothing", `return msg;`},
		{"nested read", `msg.topic = msg.payload.customer.address.city; return msg;`},
		{"nested write", `msg.payload.items[10].touched = true; return msg;`},
		{"loop over all items", loopBody},
		{"new payload", `msg.payload = { id: msg.payload.id, list: [1,2,3,4], sub: {a: 1, b: "x", c: [{d: 1}]} }; return msg;`},
		{"counter", "var n = (flow.get(\"count\") || 0) + 1;\nflow.set(\"count\", n);\nmsg.payload = String(n);\nreturn msg;"},
		{"function scenario", "var name = msg.req.query.name || \"world\";\nmsg.payload = { hello: name.toUpperCase(), n: name.length, at: [1, 2, 3].map(function (x) { return x * 2; }) };\nreturn msg;"},
		{"await", `await 1; return msg;`},
		{"node.send", `node.send(msg);`},
		{"native array map", `msg.out = [1, 2, 3].map(function (x) { return x * 2; }); return msg;`},
		{"map of objects", `msg.out = msg.payload.items.map(i => ({ sku: i.sku, sum: i.qty * i.price })); return msg;`},
		{"JSON", `msg.out = JSON.parse(JSON.stringify(msg.payload)); return msg;`},
		{"JSON.parse", `msg.out = JSON.parse('{"a":[1,2,{"b":"text"}],"c":null}').a[2].b; return msg;`},
		{"JSON.stringify", `msg.out = JSON.stringify({ id: msg.payload.id, list: [1, 2], sub: msg.payload.customer }); return msg;`},
		{"Date", `msg.out = new Date(1700000000000).toISOString(); return msg;`},
		{"string building", `var s = ""; for (var i = 0; i < 20; i++) { s += "line " + i + "\n"; } msg.out = s; return msg;`},
		{"template literal", "msg.out = `${msg.payload.id}: ${msg.payload.customer.name} of ${msg.payload.customer.address.city}`; return msg;"},
		{"regular expression", `msg.out = /^(\w+)-(\d+)$/.exec(msg.payload.id)[2].replace(/^0+/, ""); return msg;`},
		{"Math", `msg.out = Math.max(1, Math.floor(Math.sqrt(msg.payload.items.length) * 10)); return msg;`},
		{"loop of arithmetic", `var s = 0; for (var k = 0; k < 8000; k++) { s += Math.floor(Math.sqrt(k) * 10) % 7; } msg.out = s; return msg;`},
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

// BenchmarkBridge tells what single operations between a body and its message
// cost: each body does one a thousand times.
func BenchmarkBridge(b *testing.B) {
	for _, bc := range []struct{ name, loop string }{
		{"nothing", ``},
		{"read a number", `p.n`},
		{"read a string", `p.s`},
		{"read a nested value", `p.o.a`},
		{"read an element", `p.l[3]`},
		{"read a length", `p.l.length`},
		{"write a number", `p.n = i`},
		{"write a string", `p.s = "x"`},
		{"write an element", `p.l[3] = i`},
		{"write a native object", `p.o2 = {a: 1}`},
		{"add a key and delete it", `p.k = 1; delete p.k`},
		{"call a native method", `p.s.trim()`},
		{"global function", `Math.floor(i)`},
	} {
		b.Run(bc.name, func(b *testing.B) {
			bench := newBench(b)
			f := bench.compile(Source{Body: "const p = msg.payload; for (let i = 0; i < 1000; i++) { " + bc.loop + " } return null"})
			in := parse(b, `{"payload":{"n":1234.5,"s":" abc ","o":{"a":1},"l":[1,2,3,4,5]}}`)
			b.ReportAllocs()
			for b.Loop() {
				f.Run(sink{}, in)
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/1000, "ns/operation")
		})
	}
	for _, bc := range []struct{ name, body string }{
		{"map and join 1000", `return {payload: msg.payload.l.map(x => x * 2).join()}`},
		{"join 1000", `msg.payload = msg.payload.l.join(); return null`},
		{"filter 1000 objects", `return {payload: msg.payload.o.filter(o => o.ok).length}`},
		{"sort 1000 objects", `msg.payload.o.slice().sort((a, b) => b.n - a.n); return null`},
		{"for of 1000 objects", `let n = 0; for (const o of msg.payload.o) n += o.n; return {payload: n}`},
		{"spread", `return {payload: {...msg.payload.o[0], x: 1}}`},
	} {
		b.Run(bc.name, func(b *testing.B) {
			bench := newBench(b)
			f := bench.compile(Source{Body: bc.body})
			var l, o strings.Builder
			for i := range 1000 {
				fmt.Fprintf(&l, ",%d", i)
				fmt.Fprintf(&o, `,{"n":%d,"ok":%v}`, i*7919%1000, i%2 == 0)
			}
			in := parse(b, `{"payload":{"l":[`+l.String()[1:]+`],"o":[`+o.String()[1:]+`]}}`)
			payload := in.Value(msg.PayloadKey)
			b.ReportAllocs()
			for b.Loop() {
				in.Set(msg.PayloadKey, payload)
				f.Run(sink{}, in)
			}
		})
	}
}
