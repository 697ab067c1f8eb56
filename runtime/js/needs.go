package js

import "slices"

// What makes a VM costly is put off until a text names it. A text that makes
// code of its own needs everything.

// boundNames are the constructors that bounds.js replaces.
var boundNames = []string{"Array", "ArrayBuffer", "Uint8Array", "Int8Array", "Uint8ClampedArray", "Uint16Array", "Int16Array", "Uint32Array",
	"Int32Array", "Float32Array", "Float64Array", "BigInt64Array", "BigUint64Array"}

// missingNames and missingProps lead to what missing.js adds.
var (
	missingNames = setOf("RegExp", "Iterator", "Symbol", "Error")
	missingProps = setOf("groupBy", "withResolvers", "try", "fromAsync", "isWellFormed", "toWellFormed", "escape", "captureStackTrace",
		"asyncIterator", "values", "entries", "keys", "matchAll", "iterator", "constructor", "hasIndices", "unicodeSets")
	codeNames = setOf("eval", "Function", "globalThis", "with")
)

const needMissing = "missing"

// needs returns what the parts of a function need of a VM.
func needs(uses []*usage, libs bool) (list []string) {
	missing, all := false, libs
	named := func(s, in map[string]bool) bool {
		for n := range in {
			if s[n] {
				return true
			}
		}
		return false
	}
	for _, u := range uses {
		all = all || named(codeNames, u.names) || u.props["constructor"]
		missing = missing || u.generators || named(missingNames, u.names) || named(missingProps, u.props)
	}
	if missing || all {
		list = append(list, needMissing)
	}
	for _, name := range boundNames {
		if all || slices.ContainsFunc(uses, func(u *usage) bool { return u.names[name] }) {
			list = append(list, name)
		}
	}
	return list
}

// allNeeds is what code needs that nobody has looked at.
var allNeeds = append([]string{needMissing}, boundNames...)

// provide makes what is needed and not there yet.
func (v *vm) provide(needs []string) {
	for _, n := range needs {
		if v.provided[n] {
			continue
		}
		if v.provided == nil {
			v.provided = map[string]bool{}
		}
		v.provided[n] = true
		if n == needMissing {
			v.prelude(n)
		} else {
			v.class(n) // Go goes on using the native one
			v.call(v.prelude("bounds").Get("bound"), v.undef, v.str(n))
		}
	}
}
