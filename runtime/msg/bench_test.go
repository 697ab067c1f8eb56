package msg

import (
	"fmt"
	"strings"
	"testing"
)

// orders is a document of items as a shop's order has them: 950 are about 100 kB.
func orders(items int) string {
	var b strings.Builder
	b.WriteString(`{"id":"A-1","items":[`)
	for i := range items {
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, `{"sku":"SKU-%05d","title":"Item number %d","qty":%d,"price":%d.%02d,"tags":["red","sale"],"inStock":%t}`,
			i, i, i%7, i%100, i%97, i%3 == 0)
	}
	b.WriteString(`]}`)
	return b.String()
}

func BenchmarkParse(b *testing.B) {
	for _, tc := range []struct{ name, text string }{
		{"small", `{"id":"A-1","n":17,"tags":["red","sale"],"customer":{"name":"Ada"}}`},
		{"order", orders(17)},
		{"orders", orders(950)},
	} {
		b.Run(tc.name, func(b *testing.B) {
			b.SetBytes(int64(len(tc.text)))
			b.ReportAllocs()
			for b.Loop() {
				if _, err := Parse(tc.text); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkAppendJSON(b *testing.B) {
	v, err := Parse(orders(950))
	if err != nil {
		b.Fatal(err)
	}
	var buf []byte
	b.ReportAllocs()
	for b.Loop() {
		if buf, err = AppendJSON(buf[:0], v); err != nil {
			b.Fatal(err)
		}
	}
	b.SetBytes(int64(len(buf)))
}

func BenchmarkCopy(b *testing.B) {
	large, err := Parse(orders(950))
	if err != nil {
		b.Fatal(err)
	}
	small := NewObject("_msgid", "0123456789abcdef", "topic", "t", "payload", NewObject("a", 1.0, "b", NewArray("x", "y")))
	for _, tc := range []struct {
		name string
		copy func()
	}{
		{"message", func() { CloneMessage(small) }},
		{"orders", func() { Clone(large) }},
		{"orders into a store", func() { CopyIn(large) }},
	} {
		b.Run(tc.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				tc.copy()
			}
		})
	}
}

func BenchmarkPath(b *testing.B) {
	m := NewObject("_msgid", "0123456789abcdef", "topic", "t", "payload", NewObject("a", 1.0))
	p := MustPath("payload.a")
	b.Run("get", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if v, err := p.Get(m); v != 1.0 || err != nil {
				b.Fatal(v, err)
			}
		}
	})
	v := Number(1)
	b.Run("set", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if ok, err := p.Set(m, v, true); !ok || err != nil {
				b.Fatal(ok, err)
			}
		}
	})
}
