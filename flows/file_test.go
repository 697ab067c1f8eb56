package flows

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func mustParse(t testing.TB, text string) *File {
	t.Helper()
	f, err := Parse([]byte(text))
	if err != nil {
		t.Fatalf("parse %s: %v", text, err)
	}
	return f
}

func TestParseKeepsEveryByte(t *testing.T) {
	for _, text := range []string{
		`[]`,
		" [ ] \n",
		"\ufeff[{\"id\":\"a\"}]",
		"[\n    {\n        \"id\": \"a\", \"id\": \"b\",\t\"z\":\"t\"\r\n    } ,\n{\"id\":\"c\",\"n\":1.0,\"s\":\"\\u00e9\\/\"}\n]\n",
		`{"rev":"x", "flows": [ {"id":"a"} , {"id":"b"} ], "credentials":{"a":{"p":"q"}} } `,
	} {
		if got := string(mustParse(t, text).Bytes()); got != text {
			t.Errorf("got  %q\nwant %q", got, text)
		}
	}
}

func TestParseReadsANode(t *testing.T) {
	f := mustParse(t, `[{"id":"a","type":"x","type":"function","z":"t","g":"g1","name":"","x":1,"y":2,"a.b":[1],
		"d":true,"wires":[["b",null,7],[]],"o":{"k":1,"k":2}}]`)
	n := f.Nodes[0]
	if n.ID != "a" || n.Type != "function" || n.Z != "t" || n.G != "g1" || n.Name != "" || !n.HasName || !n.Disabled || n.IsConfig {
		t.Errorf("got %+v", n)
	}
	if got := fmt.Sprint(n.Wires); got != "[[b 7] []]" {
		t.Errorf("wires are %s", got)
	}
	if n.Get("a.b").Raw != "[1]" {
		t.Error("a name with a dot is not found")
	}
	if got := n.Get("o").Get("k").Int(); got != 2 {
		t.Errorf("of a repeated key the value is %d, want the last, 2", got)
	}
	if n.Get("nothing").Exists() {
		t.Error("a property that is not there exists")
	}
}

func TestParseTellsConfigNodes(t *testing.T) {
	for text, want := range map[string]bool{
		`{"id":"a","type":"tls-config"}`:              true,
		`{"id":"a","type":"inject","x":1}`:            true,
		`{"id":"a","type":"inject","x":null,"y":0}`:   false,
		`{"id":"a","type":"tab"}`:                     false,
		`{"id":"a","type":"subflow"}`:                 false,
		`{"id":"a","type":"group","nodes":[],"w":10}`: false,
	} {
		if got := mustParse(t, "["+text+"]").Nodes[0].IsConfig; got != want {
			t.Errorf("%s: IsConfig is %v", text, got)
		}
	}
}

func TestParseSaysWhatIsWrongAndWhere(t *testing.T) {
	for _, tc := range []struct{ text, want string }{
		{``, "flows:1:1: the text ends where a value should follow"},
		{`[`, "flows:1:2: the text ends where a node should follow"},
		{"[{\"id\":\"a\"},\n  {\"id\" \"b\"}]", "flows:2:9: found '\"' where a colon should stand"},
		{`[{"é":x}]`, "flows:1:7: found 'x' where a value should stand"},
		{`[{"id":"a"},]`, "flows:1:13: element 2 of the list is not an object, so it is no node"},
		{`[{"id":"a",}]`, "flows:1:12: found '}' where a property name in double quotes should stand"},
		{`[null]`, "flows:1:2: element 1 of the list is not an object, so it is no node"},
		{`[{"id":"a"}] x`, "flows:1:14: something follows after the end of the flow"},
		{`"flows"`, "flows:1:8: a flow file is a list of nodes: [ … ]"},
		{`{"flows":{}}`, `flows:1:13: a flow file is a list of nodes, or an object with such a list as "flows"`},
		{`[{"a":"` + "\n" + `"}]`, "flows:1:8: a string holds an unescaped control character"},
		{`[{"a":"`, "flows:1:7: this string never ends"},
		{`[{"a":"\x"}]`, `flows:1:9: found 'x' where an escape such as \n should stand`},
		{`[{"a":01}]`, "flows:1:8: found '1' where a comma or } should stand"},
		{`[{"a":-}]`, "flows:1:8: found '}' where a digit should stand"},
		{`[{"a":` + strings.Repeat("[", maxDepth), fmt.Sprintf("flows:1:%d: values are nested more than %d deep", 6+maxDepth-1, maxDepth)},
	} {
		_, err := Parse([]byte(tc.text))
		if err == nil {
			t.Errorf("%.40q: no error, want %s", tc.text, tc.want)
			continue
		}
		if err.Error() != tc.want {
			t.Errorf("%.40q:\n got %s\nwant %s", tc.text, err, tc.want)
		}
		if _, ok := errors.AsType[*Error](err); !ok {
			t.Errorf("%.40q: the error is a %T", tc.text, err)
		}
	}
}

func TestParseBoundsSize(t *testing.T) {
	if _, err := Parse(make([]byte, MaxSize+1)); err == nil || !strings.Contains(err.Error(), "larger than 256 MB") {
		t.Errorf("got %v", err)
	}
}

func TestReadFile(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	if _, err := ReadFile(filepath.Join(dir, "none.json")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a missing file gives %v", err)
	}
	if _, err := ReadFile(write("bad.json", "[}")); err == nil || !strings.HasPrefix(err.Error(), filepath.Join(dir, "bad.json")+":1:2: ") {
		t.Errorf("a broken file gives %v", err)
	}
	if f, err := ReadFile(write("empty.json", "")); err != nil || len(f.Nodes) != 0 {
		t.Errorf("an empty file gives %v, %v", f, err)
	}
	write(".lost.json.backup", `[{"id":"a"}]`)
	if f, err := ReadFile(write("lost.json", "")); err != nil || len(f.Nodes) != 1 {
		t.Errorf("an empty file with a backup gives %v, %v", f, err)
	}
}

// The wanted revisions are what Node computes: sha256(JSON.stringify(JSON.parse(text))).
func TestRevIsNodeREDs(t *testing.T) {
	for text, want := range map[string]string{
		`[]`:     "4f53cda18c2baa0c0354bb5f9a3ecbe5ed12ab4d8e11ba873c2f11161202b945",
		" [ ]\n": "4f53cda18c2baa0c0354bb5f9a3ecbe5ed12ab4d8e11ba873c2f11161202b945",
		` [ {"id":"\u00e9\/", "n":1.0, "z":"a","z":"b","10":1,"9":-0} ]`: "0ee6bf51b5724e1c11c41b191ce7e96a7a558d09ed0e1ca55d1b0b552642f5f6",
		`{"flows":[{"id":"\ud83d","x":1e21}]}`:                           "9238bfe58c77651cf0c88e743d2777c413c16018076450f484a1ca9bc25a9366",
	} {
		if got := mustParse(t, text).Rev(); got != want {
			t.Errorf("%s: rev is %s", text, got)
		}
	}
}

// Each want is what JSON.stringify(JSON.parse(in)) gives in Node.
func TestCanonicalIsJSONStringify(t *testing.T) {
	for _, tc := range []struct{ in, want string }{
		{" { \"a\" : [ 1 , true , null , \"x\" ] } ", `{"a":[1,true,null,"x"]}`},
		{`[1.0,1e3,-0,0.1,1e21,1e-7,0.000001,123456789012345678901,1e400,-1.50,9007199254740993,1E+2,5e-324]`,
			`[1,1000,0,0.1,1e+21,1e-7,0.000001,123456789012345680000,null,-1.5,9007199254740992,100,5e-324]`},
		{`"\u00e9\/\u0041\ud83d\ude00\ud83d\u001f\u007f\n\b\f\r\t\"\\"`, "\"é/A😀\\ud83d\\u001f\x7f\\n\\b\\f\\r\\t\\\"\\\\\""},
		{`{"b":1,"a":2,"b":3}`, `{"b":3,"a":2}`},
		{`{"b":1,"10":2,"9":3,"01":4}`, `{"9":3,"10":2,"b":1,"01":4}`},
		{`{"b":1,"10":2,"4294967295":1,"4294967294":2}`, `{"10":2,"4294967294":2,"b":1,"4294967295":1}`},
		{`{}`, `{}`},
		{`[ ]`, `[]`},
	} {
		if got := canonical(tc.in); got != tc.want {
			t.Errorf("%s:\n got %s\nwant %s", tc.in, got, tc.want)
		}
	}
}

func TestCanonicalHandlesManyKeys(t *testing.T) {
	var b strings.Builder
	b.WriteString(`{"k0":"first"`)
	for i := range 100 {
		fmt.Fprintf(&b, `,"k%d":%d`, i, i)
	}
	text := b.String() + "}"
	var want map[string]any
	if err := json.Unmarshal([]byte(text), &want); err != nil {
		t.Fatal(err)
	}
	if got := strings.Count(canonical(text), ":"); got != len(want) {
		t.Errorf("%d keys, want %d", got, len(want))
	}
	sc := &scanner{s: text}
	if err := sc.value(); err != nil || !sc.repeated {
		t.Errorf("a repeated key among many goes unseen (%v)", err)
	}
}

func TestChangingOneNodeLeavesTheRest(t *testing.T) {
	const text = "[\n  {\"id\":\"a\",  \"x\":1},\n  {\"id\":\"b\"}\n]\n"
	for _, tc := range []struct {
		name   string
		change func(f *File) error
		want   string
	}{
		{"set", func(f *File) error { return f.SetNode(` {"id":"a","x":2} `) },
			"[\n  {\"id\":\"a\",\"x\":2},\n  {\"id\":\"b\"}\n]\n"},
		{"add", func(f *File) error { return f.AddNode(`{"id":"c"}`) },
			"[\n  {\"id\":\"a\",  \"x\":1},\n  {\"id\":\"b\"},\n  {\"id\":\"c\"}\n]\n"},
		{"remove the first", func(f *File) error { f.RemoveNode("a"); return nil }, "[\n  {\"id\":\"b\"}\n]\n"},
		{"remove the last", func(f *File) error { f.RemoveNode("b"); return nil }, "[\n  {\"id\":\"a\",  \"x\":1}\n]\n"},
		{"remove all, add one", func(f *File) error { f.RemoveNode("a"); f.RemoveNode("b"); return f.AddNode(`{"id":"c"}`) },
			"[{\"id\":\"c\"}\n]\n"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			f := mustParse(t, text)
			rev := f.Rev()
			if err := tc.change(f); err != nil {
				t.Fatal(err)
			}
			if got := string(f.Bytes()); got != tc.want {
				t.Errorf("got  %q\nwant %q", got, tc.want)
			}
			if f.Rev() == rev {
				t.Error("the revision stayed")
			}
		})
	}
	f := mustParse(t, text)
	for _, bad := range []string{`{"id":"zz"}`, `[]`, `{"id":"a"} x`, `{"id"`} {
		if f.SetNode(bad) == nil {
			t.Errorf("SetNode(%s) is no error", bad)
		}
	}
	for _, bad := range []string{`{"id":"a"}`, `{}`} {
		if f.AddNode(bad) == nil {
			t.Errorf("AddNode(%s) is no error", bad)
		}
	}
	if f.RemoveNode("zz") || string(f.Bytes()) != text {
		t.Error("a refused change changed the file")
	}
}

func FuzzParse(f *testing.F) {
	for _, text := range []string{`[]`, `[{"id":"a","wires":[["b"],null,3],"env":[{"name":"x","type":"cred"}]}]`,
		`{"flows":[{"id":"1","type":"tab"},{"id":"s","type":"subflow","in":[{"wires":[{"id":"i"}]}],"out":[{"wires":[{"id":"i","port":0}]}]},{"id":"i","type":"subflow:s","z":"s","x":1,"y":1},{"id":"q","type":"subflow:s","z":"1","x":1,"y":1,"wires":[["q"]]}]}`,
		"\ufeff[{\"\\u0061\":1e5,\"a\":[\"\\ud83d\"]}]", `[{"type":"link in","links":["a"]},{"type":"group","g":"g","id":"g","z":"t"},{"type":"group","id":"h","g":"g","z":"t"},{"id":"t","type":"tab"}]`} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		file, err := Parse(data)
		if err != nil {
			return
		}
		if string(file.Bytes()) != string(data) {
			t.Fatalf("%q became %q", data, file.Bytes())
		}
		if !json.Valid([]byte(strings.TrimPrefix(string(data), "\ufeff"))) {
			t.Fatalf("%q is not JSON and was taken", data)
		}
		once := canonical(string(file.Array()))
		if !json.Valid([]byte(once)) || canonical(once) != once {
			t.Fatalf("%q is not canonical", once)
		}
		r, _ := Resolve(file)
		for _, inst := range r.Instances {
			if r.Find(inst.ID) != inst {
				t.Fatalf("two instances are called %q", inst.ID)
			}
			for _, targets := range inst.Wires {
				for _, id := range targets {
					if r.Find(id) == nil {
						t.Fatalf("%q is wired to %q, which does not run", inst.ID, id)
					}
				}
			}
		}
		for _, kind := range []DeployKind{Full, ModifiedFlows, ModifiedNodes} {
			plan := Diff(file, file).Plan(kind)
			for _, inst := range r.Instances {
				plan.Stops(inst)
			}
		}
	})
}

// bigFlow makes a flow of about n nodes as the editor writes them.
func bigFlow(n int) []byte {
	var b strings.Builder
	b.WriteString("[\n")
	for i := range n {
		if i > 0 {
			b.WriteString(",\n")
		}
		if i%100 == 0 {
			fmt.Fprintf(&b, `{"id":"%016x","type":"tab","label":"Flow %d","disabled":false,"info":"","env":[]}`, i, i)
			continue
		}
		fmt.Fprintf(&b, `{"id":"%016x","type":"function","z":"%016x","name":"step %d","func":"msg.count = (msg.count || 0) + 1;\nreturn msg;","outputs":1,"timeout":0,"noerr":0,"initialize":"","finalize":"","libs":[],"x":%d,"y":%d,"wires":[["%016x"]]}`,
			i, i-i%100, i, i%7*100, i%13*40, i+1)
	}
	b.WriteString("\n]\n")
	return []byte(b.String())
}

func BenchmarkParseAndResolve10000(b *testing.B) {
	data := bigFlow(10_000)
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	for b.Loop() {
		f, err := Parse(data)
		if err != nil {
			b.Fatal(err)
		}
		Resolve(f)
	}
}

// BenchmarkResolveSubflows expands 100 instances of a subflow of 100 nodes.
func BenchmarkResolveSubflows(b *testing.B) {
	var t strings.Builder
	t.WriteString(`[{"id":"t","type":"tab"},{"id":"s","type":"subflow","in":[{"wires":[{"id":"n0"}]}],"out":[{"wires":[{"id":"n99","port":0}]}]}`)
	for i := range 100 {
		fmt.Fprintf(&t, `,{"id":"n%d","type":"function","z":"s","func":"return msg;","outputs":1,"x":1,"y":1,"wires":[["n%d"]]}`, i, i+1)
		fmt.Fprintf(&t, `,{"id":"i%d","type":"subflow:s","z":"t","x":1,"y":1,"wires":[["i%d"]]}`, i, i+1)
	}
	f, err := Parse([]byte(t.String() + "]"))
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		Resolve(f)
	}
}

func BenchmarkRev10000(b *testing.B) {
	f, err := Parse(bigFlow(10_000))
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		f.rev.Store(nil)
		f.Rev()
	}
}

func BenchmarkDiff10000(b *testing.B) {
	data := bigFlow(10_000)
	old, err := Parse(data)
	if err != nil {
		b.Fatal(err)
	}
	now, _ := Parse(data)
	if err := now.SetNode(strings.Replace(now.Nodes[5].Raw, `"timeout":0`, `"timeout":1`, 1)); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		Diff(old, now)
	}
}
