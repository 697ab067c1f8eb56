package sequence

import (
	"slices"
	"strings"
	"testing"
)

func TestListsAreSortedInV8sOrderOfComparisons(t *testing.T) {
	for _, tc := range []struct {
		list []int
		want string // what Node 24 compares
	}{
		{[]int{5, 1, 4, 2, 3}, "1,5 4,1 4,5 4,1 2,4 2,1 3,4 3,2"},
		{[]int{1, 2, 3, 0}, "2,1 3,2 0,3 0,2 0,1"},
		{[]int{1}, ""},
	} {
		var log []string
		list := slices.Clone(tc.list)
		sortLikeV8(list, func(a, b int) int {
			log = append(log, string(rune('0'+a))+","+string(rune('0'+b)))
			return a - b
		})
		if got := strings.Join(log, " "); got != tc.want || !slices.IsSorted(list) {
			t.Errorf("%v: %s, want %s; %v", tc.list, got, tc.want, list)
		}
	}
}

func TestLongListsAreSortedStably(t *testing.T) {
	list := make([][2]int, 300)
	for i := range list {
		list[i] = [2]int{i * 7 % 10, i}
	}
	sortLikeV8(list, func(a, b [2]int) int { return a[0] - b[0] })
	if !slices.IsSortedFunc(list, func(a, b [2]int) int { return slices.Compare(a[:], b[:]) }) {
		t.Errorf("%v", list)
	}
}
