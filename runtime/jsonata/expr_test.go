package jsonata

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"sluice/runtime/msg"
)

func parseJSON(t testing.TB, text string) any {
	t.Helper()
	v, err := msg.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func compile(t testing.TB, text string) *Expr {
	t.Helper()
	x, err := Compile(text)
	if err != nil {
		t.Fatal(err)
	}
	return x
}

const orderJSON = `{"id":7,"lines":[{"sku":"a","price":2,"tags":["x"]},{"sku":"b","price":3,"tags":[]}],"none":[],"one":[5],"deep":{"er":{"x":null}}}`

func TestPlainPathTakesShortCutOnlyIfNothingChanges(t *testing.T) {
	input := parseJSON(t, orderJSON)
	for _, text := range []string{
		"id", "lines", "lines.sku", "lines.tags", "none", "none.x", "one", "one.x", "deep.er", "deep.er.x", "deep.er.x.y",
		"nothing", "id.x", "deep.nothing.x",
	} {
		x := compile(t, text)
		if x.short == nil {
			t.Fatalf("%s: not plain", text)
		}
		fast, err := x.Eval(t.Context(), input, nil)
		if err != nil {
			t.Fatal(err)
		}
		x.short, x.root.plain = nil, false
		slow, err := x.Eval(t.Context(), input, nil)
		if err != nil {
			t.Fatal(err)
		}
		if show(fast) != show(slow) {
			t.Errorf("%s: %s by the short cut, %s else", text, show(fast), show(slow))
		}
	}
}

func TestInputStaysAsItIs(t *testing.T) {
	for _, text := range []string{
		`$ ~> |lines|{"price": 0}, "tags"|`,
		`$ ~> |$$.lines|{"price": 0}|`,
		`none{"a": 1}`,
		`$sort(lines, function($a, $b){$a.price < $b.price})`,
		`lines^(>price)`,
		`$append(lines, 1)`,
		`lines#$i{sku: $i}`,
		`$merge([deep, {"er": 1}])`,
	} {
		input := parseJSON(t, orderJSON)
		if _, err := compile(t, text).Eval(t.Context(), input, nil); err != nil {
			t.Errorf("%s: %v", text, err)
		}
		if got := show(input); got != orderJSON {
			t.Errorf("%s changed its input to %s", text, got)
		}
	}
}

func TestResultsHoldPlainValuesOnly(t *testing.T) {
	input := parseJSON(t, orderJSON)
	for _, text := range []string{
		`{"a": lines.sku}`, `[lines.sku]`, `[[lines.sku]]`, `lines.[sku]`, `$map([1,2], function($v){lines.sku})`,
		`{"a": {"b": [lines.[sku, tags]]}}`, `$zip(lines.sku, lines.[sku])`, `$each({"a": lines.sku}, function($v){{"x": $v}})`,
		`$spread({"a": lines.sku, "b": 1})`, `($x := {"a": lines[]}; $x)`, `lines@$l.{"l": $l.tags}`, `$append([[lines.sku]], 1)`,
		`$ ~> |deep|{"all": $$.lines.sku}|`,
	} {
		v, err := compile(t, text).Eval(t.Context(), input, nil)
		if err != nil {
			t.Errorf("%s: %v", text, err)
		}
		if err := onlyPlain(v, 0); err != nil {
			t.Errorf("%s: %v", text, err)
		}
	}
}

// onlyPlain looks for values that must not leave the package.
func onlyPlain(v any, depth int) error {
	if depth > 100 {
		return nil
	}
	switch v := v.(type) {
	case *sequence:
		return errors.New("a sequence in the result")
	case *msg.Array:
		for _, x := range v.All() {
			if err := onlyPlain(x, depth+1); err != nil {
				return err
			}
		}
	case *msg.Object:
		for _, x := range v.All() {
			if err := onlyPlain(x, depth+1); err != nil {
				return err
			}
		}
	}
	return nil
}

func TestExpressionServesManyGoroutines(t *testing.T) {
	x := compile(t, `($f := function($v){$v * 2}; $uppercase($join(lines.sku)) & $sum($map(lines.price, $f)) & $fromMillis(0, "[Y]") & $contains("abc", /b+/))`)
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			input := parseJSON(t, orderJSON)
			for range 50 {
				v, err := x.Eval(t.Context(), input, nil)
				if err != nil || v != "AB101970true" {
					t.Errorf("got %v, %v", v, err)
				}
			}
		})
	}
	group.Wait()
}

func TestBindings(t *testing.T) {
	double := &msg.Func{Name: "double", Call: func(_ any, args []any) (any, error) {
		return args[0].(float64) * 2, nil
	}}
	failing := &msg.Func{Name: "failing", Call: func(any, []any) (any, error) { return nil, errors.New("no such store") }}
	bindings := map[string]any{"two": 2.0, "double": double, "failing": failing}
	for _, tc := range []struct{ expr, want string }{
		{"$two + 1", "3"},
		{"$double($two)", "4"},
		{"$map([1, 2], $double)", "[2,4]"},
		{"[3] ~> $map($double)", "6"},
		{"$failing()", "no such store"},
	} {
		v, err := compile(t, tc.expr).Eval(t.Context(), nil, bindings)
		got := show(v)
		if err != nil {
			got = err.Error()
		}
		if got != tc.want {
			t.Errorf("%s: got %s, want %s", tc.expr, got, tc.want)
		}
	}
}

func TestLimits(t *testing.T) {
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	const endless = `($f := function($n){$f($n + 1)}; $f(0))`
	for _, tc := range []struct {
		name, expr string
		ctx        context.Context
		opts       EvalOptions
		code       string
	}{
		{"recursion", `($f := function($n){1 + $f($n)}; $f(0))`, t.Context(), EvalOptions{}, "U1001"},
		{"tail recursion", endless, t.Context(), EvalOptions{Timeout: time.Millisecond}, "U1001"},
		{"cancelled", endless, cancelled, EvalOptions{}, ""},
		{"range", `[0..10000000]`, t.Context(), EvalOptions{}, "D2014"},
		{"range within a limit", `[0..100]`, t.Context(), EvalOptions{Sequence: 100}, "D2015"},
		{"growing array", `($f := function($a){$f($append($a, $a))}; $f([1]))`, t.Context(), EvalOptions{Sequence: 1000}, "D2015"},
		{"growing string", `($f := function($a){$f($a & $a)}; $f("0123456789"))`, t.Context(), EvalOptions{}, ""},
		{"backtracking", `$contains("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab", /^(?=(a+)+$)/)`, t.Context(), EvalOptions{}, "U1001"},
		{"nested text", strings.Repeat("[", 100_000), t.Context(), EvalOptions{}, ""},
		{"long text", "1" + strings.Repeat("+1", 1_000_000), t.Context(), EvalOptions{}, ""},
		{"long chain", "1" + strings.Repeat("+1", 100_000), t.Context(), EvalOptions{}, "U1001"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			x, err := Compile(tc.expr)
			if err == nil {
				_, err = x.EvalWith(tc.ctx, nil, nil, tc.opts)
			}
			e, ok := errors.AsType[*Error](err)
			if !ok || e.Code != tc.code {
				t.Errorf("got %v, want code %q", err, tc.code)
			}
		})
	}
}

func TestDefaultDepthAllowsDeepRecursion(t *testing.T) {
	v, err := compile(t, `($f := function($n){$n = 0 ? 0 : 1 + $f($n - 1)}; $f(10000))`).Eval(t.Context(), nil, nil)
	if err != nil || v != 10000.0 {
		t.Errorf("got %v, %v", v, err)
	}
}

func TestUndefinedAndNullDiffer(t *testing.T) {
	input := parseJSON(t, `{"a":null}`)
	for text, want := range map[string]any{"a": nil, "b": msg.Undefined, "a.b": msg.Undefined, "[b]": "[]", "$type(a)": "null"} {
		v, err := compile(t, text).Eval(t.Context(), input, nil)
		if _, ok := v.(*msg.Array); ok {
			v = show(v)
		}
		if err != nil || v != want {
			t.Errorf("%s: got %v, %v, want %v", text, v, err, want)
		}
	}
}

func TestStringOfCircularValue(t *testing.T) {
	loop := msg.NewObject("a", 1.0)
	loop.Set("self", loop)
	for _, text := range []string{"$string($)", "$ & 1", "$string([$], true)"} {
		_, err := compile(t, text).Eval(t.Context(), loop, nil)
		if err == nil || !strings.HasPrefix(err.Error(), "Converting circular structure to JSON") {
			t.Errorf("%s: got %v", text, err)
		}
	}
	if v, err := compile(t, "$ = $").Eval(t.Context(), loop, nil); v != true || err != nil {
		t.Errorf("$ = $: got %v, %v", v, err)
	}
	if _, err := compile(t, "$count(**)").Eval(t.Context(), loop, nil); err == nil {
		t.Error("descendants of a circular value came to an end")
	}
}

func TestPow(t *testing.T) {
	for _, tc := range [][3]float64{
		{2, 0.5, 1.4142135623730951}, {10, 2.52, 331.1311214825911}, {0.1, 10, 1.0000000000000006e-10},
		{1e-7, 3, 1e-21}, {3.7, 10, 480858.4372417851}, {-2, 3, -8}, {-8, 2, 64}, {2, -1, 0.5}, {2, 1023, 8.98846567431158e307}, {0, 0, 1},
	} {
		if got := pow(tc[0], tc[1]); got != tc[2] {
			t.Errorf("pow(%v, %v) = %v, want %v", tc[0], tc[1], got, tc[2])
		}
	}
}
