package authz

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) {
	if childMain() {
		return
	}
	goleak.VerifyTestMain(m)
}

// clock is a time that tests move.
type clock struct{ ms atomic.Int64 }

func newClock() *clock {
	c := &clock{}
	c.ms.Store(time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC).UnixMilli())
	return c
}

func (c *clock) Now() time.Time          { return time.UnixMilli(c.ms.Load()).UTC() }
func (c *clock) Advance(d time.Duration) { c.ms.Add(d.Milliseconds()) }

func openStore(t testing.TB, path string, opts Options) *Store {
	t.Helper()
	s, err := Open(context.Background(), path, opts)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func testStore(t testing.TB, c *clock) *Store {
	t.Helper()
	return openStore(t, filepath.Join(t.TempDir(), "sluice.db"), Options{Now: c.Now})
}

func openVerifier(t testing.TB, source Source, c *clock) *Verifier {
	t.Helper()
	v, err := OpenVerifier(context.Background(), source, VerifierOptions{Now: c.Now})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := v.Close(context.Background()); err != nil {
			t.Error(err)
		}
	})
	return v
}

func mustCreate(t testing.TB, s *Store, n NewToken) (Token, string) {
	t.Helper()
	token, value, err := s.Create(context.Background(), Actor{Name: "test"}, n)
	if err != nil {
		t.Fatal(err)
	}
	return token, value
}

func mustPolicies(t testing.TB, config PolicyConfig) *Policies {
	t.Helper()
	p, err := NewPolicies(config)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func mustGuard(t testing.TB, p *Policies, opts GuardOptions) *Guard {
	t.Helper()
	g, err := NewGuard(p, opts)
	if err != nil {
		t.Fatal(err)
	}
	return g
}

func mustScope(t testing.TB, text string) Scope {
	t.Helper()
	s, err := ParseScope(text)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// get sends one request through a handler.
func get(h http.Handler, method, target string, header ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, target, nil)
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Add(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

var bearerOnly = PolicyConfig{Mode: []string{"bearer"}}

func textLog(w io.Writer) *slog.Logger { return slog.New(slog.NewTextHandler(w, nil)) }

// testHash is bcrypt of "secret", of the lowest cost.
const testHash = "$2a$04$kyitgG925jtNA6txxzenfOwWiuZdy2dUjkw0BkisaVnuKgD0bVnxu"

var prefixes192 = []netip.Prefix{netip.MustParsePrefix("192.0.2.0/24")}
