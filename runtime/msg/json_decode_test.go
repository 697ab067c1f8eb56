package msg

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
)

// Answers of Node 24: JSON.stringify(JSON.parse(in)), or "!" and the error's message.
func TestParseAnswersAsNode(t *testing.T) {
	for _, tc := range []struct{ in, want string }{
		{`{"b":1,"a":[true,false,null]}`, `{"b":1,"a":[true,false,null]}`},
		{`{"b":1,"10":2,"a":3,"2":4}`, `{"2":4,"10":2,"b":1,"a":3}`},
		{`{"a":1,"b":2,"a":3}`, `{"a":3,"b":2}`},
		{"[-0,0,1.50,1e3,1E-7,1e21,123456789012345678901]", "[0,0,1.5,1000,1e-7,1e+21,123456789012345680000]"},
		{"1e999", "null"},
		{"-1e999", "null"},
		{`"\ud83d\ude00"`, "\"😀\""},
		{`"\ud800"`, `"\ud800"`},
		{`"\ude00\ud83d"`, `"\ude00\ud83d"`},
		{"\"\xed\xa0\xbd\\ude00\"", "\"😀\""},
		{`"\u2028\/\b\f\n\r\t"`, "\"\u2028/\\b\\f\\n\\r\\t\""},
		{"\"\u2028\u007f\"", "\"\u2028\u007f\""},
		{`{"":{"":[]}}`, `{"":{"":[]}}`},
		{`{"__proto__":1}`, `{"__proto__":1}`},
		{" \t\n\r[ 1 , 2 ] ", "[1,2]"},
		{"\"é\\u00e9\"", "\"éé\""},
		{"", "!Unexpected end of JSON input"},
		{"   ", "!Unexpected end of JSON input"},
		{"{", "!Expected property name or '}' in JSON at position 1 (line 1 column 2)"},
		{"[", "!Unexpected end of JSON input"},
		{`"`, "!Unterminated string in JSON at position 1 (line 1 column 2)"},
		{`{"a"`, "!Expected ':' after property name in JSON at position 4 (line 1 column 5)"},
		{`{"a":`, "!Unexpected end of JSON input"},
		{`{"a":1`, "!Expected ',' or '}' after property value in JSON at position 6 (line 1 column 7)"},
		{`{"a":1,`, "!Expected double-quoted property name in JSON at position 7 (line 1 column 8)"},
		{"[1", "!Expected ',' or ']' after array element in JSON at position 2 (line 1 column 3)"},
		{"[1,", "!Unexpected end of JSON input"},
		{"{a:1}", "!Expected property name or '}' in JSON at position 1 (line 1 column 2)"},
		{"{'a':1}", "!Expected property name or '}' in JSON at position 1 (line 1 column 2)"},
		{`{"a":1,}`, "!Expected double-quoted property name in JSON at position 7 (line 1 column 8)"},
		{"[1,]", `!Unexpected token ']', "[1,]" is not valid JSON`},
		{"[,]", `!Unexpected token ',', "[,]" is not valid JSON`},
		{"{,}", "!Expected property name or '}' in JSON at position 1 (line 1 column 2)"},
		{`{"a" 1}`, "!Expected ':' after property name in JSON at position 5 (line 1 column 6)"},
		{`{"a":1 "b"}`, "!Expected ',' or '}' after property value in JSON at position 7 (line 1 column 8)"},
		{`{"a":1]`, "!Expected ',' or '}' after property value in JSON at position 6 (line 1 column 7)"},
		{"[1}", "!Expected ',' or ']' after array element in JSON at position 2 (line 1 column 3)"},
		{"01", "!Unexpected number in JSON at position 1 (line 1 column 2)"},
		{"1.", "!Unterminated fractional number in JSON at position 2 (line 1 column 3)"},
		{"1.e3", "!Unterminated fractional number in JSON at position 2 (line 1 column 3)"},
		{".5", `!Unexpected token '.', ".5" is not valid JSON`},
		{"-", "!No number after minus sign in JSON at position 1 (line 1 column 2)"},
		{"-x", "!No number after minus sign in JSON at position 1 (line 1 column 2)"},
		{"+1", `!Unexpected token '+', "+1" is not valid JSON`},
		{"1e", "!Exponent part is missing a number in JSON at position 2 (line 1 column 3)"},
		{"1e+", "!Exponent part is missing a number in JSON at position 3 (line 1 column 4)"},
		{"1ee", "!Exponent part is missing a number in JSON at position 2 (line 1 column 3)"},
		{"tru", "!Unexpected end of JSON input"},
		{"trux", `!Unexpected token 'x', "trux" is not valid JSON`},
		{"tr1", "!Unexpected number in JSON at position 2 (line 1 column 3)"},
		{`tr"`, "!Unexpected string in JSON at position 2 (line 1 column 3)"},
		{"nulL", `!Unexpected token 'L', "nulL" is not valid JSON`},
		{"undefined", `!"undefined" is not valid JSON`},
		{"NaN", `!"NaN" is not valid JSON`},
		{"Infinity", `!"Infinity" is not valid JSON`},
		{"[object Object]", `!"[object Object]" is not valid JSON`},
		{`{"x":undefined}`, `!Unexpected token 'u', "{"x":undefined}" is not valid JSON`},
		{`"abc`, "!Unterminated string in JSON at position 4 (line 1 column 5)"},
		{"\"a\nb\"", "!Bad control character in string literal in JSON at position 2 (line 1 column 3)"},
		{"\"a\tb\"", "!Bad control character in string literal in JSON at position 2 (line 1 column 3)"},
		{`"\x"`, "!Bad escaped character in JSON at position 2 (line 1 column 3)"},
		{"\"\\é\"", "!Bad escaped character in JSON at position 2 (line 1 column 3)"},
		{`"\`, "!Unexpected end of JSON input"},
		{"\"\\\u20ac\"", "!Unexpected token '\u20ac', \"\"\\\u20ac\"\" is not valid JSON"},
		{`"\u12`, "!Bad Unicode escape in JSON at position 5 (line 1 column 6)"},
		{`"\u12g4"`, "!Bad Unicode escape in JSON at position 5 (line 1 column 6)"},
		{`"\u`, "!Bad Unicode escape in JSON at position 3 (line 1 column 4)"},
		{"1 2", "!Unexpected non-whitespace character after JSON at position 2 (line 1 column 3)"},
		{"{} x", "!Unexpected non-whitespace character after JSON at position 3 (line 1 column 4)"},
		{`[] "a"`, "!Unexpected non-whitespace character after JSON at position 3 (line 1 column 4)"},
		{"true false", "!Unexpected non-whitespace character after JSON at position 5 (line 1 column 6)"},
		{"\ufeff{}", "!Unexpected token '\ufeff', \"\ufeff{}\" is not valid JSON"},
		{"{\"a\":1}\n\n  }", "!Unexpected non-whitespace character after JSON at position 11 (line 3 column 3)"},
		{"{\r\n\"a\":1,\r\"b\":x}", "!Unexpected token 'x', \"{\r\n\"a\":1,\r\"b\":x}\" is not valid JSON"},
		{`{"long":"0123456789","x":?,"more":"0123456789"}`, `!Unexpected token '?', ..."6789","x":?,"more":""... is not valid JSON`},
		{`{"long":"0123456789","x":?}`, `!Unexpected token '?', ..."6789","x":?}" is not valid JSON`},
		{`{"x":?,"more":"0123456789"}`, `!Unexpected token '?', "{"x":?,"more":""... is not valid JSON`},
		{"[\"😀😀😀😀😀😀\",?]", "!Unexpected token '?', \"[\"😀😀😀😀😀😀\",?]\" is not valid JSON"},
		{"<!DOCTYPE html><html></html>", `!Unexpected token '<', "<!DOCTYPE "... is not valid JSON`},
		{"<html>", `!Unexpected token '<', "<html>" is not valid JSON`},
		{"{\"a\":😀}", "!Unexpected token '\xed\xa0\xbd', \"{\"a\":😀}\" is not valid JSON"},
		{`{"a":tru1,"b":"0123456789"}`, "!Unexpected number in JSON at position 8 (line 1 column 9)"},
	} {
		v, err := Parse(tc.in)
		got, _, _ := Stringify(v, "")
		if err != nil {
			got = "!" + err.Error()
			if _, ok := errors.AsType[*SyntaxError](err); !ok {
				t.Errorf("%q: the error is a %T", tc.in, err)
			}
		}
		if got != tc.want {
			t.Errorf("%q\n got %s\nwant %s", tc.in, got, tc.want)
		}
	}
}

func TestParseBytesReadsBrokenTextAsNode(t *testing.T) {
	v, err := ParseBytes([]byte("[\"a\xff\xe2\x82b\"]"))
	if err != nil || v.(*Array).At(0) != "a\ufffd\ufffdb" {
		t.Errorf("got %v, %v", v, err)
	}
}

func TestParseBoundsDepth(t *testing.T) {
	if _, err := Parse(strings.Repeat("[", MaxDepth) + strings.Repeat("]", MaxDepth)); err != nil {
		t.Errorf("%d levels: %v", MaxDepth, err)
	}
	for _, open := range []string{"[", `{"a":`} {
		_, err := Parse(strings.Repeat(open, 100*MaxDepth))
		if _, ok := errors.AsType[*SyntaxError](err); !ok {
			t.Errorf("too many %s: %v", open, err)
		}
	}
}

func TestObjectsOfAListKeepTheirOwnKeys(t *testing.T) {
	for _, text := range []string{
		`[{"a":1,"b":2},{"a":3,"b":4,"c":5},{"a":6},{"b":7,"a":8},{"a":1,"b":2,"a":3}]`,
		`[{"2":1,"1":2},{"2":3,"1":4},{"x":1},{"1":2,"x":3},{"x":1,"1":2}]`,
		`[{"a":1},{},{"a":1},null,{"a":2}]`,
		`[{"a":1,"b":{"c":[],"d":{"e":1}}},{"a":2,"b":{"c":[1],"d":{"e":2,"f":3}}},{"a":3,"b":{"d":{},"c":[[]]}},{"a":4,"b":[]}]`,
		`[{"a\"":1,"b":2},{"a\"":3,"b":4},{"a":1,"\u0062":2}]`,
		`[[{"a":1},{"b":1}],[],[{"a":2},{"b":2}]]`,
		"[{\"a\":1,\"b\":2},{ \"a\" : 3 , \"b\" : 4 },\n{\"a\": 5,\n\"b\": 6\n}\n]",
	} {
		v, err := Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		var alone []string
		for _, item := range v.(*Array).All() {
			s, _, _ := Stringify(item, "")
			again, err := Parse(s)
			if err != nil {
				t.Fatal(err)
			}
			s2, _, _ := Stringify(again, "")
			alone = append(alone, s2)
		}
		got, _, _ := Stringify(v, "")
		if want := "[" + strings.Join(alone, ",") + "]"; got != want {
			t.Errorf("%s\n got %s\nwant %s", text, got, want)
		}
	}
	v, _ := Parse(`[{"a":1,"b":2},{"a":3,"b":4,"a":5}]`)
	if got, _, _ := Stringify(v, ""); got != `[{"a":1,"b":2},{"a":5,"b":4}]` {
		t.Errorf("the last of two equal keys wins: %s", got)
	}
	wide := `{"k0":0`
	for i := range 30 {
		wide += `,"k` + FormatNumber(float64(i+1)) + `":1`
	}
	wide += `}`
	v, _ = Parse("[" + wide + "," + wide + "]")
	first, second := v.(*Array).At(0).(*Object), v.(*Array).At(1).(*Object)
	second.Set("x", 1.0)
	if second.Value("k30") != 1.0 || second.Value("x") != 1.0 || first.Has("x") || first.Value("k30") != 1.0 {
		t.Error("wide objects do not keep their keys")
	}
	second.Delete("k0")
	first.Set("y", 1.0)
	if first.Value("k0") != 0.0 || second.Has("k0") || second.Has("y") || second.Value("k1") != 1.0 {
		t.Error("wide objects do not keep their keys")
	}
}

func TestIntegerLikeKeysComeFirstWhateverTheirOrder(t *testing.T) {
	v, err := Parse(`{"b":1,"10":2,"9":3,"a":4,"9":5,"4294967295":6,"007":7,"0":8}`)
	if got, _, _ := Stringify(v, ""); err != nil || got != `{"0":8,"9":5,"10":2,"b":1,"a":4,"4294967295":6,"007":7}` {
		t.Errorf("got %s, %v", got, err)
	}
	// Sorting them in one by one would take minutes.
	var b strings.Builder
	b.WriteString(`{"x":0`)
	const n = 100_000
	for i := n; i > 0; i-- {
		b.WriteString(`,"` + FormatNumber(float64(i)) + `":1`)
	}
	b.WriteString(`}`)
	v, err = Parse(b.String())
	if err != nil {
		t.Fatal(err)
	}
	o := v.(*Object)
	if first, _ := o.At(0); first != "1" || o.Len() != n+1 || o.Value("77") != 1.0 || !o.Has("x") {
		t.Errorf("%d keys, first %s", o.Len(), first)
	}
}

func TestValuesOfADocumentDoNotRunIntoEachOther(t *testing.T) {
	v, err := Parse(`[[1],[2],{"a":1},{"a":2},{"a":"x","b":"y"}]`)
	if err != nil {
		t.Fatal(err)
	}
	list := v.(*Array)
	list.At(0).(*Array).Append(10.0)
	list.At(2).(*Object).Set("b", 10.0)
	list.Append("end")
	if got, _, _ := Stringify(v, ""); got != `[[1,10],[2],{"a":1,"b":10},{"a":2},{"a":"x","b":"y"},"end"]` {
		t.Errorf("got %s", got)
	}
}

func FuzzJSON(f *testing.F) {
	for _, s := range []string{
		`{"a":[1,-0,2.5e-7,"x\n\ud83d\ude00\ud800",null,true],"1":{}}`, `[[],{"":""}]`, `"\u00`, "[1,\xff]", `[{"a":1},{"a":2,"b":3}]`,
		`{"a":{"b":[{"c":1.25,"d":-17}]},"\\u0061":"long enough for two words","e":1e-3}`,
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		v, err := ParseBytes(append([]byte(nil), b...))
		if valid := json.Valid(b); valid != (err == nil) {
			t.Fatalf("%q: valid %v, but %v", b, valid, err)
		}
		if err != nil {
			return
		}
		text, ok, err := Stringify(v, "")
		if err != nil || !ok {
			t.Fatalf("%q: not printed: %v", b, err)
		}
		again, err := Parse(text)
		if err != nil {
			t.Fatalf("%q printed as %q: %v", b, text, err)
		}
		if text2, _, _ := Stringify(again, ""); text2 != text {
			t.Fatalf("%q\nprints as %q\nthen as  %q", b, text, text2)
		}
		twice, err := Parse("[" + text + "," + utf8Text(b) + ", " + text + "]")
		if err != nil {
			t.Fatalf("%q in a list: %v", b, err)
		}
		if text2, _, _ := Stringify(twice, ""); text2 != "["+text+","+text+","+text+"]" {
			t.Fatalf("%q prints as %q\nthree of it as %q", b, text, text2)
		}
		if copied := Clone(v); !DeepEqual(copied, v) {
			t.Fatalf("the clone of %s differs", text)
		}
		pretty, _, _ := Stringify(CopyOut(CopyIn(v)), "\t")
		if again, err = Parse(pretty); err != nil {
			t.Fatalf("%q: %v", pretty, err)
		}
		if text2, _, _ := Stringify(again, ""); text2 != text {
			t.Fatalf("indented, %q prints as %q", text, text2)
		}
	})
}
