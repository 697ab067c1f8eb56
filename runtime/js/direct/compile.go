package direct

import (
	"fmt"

	"github.com/dop251/goja/ast"
	"github.com/dop251/goja/unistring"

	"sluice/runtime/msg"
)

// An expression and a statement are compiled to Go functions of the frame of the call they are in.
type (
	expr func(*frame) value
	stmt func(*frame) signal
)

// signal tells how a statement has ended.
type signal uint8

const (
	normal signal = iota
	breaks
	continues
	returns // run.result is the value
)

// compiler compiles one body.
type compiler struct {
	body     *Body
	fn       *functionScope
	assigned map[unistring.String]bool // names that are assigned somewhere, declarations apart
	hidden   map[string]bool           // see Compile
	chain    bool                      // within an optional chain
	label    int                       // of the loop that comes next
	depth    int
}

// refuse ends the compilation.
func refuse(format string, args ...any) { panic(refusal(fmt.Sprintf(format, args...))) }

// maxNesting bounds how deeply a text may nest: compiled functions call each other as deeply.
const maxNesting = 500

func (c *compiler) nest() {
	if c.depth++; c.depth > maxNesting {
		refuse("it nests too deeply")
	}
}

// function is a compiled function of a body, or the body itself.
type function struct {
	size   int // of frames
	params []stmtOf
	simple int // parameters that are plain variables, which come first, if params is nil
	rest   int // the slot of a rest parameter, -1 for none
	exec   func(*frame) value
}

// stmtOf binds a value in a frame.
type stmtOf func(*frame, value)

// functionScope is a function that is being compiled.
type functionScope struct {
	up       *functionScope
	block    *scope
	size     int
	labels   []label
	declared bool // a function declaration, which may be called before what is declared around it
}

// scope is a block with the variables that it declares.
type scope struct {
	up     *scope
	vars   map[unistring.String]*variable
	params *scope // of a function's outermost block: its parameters, whose names no let may have
}

// variable is a name with a slot in the frames of its function.
type variable struct {
	slot     int
	lexical  bool      // let, const
	constant bool      // const
	ready    bool      // the compiler has passed the declaration
	late     bool      // it may be read before its declaration: its slot begins as notYet
	unsure   bool      // it is declared in a case, which may be left out
	seen     bool      // something has been compiled that names it
	defined  bool      // it is a var that stands for a function from its declaration on
	function *function // that it stands for, always
	static   static    // the same of a global one
}

type label struct {
	name unistring.String
	id   int
	loop bool
}

func (c *compiler) push() {
	c.fn.block = &scope{up: c.fn.block, vars: map[unistring.String]*variable{}}
}

func (c *compiler) pop() { c.fn.block = c.fn.block.up }

// opened is run with what the innermost block does first.
func (c *compiler) opened(run stmt) stmt {
	var late []int
	for _, v := range c.fn.block.vars {
		if v.late {
			late = append(late, v.slot)
		}
	}
	if late == nil {
		return run
	}
	return func(fr *frame) signal {
		for _, slot := range late {
			fr.vars[slot] = value{any: notYet{}}
		}
		return run(fr)
	}
}

// declare gives a name a slot in the innermost block.
func (c *compiler) declare(name unistring.String, lexical, constant bool) *variable {
	if name == "arguments" || name == "eval" {
		refuse("it declares %s", name)
	}
	b := c.fn.block
	if lexical && b.params != nil && (b.params.vars[name] != nil || c.fn.up == nil && name == "node") {
		refuse("it declares %s twice", name)
	}
	if v := b.vars[name]; v != nil {
		if lexical {
			refuse("it declares %s twice", name)
		}
		return v
	}
	v := &variable{slot: c.fn.size, lexical: lexical, constant: constant, ready: !lexical}
	c.fn.size++
	b.vars[name] = v
	return v
}

// find returns the variable of a name, and in how many functions around; nil if the text declares none.
func (c *compiler) find(name unistring.String) (v *variable, up int) {
	for f := c.fn; f != nil; f = f.up {
		for b := f.block; b != nil; b = b.up {
			if v := b.vars[name]; v != nil {
				v.seen = true
				return v, up
			}
		}
		up++
	}
	if c.hidden[goText(name)] {
		refuse("%s is a variable of the node", goText(name))
	}
	return nil, 0
}

// free tells whether a name is not one of the text's own.
func (c *compiler) free(name unistring.String) bool {
	v, _ := c.find(name)
	return v == nil
}

// function compiles a function into fn.
func (c *compiler) function(fn *function, f *functionScope, params *ast.ParameterList, body ast.Node, vars []*ast.VariableDeclaration) {
	c.nest()
	defer func() { c.depth-- }()
	f.up = c.fn
	c.fn = f
	chain := c.chain
	c.chain = false
	defer func() { c.fn, c.chain = f.up, chain }()
	c.push()
	fn.rest = -1
	if f.up == nil {
		c.declare("msg", false, false)
	}
	c.params(fn, params)
	switch body := body.(type) {
	case *ast.BlockStatement:
		params := f.block
		c.push() // so that variables may have the names of parameters
		f.block.params = params
		for _, d := range vars {
			for _, b := range d.List {
				c.bindingNames(b.Target, func(id *ast.Identifier) {
					if outer := params.vars[id.Name]; outer != nil {
						f.block.vars[id.Name] = outer
						return
					}
					c.declare(id.Name, false, false)
				})
			}
		}
		run := c.opened(c.statements(body.List))
		c.pop()
		fn.exec = func(fr *frame) value {
			if run(fr) != returns {
				return undefined
			}
			return fr.run.result
		}
	case *ast.ExpressionBody:
		fn.exec = c.expr(body.Expression)
	default:
		refuse("it has a function of an unknown kind")
	}
	c.pop()
	fn.size = f.size
}

// params compiles the parameters of a function.
func (c *compiler) params(fn *function, params *ast.ParameterList) {
	block := c.fn.block
	plain := true
	for _, p := range params.List {
		if _, ok := p.Target.(*ast.Identifier); !ok || p.Initializer != nil {
			plain = false
		}
	}
	for _, p := range params.List {
		c.bindingNames(p.Target, func(id *ast.Identifier) {
			if block.vars[id.Name] != nil {
				refuse("it has two parameters of one name")
			}
			c.declare(id.Name, !plain, false)
		})
	}
	if params.Rest != nil {
		id, ok := params.Rest.(*ast.Identifier)
		if !ok {
			refuse("it has a rest parameter that is a pattern")
		}
		fn.rest = c.declare(id.Name, !plain, false).slot
	}
	if plain {
		fn.simple = len(params.List)
		return
	}
	for _, p := range params.List {
		fn.params = append(fn.params, c.target(p, true))
	}
	for _, v := range block.vars {
		if v.late {
			refuse("it has a parameter that needs a later one")
		}
		v.ready = true
	}
}

// goText is the text of an identifier or literal.
func goText(s unistring.String) string {
	if units := s.AsUtf16(); units != nil {
		return msg.FromUTF16(units[1:])
	}
	return string(s)
}
