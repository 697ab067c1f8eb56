package jsonata

import "sluice/runtime/msg"

// parser is a Pratt parser: every token has a binding power as an infix
// operator and may have a meaning as a prefix. Its trees still hold dots and
// brackets as binary operators; resolve makes paths of them.
type parser struct {
	lex   lexer
	cur   *node
	depth int // of prefix operators and brackets
	count int // tokens so far
}

const (
	// maxNesting bounds the nesting of an expression's text.
	maxNesting = 2_000
	// maxTokens bounds its length, and so the depth of chains such as 1+1+1.
	maxTokens = 250_000
)

// bindingPower is how tightly an infix operator binds; absent ones are none.
var bindingPower = map[string]int{
	"[": 80, "(": 80, "@": 80, "#": 80, ".": 75, "{": 70, "*": 60, "/": 60, "%": 60,
	"+": 50, "-": 50, "&": 50, "=": 40, "!=": 40, "<": 40, "<=": 40, ">": 40, ">=": 40,
	"^": 40, "~>": 40, "?:": 40, "??": 40, "in": 40, "and": 30, "or": 25, "?": 20, ":=": 10,
}

// prefixPower is how tightly the operand of a prefix minus binds.
const prefixPower = 70

// parse returns the resolved tree of text.
func parse(text string) (*node, error) {
	p := &parser{lex: lexer{src: text}}
	if err := p.advance(false); err != nil {
		return nil, err
	}
	n, err := p.expression(0)
	if err != nil {
		return nil, err
	}
	if p.cur.kind != kindEnd {
		return nil, p.errorAt("S0201", p.cur)
	}
	return resolve(n)
}

func tooLarge(message string, pos int) *Error {
	return &Error{Position: pos, Token: msg.Undefined, Value: msg.Undefined, Message: message}
}

func (p *parser) errorAt(code string, n *node) *Error {
	return &Error{Code: code, Position: n.pos, Token: n.token(), Value: msg.Undefined}
}

// token is what an error message shows of a node.
func (n *node) token() any {
	switch n.kind {
	case kindNumber, kindValue, kindString:
		return n.val
	case kindEnd:
		return "(end)"
	case kindRegex:
		return msg.NewObject() // as JSON.stringify shows a RegExp
	}
	return n.text
}

// advance reads the next token; infix tells that an operand came before it.
func (p *parser) advance(infix bool) error {
	t, err := p.lex.next(infix)
	if err != nil {
		return err
	}
	if p.count++; p.count > maxTokens {
		return tooLarge("expression is too long", t.pos)
	}
	n := &node{kind: t.kind, text: t.text, val: t.val, re: t.re, pos: t.pos}
	switch t.kind {
	case kindEnd:
		n.pos = p.lex.offset(len(p.lex.src))
	case kindOperator:
		if t.text == "!" || t.text == "~" {
			return p.errorAt("S0204", n)
		}
		n.op = ops[t.text]
	}
	p.cur = n
	return nil
}

// at tells whether the current token is the operator text.
func (p *parser) at(text string) bool { return p.cur.kind == kindOperator && p.cur.text == text }

// expect passes over the operator text.
func (p *parser) expect(text string, infix bool) error {
	if !p.at(text) {
		code := "S0202"
		if p.cur.kind == kindEnd {
			code = "S0203"
		}
		e := p.errorAt(code, p.cur)
		e.Value = text
		return e
	}
	return p.advance(infix)
}

func (p *parser) power() int {
	if p.cur.kind != kindOperator {
		return 0
	}
	return bindingPower[p.cur.text]
}

// expression parses as far as operators bind tighter than power.
func (p *parser) expression(power int) (*node, error) {
	if p.depth++; p.depth > maxNesting {
		return nil, tooLarge("expression is nested too deeply", p.cur.pos)
	}
	defer func() { p.depth-- }()
	t := p.cur
	if err := p.advance(true); err != nil {
		return nil, err
	}
	left, err := p.prefix(t)
	for err == nil && power < p.power() {
		t = p.cur
		if err = p.advance(false); err == nil {
			left, err = p.infix(t, left)
		}
	}
	return left, err
}

// prefix gives t its meaning at the beginning of an expression.
func (p *parser) prefix(t *node) (_ *node, err error) {
	if t.kind != kindOperator {
		return t, nil
	}
	switch t.text {
	case "and", "or", "in":
		return t, nil // these may be names; resolve decides
	case "-":
		t.kind = kindUnary
		t.lhs, err = p.expression(prefixPower)
		return t, err
	case "*":
		t.kind = kindWildcard
		return t, nil
	case "**":
		t.kind = kindDescendant
		return t, nil
	case "%":
		t.kind = kindParent
		return t, nil
	case "(":
		return p.block(t)
	case "[":
		t.kind = kindUnary
		return p.arrayConstructor(t)
	case "{":
		t.kind = kindUnary
		t.pairs, err = p.pairs()
		return t, err
	case "|":
		return p.transform(t)
	}
	return nil, p.errorAt("S0211", t)
}

// infix gives t its meaning behind the operand left.
func (p *parser) infix(t, left *node) (_ *node, err error) {
	switch t.text {
	case "(":
		return p.call(t, left)
	case "[":
		return p.filter(t, left)
	case "{":
		t.kind, t.lhs = kindBinary, left
		t.pairs, err = p.pairs()
		return t, err
	case "^":
		return p.orderBy(t, left)
	case ":=":
		if left.kind != kindVariable {
			return nil, p.errorAt("S0212", left)
		}
		t.kind, t.lhs = kindBinary, left
		t.rhs, err = p.expression(bindingPower[":="] - 1)
		return t, err
	case "@", "#":
		t.kind, t.lhs = kindBinary, left
		if t.rhs, err = p.expression(bindingPower[t.text]); err != nil {
			return nil, err
		}
		if t.rhs.kind != kindVariable {
			return nil, &Error{Code: "S0214", Position: t.rhs.pos, Token: t.text, Value: msg.Undefined}
		}
		return t, nil
	case "?":
		t.kind, t.cond = kindCondition, left
		if t.then, err = p.expression(0); err != nil || !p.at(":") {
			return t, err
		}
		if err = p.advance(false); err == nil {
			t.alt, err = p.expression(0)
		}
		return t, err
	case "?:":
		t.kind, t.cond, t.then = kindCondition, left.clone(), left
		t.alt, err = p.expression(0)
		return t, err
	case "??":
		exists := &node{kind: kindVariable, text: "exists", builtin: builtins["exists"], pos: -1}
		t.kind, t.then = kindCondition, left
		t.cond = &node{kind: kindFunction, text: "(", lhs: exists, args: []*node{left.clone()}, pos: -1}
		t.alt, err = p.expression(0)
		return t, err
	}
	t.kind, t.lhs = kindBinary, left
	t.rhs, err = p.expression(bindingPower[t.text])
	return t, err
}
