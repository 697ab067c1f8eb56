package msg

import (
	"math"
	"strconv"
	"testing"
)

func TestFormatNumberPrintsAsJavaScript(t *testing.T) {
	for _, tc := range []struct {
		in   float64
		want string
	}{
		{0, "0"},
		{math.Copysign(0, -1), "0"},
		{-1, "-1"},
		{0.1, "0.1"},
		{1e21, "1e+21"},
		{1e20, "100000000000000000000"},
		{123456789012345680000, "123456789012345680000"},
		{1e-6, "0.000001"},
		{1e-7, "1e-7"},
		{1.5e-7, "1.5e-7"},
		{-1.5e-10, "-1.5e-10"},
		{5e-324, "5e-324"},
		{1.7976931348623157e308, "1.7976931348623157e+308"},
		{9007199254740993, "9007199254740992"},
		{1 << 63, "9223372036854776000"},
		{4.35, "4.35"},
		{-0.001, "-0.001"},
		{0.0005, "0.0005"},
		{1.005, "1.005"},
		{-123.456, "-123.456"},
		{0.30000000000000004, "0.30000000000000004"},
		{999999999999.999, "999999999999.999"},
		{999999999999.9999, "999999999999.9999"},
		{100, "100"},
		{1e100, "1e+100"},
		{1.25e-9, "1.25e-9"},
		{math.NaN(), "NaN"},
		{math.Inf(1), "Infinity"},
		{math.Inf(-1), "-Infinity"},
	} {
		if got := FormatNumber(tc.in); got != tc.want {
			t.Errorf("FormatNumber(%v) = %s, want %s", tc.in, got, tc.want)
		}
	}
}

func TestNumberKeepsEveryValue(t *testing.T) {
	for _, f := range []float64{0, math.Copysign(0, -1), -128, -129, 1023, 1024, 0.5, math.Inf(1)} {
		got := Number(f).(float64)
		if math.Float64bits(got) != math.Float64bits(f) {
			t.Errorf("Number(%v) = %v", f, got)
		}
	}
	if n := testing.AllocsPerRun(10, func() { sink = Number(1000) }); n != 0 {
		t.Errorf("Number allocates for a small integer: %v", n)
	}
}

var sink any

func FuzzNumber(f *testing.F) {
	for _, s := range []string{"", "1.5e3", "0x1f", " -Infinity ", "0b2", "1e-7", "9007199254740993", "zz"} {
		f.Add(s, 1e21)
	}
	f.Fuzz(func(t *testing.T, s string, n float64) {
		printed := FormatNumber(n)
		if abs := math.Abs(n); abs >= 1e-6 && abs < 1e21 && printed != strconv.FormatFloat(n, 'f', -1, 64) {
			t.Errorf("%v prints as %s", n, printed)
		}
		if places := math.Round(n*1000) / 1000; math.Abs(places) < 1e15 && places != 0 && FormatNumber(places) != strconv.FormatFloat(places, 'f', -1, 64) {
			t.Errorf("%v prints as %s", places, FormatNumber(places))
		}
		if v, err := Parse(printed); err == nil && v != n {
			t.Errorf("%v prints as %s, which JSON.parse reads as %v", n, printed, v)
		}
		if back := ToNumber(printed); back != n && (back == back || n == n) {
			t.Errorf("%v prints as %s, which reads as %v", n, printed, back)
		}
		if back := ParseFloat(printed); back != n && (back == back || n == n) {
			t.Errorf("%v prints as %s, which parseFloat reads as %v", n, printed, back)
		}
		// A text that is a number as a whole is one to parseFloat, unless it has a base.
		if x := ToNumber(s); x == x && TrimSpace(s) != "" {
			if y := ParseFloat(s); x != y && y != 0 {
				t.Errorf("Number(%q) = %v, parseFloat gives %v", s, x, y)
			}
		}
		for radix := range 38 {
			ParseInt(s, radix)
		}
	})
}
