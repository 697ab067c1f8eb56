package server

import (
	"context"
	"os"
	"regexp"
	"slices"

	"github.com/tidwall/gjson"

	"sluice/authz"
	"sluice/config"
	"sluice/flows"
	"sluice/redact"
	"sluice/runtime"
)

// openOutgoing lets the nodes of the engine, which closes it, use named
// credentials. The database is opened when a node asks for the first one, if the
// guard does not need it anyway.
func (s *Server) openOutgoing() error {
	keys, err := s.cfg.Keys()
	if err != nil {
		return &config.Error{Text: err.Error()}
	}
	out := authz.NewOutgoing(authz.OutgoingOptions{
		Open: func(ctx context.Context) (*authz.Store, error) {
			if s.store != nil {
				return s.store, nil
			}
			var err error
			s.credentials, err = authz.Open(ctx, s.cfg.DB, authz.Options{Log: s.log})
			return s.credentials, err
		},
		Keys: keys,
		Keep: redact.Of(s.log).Keep,
		Log:  s.log,
	})
	runtime.Shared(s.Engine, authz.OutgoingKey{}, func() *authz.Outgoing { return out })
	return nil
}

// secretVars are variables whose values must never be read in a log.
var secretVars = []string{"SLUICE_TOKEN", "SLUICE_MASTER_KEY", "SLUICE_AUTH_PASS_HASH", "SLUICE_CREDENTIAL_SECRET",
	"NODE_RED_CREDENTIAL_SECRET", "SLUICE_OIDC_CLIENT_SECRET"}

// keepSecrets tells the redactor of the log what this instance has loaded: the
// secrets of its settings, and what its credential file holds.
func (s *Server) keepSecrets(creds *flows.Credentials) {
	r := redact.Of(s.log)
	var own []string
	for _, name := range secretVars {
		if value, err := config.Secret(name, os.LookupEnv); err == nil {
			own = append(own, value)
		}
	}
	own = append(own, s.cfg.Auth.PassHash)
	if outside := s.cfg.Auth.JWT; outside != nil && outside.Introspection != nil {
		own = append(own, outside.Introspection.ClientSecret)
	}
	if login := s.cfg.Auth.OIDC; login != nil {
		own = append(own, login.ClientSecret)
	}
	generated, _ := flows.GeneratedSecrets(s.cfg.UserDir) // a fault was logged when the credentials were read
	for _, secret := range slices.Concat(s.cfg.Secrets, generated) {
		own = append(own, secret.Value)
	}
	r.Keep("settings", own...)
	if creds != nil {
		r.Keep("credential file", credentialValues(creds)...)
	}
}

// credentialVar is a credential that is an environment variable's name as a whole.
var credentialVar = regexp.MustCompile(`^\$(?:\{([^{}\s]+)\}|\(([^()\s]+)\))$`)

// credentialValues are all texts of a credential file but the names of users, and
// the values of the variables that they name.
func credentialValues(creds *flows.Credentials) (values []string) {
	plain := creds.Clone()
	plain.Seal(flows.Secret{})
	var walk func(v gjson.Result)
	walk = func(v gjson.Result) {
		v.ForEach(func(key, value gjson.Result) bool {
			switch name := key.String(); {
			case value.IsObject() || value.IsArray():
				walk(value)
			case value.Type == gjson.String && name != "user" && name != "username":
				values = append(values, value.String())
				if m := credentialVar.FindStringSubmatch(value.String()); m != nil {
					values = append(values, os.Getenv(m[1]+m[2]))
				}
			}
			return true
		})
	}
	walk(gjson.ParseBytes(plain.Bytes()))
	return values
}
