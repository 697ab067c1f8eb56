package authz

import (
	"encoding/hex"
	"regexp"
	"strings"
	"testing"
)

const vector = "sluh_0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefg4SEGSx"

func TestSecretVectors(t *testing.T) {
	check := checkOf(vector[:48])
	if string(check[:]) != "4SEGSx" || !plausible(vector) {
		t.Errorf("check characters %s", check)
	}
	if got := hashOf(vector); hex.EncodeToString(got[:]) != "8b00cd877bbf2a0b5a787fd0fa8dce4a53905cd712730867138d69a2066cefac" {
		t.Errorf("hash %x", got)
	}
	const flowfuse = "ffhttp_FKc_S4qlTBV1H411hmhneHcSJ6F_FGNQLPYbnoD3-B0"
	want, err := ParseHash("nz2KnknLm86XSJYc5hxSMSksD+5h3R8HnYdeF7W01xQ=")
	if err != nil || hashOf(flowfuse) != want || !plausible(flowfuse) {
		t.Errorf("FlowFuse's token does not verify: %v", err)
	}
	if hint := hintOf(vector); hint != "sluh_EGSx" {
		t.Errorf("hint %s", hint)
	}
}

func TestNewSecret(t *testing.T) {
	shape := regexp.MustCompile(`^slu[ha]_[0-9A-Za-z]{49}$`)
	seen := map[string]bool{}
	var characters [256]int
	for range 500 {
		for _, kind := range []Kind{KindHTTP, KindAdmin} {
			s := newSecret(kind)
			if !shape.MatchString(s) || !plausible(s) || seen[s] {
				t.Fatalf("bad secret %s", s)
			}
			seen[s] = true
			for _, c := range []byte(s[5:48]) {
				characters[c]++
			}
		}
	}
	// 43,000 draws of 62 give 693 each; 8 standard deviations are 209.
	for _, c := range []byte(digits) {
		if n := characters[c]; n < 480 || n > 910 {
			t.Errorf("character %c drawn %d times", c, n)
		}
	}
}

func TestPlausible(t *testing.T) {
	for _, value := range []string{
		"", "x", "sluh_", vector[:53], vector + "x", strings.ToLower(vector), strings.Replace(vector, "0", "1", 1),
		"slux" + vector[4:], "slus" + vector[4:], "sluz_aaaaaaaaaaaaaaaaaaaaaaaaaaaa",
		"nineteen-characters", strings.Repeat("a", 513), "with space in the middle", "quoted\"quoted\"quoted", "tökentökentökentöken",
	} {
		if plausible(value) {
			t.Errorf("%q could be a token", value)
		}
	}
	for _, value := range []string{"twenty-characters-xx", strings.Repeat("a", 512), "abcdefghijklmnopqrstuv=="} {
		if !plausible(value) {
			t.Errorf("%q could not be a token", value)
		}
	}
}

func TestParseHash(t *testing.T) {
	for _, text := range []string{"", "zz", vector, strings.Repeat("0", 63), "nz2KnknLm86XSJYc5hxSMSksD+5h3R8HnYdeF7W01x"} {
		if _, err := ParseHash(text); err == nil {
			t.Errorf("%q was read as a SHA-256", text)
		}
	}
}
