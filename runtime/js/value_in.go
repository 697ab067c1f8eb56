package js

import (
	"math"
	"math/big"
	"strings"

	"github.com/dop251/goja"

	"sluice/runtime/msg"
)

// small are the numbers that messages hold most. Numbers belong to no VM.
var small = func() (n [256]goja.Value) {
	rt := goja.New()
	for i := range n {
		n[i] = rt.ToValue(i)
	}
	return n
}()

// toJS returns the JavaScript value for a value of a message. Containers and
// host objects become views; dates, buffers, errors and patterns become
// natives of their own, which is why a slot is read through slot.
func (v *vm) toJS(value any) goja.Value {
	switch x := value.(type) {
	case nil:
		return v.null
	case string:
		if mayHaveSurrogates(x) {
			return v.str(x)
		}
		return v.rt.ToValue(value) // as it is: a string made an any anew is an allocation
	case float64:
		if n := int(x); float64(n) == x && n >= 0 && n < len(small) && (n != 0 || !math.Signbit(x)) {
			return small[n]
		}
		return v.rt.ToValue(value)
	case bool:
		if x {
			return v.t
		}
		return v.f
	case *msg.Object:
		return v.objectView(x)
	case *msg.Array:
		return v.arrayView(x)
	case *native:
		if x.vm == v {
			return x.obj
		}
		return v.fromPool(x)
	case *msg.Func:
		return v.cur.view(x, func() *goja.Object { return v.funcObject(x) })
	case msg.Host:
		return v.cur.view(x, func() *goja.Object { return v.rt.NewDynamicObject(&hostView{v, x}) })
	case *msg.Buffer:
		return v.cur.view(x, func() *goja.Object { return v.newBuffer(x.B) }) // msg.payload === msg.req.body
	case *msg.Date:
		return v.construct("Date", v.rt.ToValue(x.Ms))
	case *msg.BigInt:
		return v.rt.ToValue(new(big.Int).Set(x.Int))
	case *msg.RegExp:
		return v.newRegExp(v.str(x.Source), v.str(x.Flags))
	case *msg.Error:
		return v.errorObject(x)
	case *msg.TypedArray:
		return v.typedArray(x)
	case msg.Symbol:
		if s, ok := x.Key.(*goja.Symbol); ok { // symbols belong to no VM
			return s
		}
	}
	return v.undef
}

// slot is toJS for a value in a container. holds is true if the value became a
// native object that the slot must hold from now on: the body can change it.
func (v *vm) slot(x any) (val goja.Value, holds bool) {
	switch x := x.(type) {
	case *msg.Object:
		return v.objectView(x), false
	case *msg.Array:
		return v.arrayView(x), false
	case *msg.Buffer, *msg.Date, *msg.RegExp, *msg.Error, *msg.TypedArray:
		return v.toJS(x), true
	case *native:
		return v.toJS(x), x.vm == v && !x.fn && x.plain != nil
	}
	return v.toJS(x), false
}

// mayHaveSurrogates tells whether a text may hold lone surrogates, for which WTF-8 has three bytes that start with 0xED.
func mayHaveSurrogates(s string) bool { return strings.IndexByte(s, 0xED) >= 0 }

// str makes a string.
func (v *vm) str(s string) goja.Value {
	for i := 0; ; {
		j := strings.IndexByte(s[i:], 0xED)
		if j < 0 {
			return v.rt.ToValue(s)
		}
		if i += j + 1; i < len(s) && s[i] >= 0xA0 {
			return goja.StringFromUTF16(msg.ToUTF16(s))
		}
	}
}

func (v *vm) construct(class string, args ...goja.Value) *goja.Object {
	o, err := v.rt.New(v.class(class), args...)
	if err != nil {
		panic(err)
	}
	return o
}

// errorObject makes an error. A name with a code, as in "TypeError [ERR_X]", is of
// Node's own errors: their name is the class alone, and String(err) shows the code.
func (v *vm) errorObject(e *msg.Error) *goja.Object {
	class := "Error"
	name, _, coded := strings.Cut(e.Name, " [")
	switch name {
	case "TypeError", "RangeError", "SyntaxError", "ReferenceError", "EvalError", "URIError":
		class = name
	}
	o := v.construct(class, v.str(e.Message))
	if class != name && name != "" {
		o.DefineDataProperty("name", v.str(name), goja.FLAG_TRUE, goja.FLAG_TRUE, goja.FLAG_FALSE)
	}
	if coded {
		shown := v.str(e.Error())
		o.DefineDataProperty("toString", v.rt.ToValue(func(goja.FunctionCall) goja.Value { return shown }), goja.FLAG_TRUE, goja.FLAG_TRUE, goja.FLAG_FALSE)
	}
	if e.Stack != "" {
		o.DefineDataProperty("stack", v.str(e.Stack), goja.FLAG_TRUE, goja.FLAG_TRUE, goja.FLAG_FALSE)
	}
	for k, p := range e.Props.All() {
		o.DefineDataProperty(k, v.toJS(p), goja.FLAG_TRUE, goja.FLAG_TRUE, goja.ToFlag(k != "cause"))
	}
	return o
}

func (v *vm) typedArray(t *msg.TypedArray) goja.Value {
	buf := v.rt.ToValue(v.rt.NewArrayBuffer(t.B))
	if t.Kind == "ArrayBuffer" {
		return buf
	}
	return v.construct(t.Kind, buf)
}

// funcObject makes a function of a Go one.
func (v *vm) funcObject(f *msg.Func) *goja.Object {
	o := v.rt.ToValue(func(c goja.FunctionCall) goja.Value { return v.callGo(f, c) }).(*goja.Object)
	o.DefineDataProperty("name", v.str(f.Name), goja.FLAG_FALSE, goja.FLAG_TRUE, goja.FLAG_FALSE)
	return o
}
