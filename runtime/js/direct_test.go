package js

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"sluice/runtime/msg"
)

// scene is a body with what it runs in. It is played once as written, in a VM,
// and once as the compilers leave it; what it does must be the same.
type scene struct {
	body    string
	in      func(testing.TB) *msg.Object // makes the message of each call; nil: sample
	calls   int                          // 0: 2
	stores  string                       // JSON of the stores; "": sampleStores
	async   bool                         // the stores answer late
	timeout time.Duration
	on      *bench // nil: its own
}

// sample is a message with a value of every kind that a message can hold.
func sample(t testing.TB) *msg.Object {
	m := parse(t, `{"_msgid":"1","topic":"t/é","n":7,"z":0,"f":1.5,"s":"héllo😀","e":"","num":"42","yes":true,"no":false,"nil":null,"a":[3,1,2],
		"l":[{"v":2,"k":"b"},{"v":1,"k":"a"},{"v":3,"k":"c"}],"o":{"b":{"c":[1,2]},"a":1,"1":"one"},"words":["x","yy",""],"payload":{"n":1,"x":"y","list":[1,[2,[3]]]}}`)
	for k, v := range map[string]any{"d": &msg.Date{Ms: 1.7e12}} {
		m.Set(k, v)
	}
	m.Set("b", &msg.Buffer{B: []byte("b\xff\x00ytes")})
	m.Set("u", msg.Undefined)
	m.Set("half", "\xed\xa0\xbd")
	return m
}

const sampleStores = `{"node":{"c":1},"flow":{"o":{"a":1,"l":[1,{"x":2}]},"n":5,"s":"text","l":[1,2,3]},"global":{"g":{"deep":{"er":[1]}}}}`

// play runs the scene and tells everything that came of it. left says how often a VM did what
// the compiled body could not; -1 if the body was refused, which why explains.
func (s scene) play(t testing.TB, inVM bool) (report string, left int, why string) {
	t.Helper()
	b := s.on
	if b == nil {
		b = newBench(t)
	}
	b.async = s.async
	b.env = map[string]any{"NAME": "value", "NUM": 3.0, "OBJ": msg.NewObject("a", 1.0)}
	stores := s.stores
	if stores == "" {
		stores = sampleStores
	}
	for name, v := range parse(t, stores).All() {
		b.stores[name] = msg.CopyIn(v).(*msg.Object)
	}
	w := &witness{bench: b}
	f, err := b.e.Compile(Source{Node: w, Body: s.body, Outputs: 2, Timeout: s.timeout, inVM: inVM})
	if err != nil {
		return err.Error(), -1, "it does not compile"
	}
	defer f.Close(context.Background(), false)
	in, calls := s.in, s.calls
	if in == nil {
		in = sample
	}
	if calls == 0 {
		calls = 2
	}
	for range calls {
		m := in(t)
		before := f.c.direct.left.n.Load()
		w.note("call")
		f.Run(w, m)
		if f.c.direct.left.n.Load() > before {
			left++
		}
		w.note("left", m)
	}
	for _, name := range []string{"node", "flow", "global"} {
		w.note("store", b.stores[name])
	}
	if f.c.direct.body == nil {
		left = -1
	}
	return w.String(), left, f.c.direct.why
}

// same plays a scene both ways.
func (s scene) same(t testing.TB) (left int, why string) {
	t.Helper()
	if s.on == nil {
		s.on = newBench(t)
	}
	want, _, _ := s.play(t, true)
	got, left, why := s.play(t, false)
	if got != want {
		t.Errorf("%s\n%s", s.body, difference(want, got))
	}
	if left < 0 && why == "" {
		t.Errorf("%s\nwas refused without a reason", s.body)
	}
	return left, why
}

// difference is where two reports differ.
func difference(want, got string) string {
	w, g := strings.Split(want, "\n"), strings.Split(got, "\n")
	for i := range min(len(w), len(g)) {
		if w[i] != g[i] {
			n := 0
			for n < min(len(w[i]), len(g[i])) && w[i][n] == g[i][n] {
				n++
			}
			n = max(0, n-150)
			return fmt.Sprintf("in a VM, line %d:  ...%.400s\ndirectly: ...%.400s", i, w[i][n:], g[i][n:])
		}
	}
	return fmt.Sprintf("in a VM:\n%s\ndirectly:\n%s", want, got)
}

// witness is a node, and its calls, and notes in what order things are done.
// What is sent is shown when all is over, as its receivers may see it.
type witness struct {
	*bench
	events []event
}

type event struct {
	what   string
	values []any
}

func (w *witness) note(what string, values ...any) {
	w.events = append(w.events, event{what, values})
}

func (w *witness) Log(level, text string) { w.note(level + " " + strconv.Quote(text)) }
func (w *witness) Status(v any)           { w.note("status", v) }
func (w *witness) Send(outs [][]*msg.Object) {
	e := event{what: "send"}
	for i, out := range outs {
		for _, m := range out {
			e.values = append(e.values, float64(i), m)
		}
	}
	w.events = append(w.events, e)
}
func (w *witness) Error(err any, m *msg.Object) {
	if m == nil {
		w.note("error", err)
	} else {
		w.note("error", err, m)
	}
}
func (w *witness) Done(err error) {
	if err != nil {
		w.note("done " + err.Error())
	} else {
		w.note("done")
	}
}
func (w *witness) Hold() Hold                                                            { return nil }
func (w *witness) LinkCall(string, *msg.Object, time.Duration, func(*msg.Object, error)) {}

func (w *witness) String() string {
	d := dumper{within: map[any]bool{}, stores: map[any]bool{}}
	for _, e := range w.events {
		d.b.WriteString(e.what)
		d.store = e.what == "store"
		for _, v := range e.values {
			d.b.WriteByte(' ')
			d.dump(v)
		}
		d.b.WriteByte('\n')
	}
	return d.b.String()
}

// dumper writes values exactly, with the order of their keys, and what messages and stores share.
type dumper struct {
	b      strings.Builder
	within map[any]bool // containers around
	stores map[any]bool // whether a container was met in a store or in a message
	store  bool         // what is dumped belongs to a store
}

func (d *dumper) dump(v any) {
	switch v.(type) {
	case *msg.Object, *msg.Array:
		if d.within[v] {
			d.b.WriteString("cycle")
			return
		}
		d.within[v] = true
		defer delete(d.within, v)
		if store, met := d.stores[v]; met && store != d.store {
			d.b.WriteString("SHARED BY A STORE AND A MESSAGE ")
		}
		d.stores[v] = d.store
	}
	switch x := v.(type) {
	case *msg.Object:
		d.b.WriteByte('{')
		for k, e := range x.All() {
			fmt.Fprintf(&d.b, "%q:", k)
			d.dump(e)
			d.b.WriteByte(' ')
		}
		d.b.WriteByte('}')
	case *msg.Array:
		d.b.WriteByte('[')
		for _, e := range x.All() {
			d.dump(e)
			d.b.WriteByte(' ')
		}
		d.b.WriteByte(']')
	case *msg.Date:
		fmt.Fprintf(&d.b, "Date(%v)", x.Ms)
	case *msg.Buffer:
		d.b.WriteString("Buffer(" + hex.EncodeToString(x.B) + ")")
	case string:
		d.b.WriteString(strconv.Quote(x))
	case float64:
		d.b.WriteString(strconv.FormatFloat(x, 'g', -1, 64))
	case nil:
		d.b.WriteString("null")
	case *native:
		if x.fn {
			d.b.WriteString("function")
			return
		}
		defer func() {
			if recover() != nil { // it looks at a message that has left
				d.b.WriteString("cycle")
			}
		}()
		text, err := x.obj.MarshalJSON()
		if err != nil {
			panic(err)
		}
		v, _ := msg.ParseBytes(text)
		d.dump(v)
	default:
		if x == msg.Undefined {
			d.b.WriteString("undefined")
			return
		}
		fmt.Fprintf(&d.b, "%T(%v)", x, x)
	}
}

// TestCompiledBodiesDoWhatIsWritten plays bodies that the compiler to Go must take.
func TestCompiledBodiesDoWhatIsWritten(t *testing.T) {
	for area, bodies := range compiledBodies {
		t.Run(area, func(t *testing.T) {
			b := newBench(t)
			for _, body := range bodies {
				left, why := scene{body: body, on: b}.same(t)
				if left < 0 {
					t.Errorf("%s\nwas refused because %s", body, why)
				} else if left > 0 {
					t.Errorf("%s\nwas left to a VM", body)
				}
			}
		})
	}
}

// TestBodiesThatOnlyAVMCanRunDoWhatIsWritten plays bodies that end in a VM, after they have done something, or
// are refused: nothing of what the compiled body did may be seen.
func TestBodiesThatOnlyAVMCanRunDoWhatIsWritten(t *testing.T) {
	b := newBench(t)
	for _, body := range leftBodies {
		if left, _ := (scene{body: body, on: b}).same(t); left == 0 {
			t.Errorf("%s\nwas not left to a VM", body)
		}
	}
}

// TestOddBodiesDoWhatIsWritten plays bodies about which it is no matter what runs them.
func TestOddBodiesDoWhatIsWritten(t *testing.T) {
	b := newBench(t)
	for _, body := range oddBodies {
		scene{body: body, on: b}.same(t)
	}
}

// TestOperatorsGiveWhatNodeGives applies operators to all pairs of values, see testdata/operators.mjs.
func TestOperatorsGiveWhatNodeGives(t *testing.T) {
	data, err := os.ReadFile("testdata/operators.txt")
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(string(data)), "\n")
	b := newBench(t)
	for _, line := range lines[2:] {
		expr, want, _ := strings.Cut(line, "\t")
		f := b.compile(Source{Body: strings.NewReplacer("VALUES", lines[0], "EXPR", expr).Replace(lines[1])})
		c := &witness{bench: b}
		m := sample(t)
		m.Set("l", parse(t, `{"l":[{"v":2,"k":"b"}]}`).Value("l"))
		f.Run(c, m)
		if f.c.direct.body == nil || f.c.direct.left.n.Load() != 0 {
			t.Errorf("%s: was not run directly: %s", expr, f.c.direct.why)
		} else if sum := sha256.Sum256([]byte(msg.ToUTF8(c.events[0].values[1].(*msg.Object).String("payload")))); hex.EncodeToString(sum[:8]) != want {
			t.Errorf("%s: Node gives something else", expr)
		}
	}
}

// TestPropertiesOfAllKinds reads properties of values of all kinds.
func TestPropertiesOfAllKinds(t *testing.T) {
	values := []string{"undefined", "null", "true", "0", "1.5", `""`, `"abc"`, `"é😀"`, "[]", "[1, 2]", "{}", "{a: 1, length: 2, 0: 'zero', toString: 1}", "msg.d", "msg.b", "msg.o", "msg.l", "msg"}
	keys := []string{"a", "length", "toString", "constructor", "__proto__", "hasOwnProperty", "push", "trim", "0", "-1", "1.0", "01", "1e0", "foo", "size", "index"}
	b := newBench(t)
	for _, v := range values {
		for _, k := range keys {
			for _, form := range []string{"const v = %[1]s; const x = v[%[2]q]; return {payload: [typeof x, x === undefined ? 'none' : typeof x === 'function' ? 'f' : x]}",
				"const v = %[1]s; const x = v?.[%[2]q]; return {payload: typeof x}", "const v = %[1]s; v[%[2]q] = 5; return {payload: [typeof v[%[2]q], v]}",
				"const v = %[1]s; return {payload: [delete v[%[2]q], v]}"} {
				if strings.HasPrefix(form, "const v = %[1]s; return") && v == "msg.b" {
					continue // an element of a Buffer cannot be deleted, which a VM's view does not know
				}
				scene{body: fmt.Sprintf(form, v, k), calls: 1, on: b}.same(t)
			}
		}
	}
}

// TestTheCorpusRunsDirectly plays the bodies of published flows and the expressions whose answers Node has given.
func TestTheCorpusRunsDirectly(t *testing.T) {
	b := newBench(t)
	for _, tb := range typicalBodies(t) {
		stores := `{"node":{},"flow":{},"global":` + show(tb.global) + `}`
		if tb.global == nil {
			stores = ""
		}
		scene{body: tb.body, stores: stores, in: func(testing.TB) *msg.Object { return msg.Clone(tb.msg).(*msg.Object) }, on: b}.same(t)
	}
	files, _ := filepath.Glob("testdata/*.probes")
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		lines := strings.Split(string(data), "\n")
		for i := 0; i < len(lines); i += 2 {
			if strings.Contains(lines[i], "Promise") || strings.Contains(lines[i], "async") || strings.Contains(lines[i], "random") || strings.Contains(lines[i], "hrtime") || lines[i] == "" {
				continue
			}
			if _, left, _ := (scene{body: "return {payload: (" + lines[i] + ")}", on: b}).play(t, false); left >= 0 {
				scene{body: "return {payload: (" + lines[i] + ")}", on: b}.same(t)
			}
		}
	}
}
