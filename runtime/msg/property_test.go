package msg

import (
	"strings"
	"testing"
)

func TestPropertiesReadAsInJavaScript(t *testing.T) {
	for _, tc := range []struct {
		v    any
		key  string
		want any
	}{
		{nil, "a", Undefined},
		{Undefined, "a", Undefined},
		{1.0, "a", Undefined},
		{"a😀b", "length", 4.0},
		{"a😀b", "1", high},
		{"a", "1", Undefined},
		{NewArray("x"), "0", "x"},
		{NewArray("x"), "length", 1.0},
		{NewArray("x"), "00", Undefined},
		{&Buffer{[]byte{7}}, "0", 7.0},
		{&Buffer{[]byte{7}}, "1", Undefined},
		{&Buffer{[]byte{7}}, "length", 1.0},
		{&TypedArray{"Int16Array", []byte{255, 255}}, "0", -1.0},
		{&TypedArray{"Int16Array", []byte{255, 255}}, "length", 1.0},
		{&TypedArray{"Float16Array", []byte{0, 0x3E}}, "0", 1.5},
		{&RegExp{"a", "g"}, "flags", "g"},
		{&Func{Name: "f"}, "name", "f"},
		{&Error{Name: "E", Stack: "s"}, "stack", "s"},
		{&Date{1}, "x", Undefined},
		{hostStub{NewObject("a", 1.0)}, "a", 1.0},
	} {
		if got := Property(tc.v, tc.key); got != tc.want {
			t.Errorf("%v[%q] = %v, want %v", tc.v, tc.key, got, tc.want)
		}
	}
}

func TestPropertiesAreSetAsInJavaScript(t *testing.T) {
	arr, buf, e := NewArray(1.0, 2.0, 3.0), &Buffer{[]byte{0, 0}}, &Error{Name: "E"}
	for _, tc := range []struct {
		v    any
		key  string
		val  any
		err  string
		then func() bool
	}{
		{nil, "a", 1.0, "Cannot set properties of null (setting 'a')", nil},
		{Undefined, "a", 1.0, "Cannot set properties of undefined (setting 'a')", nil},
		{"text", "a", 1.0, "", nil},
		{arr, "length", 2.0, "", func() bool { return arr.Len() == 2 }},
		{arr, "length", 4.0, "", func() bool { return arr.Len() == 4 && arr.At(3) == Undefined }},
		{arr, "length", -1.0, "Invalid array length", nil},
		{arr, "4294967294", 1.0, "Invalid array length", nil},
		{arr, "name", 1.0, "", func() bool { return arr.Len() == 4 }},
		{buf, "1", 257.0, "", func() bool { return buf.B[1] == 1 }},
		{buf, "2", 1.0, "", func() bool { return len(buf.B) == 2 }},
		{e, "name", "F", "", func() bool { return ToString(e) == "F" }},
		{e, "message", 5.0, "", func() bool { return ToString(e) == "F: 5" }},
	} {
		err := SetProperty(tc.v, tc.key, tc.val)
		if got := errText(err); got != tc.err || tc.then != nil && !tc.then() {
			t.Errorf("%v[%q] = %v: error %q", tc.v, tc.key, tc.val, got)
		}
	}
}

func errText(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

func TestResolveReplacesReferences(t *testing.T) {
	m := NewObject("topic", "t", "n", 1.0, "q", `a"b`)
	for in, want := range map[string]string{
		"a.b":             `a["b"]`,
		"a[msg.topic][2]": `a["t"][2]`,
		"a[msg.n]":        "a[1]",
		"a[msg.q].b":      `a['a"b']["b"]`,
		"a[msg.none]":     "Invalid expression started at position 2",
	} {
		got, err := MustPath(in).Resolve(m)
		if err != nil {
			got = err.Error()
		}
		if got != want {
			t.Errorf("%s: got %s, want %s", in, got, want)
		}
	}
}

func TestKeysAreThoseOfObjectKeys(t *testing.T) {
	for _, tc := range []struct {
		v    any
		want string
	}{
		{NewObject("b", 1.0, "2", nil, "a", nil, "1", nil), "1 2 b a"},
		{NewArray("x", Undefined), "0 1"},
		{"a😀", "0 1 2"},
		{&Buffer{B: []byte{1, 2}}, "0 1"},
		{&TypedArray{Kind: "Int16Array", B: make([]byte, 4)}, "0 1"},
		{&Error{Message: "m", Props: NewObject("code", "E")}, "code"},
		{&Error{Message: "m"}, ""},
		{&Date{}, ""},
		{4.0, ""},
		{nil, ""},
		{Undefined, ""},
	} {
		if got := strings.Join(Keys(tc.v), " "); got != tc.want {
			t.Errorf("%#v has %q, want %q", tc.v, got, tc.want)
		}
	}
}
