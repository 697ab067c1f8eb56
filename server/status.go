package server

import (
	"sluice/admin"
	"sluice/nodes"
)

// status is what the pages and the API tell of how the instance fares.
func (s *Server) status() admin.Status {
	return admin.Status{Since: s.since, Stopped: admin.Stopped(nodes.Stopped(s.Engine))}
}
