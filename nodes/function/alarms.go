package function

import (
	"container/heap"
	"sync"
	"time"
)

// alarms are the timers of one node, on a single timer of Go's: what is due goes
// off in the order of the times, and of setting where those are equal.
type alarms struct {
	mu    *sync.Mutex // the node's lock: held by callers, and while an alarm goes off
	after func()      // called, with nothing locked, after alarms have gone off

	queue alarmQueue
	set   uint64
	timer *time.Timer
	next  time.Time // when timer goes off
}

type alarm struct {
	due   time.Time
	order uint64
	index int // in the queue; -1: not there
	f     func()
}

// setLocked makes f go off later.
func (as *alarms) setLocked(wait time.Duration, f func()) *alarm {
	as.set++
	a := &alarm{due: time.Now().Add(wait), order: as.set, f: f}
	heap.Push(&as.queue, a)
	if as.timer == nil || a.due.Before(as.next) {
		as.armLocked()
	}
	return a
}

// stopLocked keeps an alarm, if there is one, from going off.
func (as *alarms) stopLocked(a *alarm) {
	if a != nil && a.index >= 0 {
		heap.Remove(&as.queue, a.index)
	}
}

// closeLocked stops them all.
func (as *alarms) closeLocked() {
	if as.timer != nil {
		as.timer.Stop()
	}
	as.queue = nil
}

func (as *alarms) armLocked() {
	if as.timer != nil {
		as.timer.Stop()
		as.timer = nil
	}
	if len(as.queue) > 0 {
		as.next = as.queue[0].due
		as.timer = time.AfterFunc(time.Until(as.next), as.goOff)
	}
}

func (as *alarms) goOff() {
	as.mu.Lock()
	now := time.Now()
	for len(as.queue) > 0 && !as.queue[0].due.After(now) {
		heap.Pop(&as.queue).(*alarm).f()
	}
	as.armLocked()
	as.mu.Unlock()
	as.after()
}

// alarmQueue is a heap of alarms, the first one due on top.
type alarmQueue []*alarm

func (q alarmQueue) Len() int { return len(q) }

func (q alarmQueue) Less(i, j int) bool {
	if c := q[i].due.Compare(q[j].due); c != 0 {
		return c < 0
	}
	return q[i].order < q[j].order
}

func (q alarmQueue) Swap(i, j int) {
	q[i], q[j] = q[j], q[i]
	q[i].index, q[j].index = i, j
}

func (q *alarmQueue) Push(x any) {
	a := x.(*alarm)
	a.index = len(*q)
	*q = append(*q, a)
}

func (q *alarmQueue) Pop() any {
	last := len(*q) - 1
	a := (*q)[last]
	(*q)[last] = nil
	*q = (*q)[:last]
	a.index = -1
	return a
}
