package msg

import (
	"math"
	"strconv"
)

const (
	minSmall = -128
	maxSmall = 1023
)

// smallInts holds the numbers that messages are full of, boxed once.
var smallInts = func() (boxed [maxSmall - minSmall + 1]any) {
	for i := range boxed {
		boxed[i] = float64(i + minSmall)
	}
	return boxed
}()

// Number boxes a number; small integers are boxed once.
func Number(f float64) any {
	if v, ok := smallInt(f); ok {
		return v
	}
	return f
}

// smallInt returns the box of a small integer.
func smallInt(f float64) (any, bool) {
	if f >= minSmall && f <= maxSmall {
		if i := int(f); float64(i) == f && (i != 0 || !math.Signbit(f)) {
			return smallInts[i-minSmall], true
		}
	}
	return nil, false
}

// FormatNumber prints as ECMAScript's Number::toString.
func FormatNumber(f float64) string {
	if i := int(f); i >= 0 && i < 100 && float64(i) == f {
		return strconv.Itoa(i) // does not allocate
	}
	var buf [32]byte
	return string(AppendNumber(buf[:0], f))
}

// AppendNumber appends FormatNumber's text to b.
func AppendNumber(b []byte, f float64) []byte {
	abs := math.Abs(f)
	switch {
	case f != f:
		return append(b, "NaN"...)
	case abs < 1<<53 && f == math.Trunc(f):
		return strconv.AppendInt(b, int64(f), 10) // -0 prints as 0
	case f > math.MaxFloat64:
		return append(b, "Infinity"...)
	case f < -math.MaxFloat64:
		return append(b, "-Infinity"...)
	case abs >= 1e-3 && abs < 1e12:
		return appendDecimal(b, f)
	case abs >= 1e-6 && abs < 1e21:
		return strconv.AppendFloat(b, f, 'f', -1, 64)
	}
	b = strconv.AppendFloat(b, f, 'e', -1, 64)
	// Go writes at least two digits of exponent, JavaScript one.
	if n := len(b); b[n-2] == '0' && (b[n-3] == '-' || b[n-3] == '+') {
		b[n-2] = b[n-1]
		b = b[:n-1]
	}
	return b
}

// appendDecimal appends a number of usual size. Most have few decimals, which are found
// quicker than strconv finds the shortest digits of any number: where digits, 15 at most,
// read as f, no others of 15 or less do.
func appendDecimal(b []byte, f float64) []byte {
	abs := math.Abs(f)
	for places := 1; places <= 3; places++ {
		scale := powersOf10[places]
		n := int64(abs*scale + 0.5)
		if float64(n)/scale != abs {
			continue
		}
		if f < 0 {
			b = append(b, '-')
		}
		unit := int64(scale)
		b = strconv.AppendInt(b, n/unit, 10)
		b = append(b, '.')
		for n %= unit; unit > 1; n %= unit {
			unit /= 10
			b = append(b, '0'+byte(n/unit))
		}
		return b
	}
	return strconv.AppendFloat(b, f, 'f', -1, 64)
}
