package jsonata

// kind tells the nodes of the syntax tree apart. The first group are tokens
// that stand for themselves; seekParent reports kinds by name (see kindNames).
type kind uint8

const (
	kindEnd kind = iota // end of the text; has no name, like anything that is no expression
	kindOperator
	kindName
	kindVariable
	kindString
	kindNumber
	kindValue // true, false or null
	kindRegex
	kindWildcard
	kindDescendant
	kindParent
	kindBinary
	kindUnary
	kindFunction
	kindPartial
	kindLambda
	kindCondition
	kindBlock
	kindTransform
	kindPath
	kindBind
	kindApply
	kindSort
)

var kindNames = map[kind]string{
	kindOperator: "operator", kindName: "name", kindVariable: "variable", kindString: "string",
	kindNumber: "number", kindValue: "value", kindRegex: "regex", kindWildcard: "wildcard",
	kindDescendant: "descendant", kindParent: "parent", kindBinary: "binary", kindUnary: "unary",
	kindFunction: "function", kindPartial: "partial", kindLambda: "lambda", kindCondition: "condition",
	kindBlock: "block", kindTransform: "transform", kindPath: "path", kindBind: "bind",
	kindApply: "apply", kindSort: "sort",
}

// node is a node of the syntax tree. The parser makes it from a token, the
// resolver (resolve.go) turns it into what the evaluator walks. Which fields
// are set depends on the kind; the groups below say whose they are.
type node struct {
	kind kind
	op   op     // operator: what binary and unary nodes do
	text string // the token's text: name, variable, string, operator
	val  any    // literal value: string, number, true, false, null
	pos  int    // UTF-16 offset behind the token, as npm jsonata counts; -1: none

	lhs, rhs *node
	args     []*node    // function, partial, lambda (its parameters), block, array constructor
	pairs    [][2]*node // object constructor and group-by, before and after resolving
	cond     *node      // condition; transform: the pattern
	then     *node      // condition; transform: the update
	alt      *node      // condition: else, may be nil; transform: the deletions, may be nil
	body     *node      // lambda
	sig      *signature // lambda, may be nil
	thunk    bool       // lambda made from a call in tail position
	re       *pattern   // regex
	builtin  *native    // variable: the built-in function of that name, if any
	terms    []sortTerm // sort
	steps    []*node    // path

	// Marks that the resolver sets on any kind of node.
	keepArray     bool // followed by []
	consArray     bool // array constructor at an end of a path: not flattened
	keepSingleton bool // path: one of its steps has keepArray
	tuple         bool // step: part of a tuple stream
	plain         bool // path: nothing but names, see plainPath
	scope         bool // block: something in it may bind a variable
	simple        bool // literal or variable without predicates, see operand
	predicates    []*node
	stages        []stage // filters and index bindings of a step
	group         *group
	focus         string // step: @$focus
	index         string // step: #$index
	ancestor      *slot
	slot          *slot     // parent
	seeking       *slotList // slots of % whose step has not been found yet
}

type sortTerm struct {
	expr       *node
	descending bool
}

// stage is a filter, or with a nil filter the binding of a position to index.
type stage struct {
	filter *node
	index  string
}

type group struct {
	pairs [][2]*node
	pos   int
}

// slot is the place where a step leaves its input for a later %.
type slot struct {
	label string
	level int // how many more steps to go up
}

type slotList struct{ slots []*slot }

// clone copies an unresolved tree: the resolver marks nodes in place, so an
// operand that is evaluated in two places needs a tree for each.
func (n *node) clone() *node {
	if n == nil {
		return nil
	}
	c := *n
	c.lhs, c.rhs = n.lhs.clone(), n.rhs.clone()
	c.cond, c.then, c.alt, c.body = n.cond.clone(), n.then.clone(), n.alt.clone(), n.body.clone()
	if n.args != nil {
		c.args = make([]*node, len(n.args))
		for i, a := range n.args {
			c.args[i] = a.clone()
		}
	}
	if n.pairs != nil {
		c.pairs = make([][2]*node, len(n.pairs))
		for i, p := range n.pairs {
			c.pairs[i] = [2]*node{p[0].clone(), p[1].clone()}
		}
	}
	if n.terms != nil {
		c.terms = make([]sortTerm, len(n.terms))
		for i, t := range n.terms {
			c.terms[i] = sortTerm{t.expr.clone(), t.descending}
		}
	}
	return &c
}

// op is what a binary or unary node does.
type op uint8

const (
	opNone op = iota
	opDot
	opFilter // a[b], or the array constructor as a prefix
	opGroup  // a{b:c}, or the object constructor as a prefix
	opSort
	opBind
	opFocus
	opIndex
	opApply
	opAdd
	opSubtract // or negation as a prefix
	opMultiply
	opDivide
	opModulo
	opEqual
	opNotEqual
	opLess
	opLessEqual
	opGreater
	opGreaterEqual
	opConcat
	opAnd
	opOr
	opIn
	opRange
)

var ops = map[string]op{
	".": opDot, "[": opFilter, "{": opGroup, "^": opSort, ":=": opBind, "@": opFocus, "#": opIndex,
	"~>": opApply, "+": opAdd, "-": opSubtract, "*": opMultiply, "/": opDivide, "%": opModulo,
	"=": opEqual, "!=": opNotEqual, "<": opLess, "<=": opLessEqual, ">": opGreater, ">=": opGreaterEqual,
	"&": opConcat, "and": opAnd, "or": opOr, "in": opIn, "..": opRange,
}
