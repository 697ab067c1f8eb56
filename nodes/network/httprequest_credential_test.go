package network

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"sluice/authz"
	"sluice/nodes/nodetest"
	"sluice/runtime"
)

// keeper keeps named credentials for the flows of a test.
type keeper struct {
	t     testing.TB
	store *authz.Store
	keys  *authz.Keys

	mu   sync.Mutex      // guards kept
	kept map[string]bool // what a redactor is told
}

func newKeeper(t testing.TB) *keeper {
	t.Helper()
	dir := t.TempDir()
	store, err := authz.Open(context.Background(), filepath.Join(dir, "sluice.db"), authz.Options{})
	if err != nil {
		t.Fatal(err)
	}
	keys, err := authz.OpenKeys(filepath.Join(dir, "master.key"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := store.Close(); err != nil {
			t.Error(err)
		}
	})
	return &keeper{t: t, store: store, keys: keys}
}

// outgoing gives what is kept to one engine, which closes it.
func (k *keeper) outgoing() *authz.Outgoing {
	return authz.NewOutgoing(authz.OutgoingOptions{
		Open: func(context.Context) (*authz.Store, error) { return k.store, nil },
		Keys: k.keys,
		Keep: func(_ string, secrets ...string) {
			k.mu.Lock()
			defer k.mu.Unlock()
			if k.kept == nil {
				k.kept = map[string]bool{}
			}
			for _, s := range secrets {
				k.kept[s] = true
			}
		},
	})
}

func (k *keeper) set(name, kind, value string, settings authz.CredentialSettings, hosts ...string) {
	k.t.Helper()
	c := authz.Credential{Name: name, Kind: kind, Hosts: hosts, CredentialSettings: settings}
	if _, _, err := k.store.SetCredential(context.Background(), k.keys, authz.Actor{Name: "test"}, c, value); err != nil {
		k.t.Fatal(err)
	}
}

// keeperType is a config node that puts a keeper where http request nodes look for it.
const keeperNode = `,{"id":"kept","type":"keeper"}`

type keeperType struct{ out *authz.Outgoing }

func (n *keeperType) Init(inst *runtime.Instance) error {
	runtime.Shared(inst.Engine(), authz.OutgoingKey{}, func() *authz.Outgoing { return n.out })
	return nil
}

func (k *keeper) option(o *runtime.Options) {
	out := k.outgoing()
	o.Types = append(o.Types, runtime.Type{Name: "keeper", Category: "config", New: func() runtime.Node { return &keeperType{out} }})
}

func hostOf(t testing.TB, rawURL string) string {
	u, err := url.Parse(rawURL)
	if err != nil {
		t.Fatal(err)
	}
	return u.Host
}

func TestANamedCredentialGoesBeforeAllOthers(t *testing.T) {
	srv := httptest.NewServer(http.HandlerFunc(echo))
	defer srv.Close()
	k := newKeeper(t)
	host := hostOf(t, srv.URL)
	k.set("bearer", authz.CredentialBearer, "named-token", authz.CredentialSettings{}, host)
	k.set("basic", authz.CredentialBasic, "pass word", authz.CredentialSettings{User: "user"}, host)
	k.set("header", authz.CredentialHeader, "named-key", authz.CredentialSettings{Header: "X-Api-Key"}, host)
	k.set("elsewhere", authz.CredentialBearer, "other-token", authz.CredentialSettings{}, "api.example.com")
	withUser := strings.Replace(srv.URL, "://", "://u:p@", 1)
	for _, tc := range []struct{ name, ref, url, in, want string }{
		{"bearer", "bearer", srv.URL, `{}`, "GET / | Authorization: Bearer named-token"},
		{"basic", "basic", srv.URL, `{}`, "GET / | Authorization: Basic dXNlcjpwYXNzIHdvcmQ="},
		{"a header of its own", "header", srv.URL, `{}`, "GET / | X-Api-Key: named-key"},
		{"a header that the flow has written too", "header", srv.URL, `{"headers":{"x-api-key":"own","X-API-KEY":"own"}}`, "GET / | X-Api-Key: named-key"},
		{"before the header of the message, in any case", "bearer", srv.URL, `{"headers":{"aUTHORIZATION":"own"}}`, "GET / | Authorization: Bearer named-token"},
		{"before userinfo", "bearer", withUser, `{}`, "GET / | Authorization: Bearer named-token"},
		{"for another host", "elsewhere", srv.URL, `{}`, `CredentialError: the credential is not for this host: "elsewhere" may not be sent to 127.0.0.1; see sluice credential list, and sluice credential set to allow it : ` + srv.URL},
		{"of an unknown name", "unknown", srv.URL, `{}`, `CredentialError: credential "unknown": not found; make it with sluice credential set : ` + srv.URL},
	} {
		t.Run(tc.name, func(t *testing.T) {
			h := requestFlow(t, `{"url":"`+tc.url+`","authType":"bearer","credentialRef":"`+tc.ref+`"}`, keeperNode, k.option, credentials(t, `{"n":{"user":"","password":"node-token"}}`))
			h.Send("n", tc.in)
			h.Wait()
			if got := payload(t, h); got != tc.want {
				t.Errorf("\n got %v\nwant %s", got, tc.want)
			}
			for where, text := range map[string]string{"the log": h.LogText(), "an error": h.Text("catch"), "a status": h.Text("status")} {
				for _, value := range []string{"named-", "pass word", "other-token", "node-token"} {
					if strings.Contains(text, value) {
						t.Errorf("%s shows %s: %s", where, value, text)
					}
				}
			}
		})
	}
	if len(k.kept) != 4 {
		t.Errorf("a redactor is told of %d values, want 4", len(k.kept))
	}
}

// T18: recording servers on two ports; what a credential sends is seen by the first alone.
func TestANamedCredentialStaysWithItsOrigin(t *testing.T) {
	first, other := httptest.NewServer(http.HandlerFunc(redirector)), httptest.NewServer(http.HandlerFunc(redirector))
	defer first.Close()
	defer other.Close()
	k := newKeeper(t)
	for _, c := range []struct{ name, kind, header string }{{"b", authz.CredentialBearer, ""}, {"h", authz.CredentialHeader, "X-Api-Key"}} {
		k.set(c.name, c.kind, "named-value", authz.CredentialSettings{Header: c.header}, "127.0.0.1", "localhost")
	}
	for _, ref := range []string{"b", "h"} {
		for path, seen := range map[string]bool{
			"/to?/echo":                                       true,
			"/to?" + other.URL + "/echo":                      false,
			"/to?/to?" + other.URL + "/echo":                  false,
			"/to303?" + other.URL + "/echo":                   false,
			"/to?" + other.URL + "/to?" + first.URL + "/echo": false,
			"/to?" + strings.Replace(first.URL, "127.0.0.1", "localhost", 1) + "/echo": false,
		} {
			h := requestFlow(t, `{"url":"`+first.URL+path+`","credentialRef":"`+ref+`"}`, keeperNode, k.option)
			h.Send("n", `{}`)
			h.Wait()
			if got := fmt.Sprint(payload(t, h)); strings.Contains(got, "named-value") != seen || !strings.HasPrefix(got, "GET /echo") {
				t.Errorf("%s %s: got %s", ref, path, got)
			}
		}
	}
	// A host that a client chose is judged like any other.
	h := requestFlow(t, `{"url":"http://{{{host}}}/echo","credentialRef":"b"}`, keeperNode, k.option)
	h.Send("n", `{"host":"127.0.0.1@`+strings.Replace(hostOf(t, other.URL), "127.0.0.1", "127.0.0.2", 1)+`"}`)
	h.Wait()
	if got := fmt.Sprint(payload(t, h)); !strings.Contains(got, "not for this host") {
		t.Errorf("a host in disguise: %s", got)
	}
}

// The proxy is asked for a tunnel, and told nothing that is for the server.
func TestAProxySeesNoCredential(t *testing.T) {
	var seen []string
	via := &connectProxy{}
	proxySrv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		seen = append(seen, fmt.Sprint(r.Method, r.Header))
		via.ServeHTTP(w, r)
	}))
	defer proxySrv.Close()
	origin := httptest.NewServer(http.HandlerFunc(echo))
	defer origin.Close()
	k := newKeeper(t)
	k.set("b", authz.CredentialBearer, "named-value", authz.CredentialSettings{}, "127.0.0.1")
	h := requestFlow(t, `{"url":"`+origin.URL+`","proxy":"p","credentialRef":"b"}`, keeperNode+`,{"id":"p","type":"http proxy","url":"`+proxySrv.URL+`"}`, k.option)
	h.Send("n", `{}`)
	h.Wait()
	if got := fmt.Sprint(payload(t, h)); !strings.Contains(got, "Bearer named-value") {
		t.Errorf("the server sees %s", got)
	}
	if len(seen) != 1 || strings.Contains(strings.ToLower(seen[0]), "authorization") || !strings.HasPrefix(seen[0], "CONNECT") {
		t.Errorf("the proxy sees %s", seen)
	}
}

func TestARotatedCredentialNeedsNoDeploy(t *testing.T) {
	srv := httptest.NewServer(http.HandlerFunc(echo))
	defer srv.Close()
	k := newKeeper(t)
	k.set("b", authz.CredentialBearer, "first", authz.CredentialSettings{}, "127.0.0.1")
	h := requestFlow(t, `{"url":"`+srv.URL+`","credentialRef":"b"}`, keeperNode, k.option)
	h.Send("n", `{}`)
	h.Wait()
	if _, _, err := k.store.RotateCredential(t.Context(), k.keys, authz.Actor{}, "b", "second"); err != nil {
		t.Fatal(err)
	}
	h.Send("n", `{}`)
	h.Wait()
	if err := k.store.DeleteCredential(t.Context(), authz.Actor{}, "b"); err != nil {
		t.Fatal(err)
	}
	h.Send("n", `{}`)
	h.Wait()
	var got []string
	for _, m := range h.Got("out") {
		got = append(got, m.String("payload"))
	}
	text := strings.Join(got, "\n")
	if len(got) != 3 || !strings.Contains(got[0], "Bearer first") || !strings.Contains(got[1], "Bearer second") || !strings.Contains(got[2], "not found") {
		t.Errorf("got %s", text)
	}
}

func TestDigestByName(t *testing.T) {
	var seen atomic.Value
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if h := r.Header.Get("Authorization"); strings.HasPrefix(h, "Digest ") {
			seen.Store(h)
			io.WriteString(w, "in")
			return
		}
		w.Header().Set("WWW-Authenticate", `Digest realm="r", nonce="n", qop="auth", algorithm=SHA-256`)
		w.WriteHeader(401)
	}))
	defer srv.Close()
	k := newKeeper(t)
	k.set("d", authz.CredentialDigest, "pass", authz.CredentialSettings{User: "me"}, "127.0.0.1")
	h := requestFlow(t, `{"url":"`+srv.URL+`","credentialRef":"d"}`, keeperNode, k.option)
	h.Send("n", `{"headers":{"authorization":"own"}}`)
	h.Wait()
	if got := payload(t, h); got != "in" || !strings.Contains(fmt.Sprint(seen.Load()), `username="me"`) {
		t.Errorf("got %v after %v", got, seen.Load())
	}
}

func TestPlainHTTPIsToldOnceAndRefusedByRequireTLS(t *testing.T) {
	k := newKeeper(t)
	k.set("b", authz.CredentialBearer, "value", authz.CredentialSettings{}, "plain.test")
	for settings, want := range map[string]string{
		`{}`:                               "ENOTFOUND",
		`{"outgoing":{"requireTls":true}}`: "requireTls is on",
	} {
		h := requestFlow(t, `{"url":"http://plain.test/","credentialRef":"b"}`, keeperNode, k.option, nodetest.Settings(settings))
		h.Send("n", `{"requestTimeout":2000}`, `{"requestTimeout":2000}`)
		h.Wait()
		got := h.Text("out")
		if settings != `{}` && !strings.Contains(got, want) {
			t.Errorf("%s: got %s", settings, got)
		}
		if n := strings.Count(h.LogText(), "over plain http: who"); settings == `{}` && n != 1 {
			t.Errorf("%d warnings, want 1: %s", n, h.LogText())
		}
	}
}

// tokenServer gives tokens t1, t2, ... that live for the given time in seconds.
type tokenServer struct {
	*httptest.Server
	life    string
	fetches atomic.Int32
	last    atomic.Value // Authorization and form of the last fetch
	fail    atomic.Value // status and body to answer with instead
	hold    chan struct{}
}

func newTokenServer(t testing.TB, life string) *tokenServer {
	s := &tokenServer{life: life}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		n := s.fetches.Add(1)
		if s.hold != nil {
			<-s.hold
		}
		r.ParseForm()
		s.last.Store(r.Header.Get("Authorization") + " " + r.PostForm.Encode())
		if body, ok := s.fail.Load().(string); ok && body != "" {
			w.WriteHeader(400)
			io.WriteString(w, body)
			return
		}
		fmt.Fprintf(w, `{"access_token":"t%d","token_type":"Bearer"%s}`, n, s.life)
	}))
	t.Cleanup(s.Close)
	return s
}

func TestClientCredentials(t *testing.T) {
	var refuse atomic.Value // a token that the API does not take
	api := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") == "Bearer "+fmt.Sprint(refuse.Load()) {
			w.WriteHeader(401)
		}
		echo(w, r)
	}))
	defer api.Close()
	for _, tc := range []struct {
		name, life string
		settings   authz.CredentialSettings
		refuse     string
		want       []string // what two calls show
		fetches    int32
		sent       string // of the last fetch
	}{
		{"are kept", `,"expires_in":3600`, authz.CredentialSettings{Scope: "a b", Audience: "x"}, "", []string{"Bearer t1", "Bearer t1"}, 1,
			"Basic aWQlM0E6c2VjcmV0JTNBdmFsdWU= audience=x&grant_type=client_credentials&scope=a+b"},
		{"go in the body", `,"expires_in":3600`, authz.CredentialSettings{ClientAuth: "post"}, "", []string{"Bearer t1", "Bearer t1"}, 1,
			" client_id=id%3A&client_secret=secret%3Avalue&grant_type=client_credentials"},
		{"are fetched anew 60 s before they end", `,"expires_in":"60"`, authz.CredentialSettings{}, "", []string{"Bearer t1", "Bearer t2"}, 2, ""},
		{"may not say when they end", ``, authz.CredentialSettings{}, "", []string{"Bearer t1", "Bearer t1"}, 1, ""},
		{"are renewed once after a 401", `,"expires_in":3600`, authz.CredentialSettings{}, "t1", []string{"Bearer t2", "Bearer t2"}, 2, ""},
		{"are not renewed twice", `,"expires_in":3600`, authz.CredentialSettings{}, "t2", []string{"Bearer t1", "Bearer t1"}, 1, ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			refuse.Store(tc.refuse)
			tokens := newTokenServer(t, tc.life)
			k := newKeeper(t)
			tc.settings.TokenURL, tc.settings.ClientID = tokens.URL+"/token", "id:"
			k.set("o", authz.CredentialOAuth2, "secret:value", tc.settings, "127.0.0.1")
			h := requestFlow(t, `{"url":"`+api.URL+`","method":"POST","credentialRef":"o"}`, keeperNode, k.option)
			for range tc.want {
				h.Send("n", `{"payload":"body"}`)
				h.Wait()
			}
			for i, m := range h.Got("out") {
				if got := m.String("payload"); !strings.Contains(got, "Authorization: "+tc.want[i]+" |") || !strings.HasSuffix(got, "| body") {
					t.Errorf("call %d: got %s, want %s", i, got, tc.want[i])
				}
			}
			if got := tokens.fetches.Load(); got != tc.fetches {
				t.Errorf("%d fetches, want %d", got, tc.fetches)
			}
			if got := tokens.last.Load(); tc.sent != "" && got != tc.sent {
				t.Errorf("\nsent %s\nwant %s", got, tc.sent)
			}
		})
	}
}

func TestManyCallsFetchOneToken(t *testing.T) {
	api := httptest.NewServer(http.HandlerFunc(echo))
	defer api.Close()
	tokens := newTokenServer(t, `,"expires_in":3600`)
	tokens.hold = make(chan struct{})
	k := newKeeper(t)
	k.set("o", authz.CredentialOAuth2, "secret", authz.CredentialSettings{TokenURL: tokens.URL, ClientID: "id"}, "127.0.0.1")
	h := requestFlow(t, `{"url":"`+api.URL+`","credentialRef":"o"}`, keeperNode, k.option)
	for range 20 {
		h.Send("n", `{}`)
	}
	close(tokens.hold)
	h.Wait()
	if n := tokens.fetches.Load(); n != 1 || len(h.Got("out")) != 20 {
		t.Errorf("%d fetches for %d answers", n, len(h.Got("out")))
	}
}

func TestAFailedFetchShowsNoSecret(t *testing.T) {
	api := httptest.NewServer(http.HandlerFunc(echo))
	defer api.Close()
	for body, want := range map[string]string{
		`{"error":"invalid_client","error_description":"secret-value is wrong"}`: "the token server answered 400 (invalid_client)",
		`secret-value`:               "the token server answered 400",
		`{"error":"secret-value 1"}`: "the token server answered 400",
	} {
		tokens := newTokenServer(t, "")
		tokens.fail.Store(body)
		k := newKeeper(t)
		k.set("o", authz.CredentialOAuth2, "secret-value", authz.CredentialSettings{TokenURL: tokens.URL, ClientID: "id"}, "127.0.0.1")
		h := requestFlow(t, `{"url":"`+api.URL+`","credentialRef":"o"}`, keeperNode, k.option)
		h.Send("n", `{}`)
		h.Wait()
		shown := h.Text("out") + h.Text("catch") + h.Text("status") + h.LogText()
		if strings.Contains(shown, "secret-value") || !strings.Contains(caught(t, h), want) || !strings.Contains(h.Text("status"), "ERR_CREDENTIAL") {
			t.Errorf("%s: got %s", body, shown)
		}
	}
}
