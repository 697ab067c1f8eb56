package js

import "testing"

// playAsInNode runs bodies that the compiler to Go must take and run to their end; the payloads are Node's.
func playAsInNode(t *testing.T, cases [][2]string) {
	t.Helper()
	b := newBench(t)
	for _, tc := range cases {
		f := b.compile(Source{Body: tc[0]})
		c := b.call(f, `{"_msgid":"1"}`)
		if f.c.direct.body == nil || f.c.direct.left.n.Load() != 0 {
			t.Errorf("%s\nwas not run directly: %s", tc[0], f.c.direct.why)
		} else if got := show(c.sent[0][0][0].Value("payload")); got != tc[1] {
			t.Errorf("%s\ngives %s, in Node %s", tc[0], got, tc[1])
		}
		f.Close(t.Context(), false)
	}
}

// returning makes bodies of expressions.
func returning(cases [][2]string) [][2]string {
	for i := range cases {
		cases[i][0] = "return {payload: " + cases[i][0] + "}"
	}
	return cases
}

func TestTextsOfCompiledBodies(t *testing.T) {
	playAsInNode(t, returning([][2]string{
		{`"abc".at(-1)`, `"c"`},
		{`["abc".at(3), "abc".at(NaN)]`, `[null,"a"]`},
		{`["abc".charAt(1), "abc".charAt(9), "😀".charAt(1)]`, `["b","","\ude00"]`},
		{`["abc".charCodeAt(1), "".charCodeAt(0), "😀".charCodeAt(1)]`, `[98,null,56832]`},
		{`["😀a".codePointAt(0), "😀a".codePointAt(1), "a".codePointAt(5)]`, `[128512,56832,null]`},
		{`"a".concat(1, null, undefined, [2])`, `"a1nullundefined2"`},
		{`"\ud83d".concat("\ude00") === "😀"`, `true`},
		{`["abc".endsWith("bc"), "abc".endsWith("ab", 2), "abc".endsWith("", -1), "äb".endsWith("b", 2)]`, `[true,true,true,true]`},
		{`["abc".startsWith("bc", 1), "äbc".startsWith("bc", 1), "null".startsWith(null)]`, `[true,true,true]`},
		{`["abc".includes("b"), "abc".includes("a", 1), "abc".includes(""), "undefined".includes()]`, `[true,false,true,true]`},
		{`["abcb".indexOf("b"), "abcb".indexOf("b", 2), "äöü".indexOf("ü"), "abc".indexOf("", 9), "abc".indexOf("c", -5), "a".indexOf("b")]`, `[1,3,2,3,2,-1]`},
		{`["abcb".lastIndexOf("b"), "abcb".lastIndexOf("b", 2), "ab".lastIndexOf("b", NaN), "ab".lastIndexOf("a", -3), "äbäb".lastIndexOf("b", 2), "abc".lastIndexOf("")]`, `[3,1,1,0,1,3]`},
		{`["5".padStart(3, "0"), "ab".padEnd(7, "xyz"), "ab".padStart(1), "é".padStart(3), "a".padEnd(3, ""), "a".padStart(4, "äö")]`, `["005","abxyzxy","ab","  é","a","äöäa"]`},
		{`["ab".repeat(3), "ab".repeat(0), "é".repeat(1.9)]`, `["ababab","","é"]`},
		{`["abcdef".slice(1, -1), "abc".slice(-2), "abc".slice(2, 1), "a😀b".slice(1, 3), "a😀b".slice(2).length, "abc".slice("1", undefined)]`, `["bcde","bc","","😀",2,"bc"]`},
		{`["abcdef".substring(4, 1), "abc".substring(-3, 2), "abc".substring(NaN), "äöü".substring(1)]`, `["bcd","ab","abc","öü"]`},
		{`["abcdef".substr(-3, 2), "abc".substr(1), "abc".substr(1, -1), "abc".substr(0, Infinity)]`, `["de","bc","","abc"]`},
		{`["a,b,,c".split(","), "a,b".split(",", 1), "ab".split(""), "ä😀".split(""), "abc".split(), "".split(","), "".split(""), "abc".split("x"), "a,b".split(",", 0), "a1b".split(1), "a,b,c".split(",", -1)]`, `[["a","b","","c"],["a"],["a","b"],["ä","\ud83d","\ude00"],["abc"],[""],[],["abc"],[],["a","b"],["a","b","c"]]`},
		{`["aXbX".replace("X", "-"), "aXb".replace("X", "[$` + "`" + `|$&|$'|$$|$1|$0|$<a>|$]"), "aXb".replace("X", (m, i, s) => m + i + s), "abc".replace("", "-"), "abc".replace("z", "-"), "1undefined".replace(undefined, 2)]`, `["a-bX","a[a|X|b|$|$1|$0|$<a>|$]b","aX1aXbb","-abc","abc","12"]`},
		{`["aXbX".replaceAll("X", "-"), "a.b.c".replaceAll(".", (m, i) => i), "aaa".replaceAll("aa", "$&$&"), "äXäX".replaceAll("X", (m, i) => i)]`, `["a-b-","a1b3c","aaaaa","ä1ä3"]`},
		{`["HeLLo".toLowerCase(), "ÄÖÜ É".toLowerCase(), "ΑΣ ΑΣΑ".toLowerCase(), "İ".toLowerCase(), "ПРИВЕТ".toLowerCase(), "日本".toLowerCase()]`, `["hello","äöü é","ας ασα","i̇","привет","日本"]`},
		{`["HeLLo".toUpperCase(), "äöü é".toUpperCase(), "straße".toUpperCase(), "ŉ".toUpperCase(), "ﬁ".toUpperCase(), "ÿ".toUpperCase(), "ΐ".toUpperCase()]`, `["HELLO","ÄÖÜ É","STRASSE","ʼN","FI","Ÿ","Ϊ́"]`},
		{`[" \t a b\u00a0\ufeff ".trim(), "  a ".trimStart(), "  a ".trimEnd(), " a".trimLeft(), "a ".trimRight(), "\u200ba".trim().length, "".trim()]`, `["a b","a ","  a","a","a",2,""]`},
		{`["e\u0301".normalize(), "é".normalize("NFD").length, "ﬁ".normalize("NFKC"), "abc".normalize("NFKD")]`, `["é",2,"fi","abc"]`},
		{`["a".localeCompare("b"), "b".localeCompare("A"), "a".localeCompare("A"), "a".localeCompare("a"), "a b".localeCompare("ab"), "10".localeCompare("9"), "a".localeCompare("aa"), "_".localeCompare("-"), "aB".localeCompare("Ab")]`, `[-1,1,-1,0,-1,-1,-1,-1,-1]`},
		{`["b", "a", "C", "A", "_", "1"].sort((x, y) => x.localeCompare(y))`, `["_","1","a","A","b","C"]`},
		{`[String.fromCharCode(72, 105), String.fromCharCode(0xd83d, 0xde00), String.fromCharCode(65601), String.fromCharCode(), String.fromCodePoint(128512, 97)]`, `["Hi","😀","A","","😀a"]`},
		{`["a😀".isWellFormed(), "\ud83d".isWellFormed(), "a\ud83d".toWellFormed()]`, `[true,false,"a�"]`},
		{`["ΑΣ. ΑΣ'Α Σ".toLowerCase(), "ΑΣ ".repeat(100).toLowerCase() === "ας ".repeat(100)]`, `["ας. ασ'α σ",true]`},
		{`["abc".toString(), "abc".valueOf(), "a-b".split("-").map(s => s.toUpperCase()).join("")]`, `["abc","abc","AB"]`},
	}))
}

// TestOddTextsAreLeft plays what a VM must do.
func TestOddTextsAreLeft(t *testing.T) {
	for _, body := range []string{
		`msg.s = "x"; return {payload: "a".repeat(-1)}`,
		`return {payload: "a".repeat(2 ** 30).length}`,
		`return {payload: "😀".indexOf("\ude00")}`,
		`return {payload: "😀".split("\ud83d")}`,
		`return {payload: "\ud83d".repeat(2)}`,
		`return {payload: "a".normalize("X")}`,
		`return {payload: "\ud83dA".toLowerCase()}`,
		`return {payload: "ä".localeCompare("b")}`,
		`return {payload: "a".localeCompare("b", "de")}`,
		`return {payload: "a".includes(/a/)}`,
		`return {payload: String.fromCodePoint(-1)}`,
		`return {payload: "a".replaceAll("", "x")}`,
		`return {payload: "a".replace({toString: () => "a"}, "b")}`,
	} {
		if left, _ := (scene{body: body}).same(t); left == 0 {
			t.Errorf("%s\nwas not left to a VM", body)
		}
	}
}
