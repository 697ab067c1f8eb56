//go:build !unix

package network

import "net"

// connCheck does nothing here: a connection that the server closed while it was
// idle fails with the next request.
type connCheck struct{}

func (*connCheck) init(net.Conn) {}
func (*connCheck) check() error  { return nil }
