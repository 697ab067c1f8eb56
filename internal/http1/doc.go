// Package http1 is an HTTP/1 server that behaves on the wire as Node's does: what
// it refuses as malformed, the order and spelling of headers in both directions,
// reason phrases, and what it says about the connection. Its handlers are those of
// net/http, whose server could not be made to do so without reading every head
// twice, and costs more than a small flow does (docs/performance.md).
//
// One goroutine serves a connection and runs its handlers. Nothing else runs for
// a request, unless somebody waits for the client to leave: see watch.go. HTTP/2
// it leaves to net/http, see TLSListener.
package http1
