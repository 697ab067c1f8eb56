package js

import (
	"testing"
	"time"
)

func TestPatternsOfCompiledBodies(t *testing.T) {
	playAsInNode(t, returning([][2]string{
		{`[/b/.test("abc"), /B/i.test("abc"), /^b/m.test("a\nb"), /a.b/s.test("a\nb"), /a.b/.test("a\nb"), /^$/.test("")]`, `[true,true,true,true,false,true]`},
		{`["aXbXc".replace(/x/gi, "-"), "abc".replace(/(b)(c)?/, "[$1$2$3$$$&]"), "2024-05".replace(/(?<y>\d+)-(?<m>\d+)/, "$<m>/$<y>$<z>"), "aa".replace(/a/g, (m, i) => m + i), "baaac".replace(/a*/g, "-")]`, `["a-b-c","a[bc$3$bc]","05/2024","a0a1","-b--c-"]`},
		{`"John Smith".replace(/(\w+)\s(\w+)/, "$2, $1")`, `"Smith, John"`},
		{`"x-y_z".replace(/[-_](\w)/g, (m, c) => c.toUpperCase())`, `"xYZ"`},
		{`"k=v".replace(/(?<k>\w)=(?<v>\w)/, (...a) => JSON.stringify(a))`, `"[\"k=v\",\"k\",\"v\",0,\"k=v\",{\"k\":\"k\",\"v\":\"v\"}]"`},
		{`["a1b2".split(/\d/), "a1b2".split(/(\d)/), "abc".split(/(?:)/), "a,b;c".split(/[,;]/, 2), "".split(/x/), "".split(/(?:)/), "ab".split(/(a)|b/), "aXb".split(/x/gi)]`, `[["a","b",""],["a","1","b","2",""],["a","b","c"],["a","b"],[""],[],["","a","",null,""],["a","b"]]`},
		{`["a1b22".match(/\d+/g), "abc".match(/\d/g), "abc".match(/\d/), "äbc".search(/b/), "abc".search("c"), "a.c".match(".")[0]]`, `[["1","22"],null,null,1,2,"a"]`},
		{`["2024-05-06".match(/(\d+)-(\d+)/)[2], "ab".match(/(z)?b/)[1] === undefined, "äb".match(/b/).index, "ab".match(/b/).input, "ab".match(/b/).length, "ab".match(/b/).groups === undefined]`, `["05",true,1,"ab",1,true]`},
		{`"k=v".match(/(?<key>\w)=(?<val>\w)/).groups.val`, `"v"`},
		{`Array.from("a1b2".matchAll(/[a-z](\d)/g), m => m[1] + m.index)`, `["10","22"]`},
		{`["aab".replace(/(a)\1/, "x"), "price: 5".match(/\d+(?=$)/)[0], "foobar".replace(/o(?!b)/g, "0"), "aBc".match(/[^b]/gi)]`, `["xb","5","f0obar",["a","c"]]`},
		{`["zaacbbbcac".match(/(z)((a+)?(b+)?(c))*/).map(x => x), "ab".match(/(?:(a)|b)*/)[1] === undefined]`, `[["zaacbbbcac","z","ac","a",null,"c"],true]`},
		{`["ÄÖ".replace(/ä/i, "x"), "straße".match(/ß/).index, "😀x".match(/./)[0].length, "😀x".match(/./u)[0].length, "😀".split(/(?:)/).length, "😀".split(/(?:)/u).length, "Ярл".match(/[а-я]+/i)[0]]`, `["xÖ",4,1,2,2,1,"Ярл"]`},
		{`[/a\/b/.source, /x/gi.flags, String(/a/g.toString()), /a/g.global, /a/.lastIndex, typeof /a/, new RegExp("a/b").source, new RegExp("").source, new RegExp("\n").toString(), new RegExp("[/]", "g").toString(), new RegExp(/a/g, "i").flags]`, `["a\\/b","gi","/a/g",true,0,"object","a\\/b","(?:)","/\\n/","/[/]/g","i"]`},
		{`["a.b".replace(new RegExp("\\.", "g"), "-"), new RegExp("^" + "ab" + "$").test("ab"), "aAa".match(new RegExp("a", "gi")).length]`, `["a-b",true,3]`},
		{`[/[\w-.]+/.exec("x a-b.c")[0], /[\d-x]+/.exec("a1-x")[0], /x{,2}/.test("x{,2}"), /a{2,}?/.exec("aaa")[0], /\cJ/.test("\n"), /[\b]/.test("\b"), /[^]/.test("\n"), /[]/.test("a"), /]/.test("]")]`, `["x","1-x",true,"aa",true,true,true,false,true]`},
		{`["a\u2028b".match(/a$/m)[0], "  x\u00a0".replace(/^\s+|\s+$/g, ""), "foo bar".replace(/\b\w/g, c => c.toUpperCase()), "a\vb".split(/\s/)]`, `["a","x","Foo Bar",["a","b"]]`},
		{`["<b>x</b>".replace(/<(\w+)>(.*?)<\/\1>/, "$2"), "aaa".replace(/a{2}/g, "b"), "tel: 555-1234".match(/\d/g).length]`, `["x","ba",7]`},
	}))
	playAsInNode(t, [][2]string{
		{`const re = /a/g; const out = []; for (let i = 0; i < 4; i++) out.push(re.test("aa"), re.lastIndex); return {payload: out}`, `[true,1,true,2,false,0,true,1]`},
		{`const re = /a(.)/g, out = []; let m; while ((m = re.exec("abacäad")) !== null) out.push(m[1], m.index, re.lastIndex); return {payload: out}`, `["b",0,2,"c",2,4,"d",5,7]`},
		{`const re = /b/y; return {payload: [re.test("ab"), re.lastIndex, "ba".replace(re, "x"), re.lastIndex, "ba".replace(re, "x"), re.lastIndex, "abc".split(re), "ab".search(re)]}`, `[false,0,"xa",1,"ba",0,["a","c"],-1]`},
		{`const [, y, m = "?"] = "2024-".match(/(\d+)-(\d+)?/); return {payload: [y, m]}`, `["2024","?"]`},
		{`const {groups: {k, v}, index} = /(?<k>\w)=(?<v>\w)/.exec(" a=b"); return {payload: [k, v, index]}`, `["a","b",1]`},
		{`const m = "abc".match(/x/); return {payload: m ? m[0] : "none"}`, `"none"`},
		{`const out = []; for (const m of "a1b2".matchAll(/[a-z](\d)/g)) out.push(m[1], m.index); for (const [all, d] of "c3".matchAll(/.(.)/g)) out.push(all, d); return {payload: out}`, `["1",0,"2",2,"c3","3"]`},
		{`const f = () => /a/g; const g = f(); return {payload: [g.test("a"), f().test("a"), g.test("a"), f() === f()]}`, `[true,true,false,false]`},
		{`const re = /(\w)(\d)?/; const out = "a1b".replace(re, (...a) => a.map(String).join("|")); return {payload: out}`, `"a1|a|1|0|a1bb"`},
		{`const re = /a/g; return {payload: "aXa".replace(re, m => "b".replace(/b/, "c") + "aa".replace(re, "d"))}`, `"cddXcdd"`},
		{`const m = /(a)(b)?/.exec("ab"); return {payload: [m.map(x => x + "!"), m.slice(1), m.join("-"), [...m], Array.isArray(m), m.includes("b"), typeof m, !m]}`, `[["ab!","a!","b!"],["a","b"],"ab-a-b",["ab","a","b"],true,true,"object",false]`},
	})
}

// TestOddPatternsAreLeft plays what a VM must do.
func TestOddPatternsAreLeft(t *testing.T) {
	for _, body := range []string{
		`msg.n = 1; return {payload: "aa".replaceAll(/a/, "b")}`,
		`return {payload: [..."aa".matchAll(/a/g)].length}`,
		`return {payload: "aa".matchAll(/a/)}`,
		`return {payload: new RegExp("(").source}`,
		`return {payload: new RegExp("a", "gg").source}`,
		`return {payload: "ab".match(/(a)/)}`,
		`const re = /a/g; re.lastIndex = 1; return {payload: re.test("a")}`,
		`return {payload: "ab".match(/a/).map((x, i, all) => all.index)}`,
		`return {payload: "ﬀ".replace(/[^a]/i, "x")}`,
		`return {payload: "ab".match(/a/).pop()}`,
		`return {payload: "" + /a/}`,
	} {
		if left, _ := (scene{body: body}).same(t); left == 0 {
			t.Errorf("%s\nwas not left to a VM", body)
		}
	}
}

func TestOddPatternsAreRefused(t *testing.T) {
	for _, body := range []string{
		`return {payload: "ab".replace(/(?<=a)b/, "x")}`,
		`return {payload: "é".replace(/\p{L}/u, "x")}`,
		`return {payload: "K".replace(/k/iu, "x")}`,
		`return {payload: /\101/.test("A")}`,
		`return {payload: /(?:a){3,2}/.test("A")}`,
	} {
		if left, _ := (scene{body: body}).same(t); left >= 0 {
			t.Errorf("%s\nwas not refused", body)
		}
	}
}

// TestAPatternThatTriesMuchIsLeft: the engine of VMs is linear for these, or has a limit.
func TestAPatternThatTriesMuchIsLeft(t *testing.T) {
	for _, body := range []string{
		`return {payload: /(a*)*b/.test("a".repeat(40))}`,
		`return {payload: /^(?:a|a)*$/.test("a".repeat(60) + "b")}`,
		`return {payload: /(?:ab?)*c/.test("a".repeat(50000))}`,
	} {
		if left, _ := (scene{body: body, timeout: time.Minute}).same(t); left == 0 {
			t.Errorf("%s\nwas not left to a VM", body)
		}
	}
}
