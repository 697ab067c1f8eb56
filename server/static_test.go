package server

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"sluice/config"
	"sluice/runtime/msg"
)

// statics lays out files and serves them as httpStatic says.
func statics(t *testing.T, settings *msg.Object) *Server {
	t.Helper()
	mounts, err := staticMounts(&config.Config{Settings: settings})
	if err != nil {
		t.Fatal(err)
	}
	return &Server{statics: mounts}
}

func folder(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range map[string]string{"index.html": "home", "a.txt": "0123456789", "sub/index.html": "sub", "sub/page.html": "page", ".git/config": "secret", ".well-known/x": "known", "empty/.keep": ""} {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink(filepath.Dir(dir), filepath.Join(dir, "out")); err != nil {
		t.Fatal(err)
	}
	return dir
}

func TestStaticFilesAreServedAsByExpress(t *testing.T) {
	dir := folder(t)
	s := statics(t, msg.NewObject("httpStatic", msg.NewArray(
		msg.NewObject("path", dir, "root", "/s/", "options", msg.NewObject("maxAge", "1d", "extensions", msg.NewArray("html"))), dir, filepath.Join(dir, "nowhere"))))
	for _, tc := range []struct {
		method, target, header string
		status                 int // 0: not answered
		want                   string
	}{
		{"GET", "/", "", 200, "home"},
		{"GET", "/s", "", 301, ""},
		{"GET", "/s/", "", 200, "home"},
		{"HEAD", "/s/a.txt", "", 200, ""},
		{"GET", "/S//a.txt?x", "", 200, "0123456789"},
		{"GET", "/s/a%2etxt", "", 200, "0123456789"},
		{"GET", "/s/sub/page", "", 200, "page"},
		{"GET", "/sub/page", "", 0, ""},
		{"GET", "/sub", "", 301, ""},
		{"GET", "/sub/", "", 200, "sub"},
		{"GET", "/empty/", "", 0, ""},
		{"GET", "/sa.txt", "", 0, ""},
		{"POST", "/a.txt", "", 0, ""},
		{"GET", "/.git/config", "", 0, ""},
		{"GET", "/.well-known/x", "", 200, "known"},
		{"GET", "/../a.txt", "", 0, ""},
		{"GET", "/%2e%2e/a.txt", "", 0, ""},
		{"GET", "/out/", "", 0, ""},
		{"GET", "/a.txt%00", "", 0, ""},
		{"GET", "/a.txt", "Range: bytes=2-4", 206, "234"},
		{"GET", "/a.txt", "Range: bytes=20-", 416, ""},
		{"GET", "/a.txt", "If-None-Match: *", 304, ""},
		{"GET", "/a.txt", `If-Match: "x"`, 412, ""},
	} {
		r := httptest.NewRequest(tc.method, "/", nil)
		r.RequestURI = tc.target
		if name, value, ok := strings.Cut(tc.header, ": "); ok {
			r.Header.Set(name, value)
		}
		w := httptest.NewRecorder()
		if answered := s.serveStatic(w, r); answered != (tc.status != 0) {
			t.Errorf("%s %s %s: answered %v", tc.method, tc.target, tc.header, answered)
		} else if answered && (w.Code != tc.status || tc.want != "" && w.Body.String() != tc.want) {
			t.Errorf("%s %s %s: got %d %s", tc.method, tc.target, tc.header, w.Code, w.Body)
		}
	}
}

func TestStaticFilesMayAskForAPassword(t *testing.T) {
	// The hash of "pass".
	pair := msg.NewObject("user", "u", "pass", "$2a$04$2edR9avxwxyzwvsYRwEyguhzFCI4jtL0lpmbcEL3gUzNgtAqQ1QZi")
	s := statics(t, msg.NewObject("httpStatic", folder(t), "httpStaticAuth", pair))
	r := httptest.NewRequest(http.MethodGet, "/a.txt", nil)
	w := httptest.NewRecorder()
	if s.serveStatic(w, r); w.Code != http.StatusUnauthorized || w.Body.String() != "Unauthorized" || w.Header().Get("WWW-Authenticate") != `Basic realm="Authorization Required"` {
		t.Errorf("got %d %s %v", w.Code, w.Body, w.Header())
	}
}

func TestStaticEntriesThatWouldBeOpenAreRefused(t *testing.T) {
	f := &msg.Func{Name: "check"}
	for name, settings := range map[string]*msg.Object{
		"a middleware":        msg.NewObject("httpStatic", msg.NewArray(msg.NewObject("path", "x", "middleware", f))),
		"a guard of no shape": msg.NewObject("httpStatic", "x", "httpStaticAuth", f),
		"half a pair":         msg.NewObject("httpStatic", "x", "httpStaticAuth", msg.NewObject("user", "u")),
		"dotfiles":            msg.NewObject("httpStatic", msg.NewObject("path", "x", "options", msg.NewObject("dotfiles", "maybe"))),
	} {
		if _, err := staticMounts(&config.Config{Settings: settings}); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}
