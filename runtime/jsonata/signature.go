package jsonata

import (
	"strings"

	"sluice/runtime/msg"
)

// signature checks and completes the arguments of a function. Its text is a
// list of types, such as <s-nn?:s>; what follows the colon is not checked.
//
// The reference implementation makes a regular expression of the list and
// matches the types of the arguments with it, so optional parameters may take
// part in backtracking; match does the same.
type signature struct{ params []param }

type param struct {
	types      types
	quantifier quantifier
	array      bool   // a: a lone value becomes an array of one
	subtype    string // a<s>: what the array must hold
	typed      bool   // the subtype is given; it may be empty, which nothing fits
	context    bool   // -: the context value takes the place of a missing argument
	contextOK  types
	symbol     string
}

type types uint8

const (
	typeArray types = 1 << iota
	typeString
	typeNumber
	typeBoolean
	typeNull
	typeFunction
	typeObject
	typeMissing
)

var typeSymbols = map[byte]types{
	'a': typeArray, 's': typeString, 'n': typeNumber, 'b': typeBoolean,
	'l': typeNull, 'f': typeFunction, 'o': typeObject, 'm': typeMissing,
}

var typePlurals = map[string]string{
	"a": "arrays", "b": "booleans", "f": "functions", "n": "numbers", "o": "objects", "s": "strings",
}

const (
	typesAny  = typeArray | typeString | typeNumber | typeBoolean | typeNull | typeFunction | typeObject | typeMissing
	typesJSON = typesAny &^ typeFunction
)

type quantifier string

const (
	once         quantifier = ""
	optional     quantifier = "?"
	optionalLazy quantifier = "??"
	many         quantifier = "+"
	manyLazy     quantifier = "+?"
)

// newSignature parses text. The position of its error is an offset into text.
func newSignature(text string) (*signature, *Error) {
	s := &signature{}
	var none param
	last := &none
	add := func(p param) {
		s.params = append(s.params, p)
		last = &s.params[len(s.params)-1]
	}
	for i := 1; i < len(text) && text[i] != ':'; i++ {
		switch c := text[i]; c {
		case 's', 'n', 'b', 'l', 'o':
			add(param{types: typeSymbols[c] | typeMissing, symbol: string(c)})
		case 'a':
			add(param{types: typesAny, array: true, symbol: "a"})
		case 'f':
			add(param{types: typeFunction, symbol: "f"})
		case 'j':
			add(param{types: typesJSON, symbol: "j"})
		case 'x':
			add(param{types: typesAny, symbol: "x"})
		case '-':
			last.context, last.contextOK = true, last.types
			last.quantifier += optional
		case '?', '+':
			last.quantifier += quantifier(c)
		case '(':
			end := closing(text, i, '(', ')')
			choice := text[i+1 : min(end, len(text))]
			if strings.Contains(choice, "<") {
				return nil, &Error{Code: "S0402", Position: msg.UTF16Len(text[:i]), Token: msg.Undefined, Value: choice}
			}
			set, ok := choiceTypes(choice)
			if !ok {
				e := scriptError("SyntaxError", "Invalid regular expression: /^(["+choice+"m])$/: Range out of order in character class")
				return nil, e
			}
			add(param{types: set, symbol: "(" + choice + ")"})
			i = end
		case '<':
			if last.symbol != "a" && last.symbol != "f" {
				e := &Error{Code: "S0401", Position: msg.UTF16Len(text[:i]), Token: msg.Undefined, Value: msg.Undefined}
				if last.symbol != "" {
					e.Value = last.symbol
				}
				return nil, e
			}
			end := closing(text, i, '<', '>')
			last.subtype, last.typed = text[i+1:min(end, len(text))], true
			i = end
		}
	}
	for _, p := range s.params {
		switch p.quantifier {
		case once, optional, optionalLazy, many, manyLazy:
		default:
			return nil, scriptError("SyntaxError", "Invalid regular expression: "+p.symbol+string(p.quantifier)+": Nothing to repeat")
		}
	}
	return s, nil
}

// choiceTypes reads a choice such as (sn) as what it becomes, a character class.
func choiceTypes(choice string) (types, bool) {
	var set types
	choice += "m"
	for i := 0; i < len(choice); i++ {
		last := choice[i]
		if i+2 < len(choice) && choice[i+1] == '-' {
			last = choice[i+2]
			if last < choice[i] {
				return 0, false
			}
		}
		for symbol, t := range typeSymbols {
			if symbol >= choice[i] && symbol <= last {
				set |= t
			}
		}
		if last != choice[i] {
			i += 2
		}
	}
	return set, true
}

func mustSignature(text string) *signature {
	s, err := newSignature(text)
	if err != nil {
		panic(err)
	}
	return s
}

// closing is the index of the bracket that closes the one at i, or the length.
func closing(s string, i int, left, right byte) int {
	depth := 1
	for i++; i < len(s); i++ {
		switch s[i] {
		case right:
			if depth--; depth == 0 {
				return i
			}
		case left:
			depth++
		}
	}
	return i
}
