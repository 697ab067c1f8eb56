package direct

import (
	"sync"
	"sync/atomic"

	"github.com/dop251/goja/ast"
)

// pattern is a regular expression of the body.
type pattern struct {
	*program
	lastIndex int
}

// regexp compiles a pattern, which is another one each time.
func (c *compiler) regexp(x *ast.RegExpLiteral) expr {
	p := literalPattern(x)
	return func(*frame) value { return value{any: &pattern{program: p}} }
}

func literalPattern(x *ast.RegExpLiteral) *program {
	p := compilePattern(x.Pattern, x.Flags)
	if p == nil {
		refuse("it has the pattern /%s/%s", x.Pattern, x.Flags)
	}
	return p
}

// usesPatterns are the methods that look at their receiver or first argument and forget it.
var usesPatterns = map[string]bool{"match": true, "replace": true, "replaceAll": true, "search": true, "split": true, "test": true, "exec": true}

// patternUse compiles the receiver or first argument of a method that forgets it: a pattern
// in its place that keeps no index is made once. nil: it is none.
func (c *compiler) patternUse(method string, x ast.Expression) expr {
	literal, ok := x.(*ast.RegExpLiteral)
	if !ok || !usesPatterns[method] {
		return nil
	}
	p := literalPattern(literal)
	if p.sticky || p.global && (method == "test" || method == "exec") {
		return nil
	}
	return constant(value{any: &pattern{program: p}})
}

// patternArguments compiles the arguments of a method.
func (c *compiler) patternArguments(method string, list []ast.Expression) []expr {
	if len(list) > 0 {
		if first := c.patternUse(method, list[0]); first != nil {
			return append([]expr{first}, c.arguments(list[1:])...)
		}
	}
	return c.arguments(list)
}

var patternMethods = map[string]method{
	"test": func(r *run, this value, args []value) value {
		p := this.any.(*pattern)
		m := r.exec(p, r.toText(arg(args, 0)))
		if m == nil {
			return falsity
		}
		p.release(m)
		return truth
	},
	"exec": func(r *run, this value, args []value) value {
		return r.matchOnce(this.any.(*pattern), r.toText(arg(args, 0)))
	},
	"toString": func(_ *run, this value, _ []value) value {
		p := this.any.(*pattern)
		return text("/" + p.text() + "/" + p.flags)
	},
}

// get is a property of a pattern.
func (p *pattern) get(key string) value {
	switch key {
	case "source":
		return text(p.text())
	case "flags":
		return text(p.flags)
	case "lastIndex":
		return num(float64(p.lastIndex))
	case "global":
		return boolean(p.global)
	case "ignoreCase":
		return boolean(p.ignoreCase)
	case "multiline":
		return boolean(p.multiline)
	case "sticky":
		return boolean(p.sticky)
	}
	bailout("a property of a pattern")
	return undefined
}

// programs are the patterns that were made of texts lately, by flags and text.
var programs struct {
	by sync.Map // [2]string → *program
	n  atomic.Int32
}

// Bounds of what is remembered: of maxPrograms patterns, all are forgotten.
const (
	maxPrograms   = 256
	maxRemembered = 1 << 10 // bytes of the text of each
)

func init() { constructors["RegExp"] = newPattern }

// newPattern is new RegExp.
func newPattern(r *run, args []value) value {
	var source, flags string
	switch v := arg(args, 0); x := v.any.(type) {
	case *pattern:
		source, flags = x.source, x.flags
	default:
		if !v.isUndefined() {
			source = r.toText(v)
		}
	}
	if v := arg(args, 1); !v.isUndefined() {
		flags = r.toText(v)
	}
	return value{any: r.patternOf(source, flags)}
}

func (r *run) patternOf(source, flags string) *pattern {
	key := [2]string{flags, source}
	if p, ok := programs.by.Load(key); ok {
		return &pattern{program: p.(*program)}
	}
	r.charge(16 * len(source))
	p := compilePattern(source, flags)
	if p == nil {
		bailout("a pattern")
	}
	if len(source) <= maxRemembered {
		if programs.n.Add(1) > maxPrograms {
			programs.by.Clear()
			programs.n.Store(0)
		}
		programs.by.Store(key, p)
	}
	return &pattern{program: p}
}

// exec is RegExpBuiltinExec. It returns the search that has found a match, which is to be released, or nil.
func (r *run) exec(p *pattern, s string) *matching {
	m := p.matching(r, s)
	from, keeps := 0, p.global || p.sticky
	if keeps {
		from = p.lastIndex
		if m.pairs && m.units != nil && from > 0 && from < m.n && m.before(from+1, 0) < from {
			bailout("a search from within a character")
		}
	}
	if !p.find(r, m, from, p.sticky) {
		if keeps {
			p.lastIndex = 0
		}
		p.release(m)
		return nil
	}
	if keeps {
		p.lastIndex = m.caps[1]
	}
	return m
}

// matchOnce is what exec returns.
func (r *run) matchOnce(p *pattern, s string) value {
	m := r.exec(p, s)
	if m == nil {
		return null
	}
	v := value{any: r.newMatch(p.program, m, s)}
	p.release(m)
	return v
}
