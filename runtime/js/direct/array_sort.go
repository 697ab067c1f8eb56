package direct

import (
	"slices"

	"sluice/runtime/msg"
)

// sortInPlace is sort. What the comparator does to the array meanwhile is lost, as in
// ECMAScript's SortIndexedProperties.
func sortInPlace(r *run, this value, args []value) value {
	a := this.any.(*msg.Array)
	list := r.sorted(a, arg(args, 0))
	r.rewrite(a)
	for i, x := range list {
		a.Set(i, x)
	}
	return this
}

func toSorted(r *run, this value, args []value) value {
	a := this.any.(*msg.Array)
	list := r.sorted(a, arg(args, 0))
	for i, x := range list {
		list[i] = r.moved(a, x)
	}
	return r.arrayOf(list)
}

// sorted returns the elements of an array in the order of a comparator, or of their
// texts if that is undefined. What is undefined comes last.
func (r *run) sorted(a *msg.Array, by value) []any {
	var f callable
	if !by.isUndefined() {
		f = callback(by)
	}
	all := a.Elements()
	r.charge(len(all))
	list := all
	if slices.Contains(all, msg.Undefined) {
		list = make([]any, 0, len(all))
		for _, x := range all {
			if x != msg.Undefined {
				list = append(list, x)
			}
		}
	}
	if f != nil {
		c := r.caller(f)
		mergeSort(list, func(x, y any) bool { return r.toNumber(c.call(r.taken(a, x), r.taken(a, y))) < 0 })
		c.end()
	} else {
		r.sortTexts(list)
	}
	for len(list) < len(all) {
		list = append(list, msg.Undefined)
	}
	return list
}

// sortTexts sorts by the texts of elements.
func (r *run) sortTexts(list []any) {
	type keyed struct {
		key string
		x   any
	}
	keys := make([]keyed, len(list))
	for i, x := range list {
		keys[i] = keyed{r.toText(of(x)), x}
	}
	mergeSort(keys, func(x, y keyed) bool {
		r.step()
		return msg.CompareUTF16(x.key, y.key) < 0
	})
	for i := range keys {
		list[i] = keys[i].x
	}
}

// runLength is the length from which V8 merges: below, the comparator is called for the
// same pairs in the same order as there, so that one that contradicts itself gives the same too.
const runLength = 64

// mergeSort sorts a list, keeping the order of equal elements. Less is asked about an
// element and one that came before it.
func mergeSort[T any](list []T, less func(later, earlier T) bool) {
	if len(list) < runLength {
		insertionSort(list, less)
		return
	}
	mergeInto(list, slices.Clone(list), less)
}

// mergeInto sorts list, of which room is a copy.
func mergeInto[T any](list, room []T, less func(later, earlier T) bool) {
	n := len(list)
	if n < runLength {
		insertionSort(list, less)
		return
	}
	mid := n / 2
	a, b := room[:mid], room[mid:]
	mergeInto(a, list[:mid], less)
	mergeInto(b, list[mid:], less)
	if !less(b[0], a[len(a)-1]) {
		copy(list, room)
		return
	}
	i, j := 0, 0
	for k := range list {
		if j == len(b) || i < len(a) && !less(b[j], a[i]) {
			list[k] = a[i]
			i++
		} else {
			list[k] = b[j]
			j++
		}
	}
}

// insertionSort finds the place of each element by halving, after the first ones that are
// in order already, or in the opposite one.
func insertionSort[T any](list []T, less func(later, earlier T) bool) {
	if len(list) < 2 {
		return
	}
	start, descending := 2, less(list[1], list[0])
	for start < len(list) && less(list[start], list[start-1]) == descending {
		start++
	}
	if descending {
		slices.Reverse(list[:start])
	}
	for ; start < len(list); start++ {
		x := list[start]
		left, right := 0, start
		for left < right {
			mid := left + (right-left)/2
			if less(x, list[mid]) {
				right = mid
			} else {
				left = mid + 1
			}
		}
		copy(list[left+1:start+1], list[left:start])
		list[left] = x
	}
}
