// Package js runs the JavaScript of function nodes on goja: one main VM under
// one lock, a pool of VMs for bodies that keep nothing between calls, dynamic
// views of message values, timers, and the host objects that Node-RED gives a
// function body.
//
// It knows no engine and no node: what a body reaches outside its VM comes
// through the interfaces of this file.
package js

import (
	"context"
	"sync"
	"time"

	"sluice/runtime/msg"
)

// Options are what all function nodes of one engine share.
type Options struct {
	// Lock guards the main VM and every context store: a body sees and changes
	// live containers of the stores, so both need the same lock.
	Lock *sync.Mutex
	// Timeout bounds one call of a body that sets none. 0 means 30 s.
	Timeout time.Duration
	// Fetch makes the requests of fetch, by the host's rules for outgoing ones. The
	// error is the cause of the TypeError that the body sees. nil: there is no fetch.
	Fetch func(context.Context, FetchRequest) (FetchResponse, error)
	// JSONata makes an expression ready, for RED.util. nil: its functions throw.
	JSONata func(n Node, text string) (Expression, error)
	// Date gives the time now in a moment format, for RED.util.evaluateNodeProperty.
	// nil: it throws.
	Date func(n Node, format string) string
	// Memory bounds by how many bytes the heap may grow during one call that
	// lasts; see watchdog. 0 means 256 MB.
	Memory int64
	// Getenv looks up a variable of the process for process.env and the like.
	Getenv func(name string) (string, bool)
	// Globals are the values of functionGlobalContext.
	Globals *msg.Object
	// UserDir is the folder in whose node_modules functions find packages; "" for none.
	UserDir string

	// FilesDir is the folder that the modules fs and fs/promises see; "" for none of them.
	FilesDir string

	packages *packages
	folder   *folder
}

// Source is the text of one function node.
type Source struct {
	Node    Node
	Body    string // On Message
	Setup   string // On Start; "" for none
	Cleanup string // On Stop; "" for none
	Outputs int
	Timeout time.Duration // 0: Options.Timeout
	Libs    []Lib

	inVM bool // the body runs in a VM, always: tests compare
}

// Lib is one module a function node asks for: the variable it is bound to and its name.
type Lib struct{ Var, Module string }

// Node is what a body sees of the node it runs in.
type Node interface {
	ID() string
	Name() any // string, or Undefined when the node has no such property
	Path() string
	OutputCount() int
	// Log writes a line at "trace", "debug", "info", "warn" or "error".
	Log(level, text string)
	// Status is Call.Status outside of any event.
	Status(v any)
	// Env is env.get: a setting of the flow, group, subflow or process, or Undefined.
	Env(name string) any
	// Context returns the node's "node", "flow" or "global" context.
	Context(scope string) Context
	// Event runs f as an event of the node's own, for timers started in setup code.
	Event(f func(Call))
}

// Call is the event a body runs in. Its methods are called with the VM locked,
// on the goroutine that runs the event, so they must not block.
type Call interface {
	// Send passes messages on: outs[i] goes to output i, in Node-RED's order. The
	// messages have left the VM and belong to the receiver; clones are already made.
	Send(outs [][]*msg.Object)
	// Error is node.error(err, m): it reaches the catch nodes.
	Error(err any, m *msg.Object)
	// Status is node.status(v): a string, number, bool or object as the body gave it.
	Status(v any)
	// Done completes the call's message, with an error or nil; later calls do nothing.
	Done(err error)
	// Hold keeps the event open for a timer or a promise. It returns nil if the event is over.
	Hold() Hold
	// LinkCall sends m to the link in node of that id or name and calls back, inside Hold.Do
	// of the event, with its answer or an error. timeout 0: the default of 30 s.
	LinkCall(target string, m *msg.Object, timeout time.Duration, answer func(*msg.Object, error))
}

// Hold keeps an event open until it is released.
type Hold interface {
	// Do runs f on the event's goroutine, with nothing of the VM locked. It may be called
	// from any goroutine and several times; once the node is closed it does nothing.
	Do(f func())
	// Release may be called several times.
	Release()
}

// Context is one context of a node: its own, its flow's or the global one. The
// caller holds Options.Lock; containers are live.
type Context interface {
	// Get returns the value at a property expression, or Undefined. The error is what the body sees thrown, or its
	// callback's argument. "" names the default store.
	Get(store, key string) (any, error)
	// Set keeps v (made with msg.CopyIn by the store); Undefined removes the key.
	Set(store, key string, v any) error
	Keys(store string) ([]string, error)
	// Async tells whether the store can only be used with callbacks, as localfilesystem without a cache.
	Async(store string) bool
}

// LimitError is the error of a body that was stopped at a limit.
type LimitError struct {
	Message string
	Code    string // ERR_SCRIPT_EXECUTION_TIMEOUT as in Node, or ERR_SLUICE_…
}

func (e *LimitError) Error() string { return e.Message }
