package jsonata

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/dop251/goja"

	"sluice/runtime/msg"
)

// benchCases are the expressions that testdata/bench.mjs times on V8 too.
func benchCases(b *testing.B) []*msg.Object {
	text, err := os.ReadFile(filepath.Join("testdata", "bench.json"))
	if err != nil {
		b.Fatal(err)
	}
	v, err := msg.Parse(string(text))
	if err != nil {
		b.Fatal(err)
	}
	var out []*msg.Object
	for _, c := range v.(*msg.Array).All() {
		out = append(out, c.(*msg.Object))
	}
	return out
}

func BenchmarkEval(b *testing.B) {
	for _, c := range benchCases(b) {
		b.Run(c.String("name"), func(b *testing.B) {
			x, err := Compile(c.String("expr"))
			if err != nil {
				b.Fatal(err)
			}
			input := c.Value("input")
			b.ReportAllocs()
			for b.Loop() {
				if _, err := x.Eval(b.Context(), input, nil); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkCompile(b *testing.B) {
	for _, c := range benchCases(b) {
		b.Run(c.String("name"), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := Compile(c.String("expr")); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkGoja runs the file that JSONATA_JS names, npm's jsonata.js, on goja.
func BenchmarkGoja(b *testing.B) {
	file := os.Getenv("JSONATA_JS")
	if file == "" {
		b.Skip("JSONATA_JS is not set")
	}
	source, err := os.ReadFile(file)
	if err != nil {
		b.Fatal(err)
	}
	for _, c := range benchCases(b) {
		b.Run(c.String("name"), func(b *testing.B) {
			vm := goja.New()
			input, _, err := msg.Stringify(c.Value("input"), "")
			if err != nil {
				b.Fatal(err)
			}
			vm.Set("text", c.String("expr"))
			vm.Set("input", input)
			must := func(script string) goja.Value {
				v, err := vm.RunString(script)
				if err != nil {
					b.Fatal(err)
				}
				return v
			}
			must("var module = {exports: {}}, exports = module.exports;")
			must(string(source))
			must("var compiled = module.exports(text); input = JSON.parse(input);")
			run, _ := goja.AssertFunction(must("() => compiled.evaluate(input)"))
			for b.Loop() {
				v, err := run(goja.Undefined())
				if err != nil {
					b.Fatal(err)
				}
				if p := v.Export().(*goja.Promise); p.State() != goja.PromiseStateFulfilled {
					b.Fatal(p.Result())
				}
			}
		})
	}
}
