package jsonata

import (
	"math"
	"time"

	"sluice/runtime/msg"
)

// isBlocked tells whether Node-RED's copy refuses to read a property, even if an
// object has it itself.
func isBlocked(key string) bool {
	switch key {
	case "__proto__", "constructor", "prototype",
		"__lookupGetter__", "__lookupSetter__", "__defineGetter__", "__defineSetter__":
		return true
	}
	return false
}

// inherited is a member that v has from its prototype: the methods of all
// objects, and those of dates and buffers that flows use.
func inherited(v any, key string) any {
	if v := msg.Property(v, key); v != undefined {
		return v
	}
	method := func(f func(this any, args []any) (any, error)) any {
		return &msg.Func{Name: key, Call: f}
	}
	switch key {
	case "toString", "toLocaleString":
		return method(func(this any, args []any) (any, error) {
			if b, ok := this.(*msg.Buffer); ok {
				encoding, ok := argAt(args, 0).(string)
				if !ok {
					encoding = "utf8"
				}
				if s, ok := msg.EncodeBytes(b.B, encoding); ok {
					return s, nil
				}
				return nil, typeError("Unknown encoding: " + encoding)
			}
			return msg.ToString(this), nil
		})
	case "valueOf":
		return method(func(this any, _ []any) (any, error) {
			if d, ok := this.(*msg.Date); ok {
				return d.Ms, nil
			}
			return this, nil
		})
	case "hasOwnProperty", "propertyIsEnumerable":
		return method(func(this any, args []any) (any, error) {
			return ownMember(this, msg.ToString(argAt(args, 0))) != undefined, nil
		})
	case "isPrototypeOf":
		return method(func(any, []any) (any, error) { return false, nil })
	}
	if _, ok := v.(*msg.Date); !ok {
		return undefined
	}
	if part, ok := dateMethods[key]; ok {
		return method(func(this any, _ []any) (any, error) {
			if d, ok := this.(*msg.Date); ok {
				return part(d), nil
			}
			return nil, typeError("this is not a Date object.")
		})
	}
	return undefined
}

// dateMethods are the methods of dates that take no arguments. Those without
// UTC in their name are in the local zone.
var dateMethods = map[string]func(*msg.Date) any{
	"getTime": func(d *msg.Date) any { return msg.Number(d.Ms) },
	"toISOString": func(d *msg.Date) any {
		s, ok := d.ISO()
		if !ok {
			return undefined
		}
		return s
	},
	"toJSON": func(d *msg.Date) any {
		s, ok := d.ISO()
		if !ok {
			return nil
		}
		return s
	},
	"getTimezoneOffset": dateNumber(nil, func(t time.Time) int {
		_, offset := t.Zone()
		return -offset / 60
	}),
}

func init() {
	for name, part := range map[string]func(time.Time) int{
		"FullYear": time.Time.Year, "Month": func(t time.Time) int { return int(t.Month()) - 1 }, "Date": time.Time.Day,
		"Day": func(t time.Time) int { return int(t.Weekday()) }, "Hours": time.Time.Hour, "Minutes": time.Time.Minute,
		"Seconds": time.Time.Second, "Milliseconds": func(t time.Time) int { return t.Nanosecond() / 1e6 },
	} {
		dateMethods["get"+name] = dateNumber(nil, part)
		dateMethods["getUTC"+name] = dateNumber(time.UTC, part)
	}
}

// dateNumber is a number of a date in a zone; nil is the local one.
func dateNumber(loc *time.Location, part func(time.Time) int) func(*msg.Date) any {
	return func(d *msg.Date) any {
		if !d.Valid() {
			return math.NaN()
		}
		if loc == nil {
			return msg.Number(float64(part(d.Time().Local())))
		}
		return msg.Number(float64(part(d.Time().In(loc))))
	}
}
