package msg

import "strings"

type dateTokenKind int

const (
	dateEnd dateTokenKind = iota
	dateNumber
	dateWord
	dateSymbol // one of : - + . )
	dateSpace
	dateOther
)

type dateToken struct {
	kind   dateTokenKind
	n      int    // a number's value, from its first nine digits after zeros
	length int    // of a number or word in characters
	word   string // a word's first three letters in lower case
	symbol rune
}

// dateTokens splits a date. Parentheses and what is in them is one other token.
func dateTokens(s string) []dateToken {
	var tokens []dateToken
	text := []rune(s)
	for i := 0; i < len(text); {
		start, c := i, text[i]
		t := dateToken{}
		switch {
		case c >= '0' && c <= '9':
			t.kind = dateNumber
			for significant := 0; i < len(text) && text[i] >= '0' && text[i] <= '9'; i++ {
				if significant > 0 || text[i] != '0' {
					if significant++; significant <= 9 {
						t.n = t.n*10 + int(text[i]-'0')
					}
				}
			}
		case strings.ContainsRune(":-+.)", c):
			t.kind, t.symbol = dateSymbol, c
			i++
		case isSpace(c):
			t.kind = dateSpace
			for i < len(text) && isSpace(text[i]) {
				i++
			}
		case c >= 'A':
			t.kind = dateWord
			for i < len(text) && text[i] >= 'A' && !isSpace(text[i]) {
				i++
			}
			t.word = strings.ToLower(string(text[start:min(i, start+3)]))
		case c == '(':
			t.kind = dateOther
			for open := 0; i < len(text); {
				if text[i] == '(' {
					open++
				} else if text[i] == ')' {
					open--
				}
				if i++; open == 0 {
					break
				}
			}
		default:
			t.kind = dateOther
			i++
		}
		t.length = i - start
		tokens = append(tokens, t)
	}
	return tokens
}

// isWord tells whether t is just that word, of at most three letters.
func (t dateToken) isWord(w string) bool {
	return t.kind == dateWord && t.length == len(w) && t.word == w
}

func (t dateToken) isSymbol(c rune) bool { return t.kind == dateSymbol && t.symbol == c }

// sign tells whether t is + or -, and which.
func (t dateToken) sign() (sign int, ok bool) {
	switch {
	case t.isSymbol('+'):
		return 1, true
	case t.isSymbol('-'):
		return -1, true
	}
	return 0, false
}

// in tells whether t is a number of so many digits between lo and hi.
func (t dateToken) in(length, lo, hi int) bool {
	return t.kind == dateNumber && t.length == length && t.n >= lo && t.n <= hi
}

// millis reads a number as the fraction of a second.
func (t dateToken) millis() int {
	n, length := t.n, min(t.length, 9)
	for ; length < 3; length++ {
		n *= 10
	}
	for ; length > 3; length-- {
		n /= 10
	}
	return n
}
