package js

import (
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

func TestAFunctionThatIsStoppedAgainAndAgainRests(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var p probation
		p.stopped()
		for i, tc := range []struct {
			takes   time.Duration
			stopped bool
			rests   time.Duration // before it
			on      bool          // afterwards
		}{
			{time.Second, false, 0, false},
			{time.Second, true, 0, true}, // the next stop after a good while
			{time.Second / 2, true, 0, true},
			{time.Second / 2, true, 2 * time.Second, true},
			{time.Second / 2, true, 4 * time.Second, true},
			{time.Minute, true, 8 * time.Second, true},
			{time.Second / 10, true, longestRest, true},
			{time.Second, false, 3200 * time.Millisecond, true},
			{time.Second, false, 0, true}, // only who was stopped rests
			{time.Second, false, 0, true},
			{time.Second, false, 0, true},
			{time.Second, false, 0, false},
		} {
			was, asked := p.on(), time.Now()
			body := func() {
				if rested := time.Since(asked); rested != tc.rests {
					t.Errorf("call %d: it began after %s, want %s", i, rested, tc.rests)
				}
				time.Sleep(tc.takes)
				if tc.stopped {
					p.stopped()
				}
			}
			if was {
				p.run(nil, body)
			} else {
				body()
			}
			if p.on() != tc.on {
				t.Errorf("call %d: on probation: %v", i, p.on())
			}
		}
	})
}

func TestCallsOnProbationRunOneAtATime(t *testing.T) {
	var p probation
	p.stopped()
	var running atomic.Int32
	release := make(chan struct{})
	var all sync.WaitGroup
	for range 5 {
		all.Go(func() {
			p.run(nil, func() {
				if running.Add(1) > 1 {
					t.Error("two run at once")
				}
				<-release
				running.Add(-1)
			})
		})
	}
	for range 5 {
		release <- struct{}{}
	}
	all.Wait()
	if p.on() {
		t.Error("calls that end by themselves must end it")
	}
	p.waiting.Add(maxWaiting)
	if p.run(nil, func() { t.Error("it ran") }) {
		t.Error("more must not wait")
	}
}

func TestWhoIsStoppedIsOnProbation(t *testing.T) {
	for _, body := range []string{
		`if (msg.loop) for (;;) ; return msg`,
		`if (msg.loop) for (;;) ; flow.get("x"); return msg`,
		`if (msg.loop) for (;;) ; Object.keys(msg).map(k => k).reduce((a, b) => a + b); return msg`,
		`if (msg.loop) for (;;) ; await 1; return msg`,
	} {
		b := newBench(t)
		f := b.compile(Source{Body: body, Timeout: 20 * time.Millisecond})
		for _, tc := range []struct {
			m  string
			on bool
		}{
			{`{"_msgid":"1"}`, false},
			{`{"_msgid":"1","loop":true}`, true},
			{`{"_msgid":"1"}`, false},
		} {
			b.call(f, tc.m)
			if f.probation.on() != tc.on {
				t.Errorf("%s: after %s: %v", body, tc.m, f.probation.on())
			}
		}
	}
}

func TestARestEndsWithTheFunction(t *testing.T) {
	var p probation
	p.until = time.Now().Add(time.Hour)
	closed := make(chan struct{})
	close(closed)
	ran := false
	if !p.run(closed, func() { ran = true }) || !ran {
		t.Error("a call waited for a function that is closed")
	}
}
