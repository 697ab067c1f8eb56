package jsonata

import "math"

// pow is Math.pow: unlike C's, NaN for a base of 1 or -1 with an infinite
// exponent and for any NaN exponent.
func pow(x, y float64) float64 {
	if math.IsNaN(y) || math.Abs(x) == 1 && math.IsInf(y, 0) {
		return math.NaN()
	}
	return math.Pow(x, y)
}
