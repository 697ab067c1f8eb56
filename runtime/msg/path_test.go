package msg

import (
	"encoding/json"
	"testing"
)

// normal gives a compiled path as normalisePropertyExpression does.
func normal(p Path) *Array {
	out := NewArray()
	for _, s := range p.steps {
		switch {
		case s.ref != nil:
			ref, err := ParsePath(s.ref.text)
			if err != nil {
				panic(err)
			}
			out.Append(normal(ref))
		case s.integer:
			out.Append(s.index)
		default:
			out.Append(s.key)
		}
	}
	return out
}

// Answers of Node-RED 5.0.7.
func TestParsePathAnswersAsNodeRED(t *testing.T) {
	for _, tc := range []struct{ in, want string }{
		{"payload", `["payload"]`},
		{"payload.a.b", `["payload","a","b"]`},
		{"payload[0]", `["payload",0]`},
		{`payload["a b"].c`, `["payload","a b","c"]`},
		{"payload['x'][1].y", `["payload","x",1,"y"]`},
		{"a.0.b", `["a",0,"b"]`},
		{"a.0[1]", `["a","0",1]`},
		{"a.0", `["a","0"]`},
		{"a.007.b", `["a",7,"b"]`},
		{"a[msg.topic].c", `["a",["msg","topic"],"c"]`},
		{`a[msg["topic"]]`, `["a",["msg","topic"]]`},
		{"a[msg.b[msg.c]]", `["a",["msg","b",["msg","c"]]]`},
		{`"a".b`, `["a","b"]`},
		{`"a"["b"]`, `["a","b"]`},
		{"a..b", "!Invalid property expression: unexpected . at position 2"},
		{"a.b[12].c", `["a","b",12,"c"]`},
		{"a.é", "!Invalid property expression: unexpected é at position 2"},
		{"é.ü", "!Invalid property expression: unexpected ü at position 2"},
		{"$a._b", `["$a","_b"]`},
		{"", "!Invalid property expression: zero-length"},
		{"a[", "!Invalid property expression: unterminated expression"},
		{"a.", "!Invalid property expression: unterminated expression"},
		{"a[]", "!Invalid property expression: unexpected ] at position 2"},
		{"a[b]", "!Invalid property expression: unexpected b at position 2"},
		{`a["b]`, "!Invalid property expression: unterminated expression"},
		{`a[""]`, "!Invalid property expression: zero-length string at position 3"},
		{"a[1b]", "!Invalid property expression: unexpected array expression at position 2"},
		{`a["b".c]`, "!Invalid property expression: unexpected array expression at position 3"},
		{`a["b"c]`, "!Invalid property expression: unexpected array expression at position 3"},
		{"a b", "!Invalid property expression: unexpected ' ' at position 1"},
		{".a", "!Invalid property expression: unexpected . at position 0"},
		{"[0]", "!Invalid property expression: unexpected [ at position 0"},
		{"]", "!Invalid property expression: unexpected ] at position 0"},
		{"a]", "!Invalid property expression: unexpected ] at position 1"},
		{"a.-b", "!Invalid property expression: unexpected - at position 2"},
		{"a.é.ü", "!Invalid property expression: unexpected é at position 2"},
		{`a"b"`, `!Invalid property expression: unexpected " at position 1`},
		{`"a"b`, "!Invalid property expression: unexpected b expression at position 3"},
		{`"a" b`, "!Invalid property expression: unexpected   expression at position 3"},
		{"a[msg.", "!Invalid property expression: unmatched '[' at position 1"},
		{"a[msg.]", "!Invalid expression started at position 2"},
		{"a[msg.x", "!Invalid property expression: unmatched '[' at position 1"},
		{"a[msg.x]b", `["a",["msg","x"],"b"]`},
		{"\"😀\"x", "!Invalid property expression: unexpected x expression at position 4"},
		{"😀 b", "!Invalid property expression: unexpected ' ' at position 2"},
		{"a[1", "!Invalid property expression: unterminated expression"},
	} {
		p, err := ParsePath(tc.in)
		got, _, _ := Stringify(normal(p), "")
		if err != nil {
			got = "!" + err.Error()
			if code := err.(*PathError).Code; code != "INVALID_EXPR" {
				t.Errorf("%q: code %s", tc.in, code)
			}
		}
		if got != tc.want {
			t.Errorf("%q\n got %s\nwant %s", tc.in, got, tc.want)
		}
	}
}

func parseObject(t testing.TB, text string) *Object {
	t.Helper()
	v, err := Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return v.(*Object)
}

// Answers of Node-RED 5.0.7: getMessageProperty.
func TestGetAnswersAsNodeRED(t *testing.T) {
	m := parseObject(t, `{"a":{"b":"B","t":{"c":5}},"topic":"t","n":1,"str":"héy","nul":null,"arr":[1,{"z":1},null],"num":5,"obj":{"0":{"x":1},"1":"one"}}`)
	m.Set("buf", &Buffer{[]byte("xyz")})
	for _, tc := range []struct{ path, want string }{
		{"a.b", `"B"`},
		{"a.x", "undefined"},
		{"x", "undefined"},
		{"x.y", "!Cannot read properties of undefined (reading 'y')"},
		{"x.y.z", "!Cannot read properties of undefined (reading 'y')"},
		{"a.b.c.d", "!Cannot read properties of undefined (reading 'd')"},
		{"nul.x", "!Cannot read properties of null (reading 'x')"},
		{"a[msg.topic].c", "5"},
		{"obj[msg.n]", `"one"`},
		{`obj["0"].x`, "1"},
		{"obj[0].x", "1"},
		{"arr[1].z", "1"},
		{"arr.1.z", "1"},
		{"arr[9]", "undefined"},
		{"arr[9].z", "!Cannot read properties of undefined (reading 'z')"},
		{"arr.length", "3"},
		{"str.length", "3"},
		{"str[1]", "\"é\""},
		{"str[9]", "undefined"},
		{"num.x", "undefined"},
		{"num.x.y", "!Cannot read properties of undefined (reading 'y')"},
		{"buf[0]", "120"},
		{"buf.length", "3"},
		{"a[msg.none]", "!Invalid expression started at position 2"},
		{"a[msg.none.x]", "!Invalid expression started at position 2"},
		{"nul", "null"},
	} {
		p := MustPath(tc.path)
		v, err := p.Get(m)
		got, ok, _ := Stringify(v, "")
		if !ok {
			got = "undefined"
		}
		if err != nil {
			got = "!" + err.Error()
		}
		if got != tc.want {
			t.Errorf("%s: got %s, want %s", tc.path, got, tc.want)
		}
		if lookup := p.Lookup(m); !DeepEqual(lookup, v) {
			t.Errorf("%s: Lookup gives %v, Get %v", tc.path, lookup, v)
		}
	}
}

// Answers of Node-RED 5.0.7: setMessageProperty, and what the message then has
// under the first name of the path.
func TestSetAnswersAsNodeRED(t *testing.T) {
	for _, tc := range []struct {
		path   string
		v      any
		create bool
		want   string
		after  string
	}{
		{"a.b", 9.0, true, "true", `{"b":9,"t":{"c":5}}`},
		{"a.x", 9.0, false, "true", `{"b":"B","t":{"c":5},"x":9}`},
		{"x", 9.0, false, "true", "9"},
		{"x.y", 9.0, false, "false", "undefined"},
		{"x.y", 9.0, true, "true", `{"y":9}`},
		{"x[0].y", 9.0, true, "true", `[{"y":9}]`},
		{"x.0.y", 9.0, true, "true", `[{"y":9}]`},
		{"x.0", 9.0, true, "true", `{"0":9}`},
		{`x["0"].y`, 9.0, true, "true", `{"0":{"y":9}}`},
		{"a.b.c", 9.0, true, "false", `{"b":"B","t":{"c":5}}`},
		{"nul.x", 9.0, true, "false", "null"},
		{"arr[0].x", 9.0, true, "false", `[1,{"z":1},null]`},
		{"arr[2].x", 9.0, true, "false", `[1,{"z":1},null]`},
		{"arr[2].x.y", 9.0, true, "!Cannot convert undefined or null to object", `[1,{"z":1},null]`},
		{"arr[3].x", 9.0, true, "true", `[1,{"z":1},null,{"x":9}]`},
		{"arr[3].x", 9.0, false, "false", `[1,{"z":1},null]`},
		{"arr[5]", 9.0, true, "true", `[1,{"z":1},null,null,null,9]`},
		{"arr.1.z", 9.0, true, "true", `[1,{"z":9},null]`},
		{"arr[msg.n].z", 9.0, true, "true", `[1,{"z":9},null]`},
		{"a[msg.topic].c", 9.0, true, "true", `{"b":"B","t":{"c":9}}`},
		{"a[msg.none]", 9.0, true, "!Invalid expression started at position 2", `{"b":"B","t":{"c":5}}`},
		{"arr[msg.bool].z", 9.0, true, "true", `[1,{"z":1},null]`},
		{"a.b", Undefined, false, "true", `{"t":{"c":5}}`},
		{"x.y", Undefined, false, "false", "undefined"},
		{"x.y", Undefined, true, "true", "{}"},
		{"arr[0]", Undefined, false, "true", `[{"z":1},null]`},
		{"arr[9]", Undefined, false, "true", `[1,{"z":1},null]`},
		{"arr.0", Undefined, false, "true", `[null,{"z":1},null]`},
		{"arr[msg.neg]", Undefined, false, "true", `[1,{"z":1}]`},
		{"obj[0]", Undefined, false, "true", "{}"},
		{"arr[2].x", Undefined, false, "!Cannot convert undefined or null to object", `[1,{"z":1},null]`},
		{"a", Undefined, false, "true", "undefined"},
	} {
		m := parseObject(t, `{"a":{"b":"B","t":{"c":5}},"topic":"t","n":1,"neg":-1,"nul":null,"bool":true,"arr":[1,{"z":1},null],"obj":{"0":"zero"}}`)
		p := MustPath(tc.path)
		ok, err := p.Set(m, tc.v, tc.create)
		got := ToString(ok)
		if err != nil {
			got = "!" + err.Error()
		}
		after, printed, _ := Stringify(m.Value(p.steps[0].key), "")
		if !printed {
			after = "undefined"
		}
		if got != tc.want || after != tc.after {
			t.Errorf("%s = %v, create %v:\n got %s, %s\nwant %s, %s", tc.path, tc.v, tc.create, got, after, tc.want, tc.after)
		}
	}
}

func TestPathReachesIntoHostsAndErrors(t *testing.T) {
	host := NewObject("url", "/x")
	failed := &Error{Name: "TypeError", Message: "no", Props: NewObject("code", "E")}
	m := NewObject("req", hostStub{host}, "error", failed)
	for path, want := range map[string]any{
		"req.url": "/x", "req.none": Undefined,
		"error.message": "no", "error.name": "TypeError", "error.code": "E", "error.x": Undefined,
	} {
		if got, err := MustPath(path).Get(m); got != want || err != nil {
			t.Errorf("%s = %v, %v", path, got, err)
		}
	}
	if ok, err := MustPath("req.user.name").Set(m, "u", true); !ok || err != nil || host.Value("user").(*Object).Value("name") != "u" {
		t.Errorf("set in a host: %v, %v", ok, err)
	}
	if ok, err := MustPath("error.message").Set(m, "yes", true); !ok || err != nil || failed.Message != "yes" {
		t.Errorf("set in an error: %v, %v", ok, err)
	}
	if s, _, _ := Stringify(failed, ""); s != `{"code":"E"}` {
		t.Errorf("a message is not enumerable: %s", s)
	}
}

func TestAFlowCannotMakeHugeArrays(t *testing.T) {
	m := NewObject("a", NewArray())
	if _, err := MustPath("a[4000000000]").Set(m, 1.0, true); err == nil || err.Error() != "Invalid array length" {
		t.Errorf("got %v", err)
	}
}

func TestPathsDecodeFromConfiguration(t *testing.T) {
	m := NewObject("a", NewObject("b", 1.0))
	var c struct{ P Path }
	for _, tc := range []struct{ in, text, want string }{
		{`{"P":"a.b"}`, "a.b", "1"},
		{`{"P":"msg.a.b"}`, "msg.a.b", "1"},
		{`{"P":null}`, "msg.a.b", "1"},
		{`{"P":5}`, "5", "undefined"},
		{`{"P":""}`, "", "!Invalid property expression: zero-length"},
		{`{"P":"a["}`, "a[", "!Invalid property expression: unterminated expression"},
	} {
		if err := json.Unmarshal([]byte(tc.in), &c); err != nil {
			t.Fatal(err)
		}
		v, err := c.P.Get(m)
		got := ToString(v)
		if err != nil {
			got = "!" + err.Error()
		}
		if got != tc.want || c.P.Text() != tc.text || c.P.Empty() != (tc.text == "") {
			t.Errorf("%s: text %q, got %s", tc.in, c.P.Text(), got)
		}
	}
}

func TestPlainPathsDoNotAllocate(t *testing.T) {
	m := NewObject("payload", NewObject("a", 1.0))
	p := MustPath("payload.a")
	v := Number(7)
	if n := testing.AllocsPerRun(10, func() {
		sink, _ = p.Get(m)
		sink = p.Lookup(m)
		_, _ = p.Set(m, v, true)
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func FuzzPath(f *testing.F) {
	for _, s := range []string{"payload.a[0]", `a["b c"].d`, "a[msg.b[msg.c]]", "a.0.b", "é['😀']", "a[", "a..b", "n[9][8].x"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		p, err := ParseMessagePath(s)
		if err != nil {
			return
		}
		m := NewObject("a", NewArray(1.0, nil, "x"), "payload", NewObject("a", NewArray(0.0)), "b", "a", "c", -1.0)
		got, err := p.Get(m)
		if lookup := p.Lookup(m); !DeepEqual(lookup, got) && err == nil {
			t.Errorf("%q: Get %v, Lookup %v", s, got, lookup)
		}
		for _, st := range p.steps {
			if st.index > 1e6 {
				return // an array of that length takes long
			}
		}
		_, _ = p.Set(m, Undefined, false)
		_, _ = p.Set(m, 1.0, true)
	})
}
