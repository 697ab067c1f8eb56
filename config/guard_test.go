package config

import (
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestGuardSettings(t *testing.T) {
	dir := userDir(t, map[string]string{"sluice.yaml": `auth:
  mode: [team, bearer]
  minRole: viewer
  trustedProxies: [10.0.0.7, 192.168.0.0/16]
  ignoreSchemes: [Basic]
  bearerFailureLimit: 100/m
  sessionIdle: 2h
  allowFlowLoosen: true
  embed: https://portal.example.com
  policies:
    - {path: /a, modes: [none], limit: 10/s, timeout: 5s}
    - {path: /b, modes: [bearer], queryToken: true}
`})
	c, err := Load(dir, Flags{}, env(map[string]string{"SLUICE_SESSION_MAX": "3d"}))
	if err != nil {
		t.Fatal(err)
	}
	a := c.Auth
	if !slices.Equal(a.Proxies, []netip.Prefix{netip.MustParsePrefix("10.0.0.7/32"), netip.MustParsePrefix("192.168.0.0/16")}) ||
		a.BearerFailures.N != 100 || a.SessionIdle != 2*time.Hour || a.SessionMax != 72*time.Hour || !slices.Equal(a.IgnoreSchemes, []string{"Basic"}) ||
		!slices.Equal(a.Embed, []string{"https://portal.example.com"}) {
		t.Errorf("%+v", a)
	}
	table := c.Policies()
	if !table.Loosen || table.MinRole != "viewer" || table.Rules[0].Limit != "10/s" || table.Rules[0].Timeout != "5s" || !table.Rules[1].QueryToken || !c.UsesTokens() {
		t.Errorf("%+v", table)
	}
}

func TestGuardSettingsThatAreRefused(t *testing.T) {
	for text, want := range map[string]string{
		"auth: {trustedProxies: proxy.example}":                "no address of a proxy",
		"auth: {bearerFailureLimit: many}":                     "auth.bearerFailureLimit",
		"auth: {sessionIdle: 5s}":                              "at least a minute",
		"auth: {sessionMax: soon}":                             "no lifetime of a session",
		"auth: {sessionIdel: 5h}":                              "no setting sessionIdel",
		"auth: {embed: portal.example.com}":                    "no origin",
		"auth: {embed: 'http://portal.example'}":               "no origin",
		"auth: {embed: 'https://a.example/x'}":                 "no origin",
		"auth: {embed: ['https://*']}":                         "no origin",
		"auth: {embed: [\"https://a.example; script-src *\"]}": "no origin",
	} {
		_, err := Load(userDir(t, map[string]string{"sluice.yaml": text}), Flags{}, env(nil))
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", text, err, want)
		}
	}
}

// Mode basic needs somebody whom it could let in: the configured pair, or a database
// that can hold users.
func TestBasicNeedsSomebody(t *testing.T) {
	flags := Flags{Auth: "basic"}
	if _, err := Load(userDir(t, nil), flags, env(nil)); err == nil || !strings.Contains(err.Error(), "sluice user add") {
		t.Errorf("nobody: %v", err)
	}
	c, err := Load(userDir(t, map[string]string{"sluice.db": ""}), flags, env(nil))
	if err != nil || !c.UsesTokens() {
		t.Errorf("with a database: %v", err)
	}
}

func TestAMiddlewareIsMissedWhereNothingElseGuards(t *testing.T) {
	for _, tc := range []struct {
		settings, auth string
		want           bool
	}{
		{`httpNodeMiddleware: function (req, res, next) { next() }`, "", true},
		{`httpNodeMiddleware: [function (req, res, next) { next() }]`, "", true},
		{`httpNodeMiddleware: function (req, res, next) { next() }`, "bearer", false},
		{`httpNodeMiddleware: function (req, res, next) { next() }`, "none", false},
		{`httpNodeMiddleware: null`, "", false},
	} {
		c, err := Load(userDir(t, map[string]string{"settings.js": "module.exports = {adminAuth: {}, oddity: 1, " + tc.settings + "}"}), Flags{Auth: tc.auth}, env(nil))
		if err != nil {
			t.Fatal(err)
		}
		if got := c.Unguarded(); got != tc.want {
			t.Errorf("%s, --auth %q: %v", tc.settings, tc.auth, got)
		}
		if got := strings.Join(c.Ignored(), " "); got != "oddity httpNodeMiddleware" {
			t.Errorf("ignored %q", got)
		}
	}
}
