//go:build !unix

package function

import (
	"os"
	"os/exec"
	"syscall"
)

func ownGroup(*exec.Cmd) {}

// signalGroup ends the process, whatever the signal: there are no others here.
func signalGroup(cmd *exec.Cmd, _ syscall.Signal) { _ = cmd.Process.Kill() }

func signalNumber(name string) (syscall.Signal, bool) {
	switch name {
	case "SIGTERM":
		return syscall.SIGTERM, true
	case "SIGKILL":
		return syscall.SIGKILL, true
	case "SIGINT":
		return syscall.SIGINT, true
	}
	return 0, false
}

func exitOf(state *os.ProcessState) (code int, signal string) { return state.ExitCode(), "" }
