package direct

import (
	"time"

	"sluice/runtime/msg"
)

// run is one run of a body, and afterwards room for another.
type run struct {
	host Host
	m    *msg.Object
	id   any    // the message's as the body began
	tag  uint32 // see tagged

	frames []*frame // one for each depth of calls
	depth  int
	args   []value // of the calls under way, on top of each other
	buf    []byte  // of the text that is put together
	grown  []byte  // see concat
	result value   // of return
	target int     // of break or continue with a label

	journal []change
	effects []Effect
	sets    []Set
	got     []place // containers of stores that the body has seen
	sent    int
	mixed   bool         // containers of messages and stores refer to each other
	keepers []any        // containers of stores that got some of a message's
	holed   []*msg.Array // that may have holes, of newArray and lengthen

	looked looked // at long texts

	steps int // left until the clock is looked at
	since time.Time
}

// frame holds the variables of one call of a function.
type frame struct {
	vars []value
	up   *frame // of the function around it
	run  *run
}

// bail says that a VM must run the body.
type bail struct{ why string }

func bailout(why string) { panic(bail{why}) }

// stopped says that the run has come to an end before its time.
type stopped struct{ err error }

// Bounds of one run. What lies beyond is a VM's to do or to refuse.
const (
	maxDepth   = 1000    // of calls
	maxText    = 1 << 26 // bytes of a string
	maxJournal = 1 << 18 // changes that can be taken back
	maxSent    = 100_000 // messages
	maxIndex   = 1 << 20 // by which one assignment lets an array grow
)

// stepsPerLook is how many turns of loops and calls there are between two looks at the clock.
const stepsPerLook = 2000

// patience is how long a run is let alone.
const patience = 5 * time.Millisecond

// step counts one turn of a loop or one call.
func (r *run) step() {
	if r.steps--; r.steps < 0 {
		r.look()
	}
}

// charge counts work that grows with n.
func (r *run) charge(n int) {
	if r.steps -= n / 16; r.steps < 0 {
		r.look()
	}
}

func (r *run) look() {
	r.steps = stepsPerLook
	now := time.Now()
	if r.since.IsZero() {
		r.since = now
		return
	}
	if now.Sub(r.since) < patience {
		return
	}
	r.since = now
	if err := r.host.Lasts(); err != nil {
		panic(stopped{err})
	}
}

// end makes room for another run.
func (r *run) end() {
	r.host, r.m, r.id = nil, nil, nil
	for _, fr := range r.frames {
		clear(fr.vars[:cap(fr.vars)])
		fr.up = nil
	}
	clear(r.args[:cap(r.args)])
	clear(r.journal)
	clear(r.keepers)
	r.journal, r.keepers, r.args, r.got = r.journal[:0], r.keepers[:0], r.args[:0], r.got[:0]
	r.effects, r.sets, r.holed, r.grown = nil, nil, nil, nil
	r.result, r.looked = value{}, looked{}
	if cap(r.buf) > 1<<16 {
		r.buf = nil
	}
	if cap(r.journal) > 1<<10 {
		r.journal = nil
	}
	r.depth, r.target, r.sent, r.mixed, r.since = 0, 0, 0, false, time.Time{}
}

// enter returns the frame of a call. Frames are used again at their depth, since no
// function outlives the call that it is made in.
func (r *run) enter(fn *function, up *frame) *frame {
	r.step()
	if r.depth++; r.depth > maxDepth {
		bailout("a deep recursion")
	}
	for len(r.frames) < r.depth {
		r.frames = append(r.frames, &frame{run: r})
	}
	fr := r.frames[r.depth-1]
	fr.up = up
	if cap(fr.vars) < fn.size {
		fr.vars = make([]value, fn.size)
	}
	fr.vars = fr.vars[:fn.size]
	for i := range fr.vars {
		fr.vars[i] = undefined
	}
	return fr
}

func (r *run) callBody(fn *function, m value) value {
	fr := r.enter(fn, nil)
	fr.vars[0] = m
	v := fn.exec(fr)
	r.depth--
	return v
}

// pushArgs evaluates arguments into room that pop gives back.
func (r *run) pushArgs(fr *frame, list []expr) (args []value) {
	base := len(r.args)
	for _, e := range list {
		v := e(fr)
		if _, ok := v.any.(spreading); !ok {
			r.args = append(r.args, v)
		}
	}
	return r.args[base:len(r.args):len(r.args)]
}

func (r *run) popArgs(n int) { r.args = r.args[:len(r.args)-n] }
