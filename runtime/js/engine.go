package js

import (
	"sync"
	"sync/atomic"
	"time"

	"github.com/dlclark/regexp2/v2"

	"sluice/runtime/msg"
)

// Engine runs the function nodes of one runtime.
type Engine struct {
	opts     Options
	main     *vm
	pool     *pool
	stopped  counters
	foreigns atomic.Bool // the main VM has made a value that only it knows
}

// defaultTimeout bounds a call whose node sets no timeout.
const defaultTimeout = 30 * time.Second

// defaultMemory is how much a call may keep in memory at a time, in bytes.
const defaultMemory = 256 << 20

var setRegexpLimit = sync.OnceFunc(func() { regexp2.DefaultMatchTimeout = regexpLimit })

// New makes an engine. Its VMs are made at the first Compile.
func New(opts Options) *Engine {
	setRegexpLimit()
	if opts.Lock == nil {
		opts.Lock = new(sync.Mutex)
	}
	if opts.Timeout <= 0 {
		opts.Timeout = defaultTimeout
	}
	if opts.Memory <= 0 {
		opts.Memory = defaultMemory
	}
	if opts.Getenv == nil {
		opts.Getenv = func(string) (string, bool) { return "", false }
	}
	if opts.Globals != nil { // bodies see them live, messages take copies
		opts.Globals = msg.CopyIn(opts.Globals).(*msg.Object)
	}
	e := &Engine{opts: opts}
	if opts.FilesDir != "" {
		e.opts.folder = newFolder(opts.FilesDir)
	}
	e.opts.packages = &packages{dir: opts.UserDir}
	e.pool = newPool(&e.opts, &e.foreigns)
	return e
}

// Close stops the engine's watchdogs. Functions are closed by who compiled them.
func (e *Engine) Close() {
	e.opts.Lock.Lock()
	defer e.opts.Lock.Unlock()
	if e.main != nil {
		e.main.watch.close()
	}
	e.pool.close()
}

// vmLocked returns the main VM.
func (e *Engine) vmLocked() *vm {
	if e.main == nil {
		e.main = newVM(&e.opts, e.opts.Lock, &e.foreigns)
		e.main.index = mainVM
	}
	return e.main
}
