package js

import (
	"github.com/dop251/goja"

	"sluice/runtime/msg"
)

// views are the objects by which JavaScript sees containers in one session, so
// that msg.payload === msg.payload.
type views struct {
	objects viewsOf[*msg.Object]
	arrays  viewsOf[*msg.Array]
	others  viewsOf[any] // hosts, buffers and functions, by pointers
	slab    []objectView // unused ones
	made    int
}

// viewsOf are the views of containers of one type.
type viewsOf[T comparable] struct {
	few  []viewOf[T] // the latest last: that is asked for most
	many map[T]*goja.Object
}

type viewOf[T comparable] struct {
	of T
	o  *goja.Object
}

// fewViews is up to how many a search beats a map.
const fewViews = 32

func (l *viewsOf[T]) find(c T) *goja.Object {
	for i := len(l.few) - 1; i >= 0; i-- {
		if l.few[i].of == c {
			return l.few[i].o
		}
	}
	return l.many[c]
}

func (l *viewsOf[T]) add(c T, o *goja.Object) *goja.Object {
	if len(l.few) < fewViews {
		l.few = append(l.few, viewOf[T]{c, o})
		return o
	}
	if l.many == nil {
		l.many = map[T]*goja.Object{}
	}
	l.many[c] = o
	return o
}

// each calls f with the views.
func (l *viewsOf[T]) each(f func(*goja.Object)) {
	for _, e := range l.few {
		f(e.o)
	}
	for _, o := range l.many {
		f(o)
	}
}

// reset returns the emptied list, for the next session.
func (l *viewsOf[T]) reset() viewsOf[T] {
	clear(l.few)
	return viewsOf[T]{few: l.few[:0]}
}

// newObject returns a view to be filled in. Whoever looks at several objects looks at many.
func (l *views) newObject() *objectView {
	if l.made++; l.made < 4 {
		return new(objectView)
	}
	if len(l.slab) == 0 {
		l.slab = make([]objectView, 16)
	}
	w := &l.slab[0]
	l.slab = l.slab[1:]
	return w
}

// view returns what JavaScript sees of a value that is neither object nor array.
func (s *session) view(key any, build func() *goja.Object) *goja.Object {
	if o := s.seen.others.find(key); o != nil {
		return o
	}
	return s.seen.others.add(key, build())
}
