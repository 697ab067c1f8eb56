//go:build !unix

package network

import (
	"net"
	"syscall"
)

func udpOptions(_, _ string, _ syscall.RawConn) error { return nil }

func allowBroadcast(*net.UDPConn) error { return nil } // Go does

func errnoNumber(err error) string { return err.Error() }
