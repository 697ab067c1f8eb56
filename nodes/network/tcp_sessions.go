package network

import (
	"slices"
	"sync"

	"sluice/runtime"
)

// tcpSessions are the connections of all tcp in nodes, to which tcp out nodes reply.
type tcpSessions struct {
	mu    sync.Mutex // guards what follows
	byID  map[string]*tcpConn
	order []*tcpConn // as they were made
}

type tcpSessionsKey struct{}

func tcpSessionsOf(inst *runtime.Instance) *tcpSessions {
	return runtime.Shared(inst.Engine(), tcpSessionsKey{}, func() *tcpSessions {
		return &tcpSessions{byID: map[string]*tcpConn{}}
	})
}

func (s *tcpSessions) add(id string, c *tcpConn) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.byID[id] = c
	s.order = append(s.order, c)
}

func (s *tcpSessions) remove(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if c := s.byID[id]; c != nil {
		delete(s.byID, id)
		s.order = without(s.order, c)
	}
}

func (s *tcpSessions) find(id string) *tcpConn {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.byID[id]
}

func (s *tcpSessions) all() []*tcpConn {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.order)
}
