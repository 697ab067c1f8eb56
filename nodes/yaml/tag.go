package yaml

import (
	"encoding/base64"
	"math"
	"regexp"
	"strconv"
	"strings"
	"time"

	"sluice/runtime/msg"
)

const tagPrefix = "tag:yaml.org,2002:"

// resolvePlain gives the value of a plain scalar by the rules of YAML 1.2 and
// js-yaml: 017 is 17, 1_000 and yes are texts, dates are Dates.
func resolvePlain(s string) (v any, tag string) {
	for _, t := range [...]struct {
		tag   string
		value func(string) (any, bool)
	}{
		{"null", asNull}, {"bool", asBool}, {"int", asInt}, {"float", asFloat}, {"timestamp", asTime},
	} {
		if v, ok := t.value(s); ok {
			return v, tagPrefix + t.tag
		}
	}
	if s == "<<" {
		return s, tagPrefix + "merge"
	}
	return s, "?"
}

func asNull(s string) (any, bool) {
	return nil, s == "~" || s == "null" || s == "Null" || s == "NULL"
}

func asBool(s string) (any, bool) {
	switch s {
	case "true", "True", "TRUE":
		return true, true
	case "false", "False", "FALSE":
		return false, true
	}
	return nil, false
}

var integers = regexp.MustCompile(`^[-+]?(?:0b[01]+|0x[0-9a-fA-F]+|0o[0-7]+|[0-9]+)$`)

func asInt(s string) (any, bool) {
	if s == "" || s[0] > '9' || !integers.MatchString(s) {
		return nil, false
	}
	digits := strings.TrimLeft(s, "+-")
	radix := 10
	if len(digits) > 1 && digits[0] == '0' {
		switch digits[1] {
		case 'b':
			digits, radix = digits[2:], 2
		case 'x':
			digits, radix = digits[2:], 16
		case 'o':
			digits, radix = digits[2:], 8
		}
	}
	f := msg.ParseInt(digits, radix)
	if s[0] == '-' {
		f = -f
	}
	return msg.Number(f), !math.IsInf(f, 0)
}

var (
	numbers  = regexp.MustCompile(`^(?:[-+]?[0-9]+(?:\.[0-9]*)?(?:[eE][-+]?[0-9]+)?|\.[0-9]+(?:[eE][-+]?[0-9]+)?)$`)
	specials = regexp.MustCompile(`^(?:[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$`)
)

func asFloat(s string) (any, bool) {
	if specials.MatchString(s) {
		switch {
		case strings.EqualFold(s, ".nan"):
			return math.NaN(), true
		case s[0] == '-':
			return math.Inf(-1), true
		}
		return math.Inf(1), true
	}
	if s == "" || s[0] > '9' || !numbers.MatchString(s) {
		return nil, false
	}
	f := msg.ParseFloat(strings.ToLower(s))
	return msg.Number(f), !math.IsInf(f, 0) && f == f
}

var (
	dates     = regexp.MustCompile(`^(\d{4})-(\d\d)-(\d\d)$`)
	dateTimes = regexp.MustCompile(`^(\d{4})-(\d\d?)-(\d\d?)(?:[Tt]|[ \t]+)(\d\d?):(\d\d):(\d\d)(?:\.(\d*))?(?:[ \t]*(Z|([-+])(\d\d?)(?::(\d\d))?))?$`)
)

func asTime(s string) (any, bool) {
	if len(s) < 8 || s[0] < '0' || s[0] > '9' {
		return nil, false
	}
	m := dates.FindStringSubmatch(s)
	if m == nil {
		if m = dateTimes.FindStringSubmatch(s); m == nil {
			return nil, false
		}
	}
	n := make([]int, 12)
	for i := 1; i < len(m); i++ {
		n[i], _ = strconv.Atoi(m[i])
	}
	year := n[1]
	if year < 100 {
		year += 1900 // as Date.UTC does
	}
	ms := 0
	if len(m) > 7 {
		ms, _ = strconv.Atoi((m[7] + "000")[:3])
	}
	t := time.Date(year, time.Month(n[2]), n[3], n[4], n[5], n[6], ms*int(time.Millisecond), time.UTC)
	if len(m) > 9 && m[9] != "" {
		offset := time.Duration(n[10]*60+n[11]) * time.Minute
		if m[9] == "-" {
			offset = -offset
		}
		t = t.Add(-offset)
	}
	return msg.NewDate(t), true
}

// kindsOfTags is the kind of node each explicit tag takes.
var kindsOfTags = map[string]string{
	"str": "scalar", "null": "scalar", "bool": "scalar", "int": "scalar", "float": "scalar",
	"timestamp": "scalar", "merge": "scalar", "binary": "scalar",
	"seq": "sequence", "omap": "sequence", "pairs": "sequence", "map": "mapping", "set": "mapping",
}

// construct makes the value of a node with an explicit tag. None stands for an empty node.
func construct(name string, v any, none bool) (any, bool) {
	s, _ := v.(string)
	switch name {
	case "str":
		return s, true
	case "null":
		if none {
			return nil, true
		}
		return asNull(s)
	case "bool":
		return asBool(s)
	case "int":
		return asInt(s)
	case "float":
		return asFloat(s)
	case "timestamp":
		return asTime(s)
	case "merge":
		return v, none || s == "<<"
	case "binary":
		return asBinary(s, none)
	case "seq", "omap", "pairs":
		if none {
			return &msg.Array{}, true
		}
		return asList(name, v.(*msg.Array))
	}
	if none {
		return &msg.Object{}, true
	}
	if name == "set" {
		for _, e := range v.(*msg.Object).All() {
			if e != nil {
				return nil, false
			}
		}
	}
	return v, true
}

func asBinary(s string, none bool) (any, bool) {
	s = strings.NewReplacer("\r", "", "\n", "", "=", "").Replace(s)
	b, err := base64.RawStdEncoding.DecodeString(s)
	return &msg.TypedArray{Kind: "Uint8Array", B: b}, err == nil && !none
}

func asList(name string, list *msg.Array) (any, bool) {
	if name == "seq" {
		return list, true
	}
	pairs := &msg.Array{}
	seen := map[string]bool{}
	for _, e := range list.All() {
		o, ok := e.(*msg.Object)
		if !ok || o.Len() != 1 {
			return nil, false
		}
		key, v := o.At(0)
		if seen[key] && name == "omap" {
			return nil, false
		}
		seen[key] = true
		pairs.Append(msg.NewArray(key, v))
	}
	if name == "omap" {
		return list, true
	}
	return pairs, true
}
