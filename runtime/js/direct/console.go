package direct

import (
	"math"
	"strings"

	"sluice/runtime/inspect"
)

// consoleFunctions write to the node's log: there is no terminal behind a flow.
var consoleFunctions = map[string]static{
	"console.log": prints("info"), "console.info": prints("info"), "console.warn": prints("warn"), "console.error": prints("error"),
	"console.debug": prints("debug"), "console.trace": prints("trace"),
}

func prints(level string) static {
	return func(r *run, args []value) value {
		if len(args) == 0 {
			bailout("console without a word")
		}
		if s, ok := args[0].any.(string); ok && len(args) > 1 && strings.IndexByte(s, '%') >= 0 {
			bailout("console with a format")
		}
		var b strings.Builder
		for i, v := range args {
			if i > 0 {
				b.WriteByte(' ')
			}
			b.WriteString(r.printed(v))
		}
		r.effects = append(r.effects, Effect{Kind: Log, Level: level, Value: b.String()})
		return undefined
	}
}

// printedLevels is how many levels of objects util.format shows.
const printedLevels = 2

// printed is a value in a line of the console.
func (r *run) printed(v value) string {
	if _, ok := v.number(); ok {
		if v.num == 0 && math.Signbit(v.num) {
			return "-0"
		}
		return r.toText(v)
	}
	switch v.any.(type) {
	case string, bool, nil:
		return r.toText(v)
	}
	x := r.loose(v)
	r.plainData(x, 0)
	return inspect.Value(x, printedLevels)
}
