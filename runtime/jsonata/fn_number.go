package jsonata

import (
	"math"
	"math/rand/v2"
	"regexp"
	"strconv"
	"strings"

	"sluice/runtime/msg"
)

var numberFunctions = []builtin{
	{"number", "<(nsb)-:n>", "arg", fnNumber},
	{"floor", "<n-:n>", "arg", numeric(math.Floor)},
	{"ceil", "<n-:n>", "arg", numeric(math.Ceil)},
	{"abs", "<n-:n>", "arg", numeric(math.Abs)},
	{"round", "<n-n?:n>", "arg precision", func(_ *evaluation, _ *call, args []any) (any, error) {
		f, ok := argAt(args, 0).(float64)
		if !ok {
			return undefined, nil
		}
		precision, _ := argAt(args, 1).(float64)
		return msg.Number(round(f, precision)), nil
	}},
	{"sqrt", "<n-:n>", "arg", func(_ *evaluation, _ *call, args []any) (any, error) {
		f, ok := argAt(args, 0).(float64)
		if !ok {
			return undefined, nil
		}
		if f < 0 {
			err := newError("D3060", f)
			err.Index = 1
			return nil, err
		}
		return msg.Number(math.Sqrt(f)), nil
	}},
	{"power", "<n-n:n>", "arg exp", func(_ *evaluation, _ *call, args []any) (any, error) {
		f, ok := argAt(args, 0).(float64)
		if !ok {
			return undefined, nil
		}
		exp, ok := argAt(args, 1).(float64)
		if !ok {
			exp = math.NaN()
		}
		p := pow(f, exp)
		if math.IsInf(p, 0) || math.IsNaN(p) {
			err := newError("D3061", f)
			err.Index, err.Exp = 1, argAt(args, 1)
			return nil, err
		}
		return msg.Number(p), nil
	}},
	{"random", "<:n>", "", func(*evaluation, *call, []any) (any, error) { return rand.Float64(), nil }},
	{"formatBase", "<n-n?:s>", "value radix", fnFormatBase},
	{"formatNumber", "<n-so?:s>", "value picture options", fnFormatNumber},
	{"formatInteger", "<n-s:s>", "value picture", fnFormatInteger},
	{"parseInteger", "<s-s:n>", "value picture", fnParseInteger},
}

func numeric(f func(float64) float64) func(*evaluation, *call, []any) (any, error) {
	return func(_ *evaluation, _ *call, args []any) (any, error) {
		x, ok := argAt(args, 0).(float64)
		if !ok {
			return undefined, nil
		}
		return msg.Number(f(x)), nil
	}
}

var (
	decimalText = regexp.MustCompile(`^-?[0-9]+(\.[0-9]+)?([Ee][-+]?[0-9]+)?$`)
	// Only its first alternative is anchored at the start and only its last at
	// the end, as in the original: "x0o7" passes and becomes NaN.
	radixText = regexp.MustCompile(`^(0[xX][0-9A-Fa-f]+)|(0[oO][0-7]+)|(0[bB][0-1]+)$`)
)

func fnNumber(_ *evaluation, _ *call, args []any) (any, error) {
	switch v := argAt(args, 0).(type) {
	case float64:
		return v, nil
	case bool:
		if v {
			return msg.Number(1), nil
		}
		return msg.Number(0), nil
	case string:
		if decimalText.MatchString(v) {
			if f, _ := strconv.ParseFloat(v, 64); !math.IsInf(f, 0) {
				return msg.Number(f), nil
			}
		} else if radixText.MatchString(v) {
			return msg.Number(msg.ToNumber(v)), nil
		}
	default:
		if v == undefined {
			return v, nil
		}
	}
	err := newError("D3030", argAt(args, 0))
	err.Index = 1
	return nil, err
}

// round rounds halves to the even neighbour, at a number of decimal places. The
// point is shifted in the text because a multiplication would not be exact.
func round(f, precision float64) float64 {
	shift := func(f, by float64) float64 {
		digits, exp, _ := strings.Cut(msg.FormatNumber(f), "e")
		if exp != "" {
			by += msg.ToNumber(exp)
		}
		return msg.ToNumber(digits + "e" + msg.FormatNumber(by))
	}
	places := precision != 0 && !math.IsNaN(precision)
	if places {
		f = shift(f, precision)
	}
	result := math.Floor(f)
	if f-result >= 0.5 {
		result++
	}
	if math.Abs(result-f) == 0.5 && math.Abs(math.Mod(result, 2)) == 1 {
		result--
	}
	if places {
		result = shift(result, -precision)
	}
	return result + 0 // no -0
}

func fnFormatBase(_ *evaluation, _ *call, args []any) (any, error) {
	f, ok := argAt(args, 0).(float64)
	if !ok {
		return undefined, nil
	}
	radix := 10.0
	if r, ok := argAt(args, 1).(float64); ok {
		radix = round(r, 0)
	}
	if radix < 2 || radix > 36 {
		return nil, newError("D3100", msg.Number(radix))
	}
	return formatRadix(round(f, 0), int(radix)), nil
}

// formatRadix is Number.prototype.toString(radix) for a whole number.
func formatRadix(f float64, radix int) string {
	if radix == 10 || math.IsNaN(f) || math.IsInf(f, 0) {
		return msg.FormatNumber(f)
	}
	if math.Abs(f) < 1<<53 {
		return strconv.FormatInt(int64(f), radix)
	}
	// V8 writes zeros for the digits that a double does not hold.
	const digits = "0123456789abcdefghijklmnopqrstuvwxyz"
	var b []byte
	x, base := math.Abs(f), float64(radix)
	for x >= (1<<53)*base {
		x /= base
		b = append(b, '0')
	}
	for {
		rest := math.Mod(x, base)
		b = append(b, digits[int(rest)])
		if x = (x - rest) / base; x <= 0 {
			break
		}
	}
	if f < 0 {
		b = append(b, '-')
	}
	for i, j := 0, len(b)-1; i < j; i, j = i+1, j-1 {
		b[i], b[j] = b[j], b[i]
	}
	return string(b)
}
