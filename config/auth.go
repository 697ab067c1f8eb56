package config

import (
	"net/netip"
	"net/url"
	"os"
	"slices"
	"strings"
	"time"

	"sluice/authz"
	"sluice/authz/jwt"
	"sluice/authz/oidc"
	"sluice/runtime/msg"
)

// modes that can be asked for. A name that is not here is refused: a guard that
// nobody knows would be no guard.
var modes = []string{"none", "basic", "bearer", "team", "jwt"}

// Auth is how the endpoints are guarded.
type Auth struct {
	Modes    []string // empty: not set, see Config.Policies
	MinRole  string
	Realm    string
	User     string // of mode basic
	PassHash string
	Policies []Policy

	PassAuthorization bool // keep the Authorization header that the guard has used
	AllowFlowLoosen   bool // sluiceAuth of a node may be looser than the policies
	InsecureCookies   bool // sessions also over plain HTTP beyond this machine
	FlowFuseAPI       bool // serve FlowFuse's routes for tokens as well

	Embed []string // origins whose pages may hold the login page and endpoints in a frame

	Proxies        []netip.Prefix // whose X-Forwarded- headers are believed
	IgnoreSchemes  []string       // Authorization schemes that a proxy adds for itself
	BearerFailures authz.Rate     // wrong tokens from one address; zero: no limit
	SessionIdle    time.Duration
	SessionMax     time.Duration

	JWT      *jwt.Options  // of mode jwt; nil if no issuer is named
	OIDC     *oidc.Options // where people sign in beside passwords; nil if nowhere
	Accounts authz.Accounts
}

// Policy is one row of sluice.yaml's auth.policies.
type Policy struct {
	Path       string   `yaml:"path"`
	Methods    []string `yaml:"methods"`
	Modes      []string `yaml:"modes"`
	Scopes     []string `yaml:"scopes"`
	MinRole    string   `yaml:"minRole"`
	Limit      string   `yaml:"limit"`
	Timeout    string   `yaml:"timeout"`
	QueryToken bool     `yaml:"queryToken"`
}

// authFile is the auth part of sluice.yaml.
type authFile struct {
	Mode              list      `yaml:"mode"`
	MinRole           string    `yaml:"minRole"`
	Realm             string    `yaml:"realm"`
	Policies          []Policy  `yaml:"policies"`
	PassAuthorization bool      `yaml:"passAuthorization"`
	AllowFlowLoosen   bool      `yaml:"allowFlowLoosen"`
	InsecureCookies   bool      `yaml:"insecureCookies"`
	FlowFuseAPI       bool      `yaml:"flowfuseApi"`
	Embed             list      `yaml:"embed"`
	TrustedProxies    list      `yaml:"trustedProxies"`
	IgnoreSchemes     []string  `yaml:"ignoreSchemes"`
	BearerFailures    string    `yaml:"bearerFailureLimit"`
	SessionIdle       string    `yaml:"sessionIdle"`
	SessionMax        string    `yaml:"sessionMax"`
	JWT               jwtFile   `yaml:"jwt"`
	OIDC              *oidcFile `yaml:"oidc"`
}

// auth settles the guard. Node-RED's httpNodeAuth counts as mode basic.
func (c *Config) auth(p *picker) error {
	a := &c.Auth
	a.Realm = p.text("realm", "", "SLUICE_AUTH_REALM", p.file.Auth.Realm, "", "sluice")
	f := &p.file.Auth
	a.Policies, a.MinRole, a.PassAuthorization, a.AllowFlowLoosen = f.Policies, f.MinRole, f.PassAuthorization, f.AllowFlowLoosen
	a.InsecureCookies, a.FlowFuseAPI, a.IgnoreSchemes = f.InsecureCookies, f.FlowFuseAPI, f.IgnoreSchemes
	for _, text := range f.Embed.items {
		u, err := url.Parse(text)
		if err != nil || u.Scheme != "https" || u.Host == "" || text != "https://"+u.Host || strings.ContainsAny(text, ";, '*") {
			return errorf("%q in auth.embed is no origin of pages: give one such as https://portal.example.com", text)
		}
		a.Embed = append(a.Embed, text)
	}
	if err := a.limits(p); err != nil {
		return err
	}
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
	return nil
}

// limits reads proxies, times and rates.
func (a *Auth) limits(p *picker) error {
	for _, text := range splitList(p.text("trusted-proxies", p.flags.Proxies, "SLUICE_AUTH_PROXIES", strings.Join(p.file.Auth.TrustedProxies.items, ","), "", "")) {
		prefix, err := netip.ParsePrefix(text)
		if addr, addrErr := netip.ParseAddr(text); addrErr == nil {
			prefix, err = netip.PrefixFrom(addr, addr.BitLen()), nil
		}
		if err != nil {
			return errorf("%q (from %s) is no address of a proxy: give one such as 10.0.0.7 or 10.0.0.0/8", text, p.from["trusted-proxies"])
		}
		a.Proxies = append(a.Proxies, prefix.Masked())
	}
	var err error
	if a.BearerFailures, err = authz.ParseRate(p.file.Auth.BearerFailures); err != nil {
		return errorf("auth.bearerFailureLimit: %v", err)
	}
	for _, d := range []struct {
		name, variable, inFile, otherwise string
		to                                *time.Duration
	}{
		{"auth.sessionIdle", "SLUICE_SESSION_IDLE", p.file.Auth.SessionIdle, "8h", &a.SessionIdle},
		{"auth.sessionMax", "SLUICE_SESSION_MAX", p.file.Auth.SessionMax, "168h", &a.SessionMax},
	} {
		text := p.text(d.name, "", d.variable, d.inFile, "", d.otherwise)
		if *d.to, err = authz.ParseDuration(text); err != nil || *d.to < time.Minute {
			return errorf("%q (from %s) is no lifetime of a session: give at least a minute, such as 8h or 7d", text, p.from[d.name])
		}
	}
	return nil
}

// needUsers refuses a mode that could let nobody in.
func (c *Config) needUsers() error {
	if !slices.Contains(c.Auth.Modes, "basic") || c.Auth.User != "" || c.hasDatabase() {
		return nil
	}
	return errorf("auth mode basic needs a user: set SLUICE_AUTH_USER and SLUICE_AUTH_PASS_HASH, or httpNodeAuth in settings.js, or make one with sluice user add")
}

func (c *Config) hasDatabase() bool {
	info, err := os.Stat(c.DB)
	return err == nil && info.Mode().IsRegular()
}

// UsesTokens tells whether some request can pass with a token, a session or as a
// user, so that there has to be a database.
func (c *Config) UsesTokens() bool {
	uses := func(modes []string) bool {
		return slices.Contains(modes, "bearer") || slices.Contains(modes, "team") ||
			slices.Contains(modes, "basic") && (c.Auth.User == "" || c.hasDatabase())
	}
	return uses(c.Auth.Modes) || slices.ContainsFunc(c.Auth.Policies, func(p Policy) bool { return uses(p.Modes) })
}

// usesMode tells whether the default or a policy has a mode.
func (c *Config) usesMode(mode string) bool {
	return slices.Contains(c.Auth.Modes, mode) ||
		slices.ContainsFunc(c.Auth.Policies, func(p Policy) bool { return slices.Contains(p.Modes, mode) })
}

// Policies is the table of the guard. With nothing set the default is open, which
// only a loopback listener accepts.
func (c *Config) Policies() authz.PolicyConfig {
	modes := c.Auth.Modes
	if len(modes) == 0 {
		modes = []string{"none"}
	}
	table := authz.PolicyConfig{Mode: modes, MinRole: c.Auth.MinRole, Loosen: c.Auth.AllowFlowLoosen, Origin: c.From["auth"]}
	for _, p := range c.Auth.Policies {
		table.Rules = append(table.Rules, authz.Rule{
			Path: p.Path, Methods: p.Methods, Modes: p.Modes, MinRole: p.MinRole, Scopes: p.Scopes,
			Limit: p.Limit, Timeout: p.Timeout, QueryToken: p.QueryToken, Origin: "sluice.yaml",
		})
	}
	return table
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
	setting := p.settings.Value("httpNodeAuth")
	pair, ok := setting.(*msg.Object)
	if !ok && msg.ToBool(setting) { // Node-RED takes a middleware; to leave it out would open what it guards
		return errorf("httpNodeAuth in settings.js is no object with user and pass, which is all that is supported: take it out, and guard the endpoints with --auth")
	}
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
