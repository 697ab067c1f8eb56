// Package server puts one instance together: a user directory's flows, the guard
// in front of their endpoints, and the listener. It has no rules of its own.
package server

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"strings"
	"sync"
	"syscall"
	"time"

	"sluice/admin"
	"sluice/authz"
	"sluice/config"
	"sluice/flows"
	"sluice/internal/http1"
	"sluice/runtime"
)

// Server is one instance.
type Server struct {
	Engine *runtime.Engine

	cfg      *config.Config
	log      *slog.Logger
	since    time.Time
	store    *authz.Store    // nil while no policy knows tokens
	verifier *authz.Verifier // likewise
	issuer   *authz.Issuer   // nil if none is configured
	guard    *authz.Guard
	admin    *admin.Handler // nil without a store
	statics  []*staticMount
	http     *http1.Server
	listener net.Listener
	http2    *http.Server // nil without TLS
	secure   net.Listener // of http2

	credentials *authz.Store // of named credentials, where it is not store; nil until one is used

	mu       sync.Mutex // one deploy at a time; guards what follows
	file     *flows.File
	rules    []authz.Rule // that file asks for on its routes
	problems []runtime.Problem
}

// ErrRefused says that an instance would be open to others by accident.
var ErrRefused = errors.New("refused")

// Limits of HTTP/2 connections; those of HTTP/1 are http1's own.
const (
	maxHeaderBytes    = 16 << 10
	readHeaderTimeout = 60 * time.Second
	idleTimeout       = 60 * time.Second
)

// New reads the flows and credentials of a user directory and builds an instance
// that neither listens nor runs yet.
func New(ctx context.Context, cfg *config.Config, log *slog.Logger) (*Server, error) {
	file, err := ReadFlows(cfg)
	if err != nil {
		return nil, err
	}
	s := &Server{cfg: cfg, log: log, since: time.Now(), file: file}
	if keys := cfg.Ignored(); len(keys) > 0 {
		log.Info("settings.js has keys that mean nothing here", "keys", keys)
	}
	creds := LoadCredentials(cfg, log)
	s.keepSecrets(creds)
	if s.Engine, err = newEngine(cfg, log, creds); err != nil {
		return nil, err
	}
	if err := errors.Join(s.openStatic(), s.openOutgoing(), s.openAuth(ctx)); err != nil {
		return nil, errors.Join(err, s.Engine.Close(ctx), s.closeAuth(ctx))
	}
	return s, nil
}

func newEngine(cfg *config.Config, log *slog.Logger, creds *flows.Credentials) (*runtime.Engine, error) {
	return runtime.New(runtime.Options{
		Types:       palette(cfg, log),
		Log:         log,
		Getenv:      os.LookupEnv,
		UserDir:     cfg.UserDir,
		Settings:    cfg.RuntimeSettings(),
		Credentials: creds,
	})
}

// Store is the token store, nil if no policy accepts tokens.
func (s *Server) Store() *authz.Store { return s.store }

// LoadCredentials reads the credential file. One that no secret opens is left as
// it is, and the flows start without credentials, as in Node-RED.
func LoadCredentials(cfg *config.Config, log *slog.Logger) *flows.Credentials {
	secrets := cfg.Secrets
	generated, err := flows.GeneratedSecrets(cfg.UserDir)
	if err != nil {
		log.Error("the generated credential secret could not be read", "error", err)
	}
	secrets = append(secrets[:len(secrets):len(secrets)], generated...)
	creds, err := flows.LoadCredentials(flows.CredentialsPath(cfg.FlowFile, cfg.UserDir), secrets)
	if err != nil {
		log.Error("flows start without credentials", "error", err)
		return nil
	}
	return creds
}

// Deploy runs the flows. What cannot run is in Problems.
func (s *Server) Deploy(ctx context.Context) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.deployLocked(ctx, s.file, flows.Full)
}

// Problems tells what of the flows does not run, and why.
func (s *Server) Problems() []runtime.Problem {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.problems
}

// ReadFlows reads the flow file.
func ReadFlows(cfg *config.Config) (*flows.File, error) {
	file, err := flows.ReadFile(cfg.FlowFile)
	if errors.Is(err, os.ErrNotExist) {
		return nil, &config.Error{Text: fmt.Sprintf("there is no flow file %s: export your flows from Node-RED into it, or name another", cfg.FlowFile), NotFound: true}
	}
	return file, err
}

// Listen opens the port. An instance that others can reach must say how it is guarded.
func (s *Server) Listen(ctx context.Context) (net.Addr, error) {
	if len(s.cfg.Auth.Modes) == 0 && !s.cfg.Loopback() {
		return nil, fmt.Errorf("%w to listen on %s without a guard: add --auth bearer (tokens), --auth team (users who sign in, and tokens), SLUICE_AUTH_USER and SLUICE_AUTH_PASS_HASH with --auth basic (one password), or --auth none (open to everyone who can reach it)", ErrRefused, s.cfg.Host)
	}
	if s.cfg.Unguarded() {
		return nil, fmt.Errorf("%w to listen without a guard: httpNodeMiddleware in settings.js may have kept strangers out, and is not run here: add --auth bearer, --auth team or --auth basic, or --auth none if everyone may call", ErrRefused)
	}
	secure, err := tlsConfig(s.cfg, s.log)
	if err != nil {
		return nil, err
	}
	var lc net.ListenConfig
	listener, err := lc.Listen(ctx, "tcp", s.cfg.Address())
	if err != nil {
		return nil, listenError(s.cfg, err)
	}
	handler := s.handler()
	s.listener, s.http = listener, &http1.Server{Handler: handler, Log: s.log}
	if secure != nil {
		s.listener, s.secure = http1.TLSListener(listener, secure)
		s.http2 = &http.Server{
			Handler:           handler,
			MaxHeaderBytes:    maxHeaderBytes,
			ReadHeaderTimeout: readHeaderTimeout,
			IdleTimeout:       idleTimeout,

			DisableGeneralOptionsHandler: true, // OPTIONS * is the guard's to judge
			ErrorLog:                     slog.NewLogLogger(s.log.Handler(), slog.LevelDebug),
		}
	}
	return listener.Addr(), nil
}

func listenError(cfg *config.Config, err error) error {
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		return fmt.Errorf("port %d on %s is in use: stop what listens there, or choose another with --port", cfg.Port, cfg.Host)
	case errors.Is(err, syscall.EACCES):
		return fmt.Errorf("port %d on %s needs more rights than this user has: choose one above 1023 with --port", cfg.Port, cfg.Host)
	}
	return err
}

// handler is what the listener serves: the health check, then the guard, then the flows.
func (s *Server) handler() http.Handler {
	guarded := s.wrap(s.Engine.Router())
	if s.admin != nil {
		guarded = s.admin.Wrap(guarded)
	}
	asExpress := s.open() || s.asNodeRED()
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/_sluice/health" && (r.Method == http.MethodGet || r.Method == http.MethodHead) {
			w.Header().Set("Content-Type", "application/json")
			w.Header().Set("Cache-Control", "no-store")
			_, _ = w.Write([]byte(`{"status":"ok"}`))
			return
		}
		if asExpress && runtime.MalformedPath(r) { // else the guard refuses it
			runtime.WriteErrorPage(w, r, http.StatusBadRequest, "Failed to decode the path")
			return
		}
		guarded.ServeHTTP(w, r)
	})
}

// Serve answers requests until Close.
func (s *Server) Serve() error {
	var also chan error
	if s.http2 != nil {
		also = make(chan error, 1)
		go func() { also <- s.http2.Serve(s.secure) }()
	}
	err := s.http.Serve(s.listener)
	if errors.Is(err, http.ErrServerClosed) {
		err = nil
	}
	if also == nil {
		return err
	}
	if second := <-also; !errors.Is(second, http.ErrServerClosed) && !errors.Is(second, net.ErrClosed) { // one closes the listener of both
		err = errors.Join(err, second)
	}
	return err
}

// Close stops listening, lets what is under way finish until ctx ends, and closes the rest.
func (s *Server) Close(ctx context.Context) error {
	var failed []error
	if s.http != nil {
		if err := s.http.Shutdown(ctx); err != nil {
			failed = append(failed, s.http.Close())
		}
	}
	if s.http2 != nil {
		if err := s.http2.Shutdown(ctx); err != nil {
			failed = append(failed, s.http2.Close())
		}
	}
	failed = append(failed, s.Engine.Close(ctx), s.closeAuth(context.WithoutCancel(ctx)))
	return errors.Join(failed...)
}

// Guarded says in words how a route is guarded. pattern is below the node root.
func (s *Server) Guarded(method, pattern string) string {
	root, _ := runtime.NodeRoot(s.cfg.Settings)
	ex, err := s.guard.Policies().Explain(method, root+pattern, root+pattern)
	if err != nil {
		return "the default guard"
	}
	for _, setting := range ex.Settings {
		if setting.Name == "modes" {
			return strings.Join(setting.Value, " or ")
		}
	}
	return ""
}
