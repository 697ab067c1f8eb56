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
func connCheck(c net.Conn) error {
	sc, ok := c.(syscall.Conn)
	if !ok {
		return nil
	}
	raw, err := sc.SyscallConn()
	if err != nil {
		return err
	}
	var found error
	err = raw.Read(func(fd uintptr) bool {
		var b [1]byte
		n, err := syscall.Read(int(fd), b[:])
		switch {
		case n == 0 && err == nil:
			found = io.EOF
		case n > 0:
			found = errUnexpectedData
		case err != syscall.EAGAIN && err != syscall.EWOULDBLOCK:
			found = err
		}
		return true
	})
	if err != nil {
		return err
	}
	return found
}
