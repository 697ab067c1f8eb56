package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"golang.org/x/crypto/bcrypt"
)

// runIn runs a command line in a user directory.
func runIn(t *testing.T, dir, stdin string, args ...string) (stdout, stderr string, code int) {
	t.Helper()
	var out, errs bytes.Buffer
	root := newRoot()
	root.SetIn(strings.NewReader(stdin))
	root.SetOut(&out)
	root.SetErr(&errs)
	root.SetArgs(append([]string{"--userdir", dir}, args...))
	err := root.ExecuteContext(t.Context())
	if err != nil {
		errs.WriteString(err.Error() + "\n")
	}
	return out.String(), errs.String(), exitCode(err)
}

func TestUserTeamAndAuditCommands(t *testing.T) {
	dir := layOutFiles(t, map[string]string{"flows.json": "[]"})
	hash, err := bcrypt.GenerateFromPassword([]byte("correct horse"), bcrypt.MinCost)
	if err != nil {
		t.Fatal(err)
	}
	made := ""
	for _, tc := range []struct {
		name, stdin, args string
		code              int
		stdout, stderr    string // regular expressions
	}{
		{"a password is made, alone on stdout", "", "user add ada --role owner", 0, `^[A-Z2-7]{26}\n$`, `added user "ada" \(\w{26}\)\nThe password is not kept`},
		{"a password from stdin", "correct horse\n", "user add bob --password-stdin --admin --email bob@example.com", 0, `^$`, `^added user "bob" \(\w{26}\)\n$`},
		{"a hash from stdin", string(hash), "user add eve --hash-stdin", 0, `^$`, `added user "eve"`},
		{"a hash that is none", "plain", "user add x --hash-stdin", 2, `^$`, `bcrypt or argon2id`},
		{"without a password", "", "user add carol --no-password", 0, `^$`, `^added user "carol" \(\w{26}\)\n$`},
		{"without a password, and with one", "x\n", "user add x --no-password --password-stdin", 2, `^$`, `password-stdin`},
		{"nothing on stdin", "", "user add x --password-stdin", 2, `^$`, `stdin holds nothing`},
		{"a common password", "password1\n", "user add x --password-stdin", 2, `^$`, `most common`},
		{"a taken name", "", "user add ADA", 4, `^$`, `a user with this name already`},
		{"a bad name", "", "user add a:b", 2, `^$`, `user name has`},
		{"a bad role", "", "user add x --role king", 2, `^$`, `unknown role "king"`},
		{"a password as an argument", "", "user add x secret", 2, `^$`, `accepts 1 arg`},
		{"list", "", "user list", 0, `(?s)^ID +USERNAME.*ada .* false .* active\n.*bob +bob@example.com +true `, `^$`},
		{"another password", "another horse", "user passwd bob --password-stdin", 0, `^$`, `changed the password of user "bob"`},
		{"disable", "", "user disable bob", 0, `^$`, `user "bob" \(\w+\) is disabled`},
		{"enable", "", "user enable bob", 0, `^$`, `is active`},
		{"logout", "", "user logout bob", 0, `^$`, `^0 sessions of user "bob" are ended`},
		{"an unknown user", "", "user passwd nobody", 3, `^$`, `user "nobody": not found`},
		{"teams", "", "team add ops", 0, `^$`, `added team "ops"`},
		{"a taken team", "", "team add OPS", 4, `^$`, `a team with this name`},
		{"a member", "", "team member add ops bob --role viewer", 0, `^$`, `user "bob" is viewer in team "ops"`},
		{"another role", "", "team member add ops bob --role owner", 0, `^$`, `is owner`},
		{"a bad role of a member", "", "team member add ops bob --role 7", 2, `^$`, `--role: unknown role`},
		{"members", "", "team member list ops", 0, `bob +owner +active\n$`, `^$`},
		{"remove a member", "", "team member remove ops bob", 0, `^$`, `no member of team "ops"`},
		{"remove nobody", "", "team member remove ops bob", 3, `^$`, `not found`},
		{"list teams", "", "team list", 0, `(?s)default +1 .*true\n.*ops +0 .*false\n$`, `^$`},
		{"delete the instance's team", "", "team delete default", 4, `^$`, `belongs to this team`},
		{"delete a team", "", "team delete ops", 0, `^$`, `is deleted`},
		{"delete a user", "", "user delete eve", 0, `^$`, `user "eve" is deleted`},
		{"an admin token", "", "token create --name boss --kind admin", 0, `^slua_\w{49}\n$`, `created`},
		{"an unknown kind", "", "token create --name x --kind root", 2, `^$`, `http and admin`},
		{"audit", "", "audit --type auth.team. --since 1h", 0, `(?s)^TIME.*auth.team.member.added +cli .*username="ada"`, `^$`},
		{"audit in JSON", "", "audit --json --type auth.user.created", 0, `(?s)"count": 4,.*"actor": "cli"`, `^$`},
		{"a bad period", "", "audit --since soon", 2, `^$`, `--since: cannot read "soon"`},
		{"an unknown command", "", "user destroy", 2, `^$`, `destroy`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			stdout, stderr, code := runIn(t, dir, tc.stdin, strings.Fields(tc.args)...)
			if code != tc.code || !regexp.MustCompile(tc.stdout).MatchString(stdout) || !regexp.MustCompile(tc.stderr).MatchString(stderr) {
				t.Errorf("exit %d\nstdout %q\nstderr %q\nwant %d, %s, %s", code, stdout, stderr, tc.code, tc.stdout, tc.stderr)
			}
			if made == "" {
				made = strings.TrimSpace(stdout)
			} else if strings.Contains(stdout+stderr, made) || strings.Contains(stdout+stderr, " horse") || strings.Contains(stdout+stderr, "$2a$") {
				t.Error("a password was printed again")
			}
		})
	}
	data, err := os.ReadFile(filepath.Join(dir, "sluice.db"))
	if err != nil || bytes.Contains(data, []byte(made)) || bytes.Contains(data, []byte("another horse")) {
		t.Errorf("the database holds a password, or %v", err)
	}
}

func TestAuthExplain(t *testing.T) {
	dir := layOutFiles(t, map[string]string{
		"flows.json":  `[{"id":"t","type":"tab"},{"id":"in","type":"http in","z":"t","url":"/orders/:id","method":"get","sluiceAuth":{"modes":["team"],"minRole":"owner"},"x":1,"y":1,"wires":[[]]}]`,
		"sluice.yaml": "auth:\n  mode: [bearer, team]\n  policies:\n    - {path: /hooks/*, methods: [POST], modes: [none], limit: 10/s, timeout: 5s}\n",
	})
	for _, tc := range []struct{ args, want string }{
		{"get /x", `(?s)request +GET /x\n.*rule +none, so the default applies\n.*modes +bearer, team +the default from sluice.yaml\nminRole +dashboard`},
		{"POST /Hooks/7/", `(?s)POST /hooks/7\n.*rule +/hooks/\*\nmodes +none +the rule POST:/hooks/\* from sluice.yaml.*limit +10/s.*timeout +5s`},
		{"POST /x/../hooks/7", `(?s)modes +bearer, team +.*not written plainly`},
		{"GET /orders/7", `(?s)rule +/orders/:id\nmodes +team +the rule GET:/orders/:id from sluiceAuth of node in\nminRole +owner +`},
		{"HEAD /orders/7", `minRole +owner`},
		{"OPTIONS /orders/7", `preflight`},
	} {
		stdout, stderr, code := runIn(t, dir, "", append([]string{"auth", "explain"}, strings.Fields(tc.args)...)...)
		if code != 0 || !regexp.MustCompile(tc.want).MatchString(stdout) {
			t.Errorf("%s: exit %d\n%s%s\nwant %s", tc.args, code, stdout, stderr, tc.want)
		}
	}
	stdout, _, code := runIn(t, dir, "", "auth", "explain", "GET", "/x", "--json")
	var ex struct {
		Settings []struct{ Name, Origin string }
	}
	if err := json.Unmarshal([]byte(stdout), &ex); err != nil || code != 0 || len(ex.Settings) != 3 {
		t.Errorf("exit %d: %s", code, stdout)
	}
	if _, stderr, code := runIn(t, dir, "", "auth", "explain", "GET", "x"); code != 2 || !strings.Contains(stderr, "not a valid path") {
		t.Errorf("no path: exit %d: %s", code, stderr)
	}
	if _, err := os.Stat(filepath.Join(dir, "sluice.db")); err == nil {
		t.Error("explaining made a database")
	}
}

func TestHashPassword(t *testing.T) {
	for args, want := range map[string]string{"": `^\$argon2id\$v=19\$m=19456,t=2,p=1\$\S+\n$`, "--bcrypt": `^\$2a\$10\$\S{53}\n$`} {
		stdout, stderr, code := runIn(t, t.TempDir(), "correct horse\n", strings.Fields("hash-password "+args)...)
		if code != 0 || !regexp.MustCompile(want).MatchString(stdout) || stderr != "" {
			t.Errorf("%s: exit %d: %s%s", args, code, stdout, stderr)
		}
	}
	if stdout, stderr, code := runIn(t, t.TempDir(), "short", "hash-password"); code != 2 || stdout != "" || strings.Contains(stderr, "short\n") {
		t.Errorf("exit %d: %s%s", code, stdout, stderr)
	}
}
