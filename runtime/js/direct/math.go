package direct

import (
	"math"
	"math/bits"
	"math/rand/v2"
)

func init() {
	for name, f := range map[string]float64{"PI": math.Pi, "E": math.E, "LN2": math.Ln2, "LN10": math.Ln10, "LOG2E": math.Log2E, "LOG10E": math.Log10E,
		"SQRT2": math.Sqrt2, "SQRT1_2": math.Sqrt2 / 2} {
		constants["Math."+name] = num(f)
	}
}

// mathFunctions are those of Math.
var mathFunctions = map[string]static{
	"Math.abs": unary(math.Abs), "Math.acos": unary(math.Acos), "Math.asin": unary(math.Asin), "Math.atan": unary(math.Atan),
	"Math.cbrt": unary(math.Cbrt), "Math.ceil": unary(math.Ceil), "Math.cos": unary(math.Cos), "Math.exp": unary(math.Exp),
	"Math.floor": unary(math.Floor), "Math.log": unary(math.Log), "Math.log10": unary(math.Log10), "Math.log2": unary(math.Log2),
	"Math.sin": unary(math.Sin), "Math.sqrt": unary(math.Sqrt), "Math.tan": unary(math.Tan), "Math.trunc": unary(math.Trunc),
	"Math.round": unary(round), "Math.sign": unary(sign), "Math.fround": unary(func(x float64) float64 { return float64(float32(x)) }),
	"Math.clz32": unary(func(x float64) float64 { return float64(bits.LeadingZeros32(uint32(toInt32(x)))) }),
	"Math.atan2": binary(math.Atan2), "Math.pow": binary(power),
	"Math.imul":   binary(func(x, y float64) float64 { return float64(toInt32(x) * toInt32(y)) }),
	"Math.max":    extreme(math.Inf(-1), math.Max),
	"Math.min":    extreme(math.Inf(1), math.Min),
	"Math.random": func(*run, []value) value { return num(rand.Float64()) },
}

func unary(f func(float64) float64) static {
	return func(r *run, args []value) value { return num(f(r.toNumber(arg(args, 0)))) }
}

func binary(f func(x, y float64) float64) static {
	return func(r *run, args []value) value {
		x := r.toNumber(arg(args, 0))
		return num(f(x, r.toNumber(arg(args, 1))))
	}
}

func extreme(none float64, f func(x, y float64) float64) static {
	return func(r *run, args []value) value {
		m := none
		for _, a := range args {
			x := r.toNumber(a)
			if m != m || x != x {
				m = math.NaN()
				continue
			}
			m = f(m, x)
		}
		return num(m)
	}
}

func sign(x float64) float64 {
	switch {
	case x > 0:
		return 1
	case x < 0:
		return -1
	}
	return x
}

// round rounds halves up, where math.Round rounds them away from zero.
func round(x float64) float64 {
	n := math.Floor(x)
	if x-n >= 0.5 {
		n++
	}
	return math.Copysign(n, x)
}
