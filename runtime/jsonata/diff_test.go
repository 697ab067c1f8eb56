package jsonata

import (
	"bufio"
	"context"
	"flag"
	"fmt"
	"math"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"sluice/runtime/msg"
)

var pairsFile = flag.String("pairs", "", "JSON lines from testdata/difffuzz.mjs")

var likeNodeRED = flag.Bool("nodered", false, "the pairs are from Node-RED's copy of the library")

var showKnown = flag.Bool("known", false, "log known differences too")

// TestDifferences compares with what npm jsonata made of the same expressions
// and inputs. Differences of the kinds listed in testdata/differences.md are
// counted apart.
func TestDifferences(t *testing.T) {
	if *pairsFile == "" {
		t.Skip("no -pairs")
	}
	f, err := os.Open(*pairsFile)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 64<<20)
	same, known, different := 0, map[string]int{}, 0
	for lines.Scan() {
		v, err := msg.Parse(lines.Text())
		if err != nil {
			t.Fatal(err)
		}
		pair := v.(*msg.Object)
		expr := pair.String("expr")
		want := show(pair.Value("outcome"))
		input := pair.Value("input")
		before := show(input)
		started := time.Now()
		got := outcome(expr, input)
		if took := time.Since(started); took > time.Second {
			t.Errorf("%s\n\ttook %v", expr, took)
		}
		if after := show(input); after != before {
			t.Errorf("%s\n\tchanged its input\n\tfrom %s\n\tto   %s", expr, before, after)
		}
		if got == want {
			same++
			continue
		}
		if why := knownDifference(expr, got, want); why != "" {
			known[why]++
			if *showKnown {
				t.Logf("%s: %s\n\tgot  %s\n\twant %s", why, expr, got, want)
			}
			continue
		}
		if different++; different <= 60 {
			t.Errorf("%s\n\tgot  %s\n\twant %s\n\tinput %.300s", expr, got, want, before)
		}
	}
	if err := lines.Err(); err != nil {
		t.Fatal(err)
	}
	fmt.Printf("%d the same, %d different, known differences: %v\n", same, different, known)
}

// outcome is what difffuzz.mjs writes for an evaluation.
func outcome(expr string, input any) string {
	x, err := Compile(expr)
	var v any
	if err == nil {
		x.inherit = *likeNodeRED
		v, err = x.Eval(context.Background(), input, nil)
	}
	if err == nil {
		return show(msg.NewObject("value", encode(v)))
	}
	e := asError(err)
	out := msg.NewObject()
	if e.Code != "" {
		out.Set("code", e.Code)
	}
	if e.Position >= 0 {
		out.Set("position", float64(e.Position))
	}
	out.Set("token", encode(e.Token))
	out.Set("message", e.Error())
	if e.Name != "" {
		out.Set("name", e.Name)
	}
	return show(msg.NewObject("error", out))
}

func encode(v any) any {
	switch v := v.(type) {
	case float64:
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return msg.NewObject("$", msg.FormatNumber(v))
		}
		return v
	case *msg.Array:
		out := msg.NewArray()
		for _, x := range v.All() {
			out.Append(encode(x))
		}
		return out
	case *msg.Object:
		out := msg.NewObject()
		for k, x := range v.All() {
			out.Set(k, encode(x))
		}
		return out
	}
	if isFunction(v) {
		return msg.NewObject("$", "function")
	}
	if v == undefined {
		return msg.NewObject("$", "undefined")
	}
	return v
}

var oddChoice = regexp.MustCompile(`<[^{]*\([^{]*[^a-z()<>?+:-][^{]*\{`)

var severalItems = regexp.MustCompile(`[\[{].*,`)

// knownDifference names the kind of a difference that is listed in
// testdata/differences.md, or "".
func knownDifference(expr, got, want string) string {
	failed := func(s string) bool { return strings.HasPrefix(s, `{"error"`) }
	switch {
	case failed(got) && failed(want) && strings.Contains(want, `"name":"SyntaxError"`) && strings.Contains(got, `"name":"SyntaxError"`):
		return "wording of a SyntaxError"
	case failed(got) && failed(want) && severalItems.MatchString(expr):
		return "order of errors in a constructor"
	case failed(got) && failed(want) && strings.Contains(want, `"name":"TypeError"`) && strings.Contains(got, `"name":"TypeError"`):
		return "wording of a TypeError"
	case strings.ReplaceAll(want, `[{"$":"undefined"}]`, "[]") == got:
		return "empty array as context of an object constructor"
	case strings.Contains(expr, "$power") && !failed(got) && !failed(want) && sameDigits(got, want):
		return "last digit of a power"
	case strings.Contains(expr, "$replace") && strings.Contains(want, "async function"):
		return "function as replacement of a text"
	case oddChoice.MatchString(expr):
		return "choice in a signature that is no list of types"
	case placedOutside(expr, want):
		return "place left over from another expression"
	case strings.Contains(expr, "$toMillis") && !failed(got) && !failed(want):
		return "current time"
	case strings.Contains(got, "cannot use argument"):
		return "partly applied function with arguments of the wrong type"
	case strings.Contains(want, "signature.validate is not a function"):
		return "signature of a lambda before ?: or ??"
	case failed(got) && strings.Contains(want, "Converting circular structure to JSON") || strings.Contains(want, "_jsonata_function"):
		return "function in an error message"
	}
	return ""
}

var (
	someNumber  = regexp.MustCompile(`-?\d+(\.\d+)?([eE][-+]?\d+)?`)
	errorPlace  = regexp.MustCompile(`"position":(\d+)`)
	endOfDigits = 1e-14
)

// sameDigits compares two texts with numbers, which may differ in their last
// digits.
func sameDigits(a, b string) bool {
	if someNumber.ReplaceAllString(a, "") != someNumber.ReplaceAllString(b, "") {
		return false
	}
	x, y := someNumber.FindAllString(a, -1), someNumber.FindAllString(b, -1)
	for i := range x {
		f, g := msg.ToNumber(x[i]), msg.ToNumber(y[i])
		if math.Abs(f-g) > endOfDigits*math.Abs(f) {
			return false
		}
	}
	return true
}

// placedOutside tells whether an error's position lies beyond the expression:
// left over from another one, see testdata/differences.md.
func placedOutside(expr, outcome string) bool {
	m := errorPlace.FindStringSubmatch(outcome)
	return m != nil && msg.ToNumber(m[1]) > float64(msg.UTF16Len(expr))
}
