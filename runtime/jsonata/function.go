package jsonata

// native is a built-in function. Natives are shared by all evaluations.
type native struct {
	name   string
	params []string // as partial application names them
	sig    *signature
	call   func(e *evaluation, c *call, args []any) (any, error)
}

// call is where a native is called from.
type call struct {
	input any // the context value
	env   *frame
}

// lambda is a function that an expression defines, or one partly applied.
type lambda struct {
	params []*node
	sig    *signature
	body   *node
	native *native  // instead of a body
	rest   *matcher // likewise
	change *node    // likewise: a transform
	thunk  bool     // a call in tail position that still has to be made
	input  any
	env    *frame
	site   site
}

// closure is a function that was handed to another as an argument.
type closure struct {
	fn   any
	env  *frame
	site site
}

// site is from where a function was called last. Errors without a place of
// their own take it over.
type site struct {
	token any
	pos   int
	set   bool
}

// nativeSite is the site of a native within one evaluation.
type nativeSite struct {
	fn   *native
	site site
}

func (*native) TypeOf() string { return "function" }

func (*lambda) TypeOf() string { return "function" }

func (*closure) TypeOf() string { return "function" }

func (*matcher) TypeOf() string { return "function" }

// arity is how many arguments a function takes, optional ones of the original's
// with a default excepted.
func (n *native) arity() int {
	switch n.name {
	case "string":
		return 1
	case "zip", "random", "millis":
		return 0
	}
	return len(n.params)
}

func (l *lambda) arity() int { return len(l.params) }

func (c *closure) arity() int { return arityOf(c.fn) }

func (*matcher) arity() int { return 2 }

func arityOf(fn any) int {
	if f, ok := fn.(function); ok {
		return f.arity()
	}
	return 1 // a function from outside, which does not tell
}

// siteOf is where fn keeps its site; nil if it has none.
func (e *evaluation) siteOf(fn any) *site {
	switch fn := fn.(type) {
	case *native:
		for i := range e.sites {
			if e.sites[i].fn == fn {
				return &e.sites[i].site
			}
		}
		e.sites = append(e.sites, nativeSite{fn: fn})
		return &e.sites[len(e.sites)-1].site
	case *lambda:
		return &fn.site
	case *closure:
		return &fn.site
	case *matcher:
		return &fn.site
	}
	return nil
}
