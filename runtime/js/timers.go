package js

import (
	"container/heap"
	"math"
	"time"

	"github.com/dop251/goja"
)

// maxTimers bounds the live timers of one node.
const maxTimers = 100_000

// timers are the live timers of one function node. They fire in the order of
// their times, then of their making, as Node's do; one Go timer serves all.
type timers struct {
	f     *Function
	byID  map[int64]*timer
	queue timerHeap
	next  *time.Timer
	at    time.Time // when next fires; zero if it does not
	seq   int64
}

type timer struct {
	id    int64
	at    time.Time
	every time.Duration // 0: once
	s     *session
	fn    goja.Value
	args  []goja.Value
	index int // in the heap, -1 while it runs
	obj   *goja.Object
}

type timerHeap []*timer

func (h timerHeap) Len() int { return len(h) }
func (h timerHeap) Less(i, j int) bool {
	if h[i].at.Equal(h[j].at) {
		return h[i].id < h[j].id
	}
	return h[i].at.Before(h[j].at)
}
func (h timerHeap) Swap(i, j int) { h[i], h[j] = h[j], h[i]; h[i].index, h[j].index = i, j }
func (h *timerHeap) Push(x any) {
	t := x.(*timer)
	t.index = len(*h)
	*h = append(*h, t)
}
func (h *timerHeap) Pop() any {
	old := *h
	t := old[len(old)-1]
	old[len(old)-1] = nil
	*h = old[:len(old)-1]
	t.index = -1
	return t
}

func (ts *timers) init(f *Function) { ts.f, ts.byID = f, map[int64]*timer{} }

// delay is Node's: less than 1 ms, more than 2^31-1 ms and NaN mean 1 ms.
func delay(val goja.Value) time.Duration {
	ms := val.ToFloat()
	if !(ms >= 1 && ms <= math.MaxInt32) {
		ms = 1
	}
	return time.Duration(math.Trunc(ms)) * time.Millisecond
}

// add starts a timer that calls fn with args after that time, and then every so often unless every is 0.
func (ts *timers) add(fn goja.Value, after, every time.Duration, args []goja.Value) goja.Value {
	v := ts.f.vm
	if len(ts.byID) >= maxTimers {
		v.throwf("RangeError", "more than %d timers run in this node: clear those that are not needed", maxTimers)
	}
	s := v.cur
	if ts.f.state == closed || s.fn != ts.f {
		s = ts.f.session(s.call, s.m)
	}
	ts.seq++
	t := &timer{id: ts.seq, at: time.Now().Add(after), every: every, s: s, fn: fn, args: args, index: -1}
	t.obj = v.timerObject(ts, t)
	if ts.f.state == closed {
		return t.obj
	}
	ts.byID[t.id] = t
	if s.call != nil && s.m != nil {
		s.keep()
	}
	heap.Push(&ts.queue, t)
	ts.arm()
	return t.obj
}

func (ts *timers) clear(t *timer) {
	if ts.byID[t.id] != t {
		return
	}
	delete(ts.byID, t.id)
	if t.index >= 0 {
		heap.Remove(&ts.queue, t.index)
	}
	if t.s.call != nil && t.s.m != nil {
		t.s.release()
	}
}

// arm sets the Go timer to the first timer's time.
func (ts *timers) arm() {
	if len(ts.queue) == 0 {
		return
	}
	first := ts.queue[0].at
	if !ts.at.IsZero() && !first.Before(ts.at) {
		return
	}
	ts.at = first
	if ts.next == nil {
		ts.next = time.AfterFunc(time.Until(first), ts.fire)
		return
	}
	ts.next.Reset(time.Until(first))
}

// fire hands the timers that are due to their events.
func (ts *timers) fire() {
	v := ts.f.vm
	v.mu.Lock()
	defer v.unlock()
	ts.at = time.Time{}
	now, closing := time.Now(), ts.f.closing
	for len(ts.queue) > 0 && !ts.queue[0].at.After(now) {
		t := heap.Pop(&ts.queue).(*timer)
		if hold := t.s.hold; hold != nil {
			v.after = append(v.after, func() { hold.Do(func() { t.s.again(func() error { return ts.run(t, t.s) }) }) })
			continue
		}
		v.after = append(v.after, func() {
			if closing { // there are no events any more, but a listener that waits
				s := ts.f.session(orphan{ts.f.node}, nil)
				s.again(func() error { return ts.run(t, s) })
				return
			}
			ts.f.node.Event(func(call Call) {
				s := ts.f.session(call, nil)
				s.msgID = t.s.msgID
				s.again(func() error { return ts.run(t, s) })
			})
		})
	}
	ts.arm()
}

// run calls a timer's function; what it throws is an error without a message
// that Node-RED reports with an empty one.
func (ts *timers) run(t *timer, s *session) error {
	if ts.byID[t.id] != t {
		return nil
	}
	v := ts.f.vm
	if t.every == 0 {
		ts.clear(t)
	} else {
		t.at = time.Now().Add(t.every)
		heap.Push(&ts.queue, t)
		ts.arm()
	}
	s.callBack(t.fn, v.nodeObject(s), t.args)
	return nil
}

// close stops all timers.
func (ts *timers) close() {
	if ts.next != nil {
		ts.next.Stop()
	}
	for _, t := range ts.byID {
		ts.clear(t)
	}
}
