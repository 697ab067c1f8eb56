package direct

import (
	"maps"

	"sluice/runtime/msg"
)

// methodSet are the methods of one name.
type methodSet struct{ text, array, number, boolean, date, object, buffer, pattern, match, maps, sets, iterator, typed method }

// methods are what a body may call on values, by name. Each table stands in the file of its type.
var methods = func() map[string]*methodSet {
	all := map[string]*methodSet{}
	add := func(table map[string]method, at func(*methodSet) *method) {
		for name, f := range table {
			if all[name] == nil {
				all[name] = &methodSet{}
			}
			*at(all[name]) = f
		}
	}
	add(textMethods, func(s *methodSet) *method { return &s.text })
	add(arrayMethods, func(s *methodSet) *method { return &s.array })
	add(callbackMethods, func(s *methodSet) *method { return &s.array })
	add(numberMethods, func(s *methodSet) *method { return &s.number })
	add(booleanMethods, func(s *methodSet) *method { return &s.boolean })
	add(dateMethods, func(s *methodSet) *method { return &s.date })
	add(objectMethods, func(s *methodSet) *method { return &s.object })
	add(bufferMethods, func(s *methodSet) *method { return &s.buffer })
	add(patternMethods, func(s *methodSet) *method { return &s.pattern })
	add(typedMethods, func(s *methodSet) *method { return &s.typed })
	add(mapMethods, func(s *methodSet) *method { return &s.maps })
	add(setMethods, func(s *methodSet) *method { return &s.sets })
	add(iteratorMethods, func(s *methodSet) *method { return &s.iterator })
	for name, s := range all {
		s.match = ofMatch(name, s.array)
	}
	return all
}()

// of returns the method for a value, nil if only a VM can tell.
func (s *methodSet) of(v value) method {
	switch x := v.any.(type) {
	case string:
		return s.text
	case *msg.Array:
		return s.array
	case number:
		return s.number
	case bool:
		return s.boolean
	case *msg.Date:
		return s.date
	case *msg.Object:
		if x != nil && !x.Bare() {
			return s.object
		}
	case *msg.Buffer:
		return s.buffer
	case *pattern:
		return s.pattern
	case *match:
		return s.match
	case *collection:
		if x.set {
			return s.sets
		}
		return s.maps
	case *iterator:
		return s.iterator
	case typed:
		return s.typed
	}
	return nil
}

// methodNames are all methods that arrays and texts have in JavaScript, so that nobody reads one as undefined.
var methodNames = func() map[string]bool {
	names := map[string]bool{}
	for _, n := range []string{"anchor", "at", "big", "blink", "bold", "charAt", "charCodeAt", "codePointAt", "concat", "copyWithin", "endsWith",
		"entries", "every", "fill", "filter", "find", "findIndex", "findLast", "findLastIndex", "fixed", "flat", "flatMap", "fontcolor",
		"fontsize", "forEach", "includes", "indexOf", "isWellFormed", "italics", "join", "keys", "lastIndexOf", "link", "localeCompare", "map",
		"match", "matchAll", "normalize", "padEnd", "padStart", "pop", "push", "reduce", "reduceRight", "repeat", "replace", "replaceAll",
		"reverse", "search", "shift", "slice", "small", "some", "sort", "splice", "split", "startsWith", "strike", "sub", "substr", "substring",
		"sup", "toLocaleLowerCase", "toLocaleUpperCase", "toLowerCase", "toReversed", "toSorted", "toSpliced", "toUpperCase", "toWellFormed",
		"trim", "trimEnd", "trimLeft", "trimRight", "trimStart", "unshift", "values", "with"} {
		names[n] = true
	}
	return names
}()

func isMethod(key string) bool { return methodNames[key] }

// statics are functions of global objects, by "Object.name"; globalFunctions those that stand alone.
var (
	statics = func() map[string]static {
		all := map[string]static{}
		for _, table := range []map[string]static{mathFunctions, jsonFunctions, objectFunctions, numberFunctions, arrayFunctions, textFunctions,
			dateFunctions, bufferFunctions, consoleFunctions, performanceFunctions} {
			maps.Copy(all, table)
		}
		return all
	}()
	constants = map[string]value{}
)

// list makes an array of arguments.
func (r *run) list(args []value) value {
	elems := make([]any, len(args))
	for i, v := range args {
		elems[i] = r.held(nil, v)
	}
	return r.arrayOf(elems)
}
