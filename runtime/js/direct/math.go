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
	"Math.floor": unary(math.Floor), "Math.log": unary(math.Log), "Math.log10": unary(log10), "Math.log2": unary(math.Log2),
	"Math.sin": unary(math.Sin), "Math.sqrt": unary(math.Sqrt), "Math.tan": unary(math.Tan), "Math.trunc": unary(math.Trunc),
	"Math.round": unary(round), "Math.sign": unary(sign), "Math.fround": unary(func(x float64) float64 { return float64(float32(x)) }),
	"Math.clz32": unary(func(x float64) float64 { return float64(bits.LeadingZeros32(uint32(toInt32(x)))) }),
	"Math.atan2": binary(math.Atan2), "Math.pow": binary(power),
	"Math.imul":  binary(func(x, y float64) float64 { return float64(toInt32(x) * toInt32(y)) }),
	"Math.acosh": unary(math.Acosh), "Math.asinh": unary(math.Asinh), "Math.atanh": unary(math.Atanh), "Math.cosh": unary(math.Cosh),
	"Math.sinh": unary(math.Sinh), "Math.tanh": unary(math.Tanh), "Math.expm1": unary(math.Expm1), "Math.log1p": unary(math.Log1p),
	"Math.hypot":  hypot,
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

// hypot sums the squares as V8 does, by Kahan's way and in relation to the largest.
func hypot(r *run, args []value) value {
	var few [8]float64
	all, most, odd := few[:0], 0.0, false
	for _, a := range args {
		x := math.Abs(r.toNumber(a))
		all = append(all, x)
		odd = odd || x != x
		if x > most {
			most = x
		}
	}
	switch {
	case math.IsInf(most, 1) || most == 0 && !odd:
		return num(most)
	case odd:
		return nan
	}
	var sum, lost float64
	for _, x := range all {
		x /= most
		square := float64(x*x) - lost
		next := sum + square
		lost = next - sum - square
		sum = next
	}
	return num(math.Sqrt(sum) * most)
}

// log10 is exact for powers of ten, as V8's is, which math.Log10 is not.
func log10(x float64) float64 {
	// log10(2) in two parts, the first of which is exact in products with exponents.
	const high, low = 0x1.34413509f6p-02, 0x1.9fef311f12b36p-42
	if !(x > 0) || x > math.MaxFloat64 {
		return math.Log10(x)
	}
	frac, exp := math.Frexp(x)
	if exp > 0 { // of a fraction from 1 to 2, else of one from 0.5 to 1
		frac, exp = 2*frac, exp-1
	}
	e := float64(exp)
	return (float64(e*low) + float64(1/math.Ln10*math.Log(frac))) + float64(e*high) // without fusion of products and sums
}

// power is math.Pow but where JavaScript has another opinion. Whole numbers it multiplies,
// without the errors of math.Pow, as goja does.
func power(x, y float64) float64 {
	if y != y || math.Abs(x) == 1 && math.IsInf(y, 0) {
		return math.NaN()
	}
	if p, ok := wholePower(x, y); ok {
		return p
	}
	return math.Pow(x, y)
}

// wholePower is the power if it can be told as an integer.
func wholePower(x, y float64) (p float64, ok bool) {
	const whole = 1 << 53
	if y != math.Trunc(y) || y < 0 || y >= 64 || x != math.Trunc(x) || math.Abs(x) >= whole || x == 0 {
		return 0, false
	}
	n := int64(1)
	for range int(y) {
		high, low := bits.Mul64(uint64(abs(n)), uint64(math.Abs(x)))
		if high != 0 || low > math.MaxInt64 {
			return 0, false
		}
		if n = n * int64(x); n == 0 {
			return 0, false
		}
	}
	return float64(n), true
}

func abs(n int64) int64 { return max(n, -n) }
