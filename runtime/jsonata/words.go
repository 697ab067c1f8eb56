package jsonata

import (
	"math"
	"regexp"
	"slices"
	"strings"
	"sync"

	"sluice/runtime/msg"
)

var (
	unitWords = strings.Fields("Zero One Two Three Four Five Six Seven Eight Nine Ten Eleven Twelve Thirteen " +
		"Fourteen Fifteen Sixteen Seventeen Eighteen Nineteen")
	ordinalWords = strings.Fields("Zeroth First Second Third Fourth Fifth Sixth Seventh Eighth Ninth Tenth " +
		"Eleventh Twelfth Thirteenth Fourteenth Fifteenth Sixteenth Seventeenth Eighteenth Nineteenth")
	tensWords      = strings.Fields("Twenty Thirty Forty Fifty Sixty Seventy Eighty Ninety")
	magnitudeWords = strings.Fields("Thousand Million Billion Trillion")
)

// errTooDeep is where recursion ends in the reference implementation.
func errTooDeep() error { return scriptError("RangeError", "Maximum call stack size exceeded") }

// numberWords writes a whole number in English.
func numberWords(n float64, ordinal bool) (string, error) {
	if math.IsInf(n, 0) || math.IsNaN(n) {
		return "", errTooDeep()
	}
	return words(n, "", ordinal), nil
}

// words writes n; joint is what stands before it if it is the rest of a larger
// number: ", " or " and ".
func words(n float64, joint string, ordinal bool) string {
	and, comma := "", ""
	if joint != "" {
		and, comma = " and ", ", "
	}
	switch {
	case n <= 19:
		if ordinal {
			return and + ordinalWords[int(n)]
		}
		return and + unitWords[int(n)]
	case n < 100:
		tens, rest := tensWords[int(n)/10-2], math.Mod(n, 10)
		switch {
		case rest > 0:
			return and + tens + "-" + words(rest, "", ordinal)
		case ordinal:
			return and + strings.TrimSuffix(tens, "y") + "ieth"
		}
		return and + tens
	case n < 1000:
		return comma + unitWords[int(n)/100] + " Hundred" + remainder(math.Mod(n, 100), ordinal)
	}
	mag, factor := 1, 1e3
	for mag < len(magnitudeWords) && n >= factor*1e3 {
		mag++
		factor *= 1e3
	}
	count := math.Floor(n / factor)
	return comma + words(count, "", false) + " " + magnitudeWords[mag-1] + remainder(n-count*factor, ordinal)
}

func remainder(n float64, ordinal bool) string {
	switch {
	case n > 0:
		return words(n, ", ", ordinal)
	case ordinal:
		return "th"
	}
	return ""
}

// wordValues are the numbers that words stand for, in lower case.
var wordValues = sync.OnceValue(func() map[string]float64 {
	values := make(map[string]float64)
	for i := range unitWords {
		values[strings.ToLower(unitWords[i])] = float64(i)
		values[strings.ToLower(ordinalWords[i])] = float64(i)
	}
	for i, w := range append(slices.Clone(tensWords), "Hundred") {
		w = strings.ToLower(w)
		values[w] = float64(i+2) * 10
		values[w[:len(w)-1]+"ieth"] = values[w]
	}
	values["hundredth"] = 100
	for i, w := range magnitudeWords {
		w = strings.ToLower(w)
		values[w] = math.Pow10(3 * (i + 1))
		values[w+"th"] = values[w]
	}
	return values
})

var wordBreak = regexp.MustCompile(`,\s|\sand\s|[\s\\-]`)

func wordsValue(text string) float64 {
	segments := []float64{0}
	for _, part := range wordBreak.Split(text, -1) {
		value, ok := wordValues()[part]
		if !ok {
			return math.NaN()
		}
		last := len(segments) - 1
		switch {
		case value >= 100:
			segments[last] *= value
		case segments[last] >= 1000:
			segments = append(segments, value)
		default:
			segments[last] += value
		}
	}
	sum := 0.0
	for _, s := range segments {
		sum += s
	}
	return sum
}

// wordPattern matches a number in words. Longer words come first: the engine
// takes the first alternative that fits, and needs no way back then.
var wordPattern = sync.OnceValue(func() string {
	var list []string
	for w := range wordValues() {
		list = append(list, w)
	}
	slices.SortFunc(list, func(a, b string) int {
		if len(a) != len(b) {
			return len(b) - len(a)
		}
		return strings.Compare(a, b)
	})
	return "(?:" + strings.Join(list, "|") + "|and|[\\-, ])+"
})

var romanNumerals = []struct {
	value float64
	text  string
}{
	{1000, "m"}, {900, "cm"}, {500, "d"}, {400, "cd"}, {100, "c"}, {90, "xc"}, {50, "l"}, {40, "xl"},
	{10, "x"}, {9, "ix"}, {5, "v"}, {4, "iv"}, {1, "i"},
}

// maxRoman bounds the length of Roman numerals; the original's recursion ends
// near there.
const maxRoman = 1.05e7

func roman(n float64) (string, error) {
	if n > maxRoman {
		return "", errTooDeep()
	}
	var b strings.Builder
	for _, r := range romanNumerals {
		for ; n >= r.value; n -= r.value {
			b.WriteString(r.text)
		}
	}
	return b.String(), nil
}

func romanValue(text string) float64 {
	values := map[rune]float64{'M': 1000, 'D': 500, 'C': 100, 'L': 50, 'X': 10, 'V': 5, 'I': 1}
	sum, largest := 0.0, 1.0
	numerals := []rune(text)
	for _, r := range slices.Backward(numerals) {
		v, ok := values[r]
		switch {
		case !ok:
			return math.NaN()
		case v < largest:
			sum -= v
		default:
			largest = v
			sum += v
		}
	}
	return sum
}

// letters counts a, b, … z, aa, ab, …
func letters(n float64, isUpper bool) (string, error) {
	if math.IsInf(n, 0) {
		return "", errTooDeep()
	}
	first := byte('a')
	if isUpper {
		first = 'A'
	}
	var b []byte
	for ; n > 0; n = math.Floor((n - 1) / 26) {
		b = append(b, first+byte(math.Mod(n-1, 26)))
	}
	slices.Reverse(b)
	return string(b), nil
}

func lettersValue(text string, isUpper bool) float64 {
	first := 'a'
	if isUpper {
		first = 'A'
	}
	sum := 0.0
	units := msg.ToUTF16(text)
	for i := range units {
		sum += float64(rune(units[len(units)-1-i])-first+1) * pow(26, float64(i))
	}
	return sum
}
