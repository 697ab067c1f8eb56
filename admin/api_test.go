package admin

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"sluice/authz"
)

// 2.2: a token's whole life over the API.
func TestTokenAPI(t *testing.T) {
	s := newSite(t)
	p := s.api(t, s.admin, "POST", "/tokens", `{"name":" ci ","expiresAt":"2199-12-31","scopes":["GET:/hello",{"methods":["POST"],"path":"/orders"}],"ips":["127.0.0.0/8"]}`)
	made := p.json(t)
	id, _ := made["id"].(string)
	value, _ := made["token"].(string)
	if p.status != 201 || p.header.Get("Location") != apiPath+"/tokens/"+id || made["name"] != "ci" || made["state"] != "active" || made["expiresAt"] != "2199-12-31T00:00:00Z" ||
		!strings.HasPrefix(value, "sluh_") || made["lastUsedAt"] != nil || p.header.Get("Cache-Control") != "no-store" {
		t.Fatalf("create: %d %s", p.status, p.body)
	}
	use := func(value string) int {
		return s.browser(t).do("GET", "/hello", "", "Authorization", "Bearer "+value).status
	}
	if got := use(value); got != 200 {
		t.Errorf("use: %d", got)
	}
	if p := s.api(t, s.admin, "GET", "/tokens/"+id, ""); p.status != 200 || strings.Contains(p.body, value) || p.json(t)["token"] != nil {
		t.Errorf("show: %d %s", p.status, p.body)
	}
	if p := s.api(t, s.admin, "PATCH", "/tokens/"+id, `{"name":"build"}`); p.json(t)["name"] != "build" || p.json(t)["expiresAt"] == nil {
		t.Errorf("rename keeps the expiry: %d %s", p.status, p.body)
	}
	if p := s.api(t, s.admin, "PATCH", "/tokens/"+id, `{"expiresAt":null,"scopes":["GET:/hello"]}`); p.status != 200 || p.json(t)["expiresAt"] != nil || len(p.json(t)["scopes"].([]any)) != 1 {
		t.Errorf("shrink: %d %s", p.status, p.body)
	}
	if p := s.api(t, s.admin, "PATCH", "/tokens/"+id, `{"scopes":[]}`); p.status != 409 {
		t.Errorf("T9: scopes grow: %d %s", p.status, p.body)
	}
	p = s.api(t, s.admin, "POST", "/tokens/"+id+"/rotate", `{"graceSeconds":60}`)
	second, _ := p.json(t)["token"].(string)
	if p.status != 200 || second == value || use(value) != 200 || use(second) != 200 {
		t.Errorf("rotate with grace: %d %s", p.status, p.body)
	}
	p = s.api(t, s.admin, "POST", "/tokens/"+id+"/rotate", "")
	third, _ := p.json(t)["token"].(string)
	if p.status != 200 || use(second) != 401 || use(third) != 200 {
		t.Errorf("rotate: %d %s", p.status, p.body)
	}
	for range 2 {
		if p := s.api(t, s.admin, "DELETE", "/tokens/"+id, ""); p.status != 204 || p.body != "" {
			t.Errorf("revoke: %d %s", p.status, p.body)
		}
	}
	if got := use(third); got != 401 {
		t.Errorf("after revoking: %d", got)
	}
	if p := s.api(t, s.admin, "POST", "/tokens/"+id+"/rotate", ""); p.status != 409 {
		t.Errorf("rotate a revoked one: %d", p.status)
	}
	var types []string
	events, err := s.store.Audit(ctx, authz.AuditQuery{Type: "auth.token."})
	for _, e := range events {
		if e.Subject == id {
			types = append(types, e.Type)
		}
	}
	want := []string{authz.EventCreated, authz.EventUpdated, authz.EventUpdated, authz.EventRotated, authz.EventRotated, authz.EventRevoked}
	if err != nil || !slices.Equal(types, want) {
		t.Errorf("audit %v, %v", types, err)
	}
}

func TestAPIErrors(t *testing.T) {
	s := newSite(t)
	if p := s.api(t, s.admin, "POST", "/tokens", `{"name":"taken"}`); p.status != 201 {
		t.Fatal(p.status)
	}
	const nobody = "01ARZ3NDEKTSV4RRFFQ69G5FAV"
	for _, tc := range []struct {
		name, method, path, body string
		status                   int
		code                     string
	}{
		{"no name", "POST", "/tokens", `{}`, 400, "invalid_name"},
		{"a taken name", "POST", "/tokens", `{"name":"Taken"}`, 409, "name_taken"},
		{"a past expiry", "POST", "/tokens", `{"name":"x","expiresAt":"2001-01-31"}`, 400, "invalid_expiry"},
		{"an expiry in numbers", "POST", "/tokens", `{"name":"x","expiresAt":5}`, 400, "invalid_expiry"},
		{"a bad scope", "POST", "/tokens", `{"name":"x","scopes":["api"]}`, 400, "invalid_scope"},
		{"a bad range", "POST", "/tokens", `{"name":"x","ips":["10.0.0.0/99"]}`, 400, "invalid_ip"},
		{"a bad kind", "POST", "/tokens", `{"name":"x","kind":"session"}`, 400, "invalid_kind"},
		{"an unknown member", "POST", "/tokens", `{"name":"x","scope":["/a"]}`, 400, "invalid_request"},
		{"two values", "POST", "/tokens", `{"name":"x"}{}`, 400, "invalid_request"},
		{"no JSON", "POST", "/tokens", `name=x`, 400, "invalid_request"},
		{"the wrong type", "POST", "/tokens", `{"name":5}`, 400, "invalid_request"},
		{"70 kB", "POST", "/tokens", `{"name":"` + strings.Repeat("x", 70<<10) + `"}`, 413, "too_large"},
		{"an unknown token", "GET", "/tokens/" + nobody, "", 404, "not_found"},
		{"a token's name", "GET", "/tokens/taken", "", 404, "not_found"},
		{"revoke an unknown one", "DELETE", "/tokens/" + nobody, "", 404, "not_found"},
		{"a bad limit", "GET", "/tokens?limit=x", "", 400, "invalid_request"},
		{"a negative grace", "POST", "/tokens/" + nobody + "/rotate", `{"graceSeconds":-1}`, 400, "invalid_grace"},
		{"a bad user name", "POST", "/users", `{"username":"a b"}`, 400, "invalid_username"},
		{"a taken user name", "POST", "/users", `{"username":"OLGA"}`, 409, "name_taken"},
		{"a common password", "POST", "/users", `{"username":"x","password":"password1"}`, 400, "invalid_password"},
		{"no hash", "POST", "/users", `{"username":"x","passwordHash":"plain"}`, 400, "invalid_password"},
		{"a bad address", "POST", "/users", `{"username":"x","email":"x"}`, 400, "invalid_email"},
		{"an unknown user", "GET", "/users/" + nobody, "", 404, "not_found"},
		{"the instance's team", "DELETE", "/teams/" + s.team.ID, "", 409, "in_use"},
		{"a taken team", "POST", "/teams", `{"name":"Default"}`, 409, "name_taken"},
		{"an unknown team", "GET", "/teams/" + nobody, "", 404, "not_found"},
		{"an unknown role", "POST", "/teams/" + s.team.ID + "/members", `{"user":"stan","role":"king"}`, 400, "invalid_role"},
		{"no role", "POST", "/teams/" + s.team.ID + "/members", `{"user":"stan"}`, 400, "invalid_role"},
		{"an unknown member", "DELETE", "/teams/" + s.team.ID + "/members/stan", "", 404, "not_found"},
		{"an unknown session", "DELETE", "/sessions/" + nobody, "", 404, "not_found"},
		{"a bad period", "GET", "/audit?since=soon", "", 400, "invalid_since"},
		{"another method", "PUT", "/tokens", "", 405, "method_not_allowed"},
	} {
		p := s.api(t, s.admin, tc.method, tc.path, tc.body)
		if p.status != tc.status || p.json(t)["error"] != tc.code || p.json(t)["error_description"] == "" {
			t.Errorf("%s: %d %s, want %d %s", tc.name, p.status, p.body, tc.status, tc.code)
		}
	}
}

// T9, 1.2: who gets into the API, and what an answer tells who does not.
func TestAPIRefuses(t *testing.T) {
	s := newSite(t)
	_, http, err := s.store.Create(ctx, test, authz.NewToken{Name: "h"})
	if err != nil {
		t.Fatal(err)
	}
	_, narrow, err := s.store.Create(ctx, test, authz.NewToken{Kind: authz.KindAdmin, Name: "narrow", Scopes: []authz.Scope{scope(t, "GET:/_sluice/api/v1/tokens/*"), scope(t, "POST:/_sluice/api/v1/tokens")}})
	if err != nil {
		t.Fatal(err)
	}
	for _, tc := range []struct {
		name, token, method, path, body string
		status                          int
		challenge                       string
	}{
		{"nobody", "", "GET", "/tokens", "", 401, `Bearer realm="sluice"`},
		{"an endpoint's token", http, "POST", "/tokens", `{"name":"x"}`, 401, "token not recognised"},
		{"nonsense", "a b", "GET", "/tokens", "", 400, "whitespace"},
		{"an admin token on an endpoint", "", "GET", "", "", 401, "token not recognised"},
		{"an admin token within its scopes", narrow, "GET", "/tokens", "", 200, ""},
		{"an admin token beyond its scopes", narrow, "GET", "/users", "", 403, "insufficient_scope"},
		{"a limited admin token makes no unlimited one", narrow, "POST", "/tokens", `{"name":"y","kind":"admin"}`, 403, ""},
	} {
		p := s.api(t, tc.token, tc.method, tc.path, tc.body)
		if tc.path == "" {
			p = s.browser(t).do("GET", "/hello", "", "Authorization", "Bearer "+s.admin)
		}
		if p.status != tc.status || !strings.Contains(p.header.Get("WWW-Authenticate"), tc.challenge) {
			t.Errorf("%s: %d %v %s", tc.name, p.status, p.header, p.body)
		}
	}
	olga := s.as(t, "olga")
	if p := olga.do("POST", apiPath+"/tokens", `{"name":"z","kind":"admin"}`); p.status != 403 {
		t.Errorf("an owner makes an admin token: %d", p.status)
	}
	if p := olga.do("POST", apiPath+"/tokens", `{"name":"z"}`); p.status != 201 {
		t.Errorf("an owner makes a token: %d %s", p.status, p.body)
	}
	if p := s.as(t, "mia").do("POST", apiPath+"/tokens", `{"name":"w"}`); p.status != 403 || p.json(t)["error"] != "forbidden" {
		t.Errorf("a member makes a token: %d %s", p.status, p.body)
	}
	if p := olga.do("POST", apiPath+"/tokens", `{"name":"v"}`, "Sec-Fetch-Site", "cross-site"); p.status != 403 || p.json(t)["error"] != "csrf" {
		t.Errorf("another site makes a token: %d %s", p.status, p.body)
	}
	deadline := time.Now().Add(5 * time.Second)
	for denied := 0; denied < 5; { // the audit of refused requests is written within a poll
		events, err := s.store.Audit(ctx, authz.AuditQuery{Type: authz.EventDenied})
		if denied = len(events); err != nil || time.Now().After(deadline) {
			t.Fatalf("audit %v, %v", events, err)
		}
	}
}

func scope(t *testing.T, text string) authz.Scope {
	s, err := authz.ParseScope(text)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// Users, teams, members and sessions by the API.
func TestUserAPI(t *testing.T) {
	s := newSite(t)
	call := func(method, path, body string, status int) map[string]any {
		t.Helper()
		p := s.api(t, s.admin, method, path, body)
		if p.status != status {
			t.Fatalf("%s %s: %d %s", method, path, p.status, p.body)
		}
		if p.body == "" {
			return nil
		}
		return p.json(t)
	}
	u := call("POST", "/users", fmt.Sprintf(`{"username":"ada","name":"Ada","email":"ada@example.com","passwordHash":%q}`, cheapHash), 201)
	id := u["id"].(string)
	if u["password"] != nil || u["passwordHash"] != nil || u["disabledAt"] != nil {
		t.Errorf("made %v", u)
	}
	call("POST", "/teams/"+s.team.ID+"/members", `{"user":"ada","role":"owner"}`, 201)
	if m := call("GET", "/teams/"+s.team.ID+"/members", "", 200); m["count"] != 3.0 {
		t.Errorf("members %v", m)
	}
	b := s.as(t, "ada")
	if p := b.get("/hello"); p.status != 200 {
		t.Errorf("as an owner: %d", p.status)
	}
	call("PATCH", "/teams/"+s.team.ID+"/members/"+id, `{"role":"none"}`, 200)
	if p := b.get("/hello"); p.status != 403 {
		t.Errorf("lowered: %d", p.status)
	}
	call("DELETE", "/teams/"+s.team.ID+"/members/"+id, "", 204)
	sessions := call("GET", "/sessions", "", 200)
	first := sessions["sessions"].([]any)[0].(map[string]any)
	if first["username"] != "ada" || strings.Contains(fmt.Sprint(first), "slus_") {
		t.Errorf("sessions %v", sessions)
	}
	if p := b.do("GET", apiPath+"/sessions", ""); p.json(t)["count"] != 1.0 {
		t.Errorf("one's own: %s", p.body)
	}
	call("DELETE", "/sessions/"+first["id"].(string), "", 204)
	if p := b.get("/hello"); p.status != 302 {
		t.Errorf("ended: %d", p.status)
	}
	call("PATCH", "/users/"+id, `{"password":"another horse","email":null,"admin":true}`, 200)
	if got := call("GET", "/users/"+id, "", 200); got["email"] != nil || got["admin"] != true {
		t.Errorf("changed %v", got)
	}
	call("POST", "/users/"+id+"/logout", "", 200)
	call("DELETE", "/users/"+id, "", 204)
	call("GET", "/users/"+id, "", 404)
	team := call("POST", "/teams", `{"name":"ops"}`, 201)["id"].(string)
	call("PATCH", "/teams/"+team, `{"name":"ops 2"}`, 200)
	if got := call("GET", "/teams", "", 200); got["count"] != 2.0 {
		t.Errorf("teams %v", got)
	}
	call("DELETE", "/teams/"+team, "", 204)
	audit := call("GET", "/audit?type=auth.user.&limit=3&since=1h", "", 200)
	if audit["count"] != 3.0 || strings.Contains(fmt.Sprint(audit), "$2a$") {
		t.Errorf("audit %v", audit)
	}
}

// The list is filtered and cut into pages that together hold every token once.
func TestTokenListPages(t *testing.T) {
	s := newSite(t)
	for i := range 25 {
		if _, _, err := s.store.Create(ctx, test, authz.NewToken{Name: fmt.Sprint("t", i)}); err != nil {
			t.Fatal(err)
		}
	}
	seen := map[string]bool{}
	for cursor := ""; ; {
		list := s.api(t, s.admin, "GET", "/tokens?limit=10&state=active&cursor="+cursor, "").json(t)
		for _, token := range list["tokens"].([]any) {
			seen[token.(map[string]any)["name"].(string)] = true
		}
		if list["count"] != 26.0 {
			t.Fatalf("count %v", list["count"])
		}
		next, more := list["next"].(string)
		if !more {
			break
		}
		cursor = next
	}
	if len(seen) != 26 {
		t.Errorf("%d of 26", len(seen))
	}
	if list := s.api(t, s.admin, "GET", "/tokens?q=T24", "").json(t); list["count"] != 1.0 {
		t.Errorf("search: %v", list)
	}
}

// T24: of many creations of one name exactly one wins, and of many rotations the
// last one's value is the one that works.
func TestConcurrentAPI(t *testing.T) {
	s := newSite(t)
	statuses := make([]int, 10)
	var wg sync.WaitGroup
	for i := range statuses {
		wg.Go(func() { statuses[i] = s.api(t, s.admin, "POST", "/tokens", `{"name":"one"}`).status })
	}
	wg.Wait()
	slices.Sort(statuses)
	if statuses[0] != 201 || statuses[1] != 409 || statuses[9] != 409 {
		t.Errorf("creations: %v", statuses)
	}
	one, err := s.store.Find(ctx, "one")
	if err != nil {
		t.Fatal(err)
	}
	values := make([]string, 10)
	for i := range values {
		wg.Go(func() {
			values[i], _ = s.api(t, s.admin, "POST", "/tokens/"+one.ID+"/rotate", "").json(t)["token"].(string)
		})
	}
	wg.Wait()
	working := 0
	for _, value := range values {
		if s.browser(t).do("GET", "/hello", "", "Authorization", "Bearer "+value).status == 200 {
			working++
		}
	}
	if working != 1 {
		t.Errorf("%d of 10 rotated values work", working)
	}
}

// The routes and their description name the same paths and methods, and every
// route but the description asks who is calling.
func TestOpenAPIDescribesTheRoutes(t *testing.T) {
	var doc struct {
		Paths      map[string]map[string]json.RawMessage
		Components struct{ Parameters, Schemas, Responses map[string]any }
	}
	if err := json.Unmarshal(openAPI, &doc); err != nil {
		t.Fatal(err)
	}
	var described, served []string
	for path, methods := range doc.Paths {
		for method, text := range methods {
			if method == "parameters" {
				continue
			}
			described = append(described, strings.ToUpper(method)+" "+apiPath+path)
			var op struct {
				OperationID string
				Responses   map[string]any
			}
			if err := json.Unmarshal(text, &op); err != nil || op.OperationID == "" || len(op.Responses) < 3 {
				t.Errorf("%s %s: %s %v", method, path, text, err)
			}
		}
	}
	for _, e := range slices.Concat(apiRoutes, credentialRoutes, statusRoutes) {
		if !e.open || e.path == ticketRoute.path {
			served = append(served, e.method+" "+e.path)
		} else if !strings.HasSuffix(e.path, "/openapi.json") {
			t.Errorf("%s is open", e.path)
		}
	}
	slices.Sort(described)
	slices.Sort(served)
	if !slices.Equal(described, served) {
		t.Errorf("described %q\nserved    %q", described, served)
	}
	for _, ref := range regexp.MustCompile(`"#/components/(\w+)/(\w+)"`).FindAllStringSubmatch(string(openAPI), -1) {
		found := map[string]map[string]any{"parameters": doc.Components.Parameters, "schemas": doc.Components.Schemas, "responses": doc.Components.Responses}
		if found[ref[1]][ref[2]] == nil {
			t.Errorf("%s is not there", ref[0])
		}
	}
	s := newSite(t)
	if p := s.browser(t).do("GET", apiPath+"/openapi.json", ""); p.status != 200 || p.header.Get("Content-Type") != "application/json" {
		t.Errorf("served: %d %v", p.status, p.header)
	}
}

// FlowFuse's routes answer in FlowFuse's shapes, once they are turned on.
func TestFlowFuseRoutes(t *testing.T) {
	if p := newSite(t).browser(t).do("GET", "/api/v1/projects/x/httpTokens", ""); p.status != 401 || p.header.Get("Content-Security-Policy") != "" {
		t.Errorf("off: %d %v", p.status, p.header)
	}
	s := newSite(t, func(_ *site, o *Options) { o.FlowFuse = true })
	call := func(method, path, body string) page {
		return s.browser(t).do(method, "/api/v1/projects/x/httpTokens"+path, body, "Authorization", "Bearer "+s.admin)
	}
	p := call("POST", "", `{"name":"ff","scope":"","expiresAt":"2199-12-31T00:00:00.000Z"}`)
	made := p.json(t)
	if p.status != 200 || made["expiresAt"] != "2199-12-31T00:00:00.000Z" || made["token"] == nil || len(made) != 4 {
		t.Errorf("create: %d %s", p.status, p.body)
	}
	if p := call("GET", "", ""); p.status != 200 || p.json(t)["count"] != 1.0 {
		t.Errorf("list: %d %s", p.status, p.body)
	}
	if p := call("PUT", "/"+made["id"].(string), `{"expiresAt":null}`); p.status != 200 || p.json(t)["expiresAt"] != nil {
		t.Errorf("update: %d %s", p.status, p.body)
	}
	if p := call("POST", "", `{"name":"x","scope":["GET:/a"]}`); p.status != 400 {
		t.Errorf("a scope: %d", p.status)
	}
	if p := call("DELETE", "/"+made["id"].(string), ""); p.status != 201 {
		t.Errorf("delete: %d", p.status)
	}
	if p := call("GET", "", ""); p.json(t)["count"] != 0.0 {
		t.Errorf("afterwards: %s", p.body)
	}
}

// A ticket is got with what opens endpoints: a token, or a session of this site.
func TestWebSocketTickets(t *testing.T) {
	s := newSite(t)
	_, token, err := s.store.Create(ctx, test, authz.NewToken{Name: "t"})
	if err != nil {
		t.Fatal(err)
	}
	ask := func(b *browser, header ...string) page { return b.do("POST", apiPath+"/ws-ticket", "", header...) }
	for name, tc := range map[string]struct {
		p      page
		status int
	}{
		"a token":        {ask(s.browser(t), "Authorization", "Bearer "+token), 201},
		"a session":      {ask(s.as(t, "mia")), 201},
		"nobody":         {ask(s.browser(t)), 401},
		"an admin token": {ask(s.browser(t), "Authorization", "Bearer "+s.admin), 401},
		"another site":   {ask(s.as(t, "mia"), "Sec-Fetch-Site", "cross-site"), 403},
	} {
		if tc.p.status != tc.status || tc.p.header.Get("Cache-Control") != "no-store" {
			t.Errorf("%s: %d %s", name, tc.p.status, tc.p.body)
		}
		if ticket, _ := tc.p.json(t)["ticket"].(string); (ticket != "") != (tc.status == 201) {
			t.Errorf("%s: ticket %q", name, ticket)
		}
	}
	ticket := ask(s.browser(t), "Authorization", "Bearer "+token).json(t)["ticket"].(string)
	if p := s.browser(t).do("GET", "/hello?ticket="+ticket, "", "Connection", "Upgrade", "Upgrade", "websocket"); p.status != 200 || p.body != "flow ran for token" {
		t.Errorf("the websocket: %d %s", p.status, p.body)
	}
	if strings.Contains(s.log.String(), ticket) {
		t.Error("the log holds a ticket")
	}
}
