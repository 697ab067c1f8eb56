package js

import "github.com/dop251/goja"

// views are the objects by which JavaScript sees containers in one session, so
// that msg.payload === msg.payload.
type views struct {
	few  []view // the latest last: that is asked for most
	many map[any]*goja.Object
}

type view struct {
	of any
	o  *goja.Object
}

// fewViews is up to how many a search beats a map.
const fewViews = 24

func (l *views) find(key any) *goja.Object {
	for i := len(l.few) - 1; i >= 0; i-- {
		if l.few[i].of == key {
			return l.few[i].o
		}
	}
	return l.many[key]
}

func (l *views) add(key any, o *goja.Object) {
	if len(l.few) < fewViews {
		l.few = append(l.few, view{key, o})
		return
	}
	if l.many == nil {
		l.many = map[any]*goja.Object{}
	}
	l.many[key] = o
}
