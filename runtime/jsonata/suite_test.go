package jsonata

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"testing"
	"time"

	"sluice/runtime/msg"
)

var suiteDir = flag.String("suite", filepath.Join("testdata", "suite"), "folder with suite.json and datasets.json")

// suiteSlower scales the time limits of the cases, which were sized for a JIT.
const suiteSlower = 5

// TestSuite runs a pack of cases: suite.json is a list of them, one a line,
// datasets.json the inputs that they name. With -v it says how many passed.
func TestSuite(t *testing.T) {
	dir := suiteFolder(*suiteDir)
	cases := readSuite(t, dir)
	datasets, err := os.ReadFile(filepath.Join(dir, "datasets.json"))
	if err != nil {
		t.Fatal(err)
	}
	passed := 0
	var failures []string
	for _, c := range cases.All() {
		c := c.(*msg.Object)
		if err := runCase(c, string(datasets)); err != nil {
			failures = append(failures, fmt.Sprintf("%s: %s: %v", c.String("id"), c.String("expr"), err))
		} else {
			passed++
		}
	}
	for _, f := range failures {
		t.Error(f)
	}
	fmt.Printf("%d passed, %d failed\n", passed, len(failures))
}

// suiteFolder is dir, taken from the module's root if it is not here.
func suiteFolder(dir string) string {
	if _, err := os.Stat(dir); err != nil && !filepath.IsAbs(dir) {
		return filepath.Join("..", "..", dir)
	}
	return dir
}

func readSuite(t testing.TB, dir string) *msg.Array {
	b, err := os.ReadFile(filepath.Join(dir, "suite.json"))
	if err != nil {
		t.Fatal(err)
	}
	return parseJSON(t, string(b)).(*msg.Array)
}

func runCase(c *msg.Object, datasets string) error {
	input := c.Value("data")
	if c.Has("dataset") {
		all, err := msg.Parse(datasets)
		if err != nil {
			return err
		}
		input = all.(*msg.Object).Value(c.String("dataset"))
	}
	bindings := make(map[string]any)
	if b, ok := c.Value("bindings").(*msg.Object); ok {
		for k, v := range b.All() {
			bindings[k] = v
		}
	}
	opts := EvalOptions{Timeout: 60 * time.Second}
	if ms, ok := c.Value("timelimit").(float64); ok {
		opts.Timeout = time.Duration(ms) * time.Millisecond * suiteSlower
	}
	if depth, ok := c.Value("depth").(float64); ok {
		opts.Depth = int(depth)
	}
	before, _, _ := msg.Stringify(input, "")
	for _, inherit := range []bool{false, true} { // Node-RED's copy passes the same cases
		var got any
		x, err := Compile(c.String("expr"))
		if err == nil {
			x.inherit = inherit
			got, err = x.EvalWith(context.Background(), msg.Clone(input), bindings, opts)
		}
		if err := checkOutcome(c, got, err); err != nil {
			return err
		}
		if opts.Depth > 0 {
			break // slow ones
		}
	}
	if after, _, _ := msg.Stringify(input, ""); after != before {
		return errors.New("the input has changed")
	}
	return nil
}

// checkOutcome compares a result or error with what the case expects.
func checkOutcome(c *msg.Object, got any, err error) error {
	expect := c.Value("expect").(*msg.Object)
	switch expect.String("kind") {
	case "value":
		if err != nil {
			return err
		}
		want := expect.Value("value")
		if c.Value("unordered") == true {
			if sameItems(got, want) {
				return nil
			}
		} else if sameJSON(got, want) {
			return nil
		}
		return fmt.Errorf("got %s, want %s", show(got), show(want))
	case "undefined":
		if err != nil {
			return err
		}
		if got != undefined {
			return fmt.Errorf("got %s, want nothing", show(got))
		}
		return nil
	}
	if err == nil {
		return fmt.Errorf("got %s, want error %s", show(got), show(expect))
	}
	return checkError(err, expect)
}

func checkError(err error, expect *msg.Object) error {
	var e *Error
	if !errors.As(err, &e) {
		return fmt.Errorf("%T is not an *Error", err)
	}
	if code := expect.String("code"); code != "" && e.Code != code {
		return fmt.Errorf("got error %s %q, want %s", e.Code, e, code)
	}
	if token, ok := expect.Get("token"); ok && !msg.StrictEqual(token, e.Token) {
		return fmt.Errorf("got token %v, want %v", e.Token, token)
	}
	members, _ := expect.Value("error").(*msg.Object)
	for key, want := range members.All() {
		if got := errorMember(e, key); !sameJSON(got, want) {
			return fmt.Errorf("got %s %s, want %s", key, show(got), show(want))
		}
	}
	return nil
}

func errorMember(e *Error, key string) any {
	switch key {
	case "code":
		return e.Code
	case "position":
		return float64(e.Position)
	case "message":
		return e.Error()
	}
	return e.field(key)
}

func show(v any) string {
	text, ok, err := msg.Stringify(v, "")
	if err != nil || !ok {
		return fmt.Sprint(v)
	}
	return text
}

func sameItems(a, b any) bool {
	x, ok1 := a.(*msg.Array)
	y, ok2 := b.(*msg.Array)
	if !ok1 || !ok2 || x.Len() != y.Len() {
		return false
	}
	used := make([]bool, y.Len())
next:
	for _, v := range x.All() {
		for i, w := range y.All() {
			if !used[i] && sameJSON(v, w) {
				used[i] = true
				continue next
			}
		}
		return false
	}
	return true
}

// sameJSON compares values as JSON has them: NaN and Infinity are null there.
func sameJSON(a, b any) bool {
	switch x := a.(type) {
	case *msg.Array:
		y, ok := b.(*msg.Array)
		if !ok || x.Len() != y.Len() {
			return false
		}
		for i, v := range x.All() {
			if !sameJSON(v, y.At(i)) {
				return false
			}
		}
		return true
	case *msg.Object:
		y, ok := b.(*msg.Object)
		if !ok || x.Len() != y.Len() {
			return false
		}
		for k, v := range x.All() {
			if w, ok := y.Get(k); !ok || !sameJSON(v, w) {
				return false
			}
		}
		return true
	case float64:
		if math.IsNaN(x) || math.IsInf(x, 0) {
			return b == nil
		}
		y, ok := b.(float64)
		return ok && x == y
	case string:
		y, ok := b.(string)
		return ok && x == y
	}
	return a == b
}
