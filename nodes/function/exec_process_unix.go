//go:build unix

package function

import (
	"os"
	"os/exec"
	"syscall"

	"golang.org/x/sys/unix"
)

func ownGroup(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} }

// signalGroup signals the process group; that it has ended meanwhile is no fault.
func signalGroup(cmd *exec.Cmd, s syscall.Signal) { _ = syscall.Kill(-cmd.Process.Pid, s) }

func signalNumber(name string) (syscall.Signal, bool) {
	s := unix.SignalNum(name)
	return s, s != 0
}

func exitOf(state *os.ProcessState) (code int, signal string) {
	if status, ok := state.Sys().(syscall.WaitStatus); ok && status.Signaled() {
		return 0, unix.SignalName(status.Signal())
	}
	return state.ExitCode(), ""
}
