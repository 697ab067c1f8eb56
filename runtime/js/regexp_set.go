package js

import (
	"cmp"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// No engine at hand knows the set notation of the flag v (ECMAScript 2024, 22.2.1):
// [a--b], [a&&b], classes in classes, \q{…}. A class is therefore worked out to what
// it holds, and written as alternatives of strings and one class of ranges.

// classSet is what a class holds.
type classSet struct {
	ranges  [][2]rune       // in order, not touching
	strings map[string]bool // those not of one character
}

// Errors of patterns, in V8's words.
var (
	errUnterminated = errors.New("Unterminated character class")             //nolint:staticcheck // V8's words
	errSetOperation = errors.New("Invalid set operation in character class") //nolint:staticcheck
	errSetCharacter = errors.New("Invalid character in character class")     //nolint:staticcheck
	errSetRange     = errors.New("Invalid character class")                  //nolint:staticcheck
	errRangeOrder   = errors.New("Range out of order in character class")    //nolint:staticcheck
	errEscape       = errors.New("Invalid escape")                           //nolint:staticcheck
	errUnicode      = errors.New("Invalid Unicode escape")                   //nolint:staticcheck
	errDecimal      = errors.New("Invalid decimal escape")                   //nolint:staticcheck
	errProperty     = errors.New("Invalid property name")                    //nolint:staticcheck
	errNegated      = errors.New("Negated character class may contain strings")
	errBrackets     = errors.New("Lone quantifier brackets")
	errQuantifier   = errors.New("Incomplete quantifier")
)

// stringProperties are properties of strings, whose tables nothing here has.
var stringProperties = setOf("Basic_Emoji", "Emoji_Keycap_Sequence", "RGI_Modifier_Sequence", "RGI_Flag_Sequence", "RGI_Emoji_Modifier_Sequence",
	"RGI_Emoji_Flag_Sequence", "RGI_Emoji_Tag_Sequence", "RGI_Emoji_ZWJ_Sequence", "RGI_Emoji")

// sets goes through a pattern with the flag v.
type sets struct {
	text  string
	at    int
	fold  bool // the flag i
	depth int  // of classes in classes
	out   strings.Builder
}

// expandSets writes a pattern with the flag v as one with the flag u.
func expandSets(pattern string, ignoreCase bool) (string, error) {
	p := &sets{text: pattern, fold: ignoreCase}
	for p.at < len(p.text) {
		if err := p.term(); err != nil {
			return "", err
		}
	}
	return p.out.String(), nil
}

var quantifier = regexp.MustCompile(`^\{\d+(?:,\d*)?\}`)

func (p *sets) term() error {
	rest := p.text[p.at:]
	switch rest[0] {
	case '[':
		s, err := p.class()
		if err != nil {
			return err
		}
		p.out.WriteString(s.pattern())
		return nil
	case '\\':
		return p.escaped(rest)
	case ']', '}':
		return errBrackets
	case '{':
		q := quantifier.FindString(rest)
		if q == "" {
			return errQuantifier
		}
		p.copy(len(q))
		return nil
	}
	p.copy(1)
	return nil
}

func (p *sets) copy(n int) {
	p.out.WriteString(p.text[p.at : p.at+n])
	p.at += n
}

// escaped is term for what a backslash begins.
func (p *sets) escaped(rest string) error {
	switch {
	case len(rest) < 2:
		return errors.New(`\ at end of pattern`)
	case rest[1] == 'p' || rest[1] == 'P':
		s, err := p.escape()
		if err != nil {
			return err
		}
		p.out.WriteString(s.pattern())
	case strings.HasPrefix(rest, `\u{`):
		start := p.at
		if _, err := p.character(); err != nil {
			return err
		}
		p.out.WriteString(p.text[start:p.at])
	case strings.IndexByte(`^$\.*+?()[]{}|/dDsSwWbBfnrtvcxuk0123456789`, rest[1]) < 0:
		return errEscape
	default:
		p.copy(2)
	}
	return nil
}

// maxClassDepth bounds classes in classes.
const maxClassDepth = 100

// class reads what stands in brackets.
func (p *sets) class() (classSet, error) {
	if p.depth++; p.depth > maxClassDepth {
		return classSet{}, fmt.Errorf("more than %d classes in one another", maxClassDepth)
	}
	defer func() { p.depth-- }()
	p.at++
	negated := p.accept("^")
	s, err := p.contents()
	if err != nil || !negated {
		return s, err
	}
	if len(s.strings) > 0 {
		return s, errNegated
	}
	return classSet{ranges: complement(s.ranges)}, nil
}

func (p *sets) accept(s string) bool {
	if strings.HasPrefix(p.text[p.at:], s) {
		p.at += len(s)
		return true
	}
	return false
}

// contents reads a class up to its closing bracket: a union, or operands of one operator.
func (p *sets) contents() (classSet, error) {
	var s classSet
	for operands := 0; ; operands++ {
		if p.accept("]") {
			return s, nil
		}
		for _, op := range []string{"--", "&&"} {
			switch {
			case operands == 0 || !strings.HasPrefix(p.text[p.at:], op):
			case operands > 1:
				return s, errSetOperation
			default:
				p.at += len(op)
				return p.operation(s, op)
			}
		}
		x, err := p.operand()
		if err != nil {
			return s, err
		}
		single, isCharacter := x.only()
		if strings.HasPrefix(p.text[p.at:], "-") && !strings.HasPrefix(p.text[p.at:], "--") {
			p.at++
			hi, err := p.operand()
			last, ok := hi.only()
			switch {
			case err != nil:
				return s, err
			case !isCharacter || !ok:
				return s, errSetRange
			case last < single:
				return s, errRangeOrder
			}
			x = setOperand{set: classSet{ranges: [][2]rune{{single, last}}}}
			operands++ // a range is no operand of -- or &&
		}
		s = s.union(p.folded(x.set))
	}
}

// operation reads the operands behind the first.
func (p *sets) operation(s classSet, op string) (classSet, error) {
	for {
		if strings.HasPrefix(p.text[p.at:], "&") {
			return s, errSetCharacter
		}
		x, err := p.operand()
		if err != nil {
			return s, err
		}
		if set := p.folded(x.set); op == "--" {
			s = s.without(set)
		} else {
			s = s.both(set)
		}
		if p.accept("]") {
			return s, nil
		}
		if p.at == len(p.text) {
			return s, errUnterminated
		}
		if !p.accept(op) {
			return s, errSetOperation
		}
	}
}

// setOperand is an operand: a character, or a set.
type setOperand struct {
	set       classSet
	character bool
}

func (o setOperand) only() (rune, bool) {
	if !o.character {
		return 0, false
	}
	return o.set.ranges[0][0], true
}

func oneCharacter(c rune) setOperand {
	return setOperand{classSet{ranges: [][2]rune{{c, c}}}, true}
}

func (p *sets) operand() (setOperand, error) {
	rest := p.text[p.at:]
	switch {
	case rest == "":
		return setOperand{}, errUnterminated
	case rest[0] == '[':
		s, err := p.class()
		return setOperand{set: s}, err
	case strings.HasPrefix(rest, `\q{`):
		p.at += 3
		s, err := p.alternatives()
		return setOperand{set: s}, err
	case rest[0] == '\\' && len(rest) > 1 && strings.IndexByte("dDsSwWpP", rest[1]) >= 0:
		s, err := p.escape()
		return setOperand{set: s}, err
	}
	c, err := p.character()
	if err != nil {
		return setOperand{}, err
	}
	return oneCharacter(c), nil
}

// alternatives reads what stands in \q{…}.
func (p *sets) alternatives() (classSet, error) {
	s := classSet{strings: map[string]bool{}}
	var word []rune
	for {
		switch {
		case p.at == len(p.text):
			return s, errUnterminated
		case p.text[p.at] == '|' || p.text[p.at] == '}':
			if len(word) == 1 {
				s = s.union(oneCharacter(word[0]).set)
			} else {
				s.strings[string(word)] = true
			}
			word = word[:0]
			if p.at++; p.text[p.at-1] == '}' {
				return s, nil
			}
		default:
			c, err := p.character()
			if err != nil {
				return s, err
			}
			word = append(word, c)
		}
	}
}

// character reads one character of a class.
func (p *sets) character() (rune, error) {
	rest := p.text[p.at:]
	c, size := utf8.DecodeRuneInString(rest)
	next := rest[min(size, len(rest)):]
	switch {
	case strings.ContainsRune(`()[]{}/-|`, c):
		return 0, errSetCharacter
	case c == '\\':
		return p.characterEscape(next)
	case next != "" && rune(next[0]) == c && strings.ContainsRune("&!#$%*+,.:;<=>?@^`~", c):
		return 0, errSetOperation
	}
	p.at += size
	return c, nil
}

var (
	hexEscape     = regexp.MustCompile(`^x([0-9a-fA-F]{2})`)
	pairEscape    = regexp.MustCompile(`^u([dD][89abAB][0-9a-fA-F]{2})\\u([dD][c-fC-F][0-9a-fA-F]{2})`)
	unitEscape    = regexp.MustCompile(`^u([0-9a-fA-F]{4})`)
	bracedEscape  = regexp.MustCompile(`^u\{0*([0-9a-fA-F]{1,6})\}`)
	controlEscape = regexp.MustCompile(`^c([a-zA-Z])`)
)

// characterEscape is character behind a backslash.
func (p *sets) characterEscape(rest string) (rune, error) {
	if rest == "" {
		return 0, errEscape
	}
	if i := strings.IndexByte("bfnrtv", rest[0]); i >= 0 {
		p.at += 2
		return rune("\b\f\n\r\t\v"[i]), nil
	}
	hex := func(s string) rune {
		n, _ := strconv.ParseUint(s, 16, 32)
		return rune(n)
	}
	take := func(m []string, c rune) (rune, error) {
		p.at += 1 + len(m[0])
		return c, nil
	}
	switch {
	case rest[0] == '0' && (len(rest) < 2 || rest[1] < '0' || rest[1] > '9'):
		p.at += 2
		return 0, nil
	case rest[0] >= '0' && rest[0] <= '9':
		return 0, errDecimal
	case rest[0] == 'x':
		if m := hexEscape.FindStringSubmatch(rest); m != nil {
			return take(m, hex(m[1]))
		}
		return 0, errEscape
	case rest[0] == 'c':
		if m := controlEscape.FindStringSubmatch(rest); m != nil {
			return take(m, rune(m[1][0]&31))
		}
		return 0, errUnicode
	case rest[0] == 'u':
		if m := pairEscape.FindStringSubmatch(rest); m != nil {
			return take(m, (hex(m[1])-0xD800)<<10+hex(m[2])-0xDC00+0x10000)
		}
		if m := unitEscape.FindStringSubmatch(rest); m != nil {
			return take(m, hex(m[1]))
		}
		if m := bracedEscape.FindStringSubmatch(rest); m != nil && hex(m[1]) <= unicode.MaxRune {
			return take(m, hex(m[1]))
		}
		return 0, errUnicode
	case strings.IndexByte("^$\\.*+?()[]{}|/-&!#%,:;<=>@`~", rest[0]) >= 0:
		p.at += 2
		return rune(rest[0]), nil
	}
	return 0, errEscape
}

// escape reads \d, \p{…} and their like.
func (p *sets) escape() (classSet, error) {
	kind := p.text[p.at+1]
	p.at += 2
	var r [][2]rune
	switch kind {
	case 'd', 'D':
		r = [][2]rune{{'0', '9'}}
	case 's', 'S':
		r = spaces
	case 'w', 'W':
		r = [][2]rune{{'0', '9'}, {'A', 'Z'}, {'_', '_'}, {'a', 'z'}}
	default:
		rest := p.text[p.at:]
		end := strings.IndexByte(rest, '}')
		if end < 0 || rest[0] != '{' {
			return classSet{}, errProperty
		}
		name := rest[1:end]
		if stringProperties[name] && kind == 'p' {
			return classSet{}, fmt.Errorf("the property of strings %s is not known here: write the strings out with \\q{…}", name)
		}
		if r = propertyRanges(name); r == nil {
			return classSet{}, errProperty
		}
		p.at += end + 1
	}
	s := p.folded(classSet{ranges: r})
	if unicode.IsUpper(rune(kind)) {
		s.ranges = complement(s.ranges)
	}
	return s, nil
}

// spaces are what \s matches.
var spaces = [][2]rune{{'\t', '\r'}, {' ', ' '}, {0xA0, 0xA0}, {0x1680, 0x1680}, {0x2000, 0x200A}, {0x2028, 0x2029}, {0x202F, 0x202F},
	{0x205F, 0x205F}, {0x3000, 0x3000}, {0xFEFF, 0xFEFF}}

// folded is a set with all cases of what it holds, where case is ignored: then
// what is not in it is what matches none of it.
func (p *sets) folded(s classSet) classSet {
	if !p.fold {
		return s
	}
	more := slices.Clone(s.ranges)
	for _, c := range cased() {
		if s.holds(c) {
			for f := unicode.SimpleFold(c); f != c; f = unicode.SimpleFold(f) {
				more = append(more, [2]rune{f, f})
			}
		}
	}
	words := map[string]bool{}
	for w := range s.strings {
		words[strings.Map(leastCase, w)] = true
	}
	return classSet{joined(more), words}
}

// leastCase stands for all cases of a character.
func leastCase(c rune) rune {
	least := c
	for f := unicode.SimpleFold(c); f != c; f = unicode.SimpleFold(f) {
		least = min(least, f)
	}
	return least
}

func (s classSet) holds(c rune) bool {
	_, ok := slices.BinarySearchFunc(s.ranges, c, func(r [2]rune, c rune) int {
		switch {
		case r[1] < c:
			return -1
		case r[0] > c:
			return 1
		}
		return 0
	})
	return ok
}

func (s classSet) union(x classSet) classSet {
	words := map[string]bool{}
	for _, m := range []map[string]bool{s.strings, x.strings} {
		for w := range m {
			words[w] = true
		}
	}
	return classSet{joined(slices.Concat(s.ranges, x.ranges)), words}
}

func (s classSet) both(x classSet) classSet {
	words := map[string]bool{}
	for w := range s.strings {
		if x.strings[w] {
			words[w] = true
		}
	}
	return classSet{complement(joined(slices.Concat(complement(s.ranges), complement(x.ranges)))), words}
}

func (s classSet) without(x classSet) classSet {
	words := map[string]bool{}
	for w := range s.strings {
		if !x.strings[w] {
			words[w] = true
		}
	}
	return classSet{complement(joined(slices.Concat(complement(s.ranges), x.ranges))), words}
}

// pattern writes a set so that longer strings are tried first.
func (s classSet) pattern() string {
	words := make([]string, 0, len(s.strings))
	for w := range s.strings {
		words = append(words, w)
	}
	slices.SortFunc(words, func(a, b string) int {
		return cmp.Or(utf8.RuneCountInString(b)-utf8.RuneCountInString(a), cmp.Compare(a, b))
	})
	var b strings.Builder
	b.WriteString("(?:")
	for _, w := range words {
		if w != "" {
			b.WriteString(regexp.QuoteMeta(w) + "|")
		}
	}
	if len(s.ranges) == 0 {
		b.WriteString("(?!)")
	} else {
		b.WriteByte('[')
		for _, r := range s.ranges {
			fmt.Fprintf(&b, `\u{%x}-\u{%x}`, r[0], r[1])
		}
		b.WriteByte(']')
	}
	if s.strings[""] {
		b.WriteByte('|')
	}
	b.WriteByte(')')
	return b.String()
}
