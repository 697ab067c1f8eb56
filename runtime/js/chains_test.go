package js

import (
	"strings"
	"testing"
)

func TestLongChainsMeanTheSame(t *testing.T) {
	chain := func(n int, link, end string) string { return strings.Repeat(link, n) + end }
	for expr, want := range map[string]string{
		chain(3000, "1+", "1"):                                  "3001",
		chain(3000, "true&&", "7"):                              "7",
		chain(3000, "0||", "'x'"):                               `"x"`,
		chain(3000, "null??", "5"):                              "5",
		chain(1000, "1&&", "") + chain(1000, "0||", "3"):        "3",
		chain(150, "!(1&&", "1") + chain(150, "&&1)", ""):       "true",
		chain(2000, "'ab'+", "'c'") + ".length":                 `"` + strings.Repeat("ab", 2000) + `1"`,
		"(" + chain(2000, "'ab'+", "'c'") + ").length":          "4001",
		"'a'+'b'+1+2+'c'+'d'":                                   `"ab12cd"`,
		"1+2+'a'+'b'":                                           `"3ab"`,
		"'a'+(1+2)+'b'":                                         `"a3b"`,
		"'é'+'a'+'\\ud83d'+'\\ude00'":                           `"éa😀"`,
		"'\\ud83d'+'x'":                                         `"\ud83dx"`,
		"[chain => chain" + chain(40, "+chain", "") + "][0](1)": "41",
		"typeof " + chain(20, "- ", "1"):                        `"number"`,
		chain(20, "- ", "'2'"):                                  "2",
		"((a, b) => " + chain(30, "a+b+", "''") + ")('x', 1)":   `"` + strings.Repeat("x1", 30) + `"`,
	} {
		if got := evaluate(t, expr); got != want {
			t.Errorf("%.60s: got %.80s, want %.80s", expr, got, want)
		}
	}
}

func TestConstantsThatNestTooDeeplyAreRefusedWhereABodyCompiles(t *testing.T) {
	const want = `throws SyntaxError: more than 8 of && || ?? in a row between constants take too long to compile: write what they come to`
	for _, f := range []string{`eval(%)`, `(0, eval)(%)`, `Function("return " + %)`, `new Function("a", "b", "return " + %)`, `Function("a=" + %, "")`,
		`(function* () {}).constructor("yield " + %)`, `(async () => {}).constructor("return " + %)`} {
		for text, refused := range map[string]bool{
			`"1&&".repeat(2000) + "1"`:                  true,
			`"!(0||".repeat(50) + "1" + ")".repeat(50)`: true,
			`"!(".repeat(50) + "0" + "||0)".repeat(50)`: true,
			`"1&&".repeat(500) + "Math"`:                true,
			`"Math&&".repeat(500) + "1"`:                false,
			`"(1&&1)+".repeat(500) + "1"`:               false,
			`"1&&".repeat(8) + "1"`:                     false,
		} {
			expr := "typeof " + strings.Replace(f, "%", text, 1)
			if got := evaluate(t, expr); (got == want) != refused || !refused && strings.HasPrefix(got, "throws") {
				t.Errorf("%s: %s", expr, got)
			}
		}
	}
}
