package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/spf13/cobra"
)

// runToken runs "sluice token …" on a database and returns both outputs and the exit code.
func runToken(t *testing.T, db, stdin string, args ...string) (stdout, stderr string, code int) {
	t.Helper()
	root := &cobra.Command{Use: "sluice", SilenceErrors: true, SilenceUsage: true}
	root.AddCommand(tokenCommand(func() (string, error) { return db, nil }))
	var out, errs bytes.Buffer
	root.SetIn(strings.NewReader(stdin))
	root.SetOut(&out)
	root.SetErr(&errs)
	root.SetArgs(append([]string{"token"}, args...))
	err := root.ExecuteContext(t.Context())
	if err != nil {
		errs.WriteString(err.Error() + "\n")
	}
	return out.String(), errs.String(), exitCode(err)
}

var tokenValue = regexp.MustCompile(`^sluh_[0-9A-Za-z]{49}\n$`)

func TestTokenCommand(t *testing.T) {
	db := filepath.Join(t.TempDir(), "sluice.db")
	var value string // of the last create or rotate; VALUE stands for it
	for _, tc := range []struct {
		name, stdin, args string
		code              int
		stdout, stderr    string // regular expressions
	}{
		{"create prints the value alone", "", "create --name ci --path /api/* --method GET,POST --ip 10.0.0.0/8 --expires 30d", 0, `^sluh_[0-9A-Za-z]{49}\n$`, `created token "ci" \(\w{26}\), expires 2`},
		{"verify says valid", "VALUE\n", "verify", 0, `^valid: token "ci"`, `^$`},
		{"verify judges scopes", "VALUE", "verify --path /API/x/ --method post", 0, `^valid`, `^$`},
		{"verify refuses a path outside", "VALUE", "verify --path /other", 4, `^token does not cover`, `does not cover`},
		{"verify refuses a method outside", "VALUE", "verify --path /api --method PUT", 4, `^token does not cover`, ``},
		{"verify asks for a path with the method", "VALUE", "verify --method PUT", 2, `^$`, `--path`},
		{"verify refuses strangers", "sluh_x", "verify", 4, `^token not recognised\n$`, `not recognised`},
		{"a name is taken once", "", "create --name CI", 4, `^$`, `name is taken`},
		{"list shows no value", "", "list", 0, `(?s)^ID +NAME.*ci +sluh_\w{4} +GET,POST:/api/\* from 10\.0\.0\.0/8 .*never +active\n$`, `^$`},
		{"show by name", "", "show CI", 0, `ci +sluh_`, `^$`},
		{"show an unknown one", "", "show nobody", 3, `^$`, `token "nobody": not found`},
		{"rename", "", "rename ci build", 0, `^$`, `token "build"`},
		{"expire to never", "", "expire build never", 0, `^$`, `never expires`},
		{"expire in the past", "", "expire build 2001-01-31", 2, `^$`, `has passed`},
		{"expire at nonsense", "", "expire build soon", 2, `^$`, `cannot read "soon"`},
		{"rotate prints the new value alone", "", "rotate build --grace 10m", 0, `^sluh_\w{49}\n$`, `rotated token "build"`},
		{"rotate with a bad grace", "", "rotate build --grace x", 2, `^$`, `--grace`},
		{"revoke", "", "revoke build", 0, `^$`, `is revoked`},
		{"a revoked name is gone", "", "revoke build", 3, `^$`, `not found`},
		{"verify a revoked token", "VALUE", "verify", 4, `^token revoked: token "build"`, ``},
		{"list hides the revoked", "", "list", 0, `^ID[^\n]*\n$`, `^$`},
		{"list --all shows them", "", "list --all", 0, `revoked\n$`, `^$`},
		{"import by FlowFuse's base64", "", "import --name ff --sha256 nz2KnknLm86XSJYc5hxSMSksD+5h3R8HnYdeF7W01xQ=", 0, `^$`, `imported token "ff"`},
		{"an imported token verifies", "ffhttp_FKc_S4qlTBV1H411hmhneHcSJ6F_FGNQLPYbnoD3-B0", "verify", 0, `^valid: token "ff"`, ``},
		{"import of the same value", "", "import --name ff2 --sha256 9f3d8a9e49cb9bce9748961ce61c5231292c0fee61dd1f079d875e17b5b4d714", 4, `^$`, `exists already`},
		{"import of no hash", "", "import --name x --sha256 zz", 2, `^$`, `not a SHA-256`},
		{"create without a name", "", "create", 2, `^$`, `--name`},
		{"create with a past expiry", "", "create --name x --expires 2001-01-31", 2, `^$`, `has passed`},
		{"create with a bad path", "", "create --name x --path api", 2, `^$`, `starts with /`},
		{"create with a bad range", "", "create --name x --ip 10.0.0.0/99", 2, `^$`, `--ip`},
		{"an unknown flag", "", "create --nmae x", 2, `^$`, `unknown flag`},
		{"an unknown command", "", "destroy", 2, `^$`, `destroy`},
		{"too many arguments", "", "show a b", 2, `^$`, `accepts 1 arg`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			stdout, stderr, code := runToken(t, db, strings.ReplaceAll(tc.stdin, "VALUE", value), strings.Fields(tc.args)...)
			if code != tc.code || !regexp.MustCompile(tc.stdout).MatchString(stdout) || !regexp.MustCompile(tc.stderr).MatchString(stderr) {
				t.Errorf("exit %d\nstdout %q\nstderr %q\nwant %d, %s, %s", code, stdout, stderr, tc.code, tc.stdout, tc.stderr)
			}
			if tokenValue.MatchString(stdout) {
				value = strings.TrimSpace(stdout)
			} else if value != "" && strings.Contains(stdout+stderr, value) {
				t.Error("the value was printed again")
			}
		})
	}
}

func TestTokenJSON(t *testing.T) {
	db := filepath.Join(t.TempDir(), "sluice.db")
	stdout, _, code := runToken(t, db, "", "create", "--name", "ci", "--path", "/a", "--json")
	var made struct {
		ID, Name, Hint, State, Token string
		Scopes                       []struct{ Path string }
		ExpiresAt                    *string
	}
	if err := json.Unmarshal([]byte(stdout), &made); err != nil || code != 0 {
		t.Fatalf("%v, exit %d: %s", err, code, stdout)
	}
	if !tokenValue.MatchString(made.Token+"\n") || made.State != "active" || made.Scopes[0].Path != "/a" || made.ExpiresAt != nil {
		t.Errorf("created %s", stdout)
	}
	stdout, _, _ = runToken(t, db, "", "list", "--json")
	var list struct {
		Count  int
		Tokens []map[string]any
	}
	if err := json.Unmarshal([]byte(stdout), &list); err != nil || list.Count != 1 {
		t.Fatalf("%v: %s", err, stdout)
	}
	if list.Tokens[0]["token"] != nil || list.Tokens[0]["lastUsedAt"] != nil || list.Tokens[0]["id"] != made.ID {
		t.Errorf("list %s", stdout)
	}
	stdout, _, code = runToken(t, db, made.Token, "verify", "--json")
	if !strings.Contains(stdout, `"valid": true`) || code != 0 {
		t.Errorf("verify: exit %d %s", code, stdout)
	}
}

// Revoking by id is idempotent; the name of a revoked token is free for another.
func TestTokenRevokeByID(t *testing.T) {
	db := filepath.Join(t.TempDir(), "sluice.db")
	stdout, _, _ := runToken(t, db, "", "create", "--name", "ci", "--json")
	var made struct{ ID string }
	if err := json.Unmarshal([]byte(stdout), &made); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if _, stderr, code := runToken(t, db, "", "revoke", made.ID); code != 0 {
			t.Errorf("exit %d: %s", code, stderr)
		}
	}
	if _, stderr, code := runToken(t, db, "", "rotate", made.ID); code != 4 {
		t.Errorf("rotating a revoked token: exit %d: %s", code, stderr)
	}
	if _, stderr, code := runToken(t, db, "", "create", "--name", "ci"); code != 0 {
		t.Errorf("exit %d: %s", code, stderr)
	}
}

func TestTokenCommandReportsTheDatabase(t *testing.T) {
	cmd := tokenCommand(func() (string, error) { return "", errors.New("no user directory") })
	cmd.SetArgs([]string{"list"})
	cmd.SilenceErrors, cmd.SilenceUsage = true, true
	if err := cmd.Execute(); exitCode(err) != 1 {
		t.Errorf("got %v", err)
	}
}
