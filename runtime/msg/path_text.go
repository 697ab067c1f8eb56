package msg

import "strings"

// Resolve returns the expression with its references to the message replaced by
// the names they stand for, as normalisePropertyExpression(text, msg, true) does.
func (p Path) Resolve(root *Object) (string, error) {
	if err := p.usable(); err != nil {
		return "", err
	}
	steps, err := p.resolve(root)
	if err != nil {
		return "", err
	}
	var b strings.Builder
	for i, s := range steps {
		switch {
		case i == 0:
			b.WriteString(s.key)
		case s.integer:
			b.WriteString("[" + s.key + "]")
		case strings.Contains(s.key, `"`):
			b.WriteString("['" + s.key + "']")
		default:
			b.WriteString(`["` + s.key + `"]`)
		}
	}
	return b.String(), nil
}

// PathRoot is the first name of a property expression such as a.b[0]: what that leads to
// lies within the property of that name.
func PathRoot(expression string) string {
	if i := strings.IndexAny(expression, ".["); i >= 0 {
		return expression[:i]
	}
	return expression
}
