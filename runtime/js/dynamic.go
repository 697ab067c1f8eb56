package js

import (
	"reflect"
	"strings"

	"github.com/dop251/goja"
	"github.com/dop251/goja/parser"
)

// Texts that bodies have compiled, by eval and by the constructors of functions,
// are looked at before goja parses them, see nesting.go. Nothing that goja exports
// comes between the two: the constructors' Go functions are replaced in place, so
// that they stay the objects they are, and direct eval keeps its scope.

var constructors = goja.MustCompile(preludeName+"constructors", "[Function, (function*(){}).constructor, (async()=>{}).constructor]", true)

// heads begin the functions that they make.
var heads = [...]string{"(function(", "(function*(", "(async function("}

// installDynamic bounds the nesting of texts that are compiled in the VM.
func (v *vm) installDynamic() {
	list, err := v.rt.RunProgram(constructors)
	if err != nil {
		panic(err)
	}
	for i := range 3 {
		v.boundConstructor(list.(*goja.Object).Get(string(rune('0'+i))).(*goja.Object), heads[i])
	}
	eval := v.rt.GlobalObject().Get("eval").(*goja.Object)
	f := nativeField(eval, "f").Addr().Interface().(*func(goja.FunctionCall) goja.Value)
	indirect := *f
	*f = func(c goja.FunctionCall) goja.Value {
		if text, ok := c.Argument(0).(goja.String); ok {
			v.bounded(text.String())
		}
		return indirect(c)
	}
	stack, sp, sb := vmField(v.rt, "stack"), vmField(v.rt, "sp"), vmField(v.rt, "sb")
	// An option is applied before each parsing. In a direct eval its text lies on the stack behind the function.
	beforeParsing := func([]reflect.Value) []reflect.Value {
		s := stack.Convert(reflect.TypeFor[[]goja.Value]()).Interface().([]goja.Value)
		for i := int(sp.Int()) - 2; i >= 0 && i >= int(sb.Int()); i-- {
			if s[i] != goja.Value(eval) {
				continue
			}
			if text, ok := s[i+1].(goja.String); ok {
				v.bounded(text.String())
			}
			break
		}
		return nil
	}
	v.rt.SetParserOptions(parser.WithDisableSourceMaps,
		reflect.MakeFunc(reflect.TypeFor[parser.Option](), beforeParsing).Interface().(parser.Option))
}

func (v *vm) boundConstructor(o *goja.Object, head string) {
	construct := nativeField(o, "construct").Addr().Interface().(*func([]goja.Value, *goja.Object) *goja.Object)
	f := nativeField(o, "f").Addr().Interface().(*func(goja.FunctionCall) goja.Value)
	native, called := *construct, *f
	*construct = func(args []goja.Value, target *goja.Object) *goja.Object {
		return native(v.boundedAll(head, args), target)
	}
	*f = func(c goja.FunctionCall) goja.Value {
		c.Arguments = v.boundedAll(head, c.Arguments)
		return called(c)
	}
}

// boundedAll returns the texts of a function's parameters and body, which nest no deeper than they may.
func (v *vm) boundedAll(head string, args []goja.Value) []goja.Value {
	texts := make([]goja.Value, len(args))
	var whole strings.Builder
	whole.WriteString(head)
	for i, a := range args {
		if texts[i] = a.ToString(); i == len(args)-1 {
			whole.WriteString("\n){\n")
		} else if i > 0 {
			whole.WriteByte(',')
		}
		whole.WriteString(texts[i].String())
	}
	whole.WriteString("\n})")
	v.bounded(whole.String())
	return texts
}

func (v *vm) bounded(text string) {
	if checkNesting(text) != nil {
		v.tooDeep(goja.FunctionCall{})
	}
	if err := checkConstants(text); err != nil {
		v.throwf("SyntaxError", "%s", err.Error())
	}
}

// nativeField is a field of goja's for functions that are written in Go.
func nativeField(o *goja.Object, name string) reflect.Value {
	return settable(reflect.ValueOf(o).Elem().FieldByName("self").Elem().Elem().FieldByName(name))
}
