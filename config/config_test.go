package config

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// userDir lays out files and returns the folder.
func userDir(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func env(pairs map[string]string) func(string) (string, bool) {
	return func(name string) (string, bool) { v, ok := pairs[name]; return v, ok }
}

func TestTheFirstPlaceThatHasASettingWins(t *testing.T) {
	files := map[string]string{
		"settings.js": `module.exports = { uiPort: process.env.PORT || 1001, uiHost: "::1", flowFile: "mine.json", httpNodeAuth: {user: "u", pass: "$2b$04$x"} }`,
		"sluice.yaml": "port: 1002\nauth:\n  mode: [bearer]\n",
	}
	for _, tc := range []struct {
		name  string
		drop  []string
		env   map[string]string
		flags Flags
		want  string // host port auth
	}{
		{name: "flag", flags: Flags{Port: "1004", Auth: "none"}, env: map[string]string{"SLUICE_PORT": "1003"}, want: "::1 1004 none"},
		{name: "variable", env: map[string]string{"SLUICE_PORT": "1003", "SLUICE_AUTH": "basic,bearer"}, want: "::1 1003 basic,bearer"},
		{name: "sluice.yaml", want: "::1 1002 bearer"},
		{name: "settings.js", drop: []string{"sluice.yaml"}, want: "::1 1001 basic"},
		{name: "a variable that settings.js reads", drop: []string{"sluice.yaml"}, env: map[string]string{"PORT": "77"}, want: "::1 77 basic"},
		{name: "default", drop: []string{"sluice.yaml", "settings.js"}, want: "127.0.0.1 1880 "},
	} {
		t.Run(tc.name, func(t *testing.T) {
			dir := userDir(t, files)
			for _, name := range tc.drop {
				if err := os.Remove(filepath.Join(dir, name)); err != nil {
					t.Fatal(err)
				}
			}
			c, err := Load(dir, tc.flags, env(tc.env))
			if err != nil {
				t.Fatal(err)
			}
			got := strings.Join([]string{c.Host, strings.TrimPrefix(c.Address()[strings.LastIndex(c.Address(), ":"):], ":"), strings.Join(c.Auth.Modes, ",")}, " ")
			if got != tc.want {
				t.Errorf("got %q, want %q", got, tc.want)
			}
		})
	}
}

func TestMisconfigurationIsRefusedInOneSentence(t *testing.T) {
	for _, tc := range []struct {
		name  string
		files map[string]string
		env   map[string]string
		flags Flags
		want  string
	}{
		{name: "unknown mode", flags: Flags{Auth: "beare"}, want: `"beare" (from --auth) is no guard mode`},
		{name: "empty list", files: map[string]string{"sluice.yaml": "auth:\n  mode: []\n"}, want: "empty list"},
		{name: "misspelt key", files: map[string]string{"sluice.yaml": "auht:\n  mode: [bearer]\n"}, want: "line 1: there is no setting auht"},
		{name: "password in the environment", env: map[string]string{"SLUICE_AUTH_PASS": "x"}, want: "SLUICE_AUTH_PASS is refused"},
		{name: "user without a hash", env: map[string]string{"SLUICE_AUTH_USER": "x"}, want: "without SLUICE_AUTH_PASS_HASH"},
		{name: "half a pair", files: map[string]string{"settings.js": `module.exports = {httpNodeAuth: {user: "u"}}`}, want: "needs user and pass"},
		{name: "basic without a user", flags: Flags{Auth: "basic"}, want: "needs a user"},
		{name: "no port", flags: Flags{Port: "http"}, want: `"http" (from --port) is no port`},
		{name: "no duration", env: map[string]string{"SLUICE_REQUEST_TIMEOUT": "soon"}, want: "no time limit"},
		{name: "broken settings", files: map[string]string{"settings.js": "module.exports = {"}, want: "could not be evaluated"},
		{name: "two sources of one secret", env: map[string]string{"SLUICE_CREDENTIAL_SECRET": "a", "SLUICE_CREDENTIAL_SECRET_FILE": "b"}, want: "both set"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			_, err := Load(userDir(t, tc.files), tc.flags, env(tc.env))
			if err == nil || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("error %v, want %q", err, tc.want)
			}
		})
	}
}

func TestAFlowFileNamesItsUserDirectory(t *testing.T) {
	dir := userDir(t, map[string]string{"other.json": "[]"})
	c, err := Load(filepath.Join(dir, "other.json"), Flags{}, env(nil))
	if err != nil {
		t.Fatal(err)
	}
	if c.UserDir != dir || c.FlowFile != filepath.Join(dir, "other.json") || c.DB != filepath.Join(dir, "sluice.db") {
		t.Errorf("%+v", c)
	}
}

func TestAMissingUserDirectoryIsNotFound(t *testing.T) {
	_, err := Load(filepath.Join(t.TempDir(), "nowhere"), Flags{}, env(nil))
	if e, ok := err.(*Error); !ok || !e.NotFound {
		t.Errorf("error %v", err)
	}
}

func TestOnlyLoopbackNeedsNoGuard(t *testing.T) {
	for host, want := range map[string]bool{"127.0.0.1": true, "::1": true, "localhost": true, "127.9.9.9": true, "0.0.0.0": false, "::": false, "": false, "10.0.0.1": false, "example.test": false} {
		if got := (&Config{Host: host}).Loopback(); got != want {
			t.Errorf("%q: %v", host, got)
		}
	}
}
