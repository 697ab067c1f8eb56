package authz

import (
	"cmp"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"
)

// The kinds of named credentials.
const (
	CredentialBearer = "bearer"        // Authorization: Bearer <token>
	CredentialBasic  = "basic"         // RFC 7617
	CredentialDigest = "digest"        // RFC 7616
	CredentialHeader = "header"        // a header of its own, such as X-Api-Key
	CredentialOAuth2 = "oauth2-client" // RFC 6749 4.4, client credentials
)

// credentialKinds names the field that the secret of each kind is sealed under.
var credentialKinds = map[string]string{
	CredentialBearer: "token", CredentialBasic: "password", CredentialDigest: "password",
	CredentialHeader: "value", CredentialOAuth2: "client_secret",
}

// Credential is a named secret for outgoing calls, without its value, which can be
// replaced but not read back. It is never valid for incoming requests.
type Credential struct {
	ID    string   `json:"id"`
	Name  string   `json:"name"`
	Kind  string   `json:"kind"`
	Hosts []string `json:"hosts"` // host[:port], *.example.com; it is sent nowhere else
	CredentialSettings

	CreatedAt  time.Time `json:"createdAt"`
	RotatedAt  time.Time `json:"rotatedAt"`
	LastUsedAt time.Time `json:"lastUsedAt,omitzero"`
	Uses       int64     `json:"uses"`
	Nodes      []string  `json:"nodes"` // ids of the nodes that used it within 90 days
}

// CredentialSettings are what some kinds need beside the secret.
type CredentialSettings struct {
	User       string `json:"user,omitempty"`       // basic, digest
	Header     string `json:"header,omitempty"`     // header: its name
	TokenURL   string `json:"tokenUrl,omitempty"`   // oauth2-client, as all that follow
	ClientID   string `json:"clientId,omitempty"`   //
	Scope      string `json:"scope,omitempty"`      // space-separated
	Audience   string `json:"audience,omitempty"`   //
	ClientAuth string `json:"clientAuth,omitempty"` // "basic" (the default) or "post" (RFC 6749 2.3.1)
}

// Bounds of what is kept.
const (
	maxCredentials     = 1000 // per instance
	maxCredentialHosts = 32
	maxCredentialValue = 8 << 10
	maxCredentialText  = 1 << 10 // of each setting
	keepUse            = 90 * 24 * time.Hour
)

// The errors of named credentials.
var (
	ErrCredential      = errors.New("the credential cannot be used")
	ErrCredentialLimit = errors.New("this instance has 1000 credentials, the most it can have; remove some first")
	ErrHostNotAllowed  = errors.New("the credential is not for this host")
	ErrTokenEmpty      = errors.New("the bearer token is empty")
)

func credentialErrorf(format string, args ...any) error {
	return fmt.Errorf("%w: "+format, append([]any{ErrCredential}, args...)...)
}

var credentialName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$`)

// check puts the settings in order and refuses what could not be sent.
func (c *Credential) check() error {
	if !credentialName.MatchString(c.Name) {
		return credentialErrorf("its name has 1 to 64 letters, digits or . _ - characters, and begins with a letter or digit")
	}
	if _, ok := credentialKinds[c.Kind]; !ok {
		return credentialErrorf("%q is no kind: use bearer, basic, digest, header or oauth2-client", c.Kind)
	}
	if len(c.Hosts) == 0 {
		return credentialErrorf("name the hosts it may be sent to, such as api.example.com or *.example.com:8443")
	}
	if len(c.Hosts) > maxCredentialHosts {
		return credentialErrorf("it has %d hosts, at most %d are possible", len(c.Hosts), maxCredentialHosts)
	}
	hosts := make([]string, len(c.Hosts))
	for i, text := range c.Hosts {
		p, err := parseHostPattern(text)
		if err != nil {
			return err
		}
		hosts[i] = p.String()
	}
	slices.Sort(hosts)
	c.Hosts = slices.Compact(hosts)
	return c.CredentialSettings.check(c.Kind)
}

func (s *CredentialSettings) check(kind string) error {
	for _, field := range []struct {
		name, value string
		kinds       string
	}{
		{"a user", s.User, "basic digest"},
		{"a header name", s.Header, "header"},
		{"a token URL", s.TokenURL, "oauth2-client"},
		{"a client id", s.ClientID, "oauth2-client"},
		{"a scope", s.Scope, "oauth2-client"},
		{"an audience", s.Audience, "oauth2-client"},
		{"a way of client authentication", s.ClientAuth, "oauth2-client"},
	} {
		if field.value != "" && !slices.Contains(strings.Fields(field.kinds), kind) {
			return credentialErrorf("%s has no meaning for the kind %s", field.name, kind)
		}
		if len(field.value) > maxCredentialText || hasControl(field.value) {
			return credentialErrorf("%s has at most %d characters and no control characters", field.name, maxCredentialText)
		}
	}
	switch kind {
	case CredentialBasic, CredentialDigest:
		if s.User == "" {
			return credentialErrorf("the kind %s needs a user", kind)
		}
		if kind == CredentialBasic && strings.Contains(s.User, ":") {
			return credentialErrorf("a user of basic authentication has no colon (RFC 7617)")
		}
	case CredentialHeader:
		return checkHeaderName(s.Header)
	case CredentialOAuth2:
		return s.checkOAuth2()
	}
	return nil
}

// framing are headers that say where a message goes or ends.
var framing = []string{"host", "connection", "content-length", "transfer-encoding", "te", "trailer", "upgrade", "keep-alive", "expect", "cookie", "proxy-authorization", "content-type"}

func checkHeaderName(name string) error {
	if name == "" || strings.Trim(strings.ToLower(name), "abcdefghijklmnopqrstuvwxyz0123456789!#$%&'*+-.^_`|~") != "" {
		return credentialErrorf("the kind header needs the name of a header, such as X-Api-Key")
	}
	if slices.Contains(framing, strings.ToLower(name)) {
		return credentialErrorf("the header %s cannot carry a credential", name)
	}
	return nil
}

func (s *CredentialSettings) checkOAuth2() error {
	u, err := url.Parse(s.TokenURL)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || u.User != nil || u.Fragment != "" {
		return credentialErrorf("the kind oauth2-client needs the URL that gives tokens, such as https://login.example.com/oauth/token")
	}
	if u.Scheme == "http" && !isLoopbackName(u.Hostname()) {
		return credentialErrorf("the token URL is plain http, over which the client secret could be read: use https")
	}
	if s.ClientID == "" {
		return credentialErrorf("the kind oauth2-client needs a client id")
	}
	s.ClientAuth = cmp.Or(s.ClientAuth, "basic")
	if s.ClientAuth != "basic" && s.ClientAuth != "post" {
		return credentialErrorf("clients authenticate by basic or post, not by %q", s.ClientAuth)
	}
	return nil
}

// CleanToken takes off what is not part of a pasted bearer token, tells of it in
// notices, and refuses what can be none. No text repeats the token.
func CleanToken(token string) (clean string, notices []string, err error) {
	clean = strings.TrimSpace(token)
	if clean != token {
		notices = append(notices, "the bearer token begins or ends with white space, which is not sent")
	}
	if len(clean) > 7 && strings.EqualFold(clean[:7], "bearer ") {
		clean = strings.TrimSpace(clean[7:])
		notices = append(notices, `the bearer token begins with "Bearer ", which is not sent twice`)
	}
	if clean == "" {
		return "", notices, ErrTokenEmpty
	}
	for _, r := range clean {
		if r <= ' ' || r >= 0x7F {
			return "", notices, errors.New("the bearer token contains white space, a control character or a character that is not ASCII: enter the token alone")
		}
	}
	if !isB64Token(clean) {
		notices = append(notices, "the bearer token has characters that RFC 6750 does not know; it is sent as it is")
	}
	return clean, notices, nil
}

// cleanValue is CleanToken for every kind. One line end, with which programs end
// what they print, goes without a notice.
func cleanValue(kind, value string) (clean string, notices []string, err error) {
	value = strings.TrimSuffix(strings.TrimSuffix(value, "\n"), "\r")
	if len(value) > maxCredentialValue {
		return "", nil, credentialErrorf("its value is longer than %d bytes", maxCredentialValue)
	}
	if kind == CredentialBearer {
		if clean, notices, err = CleanToken(value); err != nil {
			err = credentialErrorf("%v", err)
		}
		return clean, notices, err
	}
	if clean = strings.TrimSpace(value); clean != value {
		notices = append(notices, "the value begins or ends with white space, which is not kept")
	}
	if clean == "" {
		return "", notices, credentialErrorf("its value is empty")
	}
	if hasControl(clean) {
		return "", notices, credentialErrorf("its value contains a line break or another control character")
	}
	return clean, notices, nil
}

func hasControl(s string) bool {
	return strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r >= 0x7F && r < 0xA0 })
}

// Grant is a credential opened for one call. Printed or logged it shows its name
// alone. Two grants are equal if nothing of the credential changed between them.
type Grant struct {
	Name, Kind string
	Secret     string
	CredentialSettings
}

func (g Grant) String() string       { return "credential " + g.Name }
func (g Grant) GoString() string     { return g.String() }
func (g Grant) LogValue() slog.Value { return slog.StringValue(g.String()) }
