package jsonata

import "math"

// pow is Math.pow. V8 rounds it correctly but for one in a thousand, which
// math.Pow does not; so it is computed with twice the precision here. Unlike
// C's it is NaN for a base of 1 or -1 with an infinite exponent and for any NaN
// exponent.
func pow(x, y float64) float64 {
	switch {
	case math.IsNaN(y) || math.Abs(x) == 1 && math.IsInf(y, 0):
		return math.NaN()
	case y == 0 || x == 0 || math.IsInf(x, 0) || math.IsNaN(x) || math.IsInf(y, 0):
		return math.Pow(x, y)
	case x < 0 && y != math.Trunc(y):
		return math.NaN()
	}
	rough := math.Pow(x, y)
	if size := math.Abs(rough); rough == 0 || size > 1e300 || size < 1e-290 {
		return rough // too near the ends of the range for the parts below
	}
	p := logDouble(math.Abs(x)).times(y).exp()
	if x < 0 && math.Mod(y, 2) != 0 {
		return -p
	}
	return p
}

// double is an unevaluated sum of two numbers, the second below the rounding
// error of the first (T. J. Dekker, 1971).
type double struct{ hi, lo float64 }

func sum(a, b float64) double {
	s := a + b
	t := s - a
	return double{s, (a - (s - t)) + (b - t)}
}

func product(a, b float64) double {
	p := a * b
	return double{p, math.FMA(a, b, -p)}
}

func (a double) plus(b double) double {
	s := sum(a.hi, b.hi)
	return sum(s.hi, s.lo+a.lo+b.lo)
}

func (a double) mul(b double) double {
	p := product(a.hi, b.hi)
	return sum(p.hi, p.lo+a.hi*b.lo+a.lo*b.hi)
}

func (a double) times(b float64) double { return a.mul(double{b, 0}) }

var ln2 = double{math.Ln2, 2.319046813846299558e-17}

// expParts gives r and k with e^a = r * 2^k, r near 1.
func (a double) expParts() (r double, k int) {
	k = int(math.Round(a.hi / math.Ln2))
	// e^(a/512) by its series, then squared nine times.
	x := a.plus(ln2.times(-float64(k))).times(1.0 / 512)
	r, term := double{1, 0}, double{1, 0}
	for i := 1; i <= 8; i++ {
		term = term.mul(x)
		term = term.mul(reciprocals[i])
		r = r.plus(term)
	}
	for range 9 {
		r = r.mul(r)
	}
	return r, k
}

// reciprocals are 1/n.
var reciprocals = func() (out [9]double) {
	for n := 1; n < len(out); n++ {
		hi := 1 / float64(n)
		out[n] = double{hi, math.FMA(-hi, float64(n), 1) / float64(n)}
	}
	return out
}()

func (a double) exp() float64 {
	r, k := a.expParts()
	return math.Ldexp(r.hi+r.lo, k)
}

// logDouble improves on math.Log by a step of Newton's: y + (x*e^-y - 1).
func logDouble(x float64) double {
	y := math.Log(x)
	r, k := double{-y, 0}.expParts()
	q := r.times(math.Ldexp(x, k))
	return double{y, 0}.plus(q.plus(double{-1, 0}))
}
