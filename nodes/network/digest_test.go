package network

import (
	"crypto/md5"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
)

// The answers of the examples in RFC 7616, 3.9.1, and RFC 2617, 3.5.
func TestDigestAnswersAreThoseOfTheRFCs(t *testing.T) {
	for _, tc := range []struct {
		name     string
		d        digestChallenge
		password string
		cnonce   string
		want     string
	}{
		{"MD5", digestChallenge{realm: "http-auth@example.org", nonce: "7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", algorithm: "MD5", qop: true}, "Circle of Life", "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ", "8ca523f5e9506fed4657c9700eebdbec"},
		{"SHA-256", digestChallenge{realm: "http-auth@example.org", nonce: "7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", algorithm: "SHA-256", qop: true}, "Circle of Life", "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ", "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"},
		{"RFC 2617", digestChallenge{realm: "testrealm@host.com", nonce: "dcd98b7102dd2f0e8b11d0f600bfb0c093", qop: true}, "Circle Of Life", "0a4f113b", "6629fae49393a05397450978507c4ef1"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			user, target := "Mufasa", "/dir/index.html"
			if got := tc.d.answer(user, tc.password, "GET", target, tc.cnonce, 1); !strings.Contains(got, `response="`+tc.want+`"`) {
				t.Errorf("got %s", got)
			}
		})
	}
}

// digestServer checks answers by an implementation of its own and counts the requests it saw.
type digestServer struct {
	algorithm, qop, nonce, next string
	challenges                  []string // sent instead of its own
	seen                        atomic.Int32
}

func (s *digestServer) hash(text string) string {
	switch strings.TrimSuffix(s.algorithm, "-sess") {
	case "SHA-256":
		return fmt.Sprintf("%x", sha256.Sum256([]byte(text)))
	case "SHA-512-256":
		return fmt.Sprintf("%x", sha512.Sum512_256([]byte(text)))
	}
	sum := md5.Sum([]byte(text))
	return hex.EncodeToString(sum[:])
}

func (s *digestServer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.seen.Add(1)
	if r.URL.Path == "/moved" {
		w.Header().Set("Location", "/there")
		w.WriteHeader(307)
		return
	}
	p := map[string]string{}
	for _, c := range parseChallenges(r.Header.Get("Authorization")) {
		for _, param := range c.params {
			p[param.name] = param.value
		}
	}
	ha1 := s.hash("us\"er:the realm, with \"quotes\":p:w")
	if strings.HasSuffix(s.algorithm, "-sess") {
		ha1 = s.hash(ha1 + ":" + s.nonce + ":" + p["cnonce"])
	}
	want := s.hash(ha1 + ":" + s.nonce + ":" + s.hash(r.Method+":"+r.RequestURI))
	if s.qop != "" {
		want = s.hash(ha1 + ":" + s.nonce + ":" + p["nc"] + ":" + p["cnonce"] + ":" + p["qop"] + ":" + s.hash(r.Method+":"+r.RequestURI))
	}
	if p["response"] != want || p["uri"] != r.RequestURI || p["nonce"] != s.nonce {
		lines := s.challenges
		if lines == nil {
			line := `Digest realm="the realm, with \"quotes\"", nonce="` + s.nonce + `", opaque="o"`
			if s.qop != "" {
				line += `, qop="` + s.qop + `"`
			}
			if s.algorithm != "" {
				line += `, algorithm=` + s.algorithm
			}
			lines = []string{`Basic realm="x"`, line}
		}
		for _, line := range lines {
			w.Header().Add("WWW-Authenticate", line)
		}
		w.WriteHeader(401)
		return
	}
	if s.next != "" {
		w.Header().Set("Authentication-Info", `nextnonce="`+s.next+`"`)
		s.nonce = s.next
	}
	body, _ := io.ReadAll(r.Body)
	fmt.Fprintf(w, "ok nc=%s opaque=%s %s", p["nc"], p["opaque"], body)
}

func TestDigestServersAreSatisfied(t *testing.T) {
	for _, tc := range []struct {
		server *digestServer
		path   string
		want   string
		seen   int32
	}{
		{&digestServer{algorithm: "MD5", qop: "auth"}, "/p?q=1", "ok nc=00000001 opaque=o body", 2},
		{&digestServer{algorithm: "MD5"}, "/", "ok nc= opaque=o body", 2},
		{&digestServer{qop: "auth-int,auth"}, "/", "ok nc=00000001 opaque=o body", 2},
		{&digestServer{algorithm: "MD5-sess", qop: "auth"}, "/", "ok nc=00000001 opaque=o body", 2},
		{&digestServer{algorithm: "SHA-256", qop: "auth"}, "/a%20b", "ok nc=00000001 opaque=o body", 2},
		{&digestServer{algorithm: "SHA-256-sess", qop: "auth"}, "/", "ok nc=00000001 opaque=o body", 2},
		{&digestServer{algorithm: "SHA-512-256", qop: "auth"}, "/", "ok nc=00000001 opaque=o body", 2},
		{&digestServer{algorithm: "MD5", qop: "auth"}, "/moved", "ok nc=00000001 opaque=o body", 3},
		{&digestServer{qop: "auth-int"}, "/", "", 1},
		{&digestServer{algorithm: "MD4", qop: "auth"}, "/", "", 1},
		{&digestServer{challenges: []string{`Digest realm="x"`}}, "/", "", 1},
		{&digestServer{challenges: []string{`Bearer realm="x"`}}, "/", "", 1},
		{&digestServer{challenges: []string{`Digest realm="wrong", nonce="n", qop="auth"`}, qop: "auth"}, "/", "", 2},
	} {
		tc.server.nonce = "n0nce=="
		t.Run(tc.server.algorithm+" "+tc.server.qop+strings.Join(tc.server.challenges, ""), func(t *testing.T) {
			srv := httptest.NewServer(tc.server)
			defer srv.Close()
			h := requestFlow(t, `{"url":"`+srv.URL+tc.path+`","method":"POST","authType":"digest"}`, "", credentials(t, `{"n":{"user":"us\"er","password":"p:w"}}`))
			h.Send("n", `{"payload":"body"}`)
			h.Wait()
			if got := payload(t, h); got != tc.want {
				t.Errorf("got %q, want %q", got, tc.want)
			}
			if got := tc.server.seen.Load(); got != tc.seen {
				t.Errorf("the server saw %d requests, want %d", got, tc.seen)
			}
		})
	}
}

func TestDigestUsesTheNonceThatTheServerGaveForNextTime(t *testing.T) {
	s := &digestServer{qop: "auth", nonce: "one", next: "two"}
	srv := httptest.NewServer(s)
	defer srv.Close()
	h := requestFlow(t, `{"url":"`+srv.URL+`","authType":"digest"}`, "", credentials(t, `{"n":{"user":"us\"er","password":"p:w"}}`))
	for range 2 {
		h.Send("n", `{}`)
		h.Wait()
	}
	if got := s.seen.Load(); got != 3 || len(h.Got("out")) != 2 {
		t.Errorf("the server saw %d requests for 2 messages, want 3", got)
	}
}

func TestDigestAnswersNoOtherOrigin(t *testing.T) {
	s := &digestServer{qop: "auth", nonce: "n"}
	srv := httptest.NewServer(s)
	defer srv.Close()
	first := httptest.NewServer(http.HandlerFunc(redirector))
	defer first.Close()
	h := requestFlow(t, `{"url":"`+first.URL+"/to?"+srv.URL+`","authType":"digest"}`, "", credentials(t, `{"n":{"user":"us\"er","password":"p:w"}}`))
	h.Send("n", `{}`)
	h.Wait()
	if got := h.Got("out")[0].Value("statusCode"); got != 401.0 || s.seen.Load() != 1 {
		t.Errorf("status %v after %d requests, want 401 after 1", got, s.seen.Load())
	}
}

func FuzzChallenges(f *testing.F) {
	for _, s := range []string{`Basic realm="a", Digest nonce="b\"c", realm=d, qop="auth,auth-int"`, `Negotiate abc==, Digest`, `Digest realm="`, `=,"`, `Digest a = "b" , c=`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		for _, c := range parseChallenges(s) {
			if !isToken(c.scheme) {
				t.Fatalf("%q: scheme %q", s, c.scheme)
			}
			if d, err := c.digest(); err == nil {
				answer := d.answer("u", "p", "GET", "/", "c", 1)
				if again := parseChallenges(answer); len(again) != 1 || again[0].params[1].value != d.realm && onlyASCII(d.realm) {
					t.Fatalf("%q: the answer reads otherwise: %q", s, answer)
				}
			}
		}
	})
}
