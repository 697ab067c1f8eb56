package main

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

func TestCredentialCommand(t *testing.T) {
	api := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "Bearer good-token" && r.Header.Get("X-Key") != "good-key" {
			w.WriteHeader(401)
		}
		fmt.Fprint(w, r.Header)
	}))
	defer api.Close()
	dir := t.TempDir()
	for _, tc := range []struct {
		name, stdin, args string
		code              int
		stdout, stderr    string // regular expressions
	}{
		{"nothing is there", "", "credential list", 0, `^NAME .*NODES\n$`, `^$`},
		{"set", "bad-token\n", "credential set api --kind bearer --host 127.0.0.1 --stdin", 0, `^$`, `"api" \(bearer\) is set; it is sent to 127.0.0.1 alone`},
		{"set with notices", " Bearer good-key ", "credential set key --kind header --header X-Key --host 127.0.0.1", 0, `^$`, `notice: .*white space`},
		{"set without a host", "value", "credential set x --kind bearer", 2, `^$`, `name the hosts`},
		{"set without a value", "", "credential set x --kind bearer --host h", 2, `^$`, `stdin holds no value`},
		{"set of a broken token", "a secret-value", "credential set x --kind bearer --host h", 2, `^$`, `white space`},
		{"set of an unknown kind", "secret-value", "credential set x --kind magic --host h", 2, `^$`, `no kind`},
		{"test tells the status", "", "credential test api URL/a?b=c", 4, `^401 in \d+ ms, with Authorization\n$`, `does not take`},
		{"rotate", "good-token", "credential rotate api --stdin", 0, `^$`, `new value`},
		{"test again", "", "credential test api URL", 0, `^200 in \d+ ms, with Authorization\n$`, ``},
		{"test as JSON", "", "credential test api URL --json", 0, `"status": 200`, ``},
		{"set a header again", "good-key", "credential set key --kind header --header X-Key --host 127.0.0.1", 0, `^$`, `is set`},
		{"test a header", "", "credential test key URL", 0, `^200 in \d+ ms, with X-Key\n$`, ``},
		{"test on another host", "", "credential test api http://localhost:1/", 4, `^$`, `not for this host`},
		{"test without an answer", "", "credential test api http://127.0.0.1:1/", 1, `^$`, `ECONNREFUSED`},
		{"test what is no URL", "", "credential test api localhost", 2, `^$`, `give the URL`},
		{"test of an unknown name", "", "credential test none URL", 3, `^$`, `not found`},
		{"rotate the key", "", "key rotate", 0, `^$`, `2 credentials are encrypted anew`},
		{"test under the new key", "", "credential test api URL", 0, `^200`, ``},
		{"list", "", "credential list", 0, `(?m)^api +bearer +127\.0\.0\.1 +20.*credential-test$`, `^$`},
		{"list as JSON", "", "credential list --json", 0, `"count": 2`, `^$`},
		{"the audit knows", "", "audit", 0, `(?s)auth.credential.created.*auth.credential.tested.*auth.key.rotated`, ``},
		{"remove", "", "credential rm api", 0, `^$`, `is removed`},
		{"remove again", "", "credential rm api", 3, `^$`, `not found`},
		{"rotate an unknown one", "v", "credential rotate api", 3, `^$`, `not found`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			args := strings.Fields(strings.ReplaceAll(tc.args, "URL", api.URL))
			stdout, stderr, code := runIn(t, dir, tc.stdin, args...)
			if code != tc.code || !regexp.MustCompile(tc.stdout).MatchString(stdout) || !regexp.MustCompile(tc.stderr).MatchString(stderr) {
				t.Errorf("exit %d, want %d\n%s%s", code, tc.code, stdout, stderr)
			}
			for _, value := range []string{"bad-token", "good-token", "good-key", "secret-value"} {
				if strings.Contains(stdout+stderr, value) {
					t.Errorf("a value is shown:\n%s%s", stdout, stderr)
				}
			}
		})
	}
	key := filepath.Join(dir, "master.key")
	if err := os.Chmod(key, 0o644); err != nil {
		t.Fatal(err)
	}
	if _, stderr, code := runIn(t, dir, "", "credential", "test", "key", api.URL); code != 4 || !strings.Contains(stderr, "chmod 600") {
		t.Errorf("a key that others can read: exit %d, %s", code, stderr)
	}
	if err := os.WriteFile(filepath.Join(dir, "flows.json"), []byte(fmt.Sprintf(helloFlow, "")), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, stderr, code := runIn(t, dir, "", "run", "-p", "0", dir); code != 2 || !strings.Contains(stderr, "chmod 600") {
		t.Errorf("run with such a key: exit %d, %s", code, stderr)
	}
}

// T5 and T6: a run in which flows print, throw and fail with every secret they have
// leaves none of them in what it prints, logs and stores.
func TestARunShowsNoSecret(t *testing.T) {
	api := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintf(w, "%s %s", r.URL, r.Header) // an API that repeats what it was told
	}))
	defer api.Close()
	secrets := map[string]string{
		"the token of a credential": "named-token/with+signs=",
		"its value before":          "named-value-that-was",
		"the password of a node":    "nöde password 1",
		"a password in a URL":       "userinfo-pass",
		"a parameter of a query":    "query-secret-9",
		"a token of the caller":     "",
		"the credential secret":     "the-credential-secret",
	}
	flow := fmt.Sprintf(`[{"id":"t","type":"tab","label":"Tab"},
		{"id":"i1","type":"http in","z":"t","url":"/named","method":"get","x":1,"y":1,"wires":[["r1"]]},
		{"id":"r1","type":"http request","z":"t","url":"%[1]s/x?token=query-secret-9","method":"GET","credentialRef":"api","x":1,"y":1,"wires":[["d","f","o"]]},
		{"id":"i2","type":"http in","z":"t","url":"/basic","method":"get","x":1,"y":1,"wires":[["r2"]]},
		{"id":"r2","type":"http request","z":"t","url":"%[1]s","authType":"basic","method":"GET","x":1,"y":1,"wires":[["d","f","o"]]},
		{"id":"i3","type":"http in","z":"t","url":"/fails","method":"get","x":1,"y":1,"wires":[["r3"]]},
		{"id":"r3","type":"http request","z":"t","url":"http://me:userinfo-pass@127.0.0.1:1/?token=query-secret-9","method":"GET","x":1,"y":1,"wires":[["d","f","o"]]},
		{"id":"d","type":"debug","z":"t","console":true,"tosidebar":true,"complete":"true","x":1,"y":1,"wires":[]},
		{"id":"f","type":"function","z":"t","func":"node.warn(msg.payload); node.error(msg.payload); node.error(msg); throw new Error(msg.payload)","x":1,"y":1,"wires":[[]]},
		{"id":"o","type":"function","z":"t","func":"msg.payload = 'done'; return msg","x":1,"y":1,"wires":[["a"]]},
		{"id":"a","type":"http response","z":"t","x":1,"y":1,"wires":[]}]`, api.URL)
	dir := layOutFiles(t, map[string]string{"flows.json": flow, "secret": secrets["the credential secret"] + "\n", "plain.json": `{"r2":{"user":"someone","password":"nöde password 1"}}`})
	must := func(stdin string, args ...string) string {
		t.Helper()
		stdout, stderr, code := runIn(t, dir, stdin, append(args, "--credential-secret-file", filepath.Join(dir, "secret"))...)
		if code != 0 {
			t.Fatalf("%v: exit %d\n%s", args, code, stderr)
		}
		return stdout
	}
	must(secrets["its value before"], "credential", "set", "api", "--kind", "bearer", "--host", "127.0.0.1")
	must(secrets["the token of a credential"], "credential", "rotate", "api")
	must("", "credentials", "import", filepath.Join(dir, "plain.json"))
	secrets["a token of the caller"] = strings.TrimSpace(must("", "token", "create", "--name", "ci"))
	os.Remove(filepath.Join(dir, "plain.json"))
	os.Remove(filepath.Join(dir, "flows.json.copy"))

	stdout, stderr := start(t, "run", "--auth", "bearer", "-p", "0", "--credential-secret-file", filepath.Join(dir, "secret"), dir)
	base := stderr.wait(t, `on (http://\S+)\n`)[1]
	var refused string
	for _, path := range []string{"/named", "/basic", "/fails"} {
		if status, body := ask(t, base+path, secrets["a token of the caller"]); status != 200 || body != "done" {
			t.Errorf("%s: %d %s", path, status, body)
		}
		_, body := ask(t, base+path+"?access_token="+secrets["a token of the caller"], "wrong-"+secrets["a token of the caller"])
		refused += body
	}
	stderr.wait(t, `ECONNREFUSED`)

	if n := strings.Count(stderr.text.String(), "[redacted]"); n < 10 {
		t.Errorf("only %d secrets were taken out of the log: the flows did not print them", n)
	}
	places := map[string]string{"stdout": stdout.text.String(), "stderr": stderr.text.String(), "the answers to refused requests": refused}
	err := filepath.WalkDir(dir, func(path string, entry os.DirEntry, err error) error {
		if err == nil && !entry.IsDir() && entry.Name() != "secret" && entry.Name() != "flows.json" {
			text, readErr := os.ReadFile(path)
			places[entry.Name()], err = string(text), readErr
		}
		return err
	})
	if err != nil || places["sluice.db"] == "" || places["flows_cred.json"] == "" {
		t.Fatalf("%v: not all files were looked at", err)
	}
	for place, text := range places {
		for what, secret := range secrets {
			if place == "flows.json" {
				continue
			}
			for _, spelling := range []string{secret, url.QueryEscape(secret), url.PathEscape(secret), base64.StdEncoding.EncodeToString([]byte(secret)),
				base64.StdEncoding.EncodeToString([]byte("someone:" + secret)), base64.StdEncoding.EncodeToString([]byte("me:" + secret))} {
				if strings.Contains(text, spelling) {
					t.Errorf("%s shows %s as %q", place, what, spelling)
				}
			}
		}
	}
}

func TestAMasterKeyOfTheEnvironment(t *testing.T) {
	one, two := strings.Repeat("A", 42)+"E=", strings.Repeat("B", 42)+"E="
	dir := t.TempDir()
	for _, tc := range []struct {
		key, args string
		code      int
		stderr    string
	}{
		{one, "credential set api --host 127.0.0.1", 0, "is set"},
		{one, "key rotate", 4, "NEW OLD"},
		{two, "credential test api http://127.0.0.1:1/", 1, "put that key back"},
		{two + " " + one, "key rotate", 0, "1 credentials"},
		{two, "credential test api http://127.0.0.1:1/", 1, "ECONNREFUSED"},
		{"short", "credential list", 4, "32 bytes"},
	} {
		t.Setenv("SLUICE_MASTER_KEY", tc.key)
		_, stderr, code := runIn(t, dir, "value-of-it", strings.Fields(tc.args)...)
		if code != tc.code || !strings.Contains(stderr, tc.stderr) || strings.Contains(stderr, tc.key) {
			t.Errorf("%s with %s: exit %d, want %d with %q: %s", tc.args, tc.key, code, tc.code, tc.stderr, stderr)
		}
	}
	if _, err := os.Stat(filepath.Join(dir, "master.key")); err == nil {
		t.Error("a key file was made beside the key of the environment")
	}
}
