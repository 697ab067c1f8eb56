package direct

import (
	"math"

	"sluice/runtime/msg"
)

func init() {
	for name, f := range map[string]float64{"MAX_SAFE_INTEGER": 1<<53 - 1, "MIN_SAFE_INTEGER": -(1<<53 - 1), "MAX_VALUE": math.MaxFloat64,
		"MIN_VALUE": math.SmallestNonzeroFloat64, "EPSILON": 0x1p-52, "POSITIVE_INFINITY": inf, "NEGATIVE_INFINITY": -inf, "NaN": math.NaN()} {
		constants["Number."+name] = num(f)
	}
}

// globalFunctions are functions that stand alone.
var globalFunctions = map[string]static{
	"Number": func(r *run, args []value) value {
		if len(args) == 0 {
			return num(0)
		}
		return num(r.toNumber(args[0]))
	},
	"String": func(r *run, args []value) value {
		if len(args) == 0 {
			return text("")
		}
		return text(r.toText(args[0]))
	},
	"Boolean":    func(_ *run, args []value) value { return boolean(arg(args, 0).truthy()) },
	"parseInt":   parseInt,
	"parseFloat": parseFloat,
	"isNaN":      func(r *run, args []value) value { f := r.toNumber(arg(args, 0)); return boolean(f != f) },
	"isFinite":   func(r *run, args []value) value { f := r.toNumber(arg(args, 0)); return boolean(f-f == 0) },
}

func parseInt(r *run, args []value) value {
	s := r.toText(arg(args, 0))
	return num(msg.ParseInt(s, int(toInt32(r.toNumber(arg(args, 1))))))
}

func parseFloat(r *run, args []value) value { return num(msg.ParseFloat(r.toText(arg(args, 0)))) }

// numberFunctions are those of Number.
var numberFunctions = map[string]static{
	"Number.isInteger":     ofNumber(isInteger),
	"Number.isSafeInteger": ofNumber(func(f float64) bool { return isInteger(f) && math.Abs(f) <= 1<<53-1 }),
	"Number.isFinite":      ofNumber(func(f float64) bool { return f-f == 0 }),
	"Number.isNaN":         ofNumber(func(f float64) bool { return f != f }),
	"Number.parseInt":      parseInt,
	"Number.parseFloat":    parseFloat,
}

func isInteger(f float64) bool { return f == math.Trunc(f) && !math.IsInf(f, 0) }

func ofNumber(f func(float64) bool) static {
	return func(_ *run, args []value) value {
		x, ok := arg(args, 0).number()
		return boolean(ok && f(x))
	}
}

var booleanMethods = map[string]method{
	"toString": func(r *run, this value, _ []value) value { return text(r.toText(this)) },
	"valueOf":  func(_ *run, this value, _ []value) value { return this },
}
