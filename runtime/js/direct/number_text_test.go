package direct

import (
	"math"
	"math/big"
	"strings"
	"testing"
)

// FuzzNumberText compares digits with those of exact arithmetic, where halves go up.
func FuzzNumberText(f *testing.F) {
	for _, x := range []float64{0, 1.005, 2.5, 0.5, 25, 1e-7, 99.995, 1125899906842624.25, 4503599627370496.5, 0x1p-30, 1e22, 5e-324, math.MaxFloat64, 9.5, 9.5e20} {
		for _, n := range []uint8{0, 1, 2, 15, 16, 29, 100} {
			f.Add(x, n)
		}
	}
	f.Fuzz(func(t *testing.T, x float64, n uint8) {
		if n %= maxDigits + 1; x-x != 0 {
			return
		}
		abs := math.Abs(x)
		if abs < 1e21 {
			if got, want := strings.TrimPrefix(fixed(x, int(n)), "-"), exactly(abs, int(n)); got != want {
				t.Errorf("%v with %d decimals is %s, want %s", x, n, got, want)
			}
		}
		digits, exp := rounded(abs, max(1, int(n)))
		if abs == 0 {
			return
		}
		decimals := len(digits) - 1 - exp
		if got, want := string(digits), strings.TrimLeft(strings.Replace(exactly(abs, decimals), ".", "", 1), "0"); strings.TrimRight(got, "0") != strings.TrimRight(want, "0") || len(digits) != max(1, int(n)) {
			t.Errorf("%v with %d digits is %se%d, want %s", x, n, got, exp, want)
		}
	})
}

// exactly rounds to so many decimals, less than none for powers of ten.
func exactly(x float64, decimals int) string {
	scale := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(max(decimals, -decimals))), nil)
	r := new(big.Rat).SetFloat64(x)
	if decimals < 0 {
		return r.Quo(r, new(big.Rat).SetInt(scale)).FloatString(0)
	}
	return r.FloatString(decimals)
}
