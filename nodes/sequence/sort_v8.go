package sequence

import "slices"

// minMerge is from how many elements on V8 merges runs.
const minMerge = 64

// sortLikeV8 sorts a list as V8's Array.prototype.sort does. The order in which
// elements are compared shows where a comparison contradicts itself, as that of
// Node-RED does with keys that are not a number. Lists of minMerge and more are
// only sorted as stably.
func sortLikeV8[T any](list []T, compare func(a, b T) int) {
	if len(list) < 2 {
		return
	}
	if len(list) >= minMerge {
		slices.SortStableFunc(list, compare)
		return
	}
	for i := firstRun(list, compare); i < len(list); i++ {
		left, right := 0, i
		for left < right {
			if mid := (left + right) / 2; compare(list[i], list[mid]) < 0 {
				right = mid
			} else {
				left = mid + 1
			}
		}
		pivot := list[i]
		copy(list[left+1:i+1], list[left:i])
		list[left] = pivot
	}
}

// firstRun returns how many elements are in order from the first on, after turning
// round those that are strictly in the opposite order.
func firstRun[T any](list []T, compare func(a, b T) int) int {
	descending := compare(list[1], list[0]) < 0
	n := 2
	for n < len(list) && compare(list[n], list[n-1]) < 0 == descending {
		n++
	}
	if descending {
		slices.Reverse(list[:n])
	}
	return n
}
