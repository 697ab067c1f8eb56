//go:build unix

package main

import "syscall"

// noCoreDump keeps the memory of a crashed process, which holds opened secrets, off the disk.
func noCoreDump() {
	_ = syscall.Setrlimit(syscall.RLIMIT_CORE, &syscall.Rlimit{})
}
