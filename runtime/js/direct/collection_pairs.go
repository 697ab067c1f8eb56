package direct

import (
	"github.com/dop251/goja/ast"

	"sluice/runtime/msg"
)

// couple is an array of two that a list pattern takes apart at once: nobody sees it.
type couple struct{ first, second value }

// iteration tells what a for-of evaluates, and how that is gone through: by its fields, or else by its elements.
func (c *compiler) iteration(s *ast.ForOfStatement) (source ast.Expression, each func(*run, value, func(value) bool), fields bool) {
	var target ast.Expression
	switch into := s.Into.(type) {
	case *ast.ForDeclaration:
		target = into.Target
	case *ast.ForIntoVar:
		target = into.Binding.Target
	}
	if p, ok := target.(*ast.ArrayPattern); !ok || p.Rest != nil {
		return s.Source, (*run).each, false
	}
	if o := c.entriesOf(s.Source); o != nil {
		hidden := false
		c.bindingNames(target, func(id *ast.Identifier) { hidden = hidden || id.Name == "Object" })
		if !hidden {
			return o, (*run).eachField, true
		}
	}
	return s.Source, (*run).eachPair, false
}

// entriesOf is the argument of a call of Object.entries, nil if x is another expression.
func (c *compiler) entriesOf(x ast.Expression) ast.Expression {
	call, ok := x.(*ast.CallExpression)
	if !ok || len(call.ArgumentList) != 1 {
		return nil
	}
	f, ok := call.Callee.(*ast.DotExpression)
	if !ok || f.Identifier.Name != "entries" {
		return nil
	}
	if id, ok := f.Left.(*ast.Identifier); !ok || id.Name != "Object" || !c.free("Object") {
		return nil
	}
	if _, ok := call.ArgumentList[0].(*ast.SpreadElement); ok {
		return nil
	}
	return call.ArgumentList[0]
}

// eachPair is each for what a list pattern takes.
func (r *run) eachPair(v value, f func(value) bool) {
	it, ok := v.any.(*iterator)
	if c, isMap := v.any.(*collection); isMap && !c.set {
		it, ok = &iterator{over: overEntries, of: c}, true
	}
	if !ok || it.over != overEntries {
		r.each(v, f)
		return
	}
	p := &couple{}
	for it.nextPair(r, p) && f(value{any: p}) {
	}
}

// nextPair is next of an iterator over entries.
func (it *iterator) nextPair(r *run, p *couple) bool {
	switch {
	case it.done:
	case it.array != nil:
		if i := it.at; i < it.array.Len() {
			it.at++
			*p = couple{num(float64(i)), r.taken(it.array, it.array.At(i))}
			return true
		}
	default:
		if e, ok := it.of.next(r, &it.at); ok {
			*p = couple{e.k(), e.val}
			return true
		}
	}
	it.done = true
	return false
}

// eachField is eachPair of Object.entries(v).
func (r *run) eachField(v value, f func(value) bool) {
	o, ok := v.any.(*msg.Object)
	if !ok {
		r.each(objectEntries(r, []value{v}), f)
		return
	}
	base := len(r.args)
	for k, x := range o.All() {
		r.args = append(r.args, text(k), r.taken(o, x))
	}
	p := &couple{}
	for i, end := base, len(r.args); i < end; i += 2 {
		*p = couple{r.args[i], r.args[i+1]}
		if !f(value{any: p}) {
			break
		}
	}
	r.args = r.args[:base]
}
