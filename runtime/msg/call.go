package msg

import "context"

// Callable is a function that only a script engine knows. Call it through Call.
type Callable interface {
	Foreign
	// Invoke calls the function and waits for its result, on copies of the
	// arguments. It takes the lock of its engine: whoever is called by a script, or
	// holds a lock that a Func or Host takes, must not; see CallBack.
	Invoke(this any, args []any) (any, error)
	// Post calls the function later, as an event of the node that made it. What is
	// posted to one node runs in order; what the function throws is the node's error.
	Post(this any, args ...any)
	// Same tells whether v is this function: it may reach Go several times.
	Same(v any) bool
}

// CallBack is what a Func returns to have a function called that it was given:
// a script that calls the Func holds its engine's lock, so the engine makes the call,
// and passes on what the function throws.
type CallBack struct {
	Func any
	This any
	Args []any
	Then func(result any) (any, error) // gives the Func's own result
}

// Work is what a Func returns for work that a script must not wait for: the script
// goes on with Result, Do runs with nothing locked, then Func, unless it is nil, is
// called with what Do gave. The script's event stays open until then.
type Work struct {
	Do     func(context.Context) (args []any)
	Func   any
	This   any
	Result any
}

// IsFunction tells whether v is a function.
func IsFunction(v any) bool { return TypeOf(v) == "function" }

// Call calls a function value for Go code that no script waits for, and carries out
// what it returns. The error of a script's function is what the function threw.
func Call(f, this any, args ...any) (any, error) {
	switch f := f.(type) {
	case *Func:
		r, err := f.Call(this, args)
		for err == nil {
			switch next := r.(type) {
			case *CallBack:
				if r, err = Call(next.Func, next.This, next.Args...); err == nil {
					r, err = next.Then(r)
				}
			case *Work:
				args := next.Do(context.Background())
				if next.Func != nil {
					_, err = Call(next.Func, next.This, args...)
				}
				return next.Result, err
			default:
				return r, nil
			}
		}
		return nil, err
	case Callable:
		return f.Invoke(this, args)
	}
	return nil, &TypeError{ToString(f) + " is not a function"}
}
