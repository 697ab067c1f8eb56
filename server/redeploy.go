package server

import (
	"context"
	"os"
	"time"

	"sluice/flows"
)

// watchInterval is how often Watch looks at the flow file. Looking is cheap, and
// unlike a subscription it survives editors that replace the file.
const watchInterval = 500 * time.Millisecond

// Redeploy reads the flow file again and runs what has changed. If the file
// cannot be used, what runs goes on running and the error says why.
func (s *Server) Redeploy(ctx context.Context) error {
	file, err := ReadFlows(s.cfg)
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.deployLocked(ctx, file, flows.ModifiedNodes); err != nil {
		return err
	}
	for _, p := range s.problems {
		s.log.Warn(p.String(), "verdict", p.Verdict())
	}
	s.log.Info("deployed", "file", s.cfg.FlowFile, "nodes", len(file.Nodes))
	return nil
}

// Watch redeploys whenever the flow file changes on disk, and when again is
// signalled, until ctx ends.
func (s *Server) Watch(ctx context.Context, again <-chan os.Signal, onDisk bool) {
	ticker := time.NewTicker(watchInterval)
	defer ticker.Stop()
	if !onDisk {
		ticker.Stop()
	}
	seen := stampOf(s.cfg.FlowFile)
	for {
		select {
		case <-ctx.Done():
			return
		case <-again:
			seen = stampOf(s.cfg.FlowFile)
		case <-ticker.C:
			now := stampOf(s.cfg.FlowFile)
			if now == seen || now == (stamp{}) { // the same, or away for a moment
				continue
			}
			seen = now
		}
		if err := s.Redeploy(ctx); err != nil {
			s.log.Error("the flows were not deployed; what ran before runs on", "error", err)
		}
	}
}

// stamp tells one state of a file from another.
type stamp struct {
	modified time.Time
	size     int64
}

func stampOf(path string) stamp {
	info, err := os.Stat(path)
	if err != nil {
		return stamp{}
	}
	return stamp{info.ModTime(), info.Size()}
}
