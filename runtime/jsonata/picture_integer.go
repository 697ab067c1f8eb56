package jsonata

import (
	"math"
	"slices"
	"strings"

	"sluice/runtime/msg"
)

// integerFormat is an analysed picture for whole numbers, after XPath's
// fn:format-integer (F&O 4.6).
type integerFormat struct {
	style      integerStyle
	letterCase letterCase
	ordinal    bool

	// For decimal digits. NaN stands for what other styles do not have.
	zero       rune
	mandatory  float64
	optional   float64
	regular    int // distance of equal separators, 0 if they are irregular
	separators []separator
	parseWidth float64 // digits to read where no text separates two numbers

	picture string
}

type integerStyle uint8

const (
	styleDecimal integerStyle = iota
	styleLetters
	styleRoman
	styleWords
	styleSequence // a numbering that is not supported
)

type letterCase uint8

const (
	caseLower letterCase = iota
	caseUpper
	caseTitle
)

type separator struct {
	position int // digits to its right
	char     string
}

// decimalZeros are the zeros of the digit families that a picture may use.
var decimalZeros = []rune{
	0x30, 0x0660, 0x06F0, 0x07C0, 0x0966, 0x09E6, 0x0A66, 0x0AE6, 0x0B66, 0x0BE6, 0x0C66, 0x0CE6, 0x0D66,
	0x0DE6, 0x0E50, 0x0ED0, 0x0F20, 0x1040, 0x1090, 0x17E0, 0x1810, 0x1946, 0x19D0, 0x1A80, 0x1A90, 0x1B50,
	0x1BB0, 0x1C40, 0x1C50, 0xA620, 0xA8D0, 0xA900, 0xA9D0, 0xA9F0, 0xAA50, 0xABF0, 0xFF10,
}

func newIntegerFormat(picture string) (*integerFormat, error) {
	f := &integerFormat{mandatory: math.NaN(), optional: math.NaN()}
	primary := picture
	if i := strings.LastIndexByte(picture, ';'); i >= 0 {
		primary = picture[:i]
		f.ordinal = strings.HasPrefix(picture[i+1:], "o")
	}
	switch primary {
	case "A":
		f.style, f.letterCase = styleLetters, caseUpper
	case "a":
		f.style = styleLetters
	case "I":
		f.style, f.letterCase = styleRoman, caseUpper
	case "i":
		f.style = styleRoman
	case "W":
		f.style, f.letterCase = styleWords, caseUpper
	case "Ww":
		f.style, f.letterCase = styleWords, caseTitle
	case "w":
		f.style = styleWords
	default:
		return f, f.decimal(primary)
	}
	return f, nil
}

// decimal reads a pattern of digits, right to left because that is how
// separators are counted.
func (f *integerFormat) decimal(picture string) error {
	mandatory, optional, position := 0, 0, 0
	runes := []rune(picture)
	for i := len(runes) - 1; i >= 0; i-- {
		r := runes[i]
		switch zero := zeroOf(r); {
		case zero != 0:
			if f.zero != 0 && f.zero != zero {
				return newError("D3131", undefined)
			}
			f.zero = zero
			mandatory++
			position++
		case r == '#':
			optional++
			position++
		default:
			f.separators = append(f.separators, separator{position, string(r)})
		}
	}
	if mandatory == 0 {
		*f = integerFormat{style: styleSequence, picture: picture, mandatory: math.NaN(), optional: math.NaN()}
		return nil
	}
	f.mandatory, f.optional = float64(mandatory), float64(optional)
	positions := make([]int, len(f.separators))
	for i, s := range f.separators {
		if s.char != f.separators[0].char {
			return nil
		}
		positions[i] = s.position
	}
	f.regular = regularInterval(positions)
	return nil
}

func zeroOf(r rune) rune {
	for _, zero := range decimalZeros {
		if r >= zero && r <= zero+9 {
			return zero
		}
	}
	return 0
}

func integerPicture(arg any) (*integerFormat, error) {
	picture, ok := arg.(string)
	if !ok {
		return nil, typeError("Cannot read properties of undefined (reading 'lastIndexOf')")
	}
	return newIntegerFormat(picture)
}

func fnFormatInteger(_ *evaluation, _ *call, args []any) (any, error) {
	value, ok := argAt(args, 0).(float64)
	if !ok {
		return undefined, nil
	}
	f, err := integerPicture(argAt(args, 1))
	if err != nil {
		return nil, err
	}
	return boxedText(f.format(math.Floor(value)))
}

func (f *integerFormat) format(value float64) (text string, err error) {
	negative := value < 0
	value = math.Abs(value)
	switch f.style {
	case styleLetters:
		text, err = letters(value, f.letterCase == caseUpper)
	case styleRoman:
		if text, err = roman(value); f.letterCase == caseUpper {
			text = strings.ToUpper(text)
		}
	case styleWords:
		text, err = numberWords(value, f.ordinal)
		switch f.letterCase {
		case caseUpper:
			text = strings.ToUpper(text)
		case caseLower:
			text = strings.ToLower(text)
		}
	case styleDecimal:
		text = f.formatDecimal(value)
	case styleSequence:
		return "", newError("D3130", f.picture)
	}
	if negative {
		text = "-" + text
	}
	return text, err
}

func (f *integerFormat) formatDecimal(value float64) string {
	s := []rune(msg.FormatNumber(value))
	if missing := f.mandatory - float64(len(s)); missing > 0 {
		s = []rune(strings.Repeat("0", int(min(missing, 1e6))) + string(s))
	}
	if f.zero != '0' {
		for i := range s {
			s[i] += f.zero - '0'
		}
	}
	if f.regular > 0 {
		for n := floorDiv(len(s)-1, f.regular); n > 0; n-- {
			at := len(s) - n*f.regular
			s = splice(s, at, at, f.separators[0].char)
		}
	} else {
		for i := len(f.separators) - 1; i >= 0; i-- {
			// Where the number is too short, its head gets lost: an oddity of the
			// original.
			at := len(s) - f.separators[i].position
			s = slices.Concat(s[:max(at, 0)], []rune(f.separators[i].char), s[sliceIndex(float64(at), len(s)):])
		}
	}
	text := string(s)
	if f.ordinal {
		suffix := map[string]string{"1": "st", "2": "nd", "3": "rd"}[charAt(s, len(s)-1)]
		if suffix == "" || charAt(s, len(s)-2) == "1" {
			suffix = "th"
		}
		text += suffix
	}
	return text
}

func fnParseInteger(_ *evaluation, _ *call, args []any) (any, error) {
	text, ok := argAt(args, 0).(string)
	if !ok {
		return undefined, nil
	}
	f, err := integerPicture(argAt(args, 1))
	if err != nil {
		return nil, err
	}
	if f.style == styleSequence {
		return nil, newError("D3130", f.picture)
	}
	n, err := f.parse(text)
	return msg.Number(n), err
}

// parse reads what format writes; it does not check more than it needs.
func (f *integerFormat) parse(text string) (float64, error) {
	switch f.style {
	case styleLetters:
		return lettersValue(text, f.letterCase == caseUpper), nil
	case styleRoman:
		if f.letterCase != caseUpper {
			text = upper(text)
		}
		return romanValue(text), nil
	case styleWords:
		return wordsValue(lower(text)), nil
	}
	if f.ordinal {
		text = msg.UTF16Slice(text, 0, max(msg.UTF16Len(text)-2, 0))
	}
	if f.regular > 0 {
		text = strings.ReplaceAll(text, ",", "") // whatever the separator is
	} else {
		for _, s := range f.separators {
			text = strings.ReplaceAll(text, s.char, "")
		}
	}
	if f.zero != '0' {
		digits := []rune(text)
		for i := range digits {
			if digits[i] += '0' - f.zero; digits[i] < 0 {
				return 0, scriptError("RangeError", "Invalid code point "+msg.FormatNumber(float64(digits[i])))
			}
		}
		text = string(digits)
	}
	return msg.ParseInt(text, 0), nil
}

// pattern is a regular expression for what format writes.
func (f *integerFormat) pattern() (string, error) {
	switch f.style {
	case styleLetters:
		if f.letterCase == caseUpper {
			return "[A-Z]+", nil
		}
		return "[a-z]+", nil
	case styleRoman:
		if f.letterCase == caseUpper {
			return "[MDCLXVI]+", nil
		}
		return "[mdclxvi]+", nil
	case styleWords:
		return wordPattern(), nil
	case styleSequence:
		return "", newError("D3130", f.picture)
	}
	p := "[0-9]+"
	if f.parseWidth > 0 {
		p = "[0-9]{" + msg.FormatNumber(f.parseWidth) + "}"
	}
	if f.ordinal {
		p += "(?:th|st|nd|rd)"
	}
	return p, nil
}
