package js

import "testing"

func TestUnicodeProperties(t *testing.T) {
	for expr, want := range map[string]string{
		`/\p{L}/u.test('é')`:                    "true",
		`'aé1 β'.replace(/\p{L}/gu, 'x')`:       `"xx1 x"`,
		`/^[\p{Lu}\d]+$/u.test('É1')`:           "true",
		`/\P{L}/u.test('é')`:                    "false",
		`/[^\p{Letter}]/u.test('é')`:            "false",
		`/[\P{L}]/u.test('1')`:                  "true",
		`/\p{Script=Greek}/u.test('α')`:         "true",
		`/\p{Script=Greek}/u.test('a')`:         "false",
		`/\p{Emoji_Presentation}/u.test('😀')`:   "true",
		`'日本語 x'.match(/\p{Script=Han}+/u)[0]`:  `"日本語"`,
		`new RegExp('^\\p{Lu}', 'u').test('Ä')`: "true",
		`RegExp('\\p{N}', 'gu').test('٣')`:      "true",
		`/\\p{L}/.test('\\p{L}')`:               "true",
		`[/a/ instanceof RegExp, new RegExp(/a/g).flags, RegExp(/x/).source, /a/.constructor === RegExp]`: `[true,"g","x",true]`,
		`'a,b'.split(new RegExp(','))`: `["a","b"]`,
	} {
		if got := evaluate(t, expr); got != want {
			t.Errorf("%s: got %s, want %s", expr, got, want)
		}
	}
}
