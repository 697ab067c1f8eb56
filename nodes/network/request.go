package network

import (
	"sync"

	"sluice/runtime/msg"
)

// request is msg.req: what Express 4 gives a flow of an incoming request. A
// property is worked out when it is first read, and then kept, so that a flow
// sees the same object each time and may change it.
type request struct {
	ex *transaction

	mu     sync.Mutex // guards props; joined runs share a request
	props  msg.Object // read or set; removed marks what a flow deleted
	body   any        // Undefined if there is none
	files  any        // *msg.Array of an upload, else Undefined
	params *msg.Object
	query  *msg.Object // nil until it is read
}

type removedProperty struct{}

var removed any = removedProperty{}

// Get returns a property or a method.
func (q *request) Get(key string) (any, bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.getLocked(key)
}

func (q *request) getLocked(key string) (any, bool) {
	if v, ok := q.props.Get(key); ok {
		if v == removed {
			return msg.Undefined, false
		}
		return v, true
	}
	if read, ok := requestProps[key]; ok {
		v := read(q)
		if v == msg.Undefined {
			return v, false
		}
		q.props.Set(key, v)
		return v, true
	}
	if method, ok := requestMethods[key]; ok {
		v := &msg.Func{Name: key, Call: func(_ any, args []any) (any, error) { return method(q, args) }}
		q.props.Set(key, v)
		return v, true
	}
	return msg.Undefined, false
}

// value is Get for Go code.
func (q *request) value(key string) any {
	v, _ := q.Get(key)
	return v
}

// Set keeps a property of the flow's.
func (q *request) Set(key string, v any) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.props.Set(key, v)
}

// Delete takes a property away.
func (q *request) Delete(key string) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.props.Set(key, removed)
}

// Keys lists the properties that Node and Express enumerate, and those of the flow.
func (q *request) Keys() []string {
	q.mu.Lock()
	defer q.mu.Unlock()
	var keys []string
	for _, key := range requestKeys {
		if _, ok := q.getLocked(key); ok {
			keys = append(keys, key)
		}
	}
	for key, v := range q.props.All() {
		_, method := requestMethods[key]
		_, known := requestProps[key]
		if v != removed && !method && !known {
			keys = append(keys, key)
		}
	}
	return keys
}

// queryLocked parses the query when a flow first asks for it.
func (q *request) queryLocked() *msg.Object {
	if q.query == nil {
		q.query = q.ex.app.parseQuery(q.ex.rawQuery())
	}
	return q.query
}
