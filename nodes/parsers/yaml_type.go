package parsers

import (
	"encoding/base64"
	"math"
	"regexp"
	"strconv"
	"strings"
	"time"

	"sluice/runtime/msg"
)

const yamlTag = "tag:yaml.org,2002:"

// resolveYAML gives the value of a plain scalar by the rules of YAML 1.2 and
// js-yaml: 017 is 17, 1_000 and yes are texts, dates are Dates.
func resolveYAML(s string) (v any, tag string) {
	for _, t := range [...]struct {
		tag   string
		value func(string) (any, bool)
	}{
		{"null", yamlNull}, {"bool", yamlBool}, {"int", yamlInt}, {"float", yamlFloat}, {"timestamp", yamlTime},
	} {
		if v, ok := t.value(s); ok {
			return v, yamlTag + t.tag
		}
	}
	if s == "<<" {
		return s, yamlTag + "merge"
	}
	return s, "?"
}

func yamlNull(s string) (any, bool) {
	return nil, s == "~" || s == "null" || s == "Null" || s == "NULL"
}

func yamlBool(s string) (any, bool) {
	switch s {
	case "true", "True", "TRUE":
		return true, true
	case "false", "False", "FALSE":
		return false, true
	}
	return nil, false
}

var yamlInteger = regexp.MustCompile(`^[-+]?(?:0b[01]+|0x[0-9a-fA-F]+|0o[0-7]+|[0-9]+)$`)

func yamlInt(s string) (any, bool) {
	if s == "" || s[0] > '9' || !yamlInteger.MatchString(s) {
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
	yamlNumber  = regexp.MustCompile(`^(?:[-+]?[0-9]+(?:\.[0-9]*)?(?:[eE][-+]?[0-9]+)?|\.[0-9]+(?:[eE][-+]?[0-9]+)?)$`)
	yamlSpecial = regexp.MustCompile(`^(?:[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$`)
)

func yamlFloat(s string) (any, bool) {
	if yamlSpecial.MatchString(s) {
		switch {
		case strings.EqualFold(s, ".nan"):
			return math.NaN(), true
		case s[0] == '-':
			return math.Inf(-1), true
		}
		return math.Inf(1), true
	}
	if s == "" || s[0] > '9' || !yamlNumber.MatchString(s) {
		return nil, false
	}
	f := msg.ParseFloat(strings.ToLower(s))
	return msg.Number(f), !math.IsInf(f, 0) && f == f
}

var (
	yamlDate     = regexp.MustCompile(`^(\d{4})-(\d\d)-(\d\d)$`)
	yamlDateTime = regexp.MustCompile(`^(\d{4})-(\d\d?)-(\d\d?)(?:[Tt]|[ \t]+)(\d\d?):(\d\d):(\d\d)(?:\.(\d*))?(?:[ \t]*(Z|([-+])(\d\d?)(?::(\d\d))?))?$`)
)

func yamlTime(s string) (any, bool) {
	if len(s) < 8 || s[0] < '0' || s[0] > '9' {
		return nil, false
	}
	m := yamlDate.FindStringSubmatch(s)
	if m == nil {
		if m = yamlDateTime.FindStringSubmatch(s); m == nil {
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

// yamlTyped is the kind of node each explicit tag takes.
var yamlTyped = map[string]string{
	"str": "scalar", "null": "scalar", "bool": "scalar", "int": "scalar", "float": "scalar",
	"timestamp": "scalar", "merge": "scalar", "binary": "scalar",
	"seq": "sequence", "omap": "sequence", "pairs": "sequence", "map": "mapping", "set": "mapping",
}

// constructYAML makes the value of a node with an explicit tag. None stands for an empty node.
func constructYAML(name string, v any, none bool) (any, bool) {
	s, _ := v.(string)
	switch name {
	case "str":
		return s, true
	case "null":
		if none {
			return nil, true
		}
		return yamlNull(s)
	case "bool":
		return yamlBool(s)
	case "int":
		return yamlInt(s)
	case "float":
		return yamlFloat(s)
	case "timestamp":
		return yamlTime(s)
	case "merge":
		return v, none || s == "<<"
	case "binary":
		return yamlBinary(s, none)
	case "seq", "omap", "pairs":
		if none {
			return &msg.Array{}, true
		}
		return yamlList(name, v.(*msg.Array))
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

func yamlBinary(s string, none bool) (any, bool) {
	s = strings.NewReplacer("\r", "", "\n", "", "=", "").Replace(s)
	b, err := base64.RawStdEncoding.DecodeString(s)
	return &msg.TypedArray{Kind: "Uint8Array", B: b}, err == nil && !none
}

func yamlList(name string, list *msg.Array) (any, bool) {
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
