package js

import (
	"math"
	"math/big"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/dop251/goja"

	"sluice/runtime/msg"
)

// localeHost is what locale.js asks of Go.
func (v *vm) localeHost() host {
	return host{
		"round": func(c goja.FunctionCall) goja.Value {
			return v.str(roundDecimal(c.Argument(0).ToFloat(), int(c.Argument(1).ToInteger()), int(c.Argument(2).ToInteger())))
		},
		"parts": func(c goja.FunctionCall) goja.Value {
			loc := zone(c.Argument(1).String())
			if loc == nil {
				return v.undef
			}
			t := time.UnixMilli(int64(math.Floor(c.Argument(0).ToFloat()))).In(loc)
			name, _ := t.Zone()
			return v.rt.NewArray(t.Year(), int(t.Month()), t.Day(), t.Hour(), t.Minute(), t.Second(), int(t.Weekday()), name)
		},
		"zone": func(goja.FunctionCall) goja.Value {
			if name := time.Local.String(); name != "Local" {
				return v.str(name)
			}
			return v.str("UTC")
		},
	}
}

var zones sync.Map // name → *time.Location, of zones that exist

// zone finds a time zone; "" is the process's. nil means there is none of that name.
func zone(name string) *time.Location {
	if name == "" {
		return time.Local
	}
	if l, ok := zones.Load(name); ok {
		return l.(*time.Location)
	}
	l, err := time.LoadLocation(name)
	if err != nil || name == "Local" {
		return nil
	}
	zones.Store(name, l)
	return l
}

// roundDecimal rounds the shortest decimal form of f half away from zero, as
// Intl does, to digits after the point, or to significant digits if that is not 0.
func roundDecimal(f float64, digits, significant int) string {
	r, ok := new(big.Rat).SetString(strconv.FormatFloat(f, 'g', -1, 64))
	if !ok {
		return "0"
	}
	if significant > 0 && f != 0 {
		digits = significant - 1 - int(math.Floor(math.Log10(math.Abs(f))))
		if digits < 0 {
			scale := new(big.Rat).SetInt(new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(-digits)), nil))
			return r.Quo(r, scale).FloatString(0) + strings.Repeat("0", -digits)
		}
	}
	return r.FloatString(digits) // rounds halves away from zero
}

// installLocale puts locale.js in the place of goja's toLocaleString and its like.
func (v *vm) installLocale() {
	lazy(v, v.rt.GlobalObject(), "Intl", func() goja.Value { return v.prelude("locale").Get("Intl") })
	method := func(class, name string, call func(this goja.Value, c goja.FunctionCall) goja.Value) {
		proto := v.class(class).Get("prototype").(*goja.Object)
		define(v, proto, name, 0, func(c goja.FunctionCall) goja.Value { return call(c.This, c) })
	}
	value := func(this goja.Value) goja.Value {
		if o, ok := this.(*goja.Object); ok {
			return v.call(o.Get("valueOf"), o)
		}
		return this
	}
	for _, class := range []string{"Number", "BigInt"} {
		method(class, "toLocaleString", func(this goja.Value, c goja.FunctionCall) goja.Value {
			return v.call(v.prelude("locale").Get("number"), v.undef, value(this), c.Argument(0), c.Argument(1))
		})
	}
	for name, kind := range map[string]string{"toLocaleString": "any", "toLocaleDateString": "date", "toLocaleTimeString": "time"} {
		method("Date", name, func(this goja.Value, c goja.FunctionCall) goja.Value {
			return v.call(v.prelude("locale").Get("date"), v.undef, value(this), c.Argument(0), c.Argument(1), v.str(kind))
		})
	}
	// goja names zones by their abbreviation, V8 in full.
	for name, from := range map[string]int{"toString": 0, "toTimeString": len("Thu Jan 01 1970 ")} {
		method("Date", name, func(this goja.Value, c goja.FunctionCall) goja.Value {
			d := &msg.Date{Ms: value(this).ToFloat()}
			if !d.Valid() {
				return v.str("Invalid Date")
			}
			t := d.Format(time.Local)
			return v.str(t[min(from, len(t)):])
		})
	}
	native := v.class("String").Get("prototype").(*goja.Object).Get("localeCompare")
	method("String", "localeCompare", func(this goja.Value, c goja.FunctionCall) goja.Value {
		if c.Argument(2) == v.undef {
			return v.call(native, this, c.Arguments...)
		}
		return v.call(v.prelude("locale").Get("compare"), v.undef, this.ToString(), c.Argument(0).ToString(), c.Argument(1), c.Argument(2))
	})
}
