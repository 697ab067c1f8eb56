package server

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"sluice/authz"
)

// Files are read by the paths that the guard judges: no spelling leads past a rule, or
// past a token's scopes, to a file, whether the rest is open or not.
func TestNoSpellingReadsAGuardedFile(t *testing.T) {
	spellings := strings.Fields(`ROOT/admin/secret.txt ROOT/ADMIN/secret.txt ROOT//admin/secret.txt ROOT/./admin/secret.txt ROOT/x/../admin/secret.txt ROOT/admin//secret.txt ROOT/admin/./secret.txt
		ROOT/admin%2fsecret.txt ROOT/admin%2Fsecret.txt ROOT/%2fadmin/secret.txt ROOT/%2fadmin%2fsecret.txt ROOT/admin/%2fsecret.txt ROOT/admin%2f/secret.txt ROOT/admin%2f ROOT/admin%2f.%2fsecret.txt
		ROOT/x%2f..%2fadmin/secret.txt ROOT/x%2f../admin/secret.txt ROOT/open/..%2fadmin%2fsecret.txt ROOT/open/%2e%2e%2fadmin%2fsecret.txt ROOT/open%2f..%2fadmin/secret.txt ROOT/open/../admin/secret.txt
		ROOT/admin%5csecret.txt ROOT/admin\secret.txt ROOT/open\..\admin\secret.txt ROOT/open/..%5cadmin%5csecret.txt ROOT/%61dmin/secret.txt ROOT/admin/%73ecret%2etxt ROOT/admin/secret.txt/ ROOT/admin;/secret.txt
		ROOT/admin%252fsecret.txt ROOT/open/%252e%252e%252fadmin/secret.txt ROOT/admin%00/secret.txt ROOT/admin%c0%afsecret.txt ROOT/%2e/admin/secret.txt ROOT/admin ROOT/admin/ ROOT/admin?x http://hROOT/admin/secret.txt`)
	for _, root := range []string{"", "/f"} {
		for _, rule := range []string{"{path: ROOT/admin/*, modes: [bearer]}", "{path: ROOT/admin/secret.txt, modes: [bearer]}"} {
			dir := layOut(t, map[string]string{"flows.json": "[]", "files/admin/secret.txt": "SECRET", "files/admin/index.html": "SECRET", "files/open/a.txt": "open",
				"sluice.yaml": strings.ReplaceAll("auth:\n  mode: none\n  policies:\n    - "+rule+"\n", "ROOT", root)})
			writeFile(t, dir+"/settings.js", "module.exports = {httpStatic: [{path: '"+dir+"/files', root: '"+root+"/'}]}")
			p := listenIn(t, dir)
			if _, value, err := p.store.Create(t.Context(), authz.Actor{}, authz.NewToken{Name: "t", Scopes: []authz.Scope{scope(t, root+"/open/*")}}); err != nil {
				t.Fatal(err)
			} else {
				p.names = []string{"SCOPED", value}
			}
			whole := strings.HasSuffix(strings.Fields(rule)[1], "*,")
			for _, target := range spellings {
				target = strings.ReplaceAll(target, "ROOT", root)
				for _, fields := range [][]string{nil, {"Authorization: Bearer SCOPED"}} {
					a := p.ask(t, "GET "+target, fields...)
					folder := !whole && !strings.Contains(target, "secret") // not what the rule is about
					if strings.Contains(a.body, "SECRET") && !folder || a.StatusCode/100 == 3 && !folder {
						t.Errorf("%s: GET %s %v: %d %s", rule, target, fields, a.StatusCode, a.body)
					}
				}
			}
			if a := p.ask(t, "GET "+root+"/open/a.txt"); a.body != "open" {
				t.Errorf("the open file: %d %s", a.StatusCode, a.body)
			}
		}
	}
}

// FuzzRulesAgainstFiles looks for a spelling that reads a file past a rule.
func FuzzRulesAgainstFiles(f *testing.F) {
	for _, seed := range []string{"/admin/secret.txt", "/admin%2fsecret.txt", "/x/..%2fadmin/secret.txt", "/f/admin/secret.txt", "/F/open/../admin/secret.txt", "/admin%5csecret.txt", "/%2e/admin/secret.txt", "//f//admin/secret.txt", "http://h/admin/secret.txt", "/f/..;/admin/secret.txt", "/f/%66/../admin/secret.txt"} {
		f.Add(seed)
	}
	dir := layOut(f, map[string]string{"flows.json": "[]", "files/admin/secret.txt": "SECRET", "files/open/a.txt": "open",
		"sluice.yaml": "auth:\n  mode: none\n  policies:\n    - {path: /admin/*, modes: [bearer]}\n    - {path: /f/admin/*, modes: [bearer]}\n"})
	writeFile(f, dir+"/settings.js", "module.exports = {httpStatic: ['"+dir+"/files', {path: '"+dir+"/files', root: '/f/'}]}")
	p := listenIn(f, dir)
	h := p.handler()
	f.Fuzz(func(t *testing.T, target string) {
		r, err := http.ReadRequest(bufioReader("GET " + target + " HTTP/1.1\r\nHost: h\r\n\r\n"))
		if err != nil {
			return // nor does the server take it
		}
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if strings.Contains(w.Body.String(), "SECRET") {
			t.Errorf("%q: %d %s", target, w.Code, w.Body)
		}
	})
}
