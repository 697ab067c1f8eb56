package server

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"sluice/authz"
)

// A credential that was made by the API is sent by a test call to its host, and by
// none to another; the answer's body stays where it is.
func TestTheAPITriesACredentialAsAFlowWould(t *testing.T) {
	var got []string
	callee := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		got = append(got, r.Method+" "+r.Header.Get("X-Key"))
		w.WriteHeader(http.StatusTeapot)
		_, _ = io.WriteString(w, "a body that is nobody's business")
	}))
	defer callee.Close()
	s, h := start(t, map[string]string{"flows.json": "[]", "sluice.yaml": "auth: {mode: bearer}"})
	_, token, err := s.Store().Create(t.Context(), authz.Actor{}, authz.NewToken{Kind: authz.KindAdmin, Name: "admin"})
	if err != nil {
		t.Fatal(err)
	}
	call := func(path, body string) (int, string) {
		r := httptest.NewRequest("POST", "/_sluice/api/v1/credentials"+path, strings.NewReader(body))
		r.Header.Set("Authorization", "Bearer "+token)
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		return w.Code, w.Body.String()
	}
	host := strings.TrimPrefix(callee.URL, "http://")
	if status, body := call("", `{"name":"maps","kind":"header","header":"X-Key","hosts":["`+host+`"],"value":"the-secret-value"}`); status != 201 {
		t.Fatalf("%d %s", status, body)
	}
	status, body := call("/maps/test", `{"url":"`+callee.URL+`/me"}`)
	if status != 200 || !strings.Contains(body, `"status":418`) || !strings.Contains(body, `"sent":["X-Key"]`) || strings.Contains(body, "business") {
		t.Errorf("%d %s", status, body)
	}
	if status, body = call("/maps/test", `{"url":"http://localhost:1/"}`); status != 403 || !strings.Contains(body, "host_not_allowed") {
		t.Errorf("elsewhere: %d %s", status, body)
	}
	if len(got) != 1 || got[0] != "GET the-secret-value" {
		t.Errorf("called with %q", got)
	}
}
