package jsonata

import "sluice/runtime/msg"

// maxMatched bounds the arguments that the matcher keeps on the stack.
const maxMatched = 8

// validate returns the arguments to call the function with.
func (s *signature) validate(args []any, context any) ([]any, error) {
	var typeBuf [maxMatched]types
	given := typeBuf[:0]
	for _, a := range args {
		given = append(given, typeOfArg(a))
	}
	var countBuf [maxMatched]int
	counts := countBuf[:0]
	for range s.params {
		counts = append(counts, 0)
	}
	if !matchParams(s.params, given, counts, true) {
		return nil, s.mismatch(args, given)
	}
	out := make([]any, 0, max(len(args), len(s.params)))
	// A parameter left out shifts the arguments behind it against their types,
	// unless the context stands in: an oddity of the original.
	next, matched := 0, 0
	for i := range s.params {
		p := &s.params[i]
		if counts[i] == 0 {
			if p.context {
				if typeOfArg(context)&p.contextOK == 0 {
					return nil, &Error{Code: "T0411", Position: -1, Token: msg.Undefined, Value: context, Index: next + 1}
				}
				out = append(out, context)
				continue
			}
			out = append(out, argAt(args, next))
			next++
			continue
		}
		for range counts[i] {
			arg := argAt(args, next)
			if p.array {
				var err error
				if arg, err = p.arrayArg(arg, given[matched], counts[i], next); err != nil {
					return nil, err
				}
			}
			out = append(out, arg)
			next++
			matched++
		}
	}
	return out, nil
}

// arrayArg checks an argument of type got for an array parameter that matched n
// arguments, and makes an array of it.
func (p *param) arrayArg(arg any, got types, n, index int) (any, error) {
	if got == typeMissing {
		return msg.Undefined, nil
	}
	if p.typed {
		ok := true
		switch {
		case got != typeArray:
			ok = n == 1 && len(p.subtype) == 1 && typeSymbols[p.subtype[0]] == got
		default:
			arr, isArray := asArray(arg)
			if !isArray {
				return nil, typeError("Cannot read properties of undefined (reading 'length')")
			}
			var want types
			if p.subtype != "" {
				want = typeSymbols[p.subtype[0]]
			}
			for i := 0; i < arr.Len() && ok; i++ {
				ok = typeOfArg(arr.At(i)) == want
			}
		}
		if !ok {
			return nil, &Error{Code: "T0412", Position: -1, Token: msg.Undefined, Value: arg, Index: index + 1, Type: typePlurals[p.subtype]}
		}
	}
	if got != typeArray {
		return msg.NewArray(arg), nil
	}
	return arg, nil
}

// matchParams finds how many arguments each parameter takes, the greedy way
// first. Without all, arguments may be left over.
func matchParams(params []param, given []types, counts []int, all bool) bool {
	if len(params) == 0 {
		return len(given) == 0 || !all
	}
	p := &params[0]
	least, most := 1, 1
	switch p.quantifier {
	case once:
	case optional, optionalLazy:
		least = 0
	default:
		most = len(given)
	}
	fit := 0
	for fit < min(most, len(given)) && given[fit]&p.types != 0 {
		fit++
	}
	try := func(n int) bool {
		counts[0] = n
		return matchParams(params[1:], given[n:], counts[1:], all)
	}
	if p.quantifier == optionalLazy || p.quantifier == manyLazy {
		for n := least; n <= fit; n++ {
			if try(n) {
				return true
			}
		}
		return false
	}
	for n := fit; n >= least; n-- {
		if try(n) {
			return true
		}
	}
	return false
}

// mismatch finds the first argument that does not fit.
func (s *signature) mismatch(args []any, given []types) error {
	good := 0
	counts := make([]int, len(s.params))
	for i := range s.params {
		if !matchParams(s.params[:i+1], given, counts, false) {
			break
		}
		good = 0
		for _, n := range counts[:i+1] {
			good += n
		}
	}
	return &Error{Code: "T0410", Position: -1, Token: msg.Undefined, Value: argAt(args, good), Index: good + 1}
}

// argAt is argument i, or undefined.
func argAt(args []any, i int) any {
	if i < len(args) {
		return args[i]
	}
	return msg.Undefined
}

func typeOfArg(v any) types {
	switch v := v.(type) {
	case nil:
		return typeNull
	case string:
		return typeString
	case float64:
		return typeNumber
	case bool:
		return typeBoolean
	case *msg.Array, *sequence:
		return typeArray
	case *msg.BigInt:
		return typeMissing
	default:
		if v == msg.Undefined {
			return typeMissing
		}
		if isFunction(v) {
			return typeFunction
		}
		return typeObject
	}
}
