package http1

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

// Server serves HTTP/1 connections. Its fields are not to be changed after Serve.
type Server struct {
	Handler http.Handler
	Log     *slog.Logger // nil: nothing is logged

	clock clock

	mu        sync.Mutex // guards all below
	conns     map[*conn]struct{}
	listeners map[net.Listener]struct{}
	empty     chan struct{} // closed when closing and the last connection has gone; nil before

	closing atomic.Bool
}

// Serve answers the requests of the connections that l accepts, until Shutdown
// or Close: then it returns http.ErrServerClosed. Any other error is the listener's.
func (s *Server) Serve(l net.Listener) error {
	if !s.listen(l) {
		_ = l.Close()
		return http.ErrServerClosed
	}
	defer s.forget(l)
	defer s.clock.start()()
	for {
		c, err := s.accept(l)
		switch {
		case s.closing.Load():
			if err == nil {
				_ = c.Close()
			}
			return http.ErrServerClosed
		case err != nil:
			return err
		}
		if opened := s.open(c); opened != nil {
			go opened.serve()
		}
	}
}

// maxAcceptPause is how long the server waits at most before it accepts again,
// where the system has no more files to give.
const maxAcceptPause = time.Second

// accept waits for a connection, and longer each time while the system has none to give.
func (s *Server) accept(l net.Listener) (net.Conn, error) {
	for pause := 5 * time.Millisecond; ; pause = min(2*pause, maxAcceptPause) {
		c, err := l.Accept()
		if !passes(err) || s.closing.Load() {
			return c, err
		}
		s.log().Warn("no connection can be accepted for now", "error", err)
		time.Sleep(pause)
	}
}

// passes tells whether an error of accept(2) is about one connection, or about a want that ends.
func passes(err error) bool {
	for _, of := range []error{syscall.ECONNABORTED, syscall.EMFILE, syscall.ENFILE, syscall.ENOBUFS, syscall.ENOMEM} {
		if errors.Is(err, of) {
			return true
		}
	}
	return false
}

func (s *Server) listen(l net.Listener) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closing.Load() {
		return false
	}
	if s.listeners == nil {
		s.listeners = map[net.Listener]struct{}{}
		s.conns = map[*conn]struct{}{}
	}
	s.listeners[l] = struct{}{}
	return true
}

func (s *Server) forget(l net.Listener) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.listeners, l)
}

// open takes a connection in; nil if the server is closing.
func (s *Server) open(nc net.Conn) *conn {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closing.Load() {
		_ = nc.Close()
		return nil
	}
	c := newConn(s, nc)
	s.conns[c] = struct{}{}
	return c
}

// gone lets a connection go: it has been closed, or has another owner.
func (s *Server) gone(c *conn) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.conns, c)
	s.tellEmptyLocked()
}

func (s *Server) tellEmptyLocked() {
	if s.empty != nil && len(s.conns) == 0 {
		close(s.empty)
		s.empty = nil
	}
}

// Shutdown stops listening, closes the connections that wait for a request, and
// waits for the others to answer theirs. Its error is that of ctx, or of closing
// a listener. Connections that a handler has taken over are not its concern.
func (s *Server) Shutdown(ctx context.Context) error {
	err := s.stop()
	s.mu.Lock()
	if len(s.conns) == 0 {
		s.mu.Unlock()
		return err
	}
	if s.empty == nil {
		s.empty = make(chan struct{})
	}
	empty := s.empty
	for c := range s.conns {
		c.closeIdle()
	}
	s.mu.Unlock()
	select {
	case <-empty:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Close closes all listeners and connections at once.
func (s *Server) Close() error {
	err := s.stop()
	s.mu.Lock()
	defer s.mu.Unlock()
	for c := range s.conns {
		_ = c.rwc.Close()
	}
	return err
}

func (s *Server) stop() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closing.Store(true)
	var failed []error
	for l := range s.listeners {
		if err := l.Close(); err != nil && !errors.Is(err, net.ErrClosed) {
			failed = append(failed, err)
		}
	}
	clear(s.listeners)
	return errors.Join(failed...)
}

func (s *Server) log() *slog.Logger {
	if s.Log == nil {
		return slog.New(slog.DiscardHandler)
	}
	return s.Log
}
