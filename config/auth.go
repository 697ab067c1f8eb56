package config

import (
	"os"
	"slices"
	"strings"

	"sluice/runtime/msg"
)

// modes that can be asked for. A name that is not here is refused: a guard that
// nobody knows would be no guard.
var modes = []string{"none", "basic", "bearer"}

// auth settles the guard. Node-RED's httpNodeAuth counts as mode basic.
func (c *Config) auth(p *picker) error {
	a := &c.Auth
	a.Realm = p.text("realm", "", "SLUICE_AUTH_REALM", p.file.Auth.Realm, "", "sluice")
	a.Policies = p.file.Auth.Policies
	a.PassAuthorization = p.file.Auth.PassAuthorization
	if err := a.basicPair(p); err != nil {
		return err
	}
	text := p.text("auth", p.flags.Auth, "SLUICE_AUTH", strings.Join(p.file.Auth.Mode.items, ","), "", "")
	a.Modes = splitList(text)
	switch {
	case len(a.Modes) > 0:
	case p.file.Auth.Mode.set || text != "":
		return errorf("auth.mode (from %s) is an empty list, which guards nothing: name one of %s", c.From["auth"], strings.Join(modes, ", "))
	case a.User != "":
		a.Modes = []string{"basic"}
		c.From["auth"] = c.From["basic"]
	}
	for _, m := range a.Modes {
		if !slices.Contains(modes, m) {
			return errorf("%q (from %s) is no guard mode: use %s", m, c.From["auth"], strings.Join(modes, ", "))
		}
	}
	if slices.Contains(a.Modes, "basic") && a.User == "" {
		return errorf("auth mode basic needs a user: set SLUICE_AUTH_USER and SLUICE_AUTH_PASS_HASH, or httpNodeAuth in settings.js")
	}
	return nil
}

// basicPair reads the user and password hash of mode basic.
func (a *Auth) basicPair(p *picker) error {
	if _, ok := p.getenv("SLUICE_AUTH_PASS"); ok {
		return errorf("SLUICE_AUTH_PASS is refused, since a password in the environment leaks: put its bcrypt hash into SLUICE_AUTH_PASS_HASH")
	}
	user, _ := p.getenv("SLUICE_AUTH_USER")
	hash, _ := p.getenv("SLUICE_AUTH_PASS_HASH")
	if path, ok := p.getenv("SLUICE_AUTH_PASS_HASH_FILE"); ok && hash == "" {
		text, err := os.ReadFile(path)
		if err != nil {
			return errorf("SLUICE_AUTH_PASS_HASH_FILE: %v", err)
		}
		hash = strings.TrimSpace(string(text))
	}
	if user != "" {
		if hash == "" {
			return errorf("SLUICE_AUTH_USER is set without SLUICE_AUTH_PASS_HASH")
		}
		a.User, a.PassHash = user, hash
		p.from["basic"] = "SLUICE_AUTH_USER"
		return nil
	}
	pair, ok := p.settings.Value("httpNodeAuth").(*msg.Object)
	if !ok {
		return nil
	}
	a.User, a.PassHash = pair.String("user"), pair.String("pass")
	if a.User == "" || a.PassHash == "" {
		return errorf("httpNodeAuth in settings.js needs user and pass: without both it would leave the endpoints open")
	}
	p.from["basic"] = "settings.js httpNodeAuth"
	return nil
}
