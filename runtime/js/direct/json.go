package direct

import (
	"sluice/runtime/msg"
)

var jsonFunctions = map[string]static{
	"JSON.parse": func(r *run, args []value) value {
		if len(args) != 1 {
			bailout("JSON.parse with a reviver")
		}
		s := r.toText(args[0])
		r.charge(len(s))
		x, err := msg.Parse(s)
		if err != nil {
			bailout("a text that is no JSON")
		}
		return of(x)
	},
	"JSON.stringify": func(r *run, args []value) value {
		if arg(args, 1).truthy() {
			bailout("JSON.stringify with a replacer")
		}
		x := r.loose(arg(args, 0))
		s, ok, err := msg.Stringify(x, indent(r, arg(args, 2)))
		switch {
		case err != nil:
			bailout("what JSON does not know")
		case !ok:
			return undefined
		}
		r.charge(len(s))
		return text(s)
	},
}

// indent is the text of JSON.stringify's third argument.
func indent(r *run, space value) string {
	const spaces = "          "
	if f, ok := space.number(); ok {
		return spaces[:int(max(0, min(10, r.toInteger(num(f)))))]
	}
	if s, ok := space.any.(string); ok {
		if msg.UTF16Len(s) > 10 {
			s = msg.UTF16Slice(s, 0, 10)
		}
		return s
	}
	return ""
}
