package msg

import (
	"math"
	"math/big"
	"testing"
	"time"
)

// Answers of Node 24: Number, parseFloat, parseInt without radix, with 16 and with 36.
func TestTextConvertsToNumbersAsInJavaScript(t *testing.T) {
	print := func(f float64) string {
		if f == 0 && math.Signbit(f) {
			return "-0"
		}
		return FormatNumber(f)
	}
	for _, tc := range []struct{ in, number, float, integer, base16, base36 string }{
		{"", "0", "NaN", "NaN", "NaN", "NaN"},
		{"  ", "0", "NaN", "NaN", "NaN", "NaN"},
		{"42", "42", "42", "42", "66", "146"},
		{" 42\n", "42", "42", "42", "66", "146"},
		{"-0", "-0", "-0", "-0", "-0", "-0"},
		{"+5", "5", "5", "5", "5", "5"},
		{"1.", "1", "1", "1", "1", "1"},
		{".5", "0.5", "0.5", "NaN", "NaN", "NaN"},
		{".", "NaN", "NaN", "NaN", "NaN", "NaN"},
		{"1e3", "1000", "1000", "1", "483", "1803"},
		{"1e", "NaN", "1", "1", "30", "50"},
		{"1e1000", "Infinity", "Infinity", "1", "1970176", "84027456"},
		{"-1e1000", "-Infinity", "-Infinity", "-1", "-1970176", "-84027456"},
		{"0x1F", "31", "0", "31", "31", "42819"},
		{"0Xff", "255", "0", "255", "255", "43323"},
		{"-0x10", "NaN", "-0", "-16", "-16", "-42804"},
		{"0b101", "5", "0", "0", "45313", "514513"},
		{"0o17", "15", "0", "0", "0", "31147"},
		{"0x", "NaN", "0", "NaN", "NaN", "33"},
		{"0xg", "NaN", "0", "NaN", "NaN", "1204"},
		{"0x1p3", "NaN", "0", "1", "1", "1541847"},
		{"1_000", "NaN", "1", "1", "1", "1"},
		{"12px", "NaN", "12", "12", "18", "50181"},
		{"Infinity", "Infinity", "Infinity", "NaN", "NaN", "1461559270678"},
		{"-Infinity", "-Infinity", "-Infinity", "NaN", "NaN", "-1461559270678"},
		{"infinity", "NaN", "NaN", "NaN", "NaN", "1461559270678"},
		{"inf", "NaN", "NaN", "NaN", "NaN", "24171"},
		{"nan", "NaN", "NaN", "NaN", "NaN", "30191"},
		{"00012", "12", "12", "12", "18", "38"},
		{"\u00a07\ufeff", "7", "7", "7", "7", "7"},
		{"\u20281", "1", "1", "1", "1", "1"},
		{"\u180e1", "NaN", "NaN", "NaN", "NaN", "NaN"},
		{"1 2", "NaN", "1", "1", "1", "1"},
		{"0x10000000000000081", "18446744073709552000", "0", "18446744073709552000", "18446744073709552000", "9.46284805972627e+27"},
		{"9007199254740993", "9007199254740992", "9007199254740992", "9007199254740992", "10378291982571407000", "1.9896986116031807e+24"},
		{"2.5.1", "NaN", "2.5", "2", "2", "2"},
		{"3e+2x", "NaN", "300", "3", "62", "122"},
	} {
		for _, c := range []struct {
			name, want string
			got        float64
		}{
			{"Number", tc.number, ToNumber(tc.in)},
			{"parseFloat", tc.float, ParseFloat(tc.in)},
			{"parseInt", tc.integer, ParseInt(tc.in, 0)},
			{"parseInt 16", tc.base16, ParseInt(tc.in, 16)},
			{"parseInt 36", tc.base36, ParseInt(tc.in, 36)},
		} {
			if got := print(c.got); got != c.want {
				t.Errorf("%s of %q = %s, want %s", c.name, tc.in, got, c.want)
			}
		}
	}
}

type hostStub struct{ *Object }

type foreignStub string

func (f foreignStub) TypeOf() string { return string(f) }

func TestValuesConvertAsInJavaScript(t *testing.T) {
	defer func(loc *time.Location) { time.Local = loc }(time.Local)
	time.Local = time.UTC
	ring := NewArray(1.0)
	ring.Append(ring, 2.0)
	for _, tc := range []struct {
		name    string
		v       any
		text    string
		number  string
		boolean bool
		typeOf  string
	}{
		{"null", nil, "null", "0", false, "object"},
		{"undefined", Undefined, "undefined", "NaN", false, "undefined"},
		{"true", true, "true", "1", true, "boolean"},
		{"NaN", math.NaN(), "NaN", "NaN", false, "number"},
		{"empty text", "", "", "0", false, "string"},
		{"text 0", "0", "0", "0", true, "string"},
		{"empty array", NewArray(), "", "0", true, "object"},
		{"array of one", NewArray("5"), "5", "5", true, "object"},
		{"nested array", NewArray(1.0, NewArray(2.0, NewArray(3.0)), nil, Undefined, &Object{}), "1,2,3,,,[object Object]", "NaN", true, "object"},
		{"array inside itself", ring, "1,,2", "NaN", true, "object"},
		{"object", NewObject("a", 1.0), "[object Object]", "NaN", true, "object"},
		{"date", &Date{86400000}, "Fri Jan 02 1970 00:00:00 GMT+0000 (Coordinated Universal Time)", "86400000", true, "object"},
		{"invalid date", &Date{math.NaN()}, "Invalid Date", "NaN", true, "object"},
		{"buffer", &Buffer{[]byte("12")}, "12", "12", true, "object"},
		{"bigint", &BigInt{big.NewInt(12)}, "12", "12", true, "bigint"},
		{"bigint 0", &BigInt{new(big.Int)}, "0", "0", false, "bigint"},
		{"regexp", &RegExp{"a+", "gi"}, "/a+/gi", "NaN", true, "object"},
		{"error", &Error{Name: "TypeError", Message: "no"}, "TypeError: no", "NaN", true, "object"},
		{"error without message", &Error{Name: "Error"}, "Error", "NaN", true, "object"},
		{"renamed error", &Error{Name: "Error", Message: "no", Props: NewObject("name", "X")}, "X: no", "NaN", true, "object"},
		{"typed array", &TypedArray{"Int16Array", []byte{1, 0, 255, 255}}, "1,-1", "NaN", true, "object"},
		{"function", &Func{Name: "get"}, "function get() { [native code] }", "NaN", true, "function"},
		{"host", hostStub{&Object{}}, "[object Object]", "NaN", true, "object"},
		{"foreign", foreignStub("function"), "[object Object]", "NaN", true, "function"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if got := ToString(tc.v); got != tc.text {
				t.Errorf("String: got %q, want %q", got, tc.text)
			}
			if got := FormatNumber(ToNumber(tc.v)); got != tc.number {
				t.Errorf("Number: got %s, want %s", got, tc.number)
			}
			if got := ToBool(tc.v); got != tc.boolean {
				t.Errorf("Boolean: got %v", got)
			}
			if got := TypeOf(tc.v); got != tc.typeOf {
				t.Errorf("typeof: got %s, want %s", got, tc.typeOf)
			}
		})
	}
}

func TestToInt32Wraps(t *testing.T) {
	for in, want := range map[float64]int32{
		1.9: 1, -1.9: -1, 1 << 31: math.MinInt32, 1<<32 + 5: 5, -1 << 31: math.MinInt32,
		1e21: -559939584, math.Inf(1): 0, 4294967295: -1,
	} {
		if got := ToInt32(in); got != want {
			t.Errorf("%v | 0 = %d, want %d", in, got, want)
		}
	}
}

func TestCompareOrdersAsJavaScript(t *testing.T) {
	for _, tc := range []struct {
		a, b any
		want int
		ok   bool
	}{
		{1.0, 2.0, -1, true},
		{"10", "9", -1, true},
		{"10", 9.0, 1, true},
		{nil, 0.0, 0, true},
		{Undefined, 0.0, 0, false},
		{"a", 1.0, 0, false},
		{NewArray(2.0), "10", 1, true},
		{&Date{5}, 6.0, -1, true},
		{&BigInt{big.NewInt(2)}, 1.5, 1, true},
		{&BigInt{big.NewInt(2)}, "2", 0, true},
		{&BigInt{big.NewInt(2)}, "x", 0, false},
		{"\uffff", "\U0001f600", 1, true},
	} {
		got, ok := Compare(tc.a, tc.b)
		if got != tc.want || ok != tc.ok {
			t.Errorf("Compare(%v, %v) = %d, %v", tc.a, tc.b, got, ok)
		}
	}
}

func TestTooDeepAnArrayIsARangeError(t *testing.T) {
	deep := NewArray()
	for range 2 * MaxDepth {
		deep = NewArray(deep)
	}
	for name, f := range map[string]func(){
		"ToString":  func() { ToString(deep) },
		"Clone":     func() { Clone(deep) },
		"CopyIn":    func() { CopyIn(deep) },
		"CopyOut":   func() { CopyOut(deep) },
		"DeepEqual": func() { DeepEqual(deep, NewArray(deep.At(0).(*Array).At(0))) },
	} {
		func() {
			defer func() {
				if err, ok := recover().(*RangeError); !ok && name != "DeepEqual" {
					t.Errorf("%s: panicked with %v", name, err)
				}
			}()
			f()
		}()
	}
	if _, _, err := Stringify(deep, ""); err != errTooDeep {
		t.Errorf("Stringify: %v", err)
	}
}
