package main

import (
	"os"
	"strconv"
	"strings"
	"syscall"
)

// releaseStartPages lets go of the pages of the program's own code and constants
// that only its start needed: tables of libraries that few flows use. They stay
// in the page cache and come back when they are touched, which costs a start some
// hundred microseconds and saves 10 MB and more of resident memory.
func releaseStartPages() {
	program, err := os.Executable()
	if err != nil {
		return
	}
	maps, err := os.ReadFile("/proc/self/maps")
	if err != nil {
		return
	}
	for line := range strings.Lines(string(maps)) {
		fields := strings.Fields(line)
		// Only what is backed by the file and cannot have been written to.
		if len(fields) < 6 || fields[5] != program || fields[1] != "r-xp" && fields[1] != "r--p" {
			continue
		}
		from, to, _ := strings.Cut(fields[0], "-")
		start, err1 := strconv.ParseUint(from, 16, 64)
		end, err2 := strconv.ParseUint(to, 16, 64)
		if err1 == nil && err2 == nil && start < end {
			_, _, _ = syscall.Syscall(syscall.SYS_MADVISE, uintptr(start), uintptr(end-start), syscall.MADV_DONTNEED)
		}
	}
}

// releasePages gives back the memory of b, which reads as zeros from then on.
func releasePages(b []byte) { _ = syscall.Madvise(b, syscall.MADV_DONTNEED) } // it stays resident else
