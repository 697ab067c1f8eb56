package direct

import (
	"bytes"
	"regexp"
	"strings"

	"github.com/dop251/goja/ast"

	"sluice/runtime/msg"
)

// utilFunctions are those of RED.util (@node-red/util/lib/util.js).
var utilFunctions = map[string]static{
	"cloneMessage":       cloneMessage,
	"generateId":         func(*run, []value) value { return text(msg.NewID()) },
	"getMessageProperty": func(r *run, args []value) value { return r.getPath(args, "msg.") },
	"getObjectProperty":  func(r *run, args []value) value { return r.getPath(args, "") },
	"setMessageProperty": func(r *run, args []value) value { return r.setPath(args, "msg.") },
	"setObjectProperty":  func(r *run, args []value) value { return r.setPath(args, "") },
	"compareObjects": func(r *run, args []value) value {
		return boolean(r.alike(arg(args, 0), arg(args, 1), 0))
	},
	"ensureString": func(r *run, args []value) value {
		switch v := arg(args, 0); v.any.(type) {
		case *msg.Buffer:
			return bufferText(r, v, nil)
		case *msg.Object, *msg.Array, *msg.Date, nil:
			return r.json(r.loose(v), "")
		default:
			if !v.isPrimitive() {
				bailout("the text of a special object")
			}
			return text(r.toText(v))
		}
	},
}

// util compiles calls of RED.util.
func (c *compiler) util(callee *ast.DotExpression, name string, list []ast.Expression) expr {
	dot, ok := callee.Left.(*ast.DotExpression)
	if !ok {
		return nil
	}
	id, ok := dot.Left.(*ast.Identifier)
	if !ok || !c.free(id.Name) || id.Name != "RED" || dot.Identifier.Name != "util" {
		return nil
	}
	f := utilFunctions[name]
	if f == nil {
		refuse("it calls RED.util.%s", name)
	}
	return c.callStatic(f, c.arguments(list))
}

// cloneMessage clones a message.
func cloneMessage(r *run, args []value) value {
	v := arg(args, 0)
	switch x := v.any.(type) {
	case *msg.Object:
		if x != nil && !x.Bare() {
			return value{any: r.clonedMessage(x)}
		}
	case nil:
		return v
	default:
		if v.isUndefined() {
			return v
		}
	}
	bailout("a clone of what is no message")
	return undefined
}

// clonedMessage is the clone of a message, in which req and res have moved to the end, as in
// the message itself.
func (r *run) clonedMessage(m *msg.Object) *msg.Object {
	if m.Has("req") || m.Has("res") {
		r.note(change{kind: removed, object: m, was: m.Snapshot()})
	}
	return msg.CloneMessage(m)
}

// simplePath is an expression of names between dots and indices, which mean just that.
var simplePath = regexp.MustCompile(`^[A-Za-z_]\w*(\.[A-Za-z_]\w*|\[(0|[1-9]\d{0,8})\])*$`)

// path is the names and indices of a property expression, which may begin with a prefix.
func (r *run) path(v value, prefix string) []string {
	s, ok := v.any.(string)
	s = strings.TrimPrefix(s, prefix)
	if !ok || !simplePath.MatchString(s) {
		bailout("a property expression with more than names")
	}
	if strings.IndexByte(s, '[') >= 0 {
		s = strings.ReplaceAll(strings.ReplaceAll(s, "[", "."), "]", "")
	}
	return strings.Split(s, ".")
}

// getPath is getMessageProperty.
func (r *run) getPath(args []value, prefix string) value {
	v := arg(args, 0)
	for _, name := range r.path(arg(args, 1), prefix) {
		v = r.get(v, name)
	}
	return v
}

// setPath is setMessageProperty: it makes what is missing on the way, if it may, and
// deletes where the value is undefined.
func (r *run) setPath(args []value, prefix string) value {
	names, v := r.path(arg(args, 1), prefix), arg(args, 2)
	create := !v.isUndefined()
	if may := arg(args, 3); !may.isUndefined() {
		create = may.truthy()
	}
	o := plainObject(arg(args, 0))
	last := len(names) - 1
	for _, name := range names {
		if name[0] <= '9' {
			bailout("a property expression that sets an element")
		}
	}
	for _, name := range names[:last] {
		x, ok := o.Get(name)
		switch {
		case ok:
			if next := of(x); next.isPrimitive() {
				return falsity
			}
		case create:
			x = &msg.Object{}
			r.setField(o, name, value{any: x})
		default:
			return falsity
		}
		o = plainObject(of(x))
	}
	if v.isUndefined() {
		r.deleteField(o, names[last])
	} else {
		r.setField(o, names[last], v)
	}
	return truth
}

func plainObject(v value) *msg.Object {
	o, ok := v.any.(*msg.Object)
	if !ok || o == nil {
		bailout("a property expression for a special object")
	}
	return o
}

// alike is compareObjects.
func (r *run) alike(a, b value, depth int) bool {
	r.step()
	if depth > maxDepth {
		bailout("a comparison of deep values")
	}
	switch {
	case strictEqual(a, b):
		return true
	case a.nullish() || b.nullish():
		return false
	case a.isPrimitive() || b.isPrimitive():
		return false
	}
	switch x := compared(a).(type) {
	case *msg.Array:
		y, ok := compared(b).(*msg.Array)
		return ok && r.alikeLists(x, y, depth+1)
	case *msg.Object:
		y, ok := compared(b).(*msg.Object)
		return ok && r.alikeObjects(x, y, depth+1)
	}
	y, ok := compared(b).(*msg.Buffer)
	return ok && bytes.Equal(bytesOf(a), y.B)
}

// compared is an array, an object or a buffer.
func compared(v value) any {
	switch x := v.any.(type) {
	case *msg.Array, *msg.Buffer:
		return x
	case *msg.Object:
		if x != nil {
			return x
		}
	}
	bailout("a comparison of special objects")
	return nil
}

func (r *run) alikeLists(a, b *msg.Array, depth int) bool {
	if a.Len() != b.Len() {
		return false
	}
	for i, x := range a.All() {
		if !r.alike(of(x), of(b.At(i)), depth) {
			return false
		}
	}
	return true
}

func (r *run) alikeObjects(a, b *msg.Object, depth int) bool {
	if a.Len() != b.Len() {
		return false
	}
	for key, x := range a.All() {
		y, ok := b.Get(key)
		if !ok && isInherited(key) {
			bailout("a comparison with an inherited property")
		} else if !ok {
			y = msg.Undefined
		}
		if !r.alike(of(x), of(y), depth) {
			return false
		}
	}
	return true
}
