package direct

import (
	"sluice/runtime/msg"
)

var arrayFunctions = map[string]static{
	"Array.isArray": func(_ *run, args []value) value {
		_, ok := arg(args, 0).any.(*msg.Array)
		return boolean(ok)
	},
}

var arrayMethods = map[string]method{
	"push": func(r *run, this value, args []value) value {
		a := this.any.(*msg.Array)
		for _, v := range args {
			r.push(a, v)
		}
		return num(float64(a.Len()))
	},
	"join": func(r *run, this value, args []value) value {
		sep := ","
		if v := arg(args, 0); !v.isUndefined() {
			sep = r.toText(v)
		}
		return text(r.join(this.any.(*msg.Array), sep))
	},
}

// join is Array.prototype.join.
func (r *run) join(a *msg.Array, sep string) string {
	if r.depth++; r.depth > maxDepth {
		bailout("an array in itself, or a deep one")
	}
	defer func() { r.depth-- }()
	buf := r.buf
	r.buf = nil
	b := buf[:0]
	for i := range a.Len() {
		if i > 0 {
			b = r.appendText(b, sep)
		}
		switch x := a.At(i).(type) {
		case nil:
		case string:
			b = r.appendText(b, x)
		case float64:
			b = msg.AppendNumber(b, x)
		default:
			if v := (value{any: x}); !v.isUndefined() {
				b = r.appendText(b, r.toText(v))
			}
		}
	}
	s := string(b)
	r.buf = b
	return s
}
