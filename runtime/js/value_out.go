package js

import (
	"math/big"
	"reflect"
	"strings"
	"time"

	"github.com/dop251/goja"

	"sluice/runtime/msg"
)

// exporter makes Go values of JavaScript ones. One exporter keeps shared
// references shared and cycles cycles.
type exporter struct {
	vm    *vm
	few   []exported           // what it has made, the latest last
	memo  map[*goja.Object]any // of what is beyond few
	undo  []func()             // non-nil: how to give the containers their native objects back
	depth int
	copy  bool // copy the containers behind views, too
	keep  bool // leave the containers behind views as they are: whoever asks copies or only reads
	odd   bool // has met what JSON needs goja for: toJSON methods, instances of classes
}

// maxDepth bounds how deep native objects may nest when they leave the VM.
const maxDepth = 10000

func (v *vm) toGo(x goja.Value) any {
	if g, ok := v.primitive(x); ok {
		return g
	}
	return (&exporter{vm: v}).value(x)
}

// primitive makes Go values of the commonest values that are no objects.
func (v *vm) primitive(x goja.Value) (g any, ok bool) {
	switch x := x.(type) {
	case *goja.Object:
		return nil, false
	case goja.String:
		return text(x), true
	}
	switch {
	case goja.IsNumber(x):
		return msg.Number(x.ToFloat()), true
	case x == v.t:
		return true, true
	case x == v.f:
		return false, true
	case x == v.null:
		return nil, true
	}
	return nil, false
}

func (x *exporter) value(val goja.Value) any {
	switch val := val.(type) {
	case nil:
		return msg.Undefined
	case *goja.Object:
		return x.object(val)
	case goja.String:
		return text(val)
	case *goja.Symbol:
		return msg.Symbol{Text: symbolText(val), Key: val}
	}
	switch {
	case val == x.vm.undef:
		return msg.Undefined
	case val == x.vm.null:
		return nil
	case goja.IsNumber(val):
		return msg.Number(val.ToFloat())
	case goja.IsBigInt(val):
		return &msg.BigInt{Int: val.Export().(*big.Int)}
	}
	return val.ToBoolean()
}

func symbolText(s *goja.Symbol) string { return "Symbol(" + s.String() + ")" }

// text keeps lone surrogates, which goja's own conversion replaces.
func text(s goja.Value) string {
	t := s.String()
	if u, ok := s.(goja.String); ok && strings.Contains(t, "\uFFFD") {
		units := make([]uint16, u.Length())
		for i := range units {
			units[i] = u.CharAt(i)
		}
		return msg.FromUTF16(units)
	}
	return t
}

func (x *exporter) object(o *goja.Object) any {
	v := x.vm
	switch t := o.ExportType(); t {
	case typeObjectView:
		w := o.Export().(*objectView)
		return x.owned(w.s, w.o)
	case typeArrayView:
		w := o.Export().(*arrayView)
		return x.owned(w.s, w.a)
	case typeHostView:
		return o.Export().(*hostView).h
	case typeNodeView:
		return x.foreign(o)
	}
	if r, ok := x.made(o); ok {
		return r
	}
	switch o.ClassName() {
	case "Array":
		return x.array(o)
	case "Object", "Arguments":
		switch p := o.Prototype(); {
		case p == nil || p == v.objectProto:
			return x.plain(o)
		default:
			if b, ok := v.bytes(o); ok {
				return b
			}
		}
	case "Date":
		return &msg.Date{Ms: o.ToNumber().ToFloat()}
	case "RegExp":
		return &msg.RegExp{Source: text(o.Get("source")), Flags: text(o.Get("flags"))}
	case "Error":
		return x.error(o)
	case "Number", "Boolean", "String":
		return x.boxed(o)
	}
	return x.foreign(o)
}

// foreign is a value that stays JavaScript's. JSON shows the fields of instances of classes.
func (x *exporter) foreign(o *goja.Object) any {
	n := &native{vm: x.vm, obj: o, fn: isCallable(o), plain: msg.Undefined}
	if x.vm.index == mainVM {
		x.vm.foreigns.Store(true)
	}
	if x.vm.cur != nil {
		n.owner = x.vm.cur.fn
	}
	if n.fn {
		return n
	}
	x.odd = true
	if f := o.Get("toJSON"); f != nil && isCallable(f) {
		n.plain = x.value(x.vm.call(f, o))
	} else if o.ExportType() == typeObjectMap {
		n.plain = x.plain(o)
	} else {
		n.plain = new(msg.Object)
	}
	if r, ok := x.made(o); ok && r == n.plain {
		x.note(o, n)
	}
	return n
}

// owned returns the container of a view. One that belongs to a store, or to another event, leaves as a copy.
func (x *exporter) owned(s *session, c any) any {
	switch {
	case x.keep:
	case msg.Stored(c):
		x.vm.deep(func() { c = msg.CopyOut(c) })
	case x.copy, s != x.vm.cur:
		x.vm.deep(func() { c = msg.Clone(c) })
	}
	return c
}

func (x *exporter) enter(o *goja.Object, c any) {
	x.note(o, c)
	if x.depth++; x.depth > maxDepth {
		x.vm.throwf("RangeError", "Maximum call stack size exceeded")
	}
}

type exported struct {
	of *goja.Object
	c  any
}

// fewExported is up to how many a search beats a map.
const fewExported = 16

// made returns what has been made of an object.
func (x *exporter) made(o *goja.Object) (c any, ok bool) {
	for i := len(x.few) - 1; i >= 0; i-- {
		if x.few[i].of == o {
			return x.few[i].c, true
		}
	}
	c, ok = x.memo[o]
	return c, ok
}

func (x *exporter) note(o *goja.Object, c any) {
	for i := range x.few {
		if x.few[i].of == o {
			x.few[i].c = c
			return
		}
	}
	if len(x.few) < fewExported {
		x.few = append(x.few, exported{o, c})
		return
	}
	if x.memo == nil {
		x.memo = map[*goja.Object]any{}
	}
	x.memo[o] = c
}

func (x *exporter) plain(o *goja.Object) *msg.Object {
	r := new(msg.Object)
	x.enter(o, r)
	for _, k := range o.Keys() {
		val := o.Get(k)
		if k == "toJSON" && isCallable(val) {
			x.odd = true
		}
		r.Set(k, x.value(val))
	}
	x.depth--
	return r
}

func (x *exporter) array(o *goja.Object) *msg.Array {
	n := int(o.Get("length").ToInteger())
	if n > msg.MaxArrayLen {
		x.vm.throwf("RangeError", "Invalid array length")
	}
	elems := make([]any, n)
	r := msg.NewArray(elems...)
	x.enter(o, r)
	x.vm.each(o, func(i int, val goja.Value) {
		if i >= n {
			return
		}
		if g, ok := x.vm.primitive(val); ok {
			elems[i] = g
		} else {
			elems[i] = x.value(val)
		}
	})
	x.depth--
	return r
}

func (x *exporter) error(o *goja.Object) *msg.Error {
	e := &msg.Error{}
	x.enter(o, e)
	e.Name, e.Message = text(o.Get("name").ToString()), ""
	if m := o.Get("message"); m != nil {
		e.Message = v8Wording(text(m.ToString()))
	}
	if st := o.Get("stack"); st != nil {
		e.Stack = v8Stack(text(st.ToString()))
	}
	coded := false
	if rest, ok := strings.CutPrefix(e.Stack, e.Name+" ["); ok { // one of Node's own, see errorObject
		if code, _, ok := strings.Cut(rest, "]: "); ok && !strings.ContainsAny(code, " \n") {
			e.Name += " [" + code + "]"
			coded = true
		}
	}
	for _, k := range o.GetOwnPropertyNames() {
		switch {
		case k == "stack", k == "message", k == "name", k == "toString" && coded:
		default:
			if e.Props == nil {
				e.Props = new(msg.Object)
			}
			e.Props.Set(k, x.value(o.Get(k)))
		}
	}
	x.depth--
	return e
}

func (x *exporter) boxed(o *goja.Object) any {
	switch o.ClassName() {
	case "Number":
		return msg.Number(o.ToNumber().ToFloat())
	case "Boolean":
		b, _ := o.Export().(bool)
		return b
	}
	return text(o.ToString())
}

// bytes exports typed arrays, DataViews apart.
func (v *vm) bytes(o *goja.Object) (any, bool) {
	switch t := o.ExportType(); t {
	case reflect.TypeFor[[]byte]():
		b := o.Export().([]byte)
		if v.isBuffer(o) {
			return &msg.Buffer{B: b}, true
		}
		return &msg.TypedArray{Kind: kindOf(o), B: b}, true
	case reflect.TypeFor[goja.ArrayBuffer]():
		return &msg.TypedArray{Kind: "ArrayBuffer", B: o.Export().(goja.ArrayBuffer).Bytes()}, true
	case reflect.TypeFor[time.Time]():
		return nil, false
	}
	if t := o.ExportType(); t.Kind() == reflect.Slice {
		if ab := o.Get("buffer"); ab != nil {
			if whole, ok := ab.Export().(goja.ArrayBuffer); ok {
				at, n := o.Get("byteOffset").ToInteger(), o.Get("byteLength").ToInteger()
				return &msg.TypedArray{Kind: kindOf(o), B: whole.Bytes()[at : at+n]}, true
			}
		}
	}
	return nil, false
}

func kindOf(o *goja.Object) string {
	if k := o.GetSymbol(goja.SymToStringTag); k != nil {
		return k.String()
	}
	return "Uint8Array"
}
