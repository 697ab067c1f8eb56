package jsonata

import (
	"errors"

	"github.com/dlclark/regexp2/v2/syntax"
)

// regexReasons are V8's words for what is wrong with a regular expression.
var regexReasons = map[syntax.ErrorCode]string{
	syntax.ErrMissingRepeatArgument:     "Nothing to repeat",
	syntax.ErrInvalidRepeatOp:           "Nothing to repeat",
	syntax.ErrQuantifiedAssertion:       "Nothing to repeat",
	syntax.ErrInvalidRepeatSize:         "numbers out of order in {} quantifier",
	syntax.ErrInvalidCharRange:          "Range out of order in character class",
	syntax.ErrReversedCharRange:         "Range out of order in character class",
	syntax.ErrUnterminatedBracket:       "Unterminated character class",
	syntax.ErrMissingParen:              "Unterminated group",
	syntax.ErrUnexpectedParen:           "Unmatched ')'",
	syntax.ErrUnrecognizedGrouping:      "Invalid group",
	syntax.ErrInvalidGroupName:          "Invalid capture group name",
	syntax.ErrInvalidECMAGroupName:      "Invalid capture group name",
	syntax.ErrDuplicateGroupName:        "Duplicate capture group name",
	syntax.ErrUndefinedNameRef:          "Invalid named capture referenced",
	syntax.ErrMalformedNameRef:          "Invalid named reference",
	syntax.ErrIllegalEndEscape:          `\ at end of pattern`,
	syntax.ErrShorthandClassInCharRange: "Invalid character class",
}

// RegexpReason is what V8 says of a fault in a regular expression, of which err is
// regexp2's error.
func RegexpReason(err error) string {
	if e, ok := errors.AsType[*syntax.Error](err); ok && regexReasons[e.Code] != "" {
		return regexReasons[e.Code]
	}
	return "Invalid pattern"
}

func regexError(source, flags string, err error) *Error {
	return scriptError("SyntaxError", "Invalid regular expression: /"+source+"/"+flags+": "+RegexpReason(err))
}
