package direct

import (
	"encoding/base64"
	"strings"
	"time"
	"unicode/utf8"

	"sluice/runtime/msg"
)

// Started is the time origin of performance.now.
var Started = time.Now()

var performanceFunctions = map[string]static{
	"performance.now": func(*run, []value) value { return num(float64(time.Since(Started).Nanoseconds()) / 1e6) },
}

func init() {
	globalFunctions["Date"] = dateText
	globalFunctions["btoa"] = btoa
	globalFunctions["atob"] = atob
	globalFunctions["structuredClone"] = structuredClone
}

// globalTypes is what typeof says of the free names that every body finds, beside globalFunctions.
var globalTypes = func() map[string]string {
	all := map[string]string{}
	for kind, names := range map[string]string{
		"function": `Object Array Date RegExp Error TypeError RangeError SyntaxError ReferenceError EvalError URIError Map Set WeakMap WeakSet
			Promise Symbol Function BigInt Proxy ArrayBuffer DataView Uint8Array Buffer URL URLSearchParams TextEncoder TextDecoder
			setTimeout clearTimeout setInterval clearInterval promisify`,
		"object":    "Math JSON Reflect console util RED node context flow global env",
		"number":    "NaN Infinity",
		"undefined": "undefined",
	} {
		for _, name := range strings.Fields(names) {
			all[name] = kind
		}
	}
	return all
}()

// typeOfGlobal is what typeof says of a free name, "" if only a VM can tell.
func typeOfGlobal(name string) string {
	if globalFunctions[name] != nil {
		return "function"
	}
	return globalTypes[name]
}

func btoa(r *run, args []value) value {
	if len(args) == 0 {
		bailout("btoa of nothing")
	}
	s := r.toText(args[0])
	r.charge(len(s))
	for _, c := range s { // half a character counts as U+FFFD
		if c > 0xFF {
			bailout("btoa of characters that are no bytes")
		}
	}
	b, _ := msg.DecodeText(s, "latin1")
	return text(base64.StdEncoding.EncodeToString(b))
}

// atob skips white space, and wants all else to be of the alphabet (WHATWG Infra,
// forgiving-base64 decode).
func atob(r *run, args []value) value {
	if len(args) == 0 {
		bailout("atob of nothing")
	}
	s := r.toText(args[0])
	r.charge(len(s))
	if strings.ContainsAny(s, "\t\n\f\r ") {
		s = strings.Map(func(c rune) rune {
			if strings.ContainsRune("\t\n\f\r ", c) {
				return -1
			}
			return c
		}, s)
	}
	if len(s)%4 == 0 {
		s = strings.TrimSuffix(strings.TrimSuffix(s, "="), "=")
	}
	isBase64 := func(c rune) bool {
		return c < utf8.RuneSelf && (escapeKept[c] && !strings.ContainsRune(escapeMarks, c) || c == '+' || c == '/')
	}
	if len(s)%4 == 1 || strings.ContainsFunc(s, func(c rune) bool { return !isBase64(c) }) {
		bailout("atob of what is not base64")
	}
	b, _ := msg.DecodeText(s, "base64")
	out, _ := msg.EncodeBytes(b, "latin1")
	return text(out)
}

func structuredClone(r *run, args []value) value {
	if len(args) != 1 {
		bailout("structuredClone with options")
	}
	x := r.loose(args[0])
	r.plainData(x, 0)
	return of(msg.Clone(x))
}

// plainData leaves to a VM what is or holds more than JSON and dates.
func (r *run) plainData(x any, depth int) {
	if depth > maxDepth {
		bailout("a clone of a deep value")
	}
	switch x := x.(type) {
	case *msg.Object:
		if x == nil || x.Bare() {
			bailout("a clone of a special object")
		}
		r.charge(x.Len())
		for _, v := range x.All() {
			r.plainData(v, depth+1)
		}
	case *msg.Array:
		r.charge(x.Len())
		for _, v := range x.All() {
			r.plainData(v, depth+1)
		}
	case string, float64, bool, nil, *msg.Date:
	default:
		if x != msg.Undefined {
			bailout("a clone of a special object")
		}
	}
}
