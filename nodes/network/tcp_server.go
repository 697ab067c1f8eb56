package network

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"slices"
	"strconv"
	"sync"
	"time"

	"sluice/runtime"
	"sluice/runtime/msg"
)

// tcpServer listens on a port and serves each connection on a goroutine of its own.
type tcpServer struct {
	inst  *runtime.Instance
	port  int
	idle  time.Duration  // of a connection, then it is ended
	serve func(*tcpConn) // until the connection has ended

	listener net.Listener
	config   *tls.Config // nil: plain

	work sync.WaitGroup

	mu     sync.Mutex // guards what follows
	conns  []*tcpConn
	open   []*tcpConn // those being served
	closed bool
}

const (
	maxTCPConnections = 10_000 // of one server
	handshakeTime     = 120 * time.Second
)

// listen opens the port. That it cannot is logged and leaves a node without
// connections, as in Node-RED.
func (s *tcpServer) listen(port any) {
	n, ok := tcpPort(port)
	if !ok {
		s.inst.Log.Error("unable to listen on port " + msg.ToString(port) + ", error: it is no port number")
		return
	}
	s.port = n
	var err error
	s.listener, err = (&net.ListenConfig{KeepAliveConfig: tcpKeepAlive}).Listen(context.Background(), "tcp", ":"+strconv.Itoa(n))
	if err != nil {
		s.listener = nil
		s.inst.Log.Error("unable to listen on port " + strconv.Itoa(n) + ", error: " + listenErrorText(err, n))
		return
	}
	s.inst.Log.Info("listening on port " + strconv.Itoa(n))
}

// start accepts connections.
func (s *tcpServer) start() {
	if s.listener != nil {
		s.work.Go(s.accept)
	}
}

func (s *tcpServer) accept() {
	for {
		conn, err := s.listener.Accept()
		if errors.Is(err, net.ErrClosed) {
			return
		}
		if err != nil { // such as too many open files
			s.inst.Log.Warn("cannot accept a connection", "error", err)
			time.Sleep(50 * time.Millisecond)
			continue
		}
		if s.config != nil {
			conn = tls.Server(conn, s.config)
		}
		c := newTCPConn(conn, msg.NewID(), s.idle, s.timeout)
		if !s.add(c) {
			c.destroy()
			<-c.done
			continue
		}
		s.work.Go(func() {
			defer s.remove(c)
			if s.secured(c) {
				s.mu.Lock()
				s.open = append(s.open, c)
				s.mu.Unlock()
				s.serve(c)
			}
		})
	}
}

func (s *tcpServer) timeout(c *tcpConn) {
	s.inst.Log.Info("timeout closed socket port " + strconv.Itoa(s.port))
	c.end()
}

// secured does the TLS handshake, if one is due.
func (s *tcpServer) secured(c *tcpConn) bool {
	conn, ok := c.Conn.(*tls.Conn)
	if !ok {
		return true
	}
	ctx, cancel := context.WithTimeout(context.Background(), handshakeTime)
	defer cancel()
	if err := conn.HandshakeContext(ctx); err != nil {
		s.inst.Log.Debug("a client failed the TLS handshake", "error", err)
		return false
	}
	return true
}

func (s *tcpServer) add(c *tcpConn) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed || len(s.conns) >= maxTCPConnections {
		return false
	}
	s.conns = append(s.conns, c)
	return true
}

func (s *tcpServer) remove(c *tcpConn) {
	c.release()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.conns, s.open = without(s.conns, c), without(s.open, c)
}

// served returns the connections there are.
func (s *tcpServer) served() []*tcpConn {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.open)
}

// without returns list without c; it may reuse list.
func without(list []*tcpConn, c *tcpConn) []*tcpConn {
	for i := range list {
		if list[i] == c {
			return append(list[:i], list[i+1:]...)
		}
	}
	return list
}

// peer gives the address of the other end as Node does.
func (s *tcpServer) peer(c *tcpConn) (ip string, port any) {
	remote, ok := c.RemoteAddr().(*net.TCPAddr)
	if !ok {
		return "", msg.Undefined
	}
	local, _ := s.listener.Addr().(*net.TCPAddr)
	return addressText(remote.IP, remote.Zone, local == nil || local.IP.To4() == nil), float64(remote.Port)
}

// close ends the connections, after what is queued for them, and the server.
func (s *tcpServer) close(ctx context.Context) error {
	if s.listener == nil {
		return nil
	}
	_ = s.listener.Close()
	s.mu.Lock()
	s.closed = true
	conns := slices.Clone(s.conns)
	s.mu.Unlock()
	for _, c := range conns {
		c.close()
	}
	s.inst.Log.Info("stopped listening on port")
	return waitFor(ctx, s.work.Wait)
}
