package jsonata

// frame is a scope: the parameters of a call, the variables of a block.
type frame struct {
	parent *frame
	vars   []variable
	room   [2]variable // for vars, as long as it suffices
}

type variable struct {
	name string
	val  any
}

func newFrame(parent *frame) *frame {
	f := &frame{parent: parent}
	f.vars = f.room[:0]
	return f
}

// bind sets a variable of this scope, which may hide one of an outer scope.
func (f *frame) bind(name string, v any) {
	for i := range f.vars {
		if f.vars[i].name == name {
			f.vars[i].val = v
			return
		}
	}
	f.vars = append(f.vars, variable{name, v})
}

// lookup finds the innermost variable of that name.
func (f *frame) lookup(name string) (any, bool) {
	for ; f != nil; f = f.parent {
		for i := len(f.vars) - 1; i >= 0; i-- {
			if f.vars[i].name == name {
				return f.vars[i].val, true
			}
		}
	}
	return undefined, false
}

// value is lookup with the built-in functions outermost.
func (f *frame) value(name string) any {
	if v, ok := f.lookup(name); ok {
		return v
	}
	if b, ok := builtins[name]; ok {
		return b
	}
	return undefined
}
