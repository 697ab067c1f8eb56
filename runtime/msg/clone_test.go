package msg

import (
	"testing"
	"unsafe"
)

func TestCloneKeepsSharedReferencesAndCycles(t *testing.T) {
	shared := NewArray(1.0)
	date := &Date{5}
	o := NewObject("a", shared, "b", shared, "d", date, "e", date)
	o.Set("self", o)
	for i := range 3 * fewCopied { // beyond the short list
		o.Set("k"+FormatNumber(float64(i)), NewObject("o", o, "s", shared))
	}
	c := Clone(o).(*Object)
	if c == o || c.Value("a") == any(shared) || c.Value("d") == any(date) {
		t.Error("containers and dates are copied")
	}
	if c.Value("a") != c.Value("b") || c.Value("d") != c.Value("e") || c.Value("self") != any(c) {
		t.Error("what was one stays one")
	}
	last := c.Value("k35")
	if o.Has("k35") && (last.(*Object).Value("o") != any(c) || last.(*Object).Value("s") != c.Value("a")) {
		t.Error("what was one stays one in large values")
	}
	c.Set("new", 1.0)
	c.Value("a").(*Array).Set(0, 2.0)
	if o.Has("new") || shared.At(0) != 1.0 {
		t.Error("the clone is a value of its own")
	}
}

// As lodash.clonedeep 4.5.0 under Node 24.
func TestCloneSharesWhatLodashShares(t *testing.T) {
	err, fn, buf := &Error{Name: "Error"}, &Func{}, &Buffer{[]byte("ab")}
	re, ta := &RegExp{"a", "g"}, &TypedArray{"Int8Array", []byte{1}}
	host := hostStub{&Object{}}
	in := NewArray(err, fn, host, foreignStub("object"), re, ta, buf)
	out := Clone(in).(*Array)
	for i := range 4 {
		if out.At(i) != in.At(i) {
			t.Errorf("element %d is shared", i)
		}
	}
	for i := 4; i < 7; i++ {
		if out.At(i) == in.At(i) {
			t.Errorf("element %d is copied", i)
		}
	}
	out.At(5).(*TypedArray).B[0] = 2
	out.At(6).(*Buffer).B[0] = 'x'
	if ta.B[0] != 1 || string(buf.B) != "xb" {
		t.Error("a typed array's bytes are copied, a buffer's are shared")
	}
	for _, v := range []any{err, fn, foreignStub("function")} {
		if o, ok := Clone(v).(*Object); !ok || o.Len() != 0 {
			t.Errorf("the clone of %T alone is an empty object", v)
		}
	}
	if Clone(host) != any(host) || Clone(nil) != nil || Clone(Undefined) != Undefined || Clone("s") != "s" {
		t.Error("hosts and primitives are their own clones")
	}
}

func TestCloneMessageSharesReqAndRes(t *testing.T) {
	req := NewObject("url", "/")
	m := NewObject("req", req, "payload", NewArray(), "res", "")
	c := CloneMessage(m)
	if c.Value("req") != any(req) || c.Value("payload") == m.Value("payload") {
		t.Error("req is shared, payload copied")
	}
	for _, o := range []*Object{m, c} {
		if s, _, _ := Stringify(o, ""); s != `{"payload":[],"req":{"url":"/"}}` {
			t.Errorf("req moves to the end, a falsy res goes: %s", s)
		}
	}
	if CloneMessage(nil) != nil {
		t.Error("no message, no clone")
	}
}

type keeperStub struct {
	hostStub
	kept *int
}

func (k keeperStub) Keep() { *k.kept++ }

func TestStoresOwnWhatTheyKeep(t *testing.T) {
	body := []byte(`{"a":["text",{"b":1}],"c":"x"}`)
	v, err := ParseBytes(body)
	if err != nil {
		t.Fatal(err)
	}
	kept := 0
	o := v.(*Object)
	buf := &Buffer{[]byte("b")}
	o.Set("k", keeperStub{kept: &kept})
	o.Set("buf", buf)
	o.Set("self", o)

	in := CopyIn(v).(*Object)
	if !Stored(in) || !Stored(in.Value("a")) || Stored(v) || in.Value("self") != any(in) || kept != 1 {
		t.Error("containers are copied and marked, cycles kept, keepers told")
	}
	if CopyIn(in) != any(in) {
		t.Error("what a store owns is not copied again")
	}
	buf.B[0] = 'x'
	clear(body) // would show through text that is still part of it
	s, _ := in.Value("a").(*Array).At(0).(string)
	if s != "text" || in.Value("c") != "x" || string(in.Value("buf").(*Buffer).B) != "b" {
		t.Error("text and buffers are detached from the body")
	}
	if within(in.Keys()[0], body) {
		t.Error("keys are detached from the body")
	}

	out := CopyOut(in).(*Object)
	if Stored(out) || Stored(out.Value("a")) || out.Value("self") != any(out) {
		t.Error("what comes out is the message's")
	}
	m := NewObject("payload", in, "other", NewArray(in))
	if CopyOut(m) != any(m) || Stored(m.Value("payload")) || m.Value("other").(*Array).At(0) != m.Value("payload") {
		t.Error("what a message refers to is copied in place, once")
	}
	if Stored(Clone(in)) {
		t.Error("a clone belongs to no store")
	}
}

func within(s string, b []byte) bool {
	p, start := uintptr(unsafe.Pointer(unsafe.StringData(s))), uintptr(unsafe.Pointer(unsafe.SliceData(b)))
	return p >= start && p < start+uintptr(len(b))
}

func TestNewIDIsSixteenHexDigits(t *testing.T) {
	a, b := NewID(), NewID()
	if len(a) != 16 || a == b || digitsOf(a, 16) != 16 {
		t.Errorf("got %s and %s", a, b)
	}
}

func digitsOf(s string, base int) int {
	_, n := intPrefix(s, base)
	return n
}

func TestCopiesOfBareObjectsAreOrdinaryOnes(t *testing.T) {
	o := NewBareObject()
	o.Set("a", NewBareObject())
	if !o.Bare() || !o.Value("a").(*Object).Bare() || (*Object)(nil).Bare() || (&Object{}).Bare() {
		t.Error("bare objects are not told apart")
	}
	for name, copied := range map[string]any{"Clone": Clone(o), "CopyIn": CopyIn(o)} {
		if copied.(*Object).Bare() || copied.(*Object).Value("a").(*Object).Bare() {
			t.Errorf("%s keeps it", name)
		}
	}
}
