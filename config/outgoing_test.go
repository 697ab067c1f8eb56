package config

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"sluice/runtime/msg"
)

func TestOutgoingSettingsReachTheNodes(t *testing.T) {
	for _, tc := range []struct {
		name, yaml, js string
		env            map[string]string
		want           string // of the settings that nodes see, or part of the error
		fails          bool
	}{
		{"nothing", "", "", nil, `{"requireTls":false,"allow":[],"deny":[]} undefined undefined`, false},
		{"sluice.yaml", "httpRequestTimeout: 5000\nhttpRequestMaxLength: 1mb\noutgoing:\n  requireTls: true\n  deny: [private, evil.test]\n  allow: 93.0.0.0/8, api.test", "", nil,
			`{"requireTls":true,"allow":["93.0.0.0/8","api.test"],"deny":["private","evil.test"]} 5000 1mb`, false},
		{"a duration", "httpRequestTimeout: 30s", "", nil, `{"requireTls":false,"allow":[],"deny":[]} 30000 undefined`, false},
		{"settings.js", "", "module.exports = {httpRequestTimeout: 7000, outgoing: {requireTls: true, deny: ['private']}}", nil, `{"requireTls":true,"allow":[],"deny":["private"]} 7000 undefined`, false},
		{"sluice.yaml before settings.js", "outgoing: {requireTls: false}", "module.exports = {outgoing: {requireTls: true}}", nil, `{"requireTls":false,"allow":[],"deny":[]} undefined undefined`, false},
		{"the environment before both", "outgoing: {deny: [a.test]}", "", map[string]string{"SLUICE_OUTGOING_DENY": "b.test,10.0.0.0/8", "SLUICE_OUTGOING_REQUIRE_TLS": "true"}, `{"requireTls":true,"allow":[],"deny":["b.test","10.0.0.0/8"]} undefined undefined`, false},
		{"a range that is none", "outgoing: {deny: [10.0.0.0/40]}", "", nil, "10.0.0.0/40", true},
		{"a misspelt list", "outgoing: {denied: [private]}", "", nil, "denied", true},
		{"requireTls that is neither", "outgoing: {requireTls: yep}", "", nil, "requireTls", true},
		{"an empty allow list", "outgoing: {allow: []}", "", nil, "empty", true},
		{"a timeout that is none", "httpRequestTimeout: soon", "", nil, "soon", true},
		{"two master keys", "", "", map[string]string{"SLUICE_MASTER_KEY": "a", "SLUICE_MASTER_KEY_FILE": "b"}, "both", true},
	} {
		t.Run(tc.name, func(t *testing.T) {
			dir := t.TempDir()
			for name, text := range map[string]string{"sluice.yaml": tc.yaml, "settings.js": tc.js} {
				if text == "" {
					continue
				}
				if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			c, err := Load(dir, Flags{}, func(name string) (string, bool) { v, ok := tc.env[name]; return v, ok })
			if tc.fails {
				if err == nil || !strings.Contains(err.Error(), tc.want) {
					t.Errorf("got %v, want %s", err, tc.want)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			s := c.RuntimeSettings()
			text, err := msg.AppendJSON(nil, s.Value("outgoing"))
			got := string(text) + " " + msg.ToString(s.Value("httpRequestTimeout")) + " " + msg.ToString(s.Value("httpRequestMaxLength"))
			if got != tc.want || err != nil {
				t.Errorf("\n got %s\nwant %s", got, tc.want)
			}
		})
	}
}
