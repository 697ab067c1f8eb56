package redact

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"log/slog"
	"net/netip"
	"net/url"
	"strings"
	"sync"
	"testing"
)

const jwt = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJlLW9m"

func TestWhatLooksLikeASecretIsMasked(t *testing.T) {
	token := "sluh_" + strings.Repeat("aB3", 16) + "x"
	for _, tc := range []struct{ name, in, want string }{
		{"an access token", "got " + token + ", refused", "got [redacted], refused"},
		{"a FlowFuse token", "ffhttp_FKc_S4qlTBV1H411hmhneHcSJ6F_FGNQLPYbnoD3-B0", "[redacted]"},
		{"a JSON Web Token", "claims of " + jwt + " expired", "claims of [redacted] expired"},
		{"a bearer header in a sentence", "sent Bearer abc123def to x", "sent Bearer [redacted] to x"},
		{"a basic header in a sentence", "sent basic dXNlcjpwYXNz to x", "sent basic [redacted] to x"},
		{"user and password of a URL", "GET http://u:p%40@h/p?a=1 failed", "GET http://[redacted]@h/p?a=1 failed"},
		{"a user without password", "https://token@h/", "https://[redacted]@h/"},
		{"secret parameters of a query", "https://h/p?access_token=a&x=1&sig=b&key=c#token=d", "https://h/p?access_token=[redacted]&x=1&sig=[redacted]&key=[redacted]#token=[redacted]"},
		{"a query alone", "/p?a=1&api_key=zz", "/p?a=1&api_key=[redacted]"},
		{"a form", "client_secret=abc&scope=read", "client_secret=[redacted]&scope=read"},
		{"a header line", "Authorization: Basic x y z\nHost: h", "Authorization: [redacted]\nHost: h"},
		{"a custom header", "X-Session-Token: abc", "X-Session-Token: [redacted]"},
		{"headers as JSON", `{"headers":{"authorization":"Bearer x","Set-Cookie":"a=b","host":"h"}}`, `{"headers":{"authorization":"[redacted]","Set-Cookie":"[redacted]","host":"h"}}`},
		{"JSON within JSON", `{"body":"{\"client_secret\":\"a b\",\"x\":1}"}`, `{"body":"{\"client_secret\":\"[redacted]\",\"x\":1}"}`},
		{"a property as JavaScript prints it", `{ token: 'abc', 'password': 'd e' }`, `{ token: 'abc', 'password': '[redacted]' }`},
		{"the answer to a digest challenge", `Digest username="u", response="0123456789abcdef0123456789abcdef", cnonce="fedcba9876543210"`, `Digest username="u", response="[redacted]", cnonce="[redacted]"`},
	} {
		if got := New().String(tc.in); got != tc.want {
			t.Errorf("%s:\n got %s\nwant %s", tc.name, got, tc.want)
		}
	}
}

func TestOrdinaryTextStays(t *testing.T) {
	for _, text := range []string{
		"", "the bearer token is empty: enter it in the node", "Basic authentication failed: wrong password",
		"no token: it has expired", "http://h:80/p?page=2&monkey=1", "mailto:a@b", "12:30:01 key=value", "a eye.sight of they.them",
		"listening on http://127.0.0.1:1880", `{"level":"INFO","msg":"x","count":3}`, "password: too short", "Digest authentication failed: no realm",
		"auth.token.created", `{"tokens":12}`, "slu", "sluh_short", "http://h/@x", "C:\\dir", "x://", "a=b",
	} {
		if got := New().String(text); got != text {
			t.Errorf("%q became %q", text, got)
		}
	}
}

func TestLoadedSecretsAreMaskedInEverySpelling(t *testing.T) {
	r := New()
	secret := `p@ss "wörd"/ü+1`
	r.Keep("a", secret, "short")
	for name, spelling := range map[string]string{
		"plain":                     secret,
		"in a query":                url.QueryEscape(secret),
		"in a path":                 url.PathEscape(secret),
		"base64":                    base64.StdEncoding.EncodeToString([]byte(secret)),
		"base64 behind a user":      base64.StdEncoding.EncodeToString([]byte("user:" + secret)),
		"base64 behind another":     base64.StdEncoding.EncodeToString([]byte("user2:" + secret + " and more")),
		"base64 behind a third":     base64.RawURLEncoding.EncodeToString([]byte("use:" + secret + "!")),
		"as Go quotes it":           fmt.Sprintf("%q", secret),
		"escapes in lower case":     strings.ToLower(url.QueryEscape(`p@ss `)) + hexLower(url.QueryEscape(secret))[len("p%40ss+"):],
		"in the middle of a word":   "x" + secret + "y",
		"twice, one behind another": secret + secret,
	} {
		got := r.String("<" + spelling + ">")
		if !strings.Contains(got, Mask) || strings.Contains(got, "rd") || strings.Contains(got, spelling) {
			t.Errorf("%s: %q became %q", name, spelling, got)
		}
	}
	if got := r.String("a short word"); got != "a short word" {
		t.Errorf("a short secret takes words away: %q", got)
	}
}

func TestSecretsThatBeginAlikeOrOverlap(t *testing.T) {
	r := New()
	r.Keep("a", "common_prefix_one", "common_prefix_two", "prefix_one_and_more", "fix_one_")
	for in, want := range map[string]string{
		"common_prefix_one":             Mask,
		"a common_prefix_two b":         "a " + Mask + " b",
		"common_prefix_one_and_more":    Mask,
		"common_prefix_three":           "common_prefix_three",
		"xfix_one_x, common_prefix_one": "x" + Mask + "x, " + Mask,
	} {
		if got := r.String(in); got != want {
			t.Errorf("%q: got %q, want %q", in, got, want)
		}
	}
}

func TestARotatedSecretIsKnownOnceMore(t *testing.T) {
	r := New()
	r.Keep("a", "first-secret")
	r.Keep("a", "second-secret")
	r.Keep("a", "second-secret") // no change
	if got := r.String("first-secret second-secret"); strings.Contains(got, "secret") {
		t.Errorf("after one rotation: %q", got)
	}
	r.Keep("a", "third-secret")
	if got := r.String("first-secret"); got != "first-secret" {
		t.Errorf("what nobody uses is kept for ever: %q", got)
	}
}

func TestAWrappedLogShowsNoSecret(t *testing.T) {
	var out bytes.Buffer
	r := New()
	r.Keep("a", "correct horse")
	log := slog.New(r.Handler(slog.NewJSONHandler(&out, nil)))
	if Of(log) != r || Of(log.With("a", 1).WithGroup("g")) != r {
		t.Error("the redactor of a log is not found")
	}
	prefix := netip.MustParsePrefix("10.0.0.0/8")
	log.With("with", "correct horse", "Authorization", "x").WithGroup("g").Error("msg correct horse",
		"error", fmt.Errorf("wrapped: %w", errors.New("correct horse")), "token", "abc", "tokens", 3, "list", []string{"correct horse", "ok"},
		"map", map[string]any{"password": "abc", "x": 1}, "group", slog.GroupValue(slog.String("in", "correct horse")), "raw", []byte("correct horse"),
		"lazy", lazy{}, "net", prefix, "none", nil, "plain", []int{1, 2}, "func", func() {})
	got := out.String()
	if strings.Contains(got, "horse") || strings.Contains(got, "abc") || strings.Contains(got, `"x"`) && strings.Contains(got, `"Authorization":"x"`) {
		t.Errorf("a secret is in the log: %s", got)
	}
	for _, want := range []string{`"tokens":3`, `"plain":[1,2]`, `"net":"10.0.0.0/8"`, `"none":null`, `"msg":"msg [redacted]"`, "ok"} {
		if !strings.Contains(got, want) {
			t.Errorf("no %s in %s", want, got)
		}
	}
}

type lazy struct{}

func (lazy) LogValue() slog.Value { return slog.StringValue("correct horse") }

func TestTheLinesOfAKeyAreSecretsToo(t *testing.T) {
	r := New()
	r.Keep("key", "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG\nshort\n-----END PRIVATE KEY-----\n")
	if got := r.String("bad line MIIEvQIBADANBgkqhkiG"); got != "bad line [redacted]" {
		t.Errorf("got %q", got)
	}
	if got := r.String("-----BEGIN PRIVATE KEY----- is missing"); strings.Contains(got, Mask) {
		t.Errorf("got %q", got)
	}
	var out bytes.Buffer
	if n, err := fmt.Fprint(r.Writer(&out), "x MIIEvQIBADANBgkqhkiG"); n != 22 || err != nil || out.String() != "x [redacted]" {
		t.Errorf("wrote %q, %d, %v", &out, n, err)
	}
}

func TestReadersAndOwnersMayMeet(t *testing.T) {
	r := New()
	var wg sync.WaitGroup
	for i := range 4 {
		wg.Go(func() {
			for n := range 50 {
				r.Keep(fmt.Sprint(i), fmt.Sprintf("secret-%d-%d", i, n))
				if got := r.String(fmt.Sprintf("secret-%d-%d", i, n)); got != Mask {
					t.Errorf("got %q", got)
				}
			}
		})
	}
	wg.Wait()
}

// No input panics, and what was kept never comes out.
func FuzzString(f *testing.F) {
	r := New()
	r.Keep("a", "needle-needle", `quo"ted\secret`)
	for _, s := range []string{"needle-needle", "http://a:b@c?token=x", `"password":"x`, "Authorization: a", "a: \\\"b", "Bearer =======", "://@", "ey.ey..", "'token':'"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got := r.String(s)
		if strings.Contains(got, "needle-needle") {
			t.Errorf("%q became %q", s, got)
		}
	})
}

var line = `GET http://api.example.com:8080/orders?page=2 took 12 ms; node "call the orders service" (d3a0000000000006) answered 200: 1880 bytes`

func BenchmarkLine(b *testing.B) {
	r := New()
	var secrets []string
	for i := range 1000 {
		secrets = append(secrets, fmt.Sprintf("github_pat_%032d", i))
	}
	r.Keep("a", secrets...)
	b.SetBytes(int64(len(line)))
	for b.Loop() {
		r.String(line)
	}
}

func BenchmarkDebugObject(b *testing.B) {
	text := strings.Repeat(`{"id":12345,"name":"a name","list":[1,2,3],"text":"some longer text of a message"},`, 800)
	r := New()
	r.Keep("a", "correct horse battery")
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		r.String(text)
	}
}
