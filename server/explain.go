package server

import (
	"context"
	"log/slog"
	"net/http"

	"sluice/authz"
	"sluice/config"
	"sluice/runtime"
)

// Explain says what a request would need in a user directory, without starting
// anything but the routes. The error wraps authz.ErrPath for a target that is none.
func Explain(cfg *config.Config, log *slog.Logger, method, target string) (authz.Explanation, error) {
	file, err := ReadFlows(cfg)
	if err != nil {
		return authz.Explanation{}, err
	}
	s := &Server{cfg: cfg, log: log, file: file}
	if s.Engine, err = newEngine(cfg, log, nil); err != nil {
		return authz.Explanation{}, err
	}
	defer s.Engine.Close(context.Background())
	rules, err := s.routeRules(file)
	if err != nil {
		return authz.Explanation{}, &config.Error{Text: err.Error()}
	}
	policies, err := s.policies(rules)
	if err != nil {
		return authz.Explanation{}, &config.Error{Text: err.Error()}
	}
	return policies.Explain(method, target, s.wouldServe(method, target))
}

// wouldServe returns the pattern of the first route for a request, "" if none.
// Patterns beyond :param and /* are not looked into: they match no rule but their own.
func (s *Server) wouldServe(method, target string) string {
	path, err := authz.CanonicalPath(target)
	if err != nil {
		return ""
	}
	root, _ := runtime.NodeRoot(s.cfg.Settings)
	for _, rt := range s.Engine.Check(s.file).Routes() {
		if (rt.Method == method || rt.Method == http.MethodGet && method == http.MethodHead) && authz.MatchPath(root+rt.Pattern, path) {
			return root + rt.Pattern
		}
	}
	return ""
}
