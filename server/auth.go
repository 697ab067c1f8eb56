package server

import (
	"context"
	"errors"
	"fmt"
	"os"

	"sluice/admin"
	"sluice/authz"
	"sluice/authz/oidc"
	"sluice/config"
	"sluice/runtime"
)

// openAuth makes the guard, and opens the store and what manages it if a policy
// needs tokens, users or sessions.
func (s *Server) openAuth(ctx context.Context) error {
	var err error
	if s.rules, err = s.routeRules(s.file); err != nil {
		return &config.Error{Text: err.Error()}
	}
	policies, err := s.policies(s.rules)
	if err != nil {
		return &config.Error{Text: err.Error()}
	}
	a := &s.cfg.Auth
	opts := authz.GuardOptions{
		Realm: a.Realm, PassAuthorization: a.PassAuthorization, InsecureCookies: a.InsecureCookies, Embed: a.Embed,
		TrustedProxies: a.Proxies, IgnoreSchemes: a.IgnoreSchemes, BearerFailures: a.BearerFailures, Log: s.log,
	}
	s.wire(&opts)
	if a.User != "" {
		opts.Basic = &authz.BasicUser{User: a.User, Hash: a.PassHash}
	}
	if a.JWT != nil {
		outside := *a.JWT
		outside.Log = s.log
		if s.issuer, err = authz.OpenIssuer(outside); err != nil {
			return &config.Error{Text: "auth." + err.Error()}
		}
		opts.Issuer = s.issuer
	}
	if s.cfg.UsesTokens() || policies.NeedStore() {
		if err := s.openStore(ctx); err != nil {
			return err
		}
		opts.Verifier, opts.LoginPath = s.verifier, admin.LoginPath
	}
	if s.guard, err = authz.NewGuard(policies, opts); err != nil {
		return &config.Error{Text: err.Error()}
	}
	if err := s.openAdmin(); err != nil {
		return err
	}
	switch {
	case a.InsecureCookies:
		s.log.Warn("auth.insecureCookies is on: sessions cross the network in plain text where there is no TLS")
	case s.store != nil && !s.cfg.Loopback() && len(a.Proxies) == 0:
		s.log.Warn("signing in works from this machine alone: others need a proxy that speaks TLS, named by --trusted-proxies")
	}
	return nil
}

// openAdmin makes the pages and the API of a guard that knows tokens, users or
// sessions. An issuer where people sign in is not asked before the first one does.
func (s *Server) openAdmin() error {
	a := &s.cfg.Auth
	if s.store == nil {
		if a.OIDC != nil {
			s.log.Warn("auth.oidc lets people sign in, but no guard has mode team, which asks them to", "issuer", a.OIDC.Issuer)
		}
		return nil
	}
	opts := admin.Options{Store: s.store, Guard: s.guard, Routes: s.adminRoutes, Status: s.status, FlowFuse: a.FlowFuseAPI, Accounts: a.Accounts, Log: s.log}
	var err error
	if opts.Keys, err = s.cfg.Keys(); err != nil {
		return &config.Error{Text: err.Error()}
	}
	opts.Try = s.tryCredential(opts.Keys)
	if a.OIDC != nil {
		o := *a.OIDC
		o.Log = s.log
		if opts.Login, err = oidc.New(o); err != nil {
			return &config.Error{Text: "auth." + err.Error()}
		}
	}
	s.admin = admin.New(opts)
	return nil
}

// Pages is the path of the page for tokens, "" if there is none.
func (s *Server) Pages() string {
	if s.admin == nil {
		return ""
	}
	return admin.Prefix + "tokens"
}

func (s *Server) openStore(ctx context.Context) (err error) {
	s.store, err = authz.Open(ctx, s.cfg.DB, authz.Options{Log: s.log, SessionIdle: s.cfg.Auth.SessionIdle, SessionMax: s.cfg.Auth.SessionMax})
	if err != nil {
		return fmt.Errorf("open the token database %s: %w", s.cfg.DB, err)
	}
	if err := s.bootstrapToken(ctx); err != nil {
		return err
	}
	if s.verifier, err = authz.OpenVerifier(ctx, s.store, authz.VerifierOptions{Log: s.log}); err != nil {
		return fmt.Errorf("read the tokens of %s: %w", s.cfg.DB, err)
	}
	return nil
}

// adminRoutes are the endpoints that the token page suggests.
func (s *Server) adminRoutes() []admin.Route {
	root, _ := runtime.NodeRoot(s.cfg.Settings)
	var list []admin.Route
	for _, rt := range s.Engine.Router().Routes() {
		if rt.Blocked == nil {
			list = append(list, admin.Route{Method: rt.Method, Path: root + rt.Pattern})
		}
	}
	return list
}

// bootstrapToken takes over the token of SLUICE_TOKEN or SLUICE_TOKEN_FILE.
func (s *Server) bootstrapToken(ctx context.Context) error {
	value, err := config.Secret("SLUICE_TOKEN", os.LookupEnv)
	if err != nil || value == "" {
		return err
	}
	if _, err := s.store.EnsureToken(ctx, value); err != nil {
		return &config.Error{Text: fmt.Sprintf("SLUICE_TOKEN: %v", err)}
	}
	return nil
}

func (s *Server) closeAuth(ctx context.Context) error {
	var failed []error
	if s.admin != nil {
		s.admin.Close()
	}
	if s.issuer != nil {
		s.issuer.Close()
	}
	if s.verifier != nil {
		failed = append(failed, s.verifier.Close(ctx))
	}
	if s.store != nil {
		failed = append(failed, s.store.Close())
	}
	if s.credentials != nil {
		failed = append(failed, s.credentials.Close())
	}
	return errors.Join(failed...)
}
