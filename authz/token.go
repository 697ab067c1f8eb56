package authz

import (
	"fmt"
	"net/netip"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
)

// Limits of one instance and one token.
const (
	maxLive   = 1000
	maxScopes = 32
	maxName   = 100 // characters
	keepDead  = 90 * 24 * time.Hour
)

// Token is what is known of a token: all but its value.
type Token struct {
	ID         string
	Kind       Kind
	Name       string
	Hint       string // to tell tokens apart: prefix and last four characters
	Scopes     []Scope
	IPs        []netip.Prefix // addresses it may be used from; none means all
	CreatedAt  time.Time
	CreatedBy  string
	ExpiresAt  time.Time // zero: never
	RevokedAt  time.Time // zero: not revoked
	RevokedBy  string
	LastUsedAt time.Time // up to 60 s late; zero: never
	LastUsedIP string
}

// State is one of "active", "expired" and "revoked".
func (t *Token) State(now time.Time) string {
	switch {
	case !t.RevokedAt.IsZero():
		return "revoked"
	case !t.ExpiresAt.IsZero() && !now.Before(t.ExpiresAt):
		return "expired"
	}
	return "active"
}

// View is a token as the admin API and the command line print it in JSON.
type View struct {
	ID         string     `json:"id"`
	Kind       Kind       `json:"kind"`
	Name       string     `json:"name"`
	Hint       string     `json:"hint"`
	Scopes     []Scope    `json:"scopes"`
	IPs        []string   `json:"ips"`
	CreatedAt  time.Time  `json:"createdAt"`
	CreatedBy  *string    `json:"createdBy"`
	ExpiresAt  *time.Time `json:"expiresAt"`
	RevokedAt  *time.Time `json:"revokedAt,omitempty"`
	LastUsedAt *time.Time `json:"lastUsedAt"`
	LastUsedIP *string    `json:"lastUsedIp"`
	State      string     `json:"state"`
	Token      string     `json:"token,omitempty"` // only when it was just made
}

// View returns t for printing; value is empty unless it was just made.
func (t *Token) View(now time.Time, value string) View {
	v := View{ID: t.ID, Kind: t.Kind, Name: t.Name, Hint: t.Hint, CreatedAt: t.CreatedAt,
		Scopes: append([]Scope{}, t.Scopes...), IPs: []string{}, State: t.State(now), Token: value,
		CreatedBy: optional(t.CreatedBy), ExpiresAt: optional(t.ExpiresAt), RevokedAt: optional(t.RevokedAt),
		LastUsedAt: optional(t.LastUsedAt), LastUsedIP: optional(t.LastUsedIP)}
	for _, p := range t.IPs {
		v.IPs = append(v.IPs, p.String())
	}
	return v
}

func optional[T comparable](v T) *T {
	var zero T
	if v == zero {
		return nil
	}
	return &v
}

// NewToken is what can be chosen for a new token.
type NewToken struct {
	Kind      Kind // KindHTTP if empty
	Name      string
	Scopes    []Scope
	IPs       []netip.Prefix
	ExpiresAt time.Time // zero: never
}

func (n *NewToken) check(now time.Time) error {
	if n.Kind == "" {
		n.Kind = KindHTTP
	}
	var err error
	if n.Name, err = cleanName(n.Name); err != nil {
		return err
	}
	if !n.ExpiresAt.IsZero() && !n.ExpiresAt.After(now) {
		return ErrExpiry
	}
	return checkScopes(n.Scopes, n.IPs)
}

func checkScopes(scopes []Scope, ips []netip.Prefix) error {
	if len(scopes) > maxScopes || len(ips) > maxScopes {
		return fmt.Errorf("%w: a token has at most %d of them", ErrScope, maxScopes)
	}
	return nil
}

func cleanName(name string) (string, error) {
	name = strings.TrimSpace(name)
	if n := utf8.RuneCountInString(name); n == 0 || n > maxName || !utf8.ValidString(name) || strings.ContainsFunc(name, unicode.IsControl) {
		return "", ErrName
	}
	return name, nil
}

// nameKey folds case here and not by collation, so that every database agrees.
func nameKey(name string) string { return cases.Fold().String(norm.NFC.String(name)) }

// ParseExpiry reads when a token ends: "30d", "12h", "90m" from now, an RFC 3339
// time, a date (its start in UTC), or "never" and "", which give the zero time.
// The error wraps [ErrExpiry].
func ParseExpiry(text string, now time.Time) (time.Time, error) {
	if text == "" || text == "never" {
		return time.Time{}, nil
	}
	at, err := parseMoment(text, now)
	if err != nil {
		return time.Time{}, fmt.Errorf("%w: cannot read %q; write 30d, 12h, 90m, 2027-01-31, a time as in RFC 3339, or never", ErrExpiry, text)
	}
	if !at.After(now) {
		return time.Time{}, fmt.Errorf("%w: %s has passed", ErrExpiry, at.Format(time.RFC3339))
	}
	return at, nil
}

func parseMoment(text string, now time.Time) (time.Time, error) {
	if at, err := time.Parse(time.RFC3339, text); err == nil {
		return at.UTC().Truncate(time.Millisecond), nil
	}
	if at, err := time.Parse(time.DateOnly, text); err == nil {
		return at, nil
	}
	d, err := ParseDuration(text)
	return now.Add(d).UTC().Truncate(time.Millisecond), err
}

// ParseSince reads when a period began: "1h" or "30d" ago, a date, or a time as in
// RFC 3339.
func ParseSince(text string, now time.Time) (time.Time, error) {
	if d, err := ParseDuration(text); err == nil && d >= 0 {
		return now.Add(-d).UTC(), nil
	}
	at, err := parseMoment(text, now)
	if err != nil {
		return time.Time{}, fmt.Errorf("cannot read %q; write 1h, 30d, 2027-01-31, or a time as in RFC 3339", text)
	}
	return at, nil
}

// ParseDuration is [time.ParseDuration] with whole days in addition: "30d".
func ParseDuration(text string) (time.Duration, error) {
	days, isDays := strings.CutSuffix(text, "d")
	if !isDays {
		return time.ParseDuration(text)
	}
	var n int
	for _, c := range []byte(days) {
		if c < '0' || c > '9' || n > 36500 {
			return 0, fmt.Errorf("bad number of days %q", text)
		}
		n = n*10 + int(c-'0')
	}
	if days == "" {
		return 0, fmt.Errorf("bad number of days %q", text)
	}
	return time.Duration(min(n, 100*365)) * 24 * time.Hour, nil
}
