package network

import (
	"slices"
	"strconv"

	"sluice/runtime/msg"
)

// queryList is a list with holes while a query string is parsed: an index costs
// the same whatever it is, since a stranger names it.
type queryList struct {
	length int
	at     []int // ascending
	values []any
}

func newList(values ...any) *queryList {
	l := &queryList{}
	for _, v := range values {
		l.append(v)
	}
	return l
}

func (l *queryList) append(v any) { l.set(l.length, v) }

func (l *queryList) set(i int, v any) {
	at, found := slices.BinarySearch(l.at, i)
	if found {
		l.values[at] = v
		return
	}
	l.at = slices.Insert(l.at, at, i)
	l.values = slices.Insert(l.values, at, v)
	l.length = max(l.length, i+1)
}

func (l *queryList) get(i int) (any, bool) {
	at, found := slices.BinarySearch(l.at, i)
	if !found {
		return nil, false
	}
	return l.values[at], true
}

// concat adds a value, or the elements of a list in their places.
func (l *queryList) concat(v any) {
	other, ok := v.(*queryList)
	if !ok {
		l.append(v)
		return
	}
	start := l.length
	for i, at := range other.at {
		l.set(start+at, other.values[i])
	}
	l.length = start + other.length
}

func (l *queryList) object() *msg.Object {
	o := &msg.Object{}
	for i, at := range l.at {
		o.Set(strconv.Itoa(at), l.values[i])
	}
	return o
}

// compact makes arrays without holes of all lists in v.
func compact(v any) any {
	switch v := v.(type) {
	case *msg.Object:
		for key, e := range v.All() {
			v.Set(key, compact(e))
		}
		return v
	case *queryList:
		for i := range v.values {
			v.values[i] = compact(v.values[i])
		}
		return msg.NewArray(v.values...)
	}
	return v
}
