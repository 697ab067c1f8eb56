package js

import (
	"embed"
	"sync"

	"github.com/dop251/goja"

	"sluice/runtime/msg"
)

// preludeName marks stack frames of the JavaScript that this package brings.
const preludeName = "sluice:"

// The files of prelude are what is said most simply in JavaScript. Each is a
// function of the Go functions it needs; it is compiled once and run in a VM
// when a body first names what it makes.

//go:embed prelude/*.js
var preludeFiles embed.FS

var preludePrograms sync.Map // name → *goja.Program

func preludeProgram(name string) *goja.Program {
	if p, ok := preludePrograms.Load(name); ok {
		return p.(*goja.Program)
	}
	text, err := preludeFiles.ReadFile("prelude/" + name + ".js")
	if err != nil {
		panic(err)
	}
	p := goja.MustCompile(preludeName+name, string(text), true)
	preludePrograms.Store(name, p)
	return p
}

// host is the Go side of a prelude file.
type host map[string]func(goja.FunctionCall) goja.Value

// prelude returns what a file makes, which it makes once in a VM.
func (v *vm) prelude(name string) *goja.Object {
	if o := v.preludes[name]; o != nil {
		return o
	}
	if v.preludes == nil {
		v.preludes = map[string]*goja.Object{}
	}
	if name == "url" || name == "redutil" {
		v.provide([]string{needMissing})
	}
	f, err := v.rt.RunProgram(preludeProgram(name))
	if err != nil {
		panic(err)
	}
	o := v.rt.NewObject()
	for n, h := range v.hosts(name) {
		o.Set(n, h)
	}
	if name == "bounds" {
		o.Set("max", msg.MaxArrayLen)
		o.Set("bytes", maxBuffer)
	}
	r := v.call(f, v.undef, o).(*goja.Object)
	v.preludes[name] = r
	return r
}
