package function

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"sync/atomic"
	"syscall"
	"time"
)

// process is a command with its pipes. Its standard input stays open and empty
// until it ends, as in Node-RED: a command that reads it waits.
type process struct {
	cmd            *exec.Cmd
	stdin          *os.File
	stdout, stderr *os.File
	err            error // why it did not start
	timer          *time.Timer
	reaped         atomic.Bool // its id may be another's now
}

// startProcess starts args[0], looked up in PATH, in a process group of its own,
// so that what it starts itself can be ended with it.
func startProcess(args []string) *process {
	p := &process{cmd: exec.Command(args[0], args[1:]...)} //nolint:noctx // it outlives its run; Close ends it
	pipe := func() (r, w *os.File) {
		if p.err == nil {
			r, w, p.err = os.Pipe()
		}
		return r, w
	}
	in, stdin := pipe()
	stdout, out := pipe()
	stderr, errs := pipe()
	p.stdin, p.stdout, p.stderr = stdin, stdout, stderr
	theirs := [...]*os.File{in, out, errs}
	if p.err == nil {
		p.cmd.Stdin, p.cmd.Stdout, p.cmd.Stderr = in, out, errs
		ownGroup(p.cmd)
		p.err = p.cmd.Start()
	}
	for _, f := range theirs {
		_ = f.Close() // nil if the pipe could not be made
	}
	if p.err != nil {
		p.closePipes()
	}
	return p
}

func (p *process) pid() int { return p.cmd.Process.Pid }

func (p *process) closePipes() {
	for _, f := range [...]*os.File{p.stdin, p.stdout, p.stderr} {
		_ = f.Close()
	}
}

// wait returns when the process has ended: its exit code, or the signal that
// ended it. Its output must have been read to the end.
func (p *process) wait() (code int, signal string) {
	_ = p.cmd.Wait() // an exit code is no fault here
	p.reaped.Store(true)
	p.closePipes()
	return exitOf(p.cmd.ProcessState)
}

// signal sends a signal to the process and all that it started.
func (p *process) signal(s syscall.Signal) {
	if !p.reaped.Load() {
		signalGroup(p.cmd, s)
	}
}

// terminate asks the process to end.
func (p *process) terminate() { p.signal(syscall.SIGTERM) }

// abandon kills the process and stops reading from whoever still holds its pipes.
func (p *process) abandon() {
	p.signal(syscall.SIGKILL)
	_ = p.stdout.Close()
	_ = p.stderr.Close()
}

// readAll reads a stream up to limit bytes; over is true if there was more.
func readAll(r io.Reader, limit int) (b []byte, over bool) {
	b, _ = io.ReadAll(io.LimitReader(r, int64(limit)+1))
	if len(b) > limit {
		return b[:limit], true
	}
	return b, false
}

// startErrno gives the number and name of the system's error that kept a process from starting.
func startErrno(err error) (syscall.Errno, string) {
	errno, ok := errors.AsType[syscall.Errno](err)
	switch {
	case ok:
	case errors.Is(err, exec.ErrNotFound), errors.Is(err, fs.ErrNotExist):
		errno = syscall.ENOENT
	case errors.Is(err, fs.ErrPermission):
		errno = syscall.EACCES
	default:
		errno = syscall.EINVAL
	}
	switch errno {
	case syscall.ENOENT:
		return errno, "ENOENT"
	case syscall.EACCES:
		return errno, "EACCES"
	case syscall.E2BIG:
		return errno, "E2BIG"
	case syscall.EAGAIN:
		return errno, "EAGAIN"
	case syscall.ENOMEM:
		return errno, "ENOMEM"
	case syscall.EMFILE:
		return errno, "EMFILE"
	case syscall.ENOEXEC:
		return errno, "ENOEXEC"
	}
	return errno, "UNKNOWN"
}
