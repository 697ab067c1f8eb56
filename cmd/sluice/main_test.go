package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"
)

const helloFlow = `[{"id":"t","type":"tab","label":"Tab"},
	{"id":"in","type":"http in","z":"t","url":"/hello","method":"get","x":1,"y":1,"wires":[["tpl"]]},
	{"id":"tpl","type":"template","z":"t","template":"hello","x":1,"y":1,"wires":[["out"]]},
	{"id":"out","type":"http response","z":"t","x":1,"y":1,"wires":[]}%s]`

// layOutFiles writes a user directory.
func layOutFiles(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestBadInputGetsOneSentenceAndItsExitCode(t *testing.T) {
	busy, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer busy.Close()
	port := fmt.Sprint(busy.Addr().(*net.TCPAddr).Port)
	flow := fmt.Sprintf(helloFlow, "")
	for _, tc := range []struct {
		name  string
		files map[string]string
		args  []string // DIR stands for the user directory
		code  int
		want  string
	}{
		{"broken JSON", map[string]string{"flows.json": "[{\n\"id\": }]"}, []string{"run", "-p", "0", "DIR"}, 2, "flows.json:2"},
		{"flows that are no list", map[string]string{"flows.json": `"x"`}, []string{"run", "-p", "0", "DIR"}, 2, "flows.json"},
		{"a missing flow file", nil, []string{"run", "-p", "0", "DIR"}, 3, "there is no flow file"},
		{"a missing user directory", nil, []string{"run", "DIR/nowhere"}, 3, "there is no user directory"},
		{"a port in use", map[string]string{"flows.json": flow}, []string{"run", "-p", port, "DIR"}, 1, "port " + port + " on 127.0.0.1 is in use"},
		{"no guard off loopback", map[string]string{"flows.json": flow}, []string{"run", "--host", "0.0.0.0", "-p", "0", "DIR"}, 4, "without a guard"},
		{"an unknown guard", map[string]string{"flows.json": flow}, []string{"run", "--auth", "open", "DIR"}, 2, `"open"`},
		{"an unknown flag", nil, []string{"run", "--no-such"}, 2, "unknown flag"},
		{"an unknown command", nil, []string{"serve"}, 2, "unknown command"},
		{"two arguments", nil, []string{"run", "a", "b"}, 2, "accepts at most 1 arg"},
		{"broken settings", map[string]string{"flows.json": flow, "settings.js": "module.exports = {"}, []string{"run", "-p", "0", "DIR"}, 2, "settings.js"},
		{"a misspelt guard", map[string]string{"flows.json": flow, "sluice.yaml": "atuh: {}"}, []string{"run", "-p", "0", "DIR"}, 2, "atuh"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			dir := layOutFiles(t, tc.files)
			for i := range tc.args {
				tc.args[i] = strings.Replace(tc.args[i], "DIR", dir, 1)
			}
			var stdout, stderr bytes.Buffer
			code := run(t.Context(), tc.args, &stdout, &stderr)
			if code != tc.code || !strings.Contains(stderr.String(), tc.want) || strings.Count(strings.TrimSpace(stderr.String()), "\n") > 0 {
				t.Errorf("exit %d, want %d with %q in one line:\n%s%s", code, tc.code, tc.want, &stdout, &stderr)
			}
			for name, text := range tc.files {
				if got, _ := os.ReadFile(filepath.Join(dir, name)); string(got) != text {
					t.Errorf("%s was changed", name)
				}
			}
		})
	}
}

func TestCheckTellsWhichEndpointsRun(t *testing.T) {
	dir := layOutFiles(t, map[string]string{"flows.json": fmt.Sprintf(helloFlow, `,
		{"id":"in2","type":"http in","z":"t","url":"/odd","method":"post","x":1,"y":1,"wires":[["odd"]]},
		{"id":"odd","type":"very odd","name":"Odd","z":"t","x":1,"y":1,"wires":[["out"]]}`)})
	var stdout, stderr bytes.Buffer
	if code := run(t.Context(), []string{"check", "--json", dir}, &stdout, &stderr); code != 1 {
		t.Errorf("exit %d: %s", code, &stderr)
	}
	var result checkResult
	if err := json.Unmarshal(stdout.Bytes(), &result); err != nil {
		t.Fatal(err)
	}
	if len(result.Endpoints) != 2 || !result.Endpoints[0].Runs || result.Endpoints[1].Runs {
		t.Fatalf("endpoints %+v", result.Endpoints)
	}
	if reason := result.Endpoints[1].Reason; !strings.Contains(reason, "very odd") || !strings.Contains(reason, "odd") {
		t.Errorf("reason %q", reason)
	}
	stdout.Reset()
	run(t.Context(), []string{"check", dir}, &stdout, &stderr)
	for _, want := range []string{"GET /hello  runs\n", "POST /odd  blocked: it leads to the very odd node odd"} {
		if !strings.Contains(stdout.String(), want) {
			t.Errorf("no %q in:\n%s", want, &stdout)
		}
	}
	stdout.Reset()
	withFunctions := layOutFiles(t, map[string]string{"flows.json": fmt.Sprintf(helloFlow, `,
		{"id":"f1","type":"function","name":"free","func":"msg.a = 1; return msg;","z":"t","x":1,"y":1,"wires":[]},
		{"id":"f2","type":"function","name":"bound","func":"flow.set('a', 1); return msg;","z":"t","x":1,"y":1,"wires":[]},
		{"id":"f4","type":"function","name":"wrong","func":"return (;","z":"t","x":1,"y":1,"wires":[]}`)})
	run(t.Context(), []string{"check", "--verbose", withFunctions}, &stdout, &stderr)
	for _, want := range []string{`function f1 "free": runs on every core`, `function f2 "bound": runs in turn with others: it uses flow`, `Left out: function node "wrong" (f4): `} {
		if !strings.Contains(stdout.String(), want) {
			t.Errorf("no %q in:\n%s", want, &stdout)
		}
	}
	if entries, _ := os.ReadDir(dir); len(entries) != 1 {
		t.Errorf("check left files: %v", entries)
	}
}

// lineWriter lets a test wait for what a running command prints.
type lineWriter struct {
	mu   sync.Mutex
	text strings.Builder
	more chan struct{}
}

func newLineWriter() *lineWriter { return &lineWriter{more: make(chan struct{}, 1)} }

func (w *lineWriter) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	select {
	case w.more <- struct{}{}:
	default:
	}
	return w.text.Write(p)
}

// wait returns the first match of pattern.
func (w *lineWriter) wait(t *testing.T, pattern string) []string {
	t.Helper()
	re := regexp.MustCompile(pattern)
	limit := time.After(20 * time.Second)
	for {
		w.mu.Lock()
		text := w.text.String()
		w.mu.Unlock()
		if m := re.FindStringSubmatch(text); m != nil {
			return m
		}
		select {
		case <-w.more:
		case <-limit:
			t.Fatalf("%s never came; got:\n%s", pattern, text)
		}
	}
}

// start runs a command until the test ends and expects it to exit with 0.
func start(t *testing.T, args ...string) (stdout, stderr *lineWriter) {
	stdout, stderr = newLineWriter(), newLineWriter()
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan int, 1)
	go func() { done <- run(ctx, args, stdout, stderr) }()
	t.Cleanup(func() {
		stop()
		if code := <-done; code != 0 {
			t.Errorf("%v: exit %d\n%s", args, code, stderr.text.String())
		}
	})
	return stdout, stderr
}

func ask(t *testing.T, url, token string) (status int, body string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res.StatusCode, string(text)
}

func TestRunServesBehindTokensAndRevokesAtOnce(t *testing.T) {
	dir := layOutFiles(t, map[string]string{"flows.json": fmt.Sprintf(helloFlow, "")})
	var token, stderr bytes.Buffer
	if code := run(t.Context(), []string{"token", "create", "--name", "ci", "-u", dir}, &token, &stderr); code != 0 {
		t.Fatalf("exit %d: %s", code, &stderr)
	}
	value := strings.TrimSpace(token.String())
	_, out := start(t, "run", "--auth", "bearer", "-p", "0", dir)
	url := out.wait(t, `on (http://\S+)\n`)[1] + "/hello"
	out.wait(t, `GET +/hello +bearer`)
	if status, _ := ask(t, url, ""); status != 401 {
		t.Errorf("without a token: %d", status)
	}
	if status, body := ask(t, url, value); status != 200 || body != "hello" {
		t.Errorf("with it: %d %s", status, body)
	}
	if code := run(t.Context(), []string{"token", "revoke", "ci", "-u", dir}, io.Discard, &stderr); code != 0 {
		t.Fatalf("exit %d: %s", code, &stderr)
	}
	revoked := time.Now()
	for {
		if status, _ := ask(t, url, value); status == 401 {
			break
		}
		if time.Since(revoked) > time.Second {
			t.Fatal("still valid a second after it was revoked elsewhere")
		}
	}
}

func TestTheDemonstrationShowsWhatItSays(t *testing.T) {
	out, _ := start(t, "demo")
	text := out.wait(t, `(?s)curl -i (\S+/token-demo)\n.*Bearer (\S+)' \S+/token-demo\n.*Bearer \S+' (\S+/call-b)\n`)
	if status, _ := ask(t, text[1], ""); status != 401 {
		t.Errorf("without a token: %d", status)
	}
	if status, body := ask(t, text[1], text[2]); status != 200 || !strings.Contains(body, `"token":"demo"`) {
		t.Errorf("with it: %d %s", status, body)
	}
	if status, body := ask(t, text[3], text[2]); status != 200 || !strings.Contains(body, "Hello from instance B") || !strings.Contains(body, "instance-a") {
		t.Errorf("A calls B: %d %s", status, body)
	}
}
