package jsonata

import "sluice/runtime/msg"

func (p *parser) block(t *node) (*node, error) {
	t.kind = kindBlock
	for !p.at(")") {
		e, err := p.expression(0)
		if err != nil {
			return nil, err
		}
		t.args = append(t.args, e)
		if !p.at(";") {
			break
		}
		if err := p.advance(false); err != nil {
			return nil, err
		}
	}
	return t, p.expect(")", true)
}

func (p *parser) arrayConstructor(t *node) (*node, error) {
	if !p.at("]") {
		for {
			item, err := p.expression(0)
			if err != nil {
				return nil, err
			}
			if p.at("..") {
				r := p.cur
				if err := p.advance(false); err != nil {
					return nil, err
				}
				r.kind, r.lhs = kindBinary, item
				if r.rhs, err = p.expression(0); err != nil {
					return nil, err
				}
				item = r
			}
			t.args = append(t.args, item)
			if !p.at(",") {
				break
			}
			if err := p.advance(false); err != nil {
				return nil, err
			}
		}
	}
	return t, p.expect("]", true)
}

// pairs reads the inside of an object constructor.
func (p *parser) pairs() ([][2]*node, error) {
	var pairs [][2]*node
	if !p.at("}") {
		for {
			key, err := p.expression(0)
			if err != nil {
				return nil, err
			}
			if err := p.expect(":", false); err != nil {
				return nil, err
			}
			value, err := p.expression(0)
			if err != nil {
				return nil, err
			}
			pairs = append(pairs, [2]*node{key, value})
			if !p.at(",") {
				break
			}
			if err := p.advance(false); err != nil {
				return nil, err
			}
		}
	}
	return pairs, p.expect("}", true)
}

func (p *parser) filter(t, left *node) (_ *node, err error) {
	if p.at("]") {
		step := left
		for step.kind == kindBinary && step.op == opFilter {
			step = step.lhs
		}
		step.keepArray = true
		return left, p.advance(false)
	}
	t.kind, t.lhs = kindBinary, left
	if t.rhs, err = p.expression(0); err != nil {
		return nil, err
	}
	return t, p.expect("]", true)
}

func (p *parser) orderBy(t, left *node) (*node, error) {
	t.kind, t.lhs = kindBinary, left
	if err := p.expect("(", false); err != nil {
		return nil, err
	}
	for {
		var term sortTerm
		var err error
		if p.at("<") || p.at(">") {
			term.descending = p.at(">")
			if err = p.advance(false); err != nil {
				return nil, err
			}
		}
		if term.expr, err = p.expression(0); err != nil {
			return nil, err
		}
		t.terms = append(t.terms, term)
		if !p.at(",") {
			break
		}
		if err := p.advance(false); err != nil {
			return nil, err
		}
	}
	return t, p.expect(")", false)
}

func (p *parser) transform(t *node) (_ *node, err error) {
	t.kind = kindTransform
	if t.cond, err = p.expression(0); err != nil {
		return nil, err
	}
	if err = p.expect("|", false); err != nil {
		return nil, err
	}
	if t.then, err = p.expression(0); err != nil {
		return nil, err
	}
	if p.at(",") {
		if err = p.advance(false); err != nil {
			return nil, err
		}
		if t.alt, err = p.expression(0); err != nil {
			return nil, err
		}
	}
	return t, p.expect("|", false)
}

// call parses an invocation, a partial application or a lambda.
func (p *parser) call(t, left *node) (*node, error) {
	t.kind, t.lhs = kindFunction, left
	if !p.at(")") {
		for {
			if p.at("?") {
				t.kind = kindPartial
				t.args = append(t.args, p.cur)
				if err := p.advance(false); err != nil {
					return nil, err
				}
			} else {
				arg, err := p.expression(0)
				if err != nil {
					return nil, err
				}
				t.args = append(t.args, arg)
			}
			if !p.at(",") {
				break
			}
			if err := p.advance(false); err != nil {
				return nil, err
			}
		}
	}
	if err := p.expect(")", true); err != nil {
		return nil, err
	}
	if left.kind == kindName && (left.text == "function" || left.text == "λ") {
		return p.lambda(t)
	}
	return t, nil
}

// lambda parses what follows the parameters of a function definition.
func (p *parser) lambda(t *node) (_ *node, err error) {
	for i, arg := range t.args {
		if arg.kind != kindVariable {
			e := p.errorAt("S0208", arg)
			e.Value = msg.Number(float64(i + 1))
			return nil, e
		}
	}
	t.kind = kindLambda
	if p.at("<") {
		if t.sig, err = p.signature(); err != nil {
			return nil, err
		}
	}
	if err = p.expect("{", false); err != nil {
		return nil, err
	}
	if t.body, err = p.expression(0); err != nil {
		return nil, err
	}
	return t, p.expect("}", false)
}

func (p *parser) signature() (*signature, error) {
	pos := p.cur.pos
	text := "<"
	for depth := 1; depth > 0 && !p.at("{") && p.cur.kind != kindEnd; {
		if err := p.advance(false); err != nil {
			return nil, err
		}
		if p.at(">") {
			depth--
		} else if p.at("<") {
			depth++
		}
		text += msg.ToString(p.cur.token())
	}
	if err := p.expect(">", false); err != nil {
		return nil, err
	}
	sig, err := newSignature(text)
	if err != nil {
		err.Position += pos
		return nil, err
	}
	return sig, nil
}
