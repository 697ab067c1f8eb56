package msg

import (
	"errors"
	"fmt"
	"testing"
)

func TestErrorsBecomeTheValuesAScriptWouldCatch(t *testing.T) {
	_, badPath := ParsePath("a[")
	_, badJSON := Parse("{")
	own := &Error{Name: "MyError", Message: "own"}
	for _, tc := range []struct {
		err        error
		text, code string
	}{
		{badJSON, "SyntaxError: " + badJSON.Error(), ""},
		{badPath, "Error: Invalid property expression: unterminated expression", "INVALID_EXPR"},
		{fmt.Errorf("read: %w", badJSON), "SyntaxError: read: " + badJSON.Error(), ""},
		{typeErrorf("no %d", 1), "TypeError: no 1", ""},
		{errTooDeep, "RangeError: Maximum call stack size exceeded", ""},
		{errors.New("plain"), "Error: plain", ""},
		{own, "MyError: own", ""},
	} {
		e := ErrorValue(tc.err)
		if got := ToString(e); got != tc.text || e.Props.String("code") != tc.code {
			t.Errorf("%v: got %q, code %q", tc.err, got, e.Props.String("code"))
		}
	}
	if ErrorValue(own) != own {
		t.Error("a value is itself")
	}
}
