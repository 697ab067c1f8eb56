package main

import (
	"math"
	"os"
	"runtime/debug"
	"strconv"
	"strings"
)

const (
	// startPercent keeps what a start leaves behind from lying between what stays, where
	// it could not be given back: a flow of 10,000 nodes is a fifth smaller for it.
	startPercent = 50

	// While flows run, there may be as much garbage as is live and garbageRoom bytes more.
	// A collection costs by what is live, so a small heap is better collected seldom: Go's
	// own least heap of 4 MB would be full a hundred times a second where requests are large.
	runPercent  = 100
	garbageRoom = 32 << 20
)

// tuneMemory applies the defaults. GOGC and GOMEMLIMIT of the environment win.
func tuneMemory() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(startPercent)
	}
	if os.Getenv("GOMEMLIMIT") == "" {
		if total := memoryAtHand(); total > 0 {
			debug.SetMemoryLimit(total / 4 * 3)
		}
	}
}

// ballast passes for live memory. It is never touched, so that it takes none.
var ballast []byte

// makeRoom ends the start. GOGC of the environment wins.
func makeRoom() {
	if os.Getenv("GOGC") != "" || ballast != nil {
		return
	}
	ballast = make([]byte, garbageRoom)
	releasePages(ballast) // what lay there before had to be cleared
	if limit := debug.SetMemoryLimit(-1); limit <= math.MaxInt64-garbageRoom {
		debug.SetMemoryLimit(limit + garbageRoom) // for the limit, too, it counts
	}
	debug.SetGCPercent(runPercent)
}

// memoryAtHand is what the control group allows, else what the machine has, in
// bytes; 0 where neither is to be found out.
func memoryAtHand() int64 {
	if text, err := os.ReadFile("/sys/fs/cgroup/memory.max"); err == nil {
		if n, err := strconv.ParseInt(strings.TrimSpace(string(text)), 10, 64); err == nil {
			return n
		}
	}
	text, err := os.ReadFile("/proc/meminfo")
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(text)) {
		if kb, ok := strings.CutPrefix(line, "MemTotal:"); ok {
			n, _ := strconv.ParseInt(strings.TrimSuffix(strings.TrimSpace(kb), " kB"), 10, 64)
			return n << 10
		}
	}
	return 0
}
