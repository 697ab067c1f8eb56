//go:build unix

package network

import (
	"errors"
	"io"
	"net"
	"syscall"
)

var errUnexpectedData = errors.New("the server sent something unasked")

// connCheck finds out without waiting whether an idle connection was closed by
// the server, or has data nobody asked for.
type connCheck struct {
	raw   syscall.RawConn // nil if the connection has none
	read  func(fd uintptr) bool
	found error
	b     [1]byte
}

func (k *connCheck) init(c net.Conn) {
	sc, ok := c.(syscall.Conn)
	if !ok {
		return
	}
	k.raw, _ = sc.SyscallConn()
	k.read = func(fd uintptr) bool {
		n, err := syscall.Read(int(fd), k.b[:])
		switch {
		case n == 0 && err == nil:
			k.found = io.EOF
		case n > 0:
			k.found = errUnexpectedData
		case err != syscall.EAGAIN && err != syscall.EWOULDBLOCK:
			k.found = err
		}
		return true
	}
}

// check returns why the connection is of no use, or nil.
func (k *connCheck) check() error {
	if k.raw == nil {
		return nil
	}
	if err := k.raw.Read(k.read); err != nil {
		return err
	}
	return k.found
}
