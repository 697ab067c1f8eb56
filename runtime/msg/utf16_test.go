package msg

import (
	"slices"
	"strings"
	"testing"
)

const (
	high = "\xed\xa0\xbd" // \ud83d
	low  = "\xed\xb8\x80" // \ude00
)

var utf16Texts = []string{"", "abc", "aé€b", "a😀b", "😀", high, low, low + high, "x" + high + "y", "é" + low, "\uffff\U0010ffff"}

func TestTextCountsInCodeUnits(t *testing.T) {
	for _, s := range utf16Texts {
		units := ToUTF16(s)
		if got := FromUTF16(units); got != s {
			t.Errorf("%q comes back as %q", s, got)
		}
		if got := UTF16Len(s); got != len(units) {
			t.Errorf("length of %q = %d, want %d", s, got, len(units))
		}
		for i := -1; i <= len(units); i++ {
			u, ok := UTF16At(s, i)
			if ok != (i >= 0 && i < len(units)) || ok && u != units[i] {
				t.Errorf("%q[%d] = %#x, %v", s, i, u, ok)
			}
		}
		for i := range len(units) + 1 {
			for j := i; j <= len(units); j++ {
				if got, want := UTF16Slice(s, i, j), FromUTF16(units[i:j]); got != want {
					t.Errorf("%q.slice(%d, %d) = %q, want %q", s, i, j, got, want)
				}
			}
		}
	}
}

func TestCompareUTF16OrdersByCodeUnits(t *testing.T) {
	for _, a := range utf16Texts {
		for _, b := range utf16Texts {
			if got, want := sign(CompareUTF16(a, b)), slices.Compare(ToUTF16(a), ToUTF16(b)); got != want {
				t.Errorf("CompareUTF16(%q, %q) = %d, want %d", a, b, got, want)
			}
		}
	}
}

func TestHalvesOfAPairThatMeetBecomeOneCharacter(t *testing.T) {
	if got := Concat("a"+high, low+"b"); got != "a😀b" {
		t.Errorf("Concat: %q", got)
	}
	if got := Concat(low, high); got != low+high {
		t.Errorf("Concat in the wrong order: %q", got)
	}
	if got := ToUTF8("a" + high + "b"); got != "a\ufffdb" {
		t.Errorf("ToUTF8: %q", got)
	}
	if s := strings.Repeat("x", 9); ToUTF8(s) != s {
		t.Error("ToUTF8 changes plain text")
	}
}
