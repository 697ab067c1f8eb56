//go:build unix

package network

import (
	"errors"
	"net"
	"strconv"
	"syscall"

	"golang.org/x/sys/unix"
)

// udpOptions is Node's reuseAddr. It takes back that Go allows every socket to broadcast.
func udpOptions(_, _ string, raw syscall.RawConn) error {
	return control(raw, func(fd int) error {
		if err := unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_REUSEADDR, 1); err != nil {
			return err
		}
		return unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_BROADCAST, 0)
	})
}

func allowBroadcast(c *net.UDPConn) error {
	raw, err := c.SyscallConn()
	if err != nil {
		return err
	}
	return control(raw, func(fd int) error { return unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_BROADCAST, 1) })
}

func control(raw syscall.RawConn, f func(fd int) error) (err error) {
	if failed := raw.Control(func(fd uintptr) { err = f(int(fd)) }); failed != nil {
		return failed
	}
	return err
}

func errnoNumber(err error) string {
	if errno, ok := errors.AsType[syscall.Errno](err); ok {
		return strconv.Itoa(-int(errno))
	}
	return strconv.Itoa(-int(syscall.EINVAL))
}
