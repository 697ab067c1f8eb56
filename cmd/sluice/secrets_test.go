package main

import (
	"encoding/base64"
	"io"
	"io/fs"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
)

// holdsNone looks for secrets in texts from several places, in every spelling that
// a header, a URL or a file may have.
func holdsNone(t *testing.T, places, secrets map[string]string) {
	t.Helper()
	for what, secret := range secrets {
		if len(secret) < 8 {
			t.Errorf("%s is %q: nothing to look for", what, secret)
			continue
		}
		for _, spelling := range []string{secret, url.QueryEscape(secret), url.PathEscape(secret), base64.StdEncoding.EncodeToString([]byte(secret))} {
			for place, text := range places {
				if strings.Contains(text, spelling) {
					t.Errorf("%s holds %s as %q", place, what, spelling)
				}
			}
		}
	}
}

// filesBelow reads all files of a folder.
func filesBelow(t *testing.T, dir string, places map[string]string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		text, err := os.ReadFile(path)
		places["the file "+entry.Name()] = string(text)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// T5, T6: a copy of the user directory opens nothing, whenever it is taken, and what
// commands, a run and its crash print shows no token, password, session or credential.
func TestACopyOfTheUserDirectoryOpensNothing(t *testing.T) {
	dir := layOutFiles(t, map[string]string{"sluice.yaml": "auth: {passAuthorization: true}\n", "flows.json": `[{"id":"t","type":"tab"},
		{"id":"i","type":"http in","z":"t","url":"/token-demo","method":"get","x":1,"y":1,"wires":[["f"]]},
		{"id":"f","type":"function","z":"t","func":"node.warn(msg.req.headers); node.warn(msg); msg.payload = msg.req.auth; return msg","x":1,"y":1,"wires":[["d","r"]]},
		{"id":"d","type":"debug","z":"t","console":true,"tosidebar":true,"complete":"true","x":1,"y":1,"wires":[]},
		{"id":"r","type":"http response","z":"t","x":1,"y":1,"wires":[]},
		{"id":"q","type":"http request","z":"t","url":"http://127.0.0.1:1/","method":"GET","credentialRef":"api","x":1,"y":1,"wires":[[]]}]`})
	secrets, places := map[string]string{}, map[string]string{}
	must := func(stdin string, args ...string) string {
		t.Helper()
		stdout, stderr, code := runIn(t, dir, stdin, args...)
		if code != 0 {
			t.Fatalf("%v: exit %d\n%s", args, code, stderr)
		}
		places["what "+strings.Join(args, " ")+" tells"] = stderr
		return strings.TrimSpace(stdout)
	}
	secrets["a token"] = must("", "token", "create", "--name", "ci")
	secrets["the token before its rotation"] = must("", "token", "create", "--name", "turned")
	secrets["the token after its rotation"] = must("", "token", "rotate", "turned", "--grace", "10m")
	secrets["a revoked token"] = must("", "token", "create", "--name", "gone")
	must("", "token", "revoke", "gone")
	secrets["an admin token"] = must("", "token", "create", "--name", "boss", "--kind", "admin")
	secrets["a password that was made"] = must("", "user", "add", "ada", "--role", "owner")
	secrets["a password that was chosen"] = "chosen by bob"
	must(secrets["a password that was chosen"]+"\n", "user", "add", "bob", "--password-stdin")
	secrets["a password that is over"] = "bob had this"
	must(secrets["a password that is over"]+"\n", "user", "passwd", "bob", "--password-stdin")
	must(secrets["a password that was chosen"]+"\n", "user", "passwd", "bob", "--password-stdin")
	secrets["a credential"] = "credential-value-1"
	must(secrets["a credential"], "credential", "set", "api", "--kind", "bearer", "--host", "127.0.0.1")

	v := startVictim(t, "run", "-p", "0", "--auth", "team,bearer", dir)
	for _, token := range []string{"a token", "the token before its rotation", "the token after its rotation"} {
		if status, body := ask(t, v.url+"/token-demo", secrets[token]); status != 200 || !strings.Contains(body, `"type":"token"`) {
			t.Errorf("%s: %d %s", token, status, body)
		}
	}
	secrets["a token that nobody has"] = "nobody-has-this-token"
	for _, token := range []string{"a revoked token", "an admin token", "a token that nobody has"} {
		_, places["the refusal of "+token] = ask(t, v.url+"/token-demo?access_token="+secrets["a token"], secrets[token])
	}
	secrets["a session"] = signIn(t, v.url, "ada", secrets["a password that was made"])
	secrets["a password that was wrong"] = "not ada's password"
	signIn(t, v.url, "ada", secrets["a password that was wrong"])
	filesBelow(t, dir, places) // as a backup takes them while it runs, the write-ahead log among them
	if places["the file sluice.db-wal"] == "" {
		t.Error("no write-ahead log was looked at")
	}
	for _, command := range []string{"check", "check --json", "auth explain GET /token-demo", "auth explain --json GET /token-demo", "audit", "audit --json", "token list --all", "token list --json --all",
		"token show ci", "user list", "team list", "team member list default", "credential list", "credential list --json", "nodes"} {
		stdout, stderr, code := runIn(t, dir, "", strings.Fields(command)...)
		if code != 0 {
			t.Errorf("%s: exit %d: %s", command, code, stderr)
		}
		places[command] = stdout + stderr
	}
	for _, command := range []string{"token create --name ci", "user add ada", "credential set api --kind nonsense --host x", "token show nobody", "token verify"} {
		stdout, stderr, _ := runIn(t, dir, secrets["a token"]+"x", strings.Fields(command)...)
		places[command] = stdout + stderr
	}
	if err := v.cmd.Process.Signal(syscall.SIGQUIT); err != nil { // Go prints all stacks, and ends
		t.Fatal(err)
	}
	_ = v.cmd.Wait()
	places["the log and the stacks of a crash"] = v.log.text.String()
	if log := places["the log and the stacks of a crash"]; !strings.Contains(log, "goroutine 1 ") || strings.Count(log, "[redacted]") < 2 {
		t.Errorf("nothing was told that could have held a secret:\n%s", log)
	}
	left := map[string]string{}
	filesBelow(t, dir, left)
	for name, text := range left {
		places[name+" after the crash"] = text
	}
	holdsNone(t, places, secrets)
}

var csrfField = regexp.MustCompile(`name="csrf" value="(\w+)"`)

// signIn fills in the login page and returns the session, if there is one.
func signIn(t *testing.T, base, user, password string) string {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	client := &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	page, err := client.Get(base + "/_sluice/login")
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(page.Body)
	page.Body.Close()
	if err != nil {
		t.Fatal(err)
	}
	m := csrfField.FindSubmatch(text)
	if m == nil {
		t.Fatalf("no form: %s", text)
	}
	res, err := client.PostForm(base+"/_sluice/login", url.Values{"csrf": {string(m[1])}, "username": {user}, "password": {password}})
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	for _, c := range res.Cookies() {
		if c.Name == "sluice" {
			return c.Value
		}
	}
	return ""
}
