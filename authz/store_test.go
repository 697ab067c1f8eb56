package authz

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

var ctx = context.Background()

var by = Actor{Name: "test", IP: "192.0.2.1", Request: "r1"}

func TestTokenLife(t *testing.T) {
	c := newClock()
	s := testStore(t, c)
	made, value := mustCreate(t, s, NewToken{Name: " ci ", Scopes: []Scope{mustScope(t, "/api/*")}, ExpiresAt: c.Now().Add(time.Hour)})
	if made.Name != "ci" || made.Hint != hintOf(value) || made.State(c.Now()) != "active" || len(made.ID) != 26 {
		t.Errorf("created %+v", made)
	}
	found, err := s.Find(ctx, "CI")
	if err != nil || fmt.Sprint(found) != fmt.Sprint(made) {
		t.Errorf("found %+v, %v\nwant  %+v", found, err, made)
	}
	if v, err := s.Verify(ctx, value); err != nil || v.ID != made.ID {
		t.Errorf("verify: %v", err)
	}

	name := "build"
	if _, err := s.Update(ctx, by, made.ID, Change{Name: &name, Scopes: &[]Scope{mustScope(t, "GET:/api/x")}}); err != nil {
		t.Error(err)
	}
	if _, err := s.Update(ctx, by, name, Change{Scopes: &[]Scope{mustScope(t, "/api/*")}}); !errors.Is(err, ErrGrow) {
		t.Errorf("scopes grew: %v", err)
	}

	_, second, err := s.Rotate(ctx, by, "build", time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range []string{value, second} {
		if _, err := s.Verify(ctx, v); err != nil {
			t.Errorf("in the grace: %v", err)
		}
	}
	c.Advance(time.Minute)
	if _, err := s.Verify(ctx, value); !errors.Is(err, ErrUnknown) {
		t.Errorf("after the grace: %v", err)
	}
	c.Advance(time.Hour)
	if _, err := s.Verify(ctx, second); !errors.Is(err, ErrExpired) {
		t.Errorf("after the expiry: %v", err)
	}
	if _, _, err := s.Rotate(ctx, by, made.ID, 0); !errors.Is(err, ErrExpired) {
		t.Errorf("rotated though expired: %v", err)
	}
	never := time.Time{}
	if _, err := s.Update(ctx, by, made.ID, Change{ExpiresAt: &never}); err != nil {
		t.Error(err)
	}
	if _, err := s.Verify(ctx, second); err != nil {
		t.Errorf("after a new expiry: %v", err)
	}
	for range 2 {
		if _, err := s.Revoke(ctx, by, made.ID); err != nil {
			t.Error(err)
		}
	}
	if _, err := s.Verify(ctx, second); !errors.Is(err, ErrRevoked) {
		t.Errorf("after the revocation: %v", err)
	}
	if _, err := s.Update(ctx, by, made.ID, Change{Name: &name}); !errors.Is(err, ErrRevoked) {
		t.Errorf("updated though revoked: %v", err)
	}

	events, err := s.Audit(ctx, AuditQuery{})
	var types []string
	for _, e := range events {
		types = append(types, strings.TrimPrefix(e.Type, "auth.token."))
		if e.Subject != made.ID || strings.Contains(fmt.Sprint(e), value) {
			t.Errorf("event %+v", e)
		}
	}
	if got := strings.Join(types, " "); err != nil || got != "created updated rotated updated revoked" {
		t.Errorf("audit: %s, %v", got, err)
	}
}

func TestCreateRefuses(t *testing.T) {
	c := newClock()
	s := testStore(t, c)
	mustCreate(t, s, NewToken{Name: "Straße"})
	many := make([]Scope, 33)
	for i := range many {
		many[i] = mustScope(t, "/a")
	}
	for _, tc := range []struct {
		name  string
		token NewToken
		want  error
	}{
		{"no name", NewToken{Name: "  "}, ErrName},
		{"long name", NewToken{Name: strings.Repeat("é", 101)}, ErrName},
		{"control character", NewToken{Name: "a\nb"}, ErrName},
		{"not UTF-8", NewToken{Name: "a\xff"}, ErrName},
		{"name in other case", NewToken{Name: "STRASSE"}, ErrNameTaken},
		{"expired already", NewToken{Name: "x", ExpiresAt: c.Now()}, ErrExpiry},
		{"too many scopes", NewToken{Name: "x", Scopes: many}, ErrScope},
	} {
		if _, value, err := s.Create(ctx, by, tc.token); !errors.Is(err, tc.want) || value != "" {
			t.Errorf("%s: %v", tc.name, err)
		}
	}
	if _, _, err := s.Create(ctx, by, NewToken{Name: strings.Repeat("é", 100)}); err != nil {
		t.Errorf("100 characters: %v", err)
	}
	if _, err := s.Find(ctx, "nobody"); !errors.Is(err, ErrNotFound) {
		t.Errorf("unknown: %v", err)
	}
}

// A name is free again when its token was revoked or has expired; an expired token
// that comes back has to fit in.
func TestNamesAreUniqueAmongTheLiving(t *testing.T) {
	c := newClock()
	s := testStore(t, c)
	first, _ := mustCreate(t, s, NewToken{Name: "ci", ExpiresAt: c.Now().Add(time.Hour)})
	c.Advance(time.Hour)
	second, _ := mustCreate(t, s, NewToken{Name: "CI"})
	if found, err := s.Find(ctx, "ci"); err != nil || found.ID != second.ID {
		t.Errorf("found %v, %v", found.ID, err)
	}
	never := time.Time{}
	if _, err := s.Update(ctx, by, first.ID, Change{ExpiresAt: &never}); !errors.Is(err, ErrNameTaken) {
		t.Errorf("revived beside its namesake: %v", err)
	}
	if _, err := s.Revoke(ctx, by, second.ID); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Update(ctx, by, first.ID, Change{ExpiresAt: &never}); err != nil {
		t.Errorf("revived alone: %v", err)
	}
}

func TestEnsureToken(t *testing.T) {
	s := testStore(t, newClock())
	const foreign = "my-own-bootstrap-token-0001"
	for i, value := range []string{vector, vector, foreign, foreign} {
		created, err := s.EnsureToken(ctx, value)
		if err != nil || created != (i%2 == 0) {
			t.Errorf("%d: created %t, %v", i, created, err)
		}
		if _, err := s.Verify(ctx, value); err != nil {
			t.Errorf("%d: %v", i, err)
		}
	}
	for _, value := range []string{"", "short", "sluh_mistyped-mistyped-mistyped", "slus" + vector[4:]} {
		if _, err := s.EnsureToken(ctx, value); !errors.Is(err, ErrValue) {
			t.Errorf("%q: %v", value, err)
		}
	}
	found, err := s.Find(ctx, "bootstrap")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Revoke(ctx, by, found.ID); err != nil {
		t.Fatal(err)
	}
	if created, err := s.EnsureToken(ctx, vector); created || err != nil {
		t.Errorf("a revoked token came back: %t, %v", created, err)
	}
	if _, err := s.Verify(ctx, vector); !errors.Is(err, ErrRevoked) {
		t.Errorf("after the revocation: %v", err)
	}
}

func TestLimitOfLiveTokens(t *testing.T) {
	c := newClock()
	s := testStore(t, c)
	err := s.write(ctx, func(tx *sql.Tx) error {
		for i := range maxLive {
			hash := hashOf(fmt.Sprint(i))
			if _, err := tx.Exec(`INSERT INTO auth_token (id, kind, instance_id, name, name_key, hint, secret_hash, created_at, expires_at)
				VALUES ($1, 'http', $2, $1, $1, '', $3, 0, $4)`, fmt.Sprint(i), s.instance, hash[:], c.Now().Add(time.Hour).UnixMilli()); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := s.Create(ctx, by, NewToken{Name: "one more"}); !errors.Is(err, ErrLimit) {
		t.Errorf("token 1001: %v", err)
	}
	c.Advance(time.Hour)
	mustCreate(t, s, NewToken{Name: "one more"})
	c.Advance(keepDead + time.Second)
	mustCreate(t, s, NewToken{Name: "later"})
	if list, err := s.List(ctx); err != nil || len(list) != 2 {
		t.Errorf("%d tokens are kept after 90 days, %v", len(list), err)
	}
}

// T24: of concurrent changes exactly one wins, also between processes.
func TestConcurrentChanges(t *testing.T) {
	c := newClock()
	path := filepath.Join(t.TempDir(), "sluice.db")
	stores := []*Store{openStore(t, path, Options{Now: c.Now}), openStore(t, path, Options{Now: c.Now})}
	verifier := openVerifier(t, stores[0], c)
	const workers = 8
	var wg sync.WaitGroup
	var mu sync.Mutex
	created, values := 0, []string{}
	for i := range workers {
		wg.Go(func() {
			_, value, err := stores[i%2].Create(ctx, by, NewToken{Name: "same"})
			mu.Lock()
			defer mu.Unlock()
			if err == nil {
				created++
				values = append(values, value)
			} else if !errors.Is(err, ErrNameTaken) {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if created != 1 {
		t.Fatalf("%d of %d creations of one name succeeded", created, workers)
	}
	for i := range workers {
		wg.Go(func() {
			_, value, err := stores[i%2].Rotate(ctx, by, "same", 0)
			if err != nil {
				t.Error(err)
			}
			_, _ = verifier.find(value, c.Now().UnixMilli())
			mu.Lock()
			defer mu.Unlock()
			values = append(values, value)
		})
	}
	wg.Wait()
	valid := 0
	for _, value := range values {
		if _, err := stores[1].Verify(ctx, value); err == nil {
			valid++
		}
	}
	if valid != 1 {
		t.Errorf("%d of %d values verify after concurrent rotations", valid, len(values))
	}
	made, err := stores[0].Find(ctx, "same")
	if err != nil {
		t.Fatal(err)
	}
	for i := range workers {
		wg.Go(func() {
			if _, err := stores[i%2].Revoke(ctx, by, made.ID); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	events, err := stores[0].Audit(ctx, AuditQuery{})
	revoked := 0
	for _, e := range events {
		if e.Type == EventRevoked {
			revoked++
		}
	}
	if err != nil || revoked != 1 {
		t.Errorf("%d revocations were audited, %v", revoked, err)
	}
}

// Two processes that start on a new file at once both get a store.
func TestConcurrentOpen(t *testing.T) {
	path := filepath.Join(t.TempDir(), "sluice.db")
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			s, err := Open(ctx, path, Options{})
			if err != nil {
				t.Error(err)
				return
			}
			if err := s.Close(); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
}

func TestOpenRefuses(t *testing.T) {
	dir := t.TempDir()
	newer := filepath.Join(dir, "newer.db")
	s, err := Open(ctx, newer, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.engine.Writer().Exec("PRAGMA user_version = 99"); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(ctx, newer, Options{}); !errors.Is(err, ErrSchema) || !strings.Contains(err.Error(), "99") {
		t.Errorf("newer schema: %v", err)
	}
	text := filepath.Join(dir, "text.db")
	if err := os.WriteFile(text, bytes.Repeat([]byte("not a database\n"), 100), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(ctx, text, Options{}); err == nil || !strings.Contains(err.Error(), "not a SQLite database") {
		t.Errorf("text file: %v", err)
	}
	if _, err := Open(ctx, filepath.Join(dir, "no", "such.db"), Options{}); err == nil {
		t.Error("a database in a missing directory was opened")
	}
}

// T5: the files hold no value, and nobody else may read them.
func TestFilesKeepSecrets(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "odd name?#%41.db")
	if err := os.WriteFile(path, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	var log bytes.Buffer
	s := openStore(t, path, Options{Log: textLog(&log)})
	var values []string
	for i := range 20 {
		_, value := mustCreate(t, s, NewToken{Name: fmt.Sprint("t", i)})
		values = append(values, value)
	}
	_, rotated, err := s.Rotate(ctx, by, "t1", time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	values = append(values, rotated)
	files, err := os.ReadDir(dir)
	if err != nil || len(files) < 2 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	for _, f := range files {
		info, err := f.Info()
		if err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s has mode %v, %v", f.Name(), info.Mode(), err)
		}
		data, err := os.ReadFile(filepath.Join(dir, f.Name()))
		if err != nil {
			t.Fatal(err)
		}
		for _, value := range values {
			if bytes.Contains(data, []byte(value)) || bytes.Contains(data, []byte(value[5:48])) || strings.Contains(log.String(), value) {
				t.Errorf("%s or the log holds a token", f.Name())
			}
		}
	}
	if n := strings.Count(log.String(), EventCreated); n != 20 {
		t.Errorf("%d creations were logged", n)
	}
}

func TestParseExpiry(t *testing.T) {
	now := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	for text, want := range map[string]string{
		"30d": "2026-12-22T12:00:00Z", "12h": "2026-11-23T00:00:00Z", "90m": "2026-11-22T13:30:00Z", "2027-01-31": "2027-01-31T00:00:00Z",
		"2026-11-22T14:00:00+01:00": "2026-11-22T13:00:00Z",
	} {
		if at, err := ParseExpiry(text, now); err != nil || at.Format(time.RFC3339) != want {
			t.Errorf("%s: %v, %v", text, at, err)
		}
	}
	for _, text := range []string{"never", ""} {
		if at, err := ParseExpiry(text, now); err != nil || !at.IsZero() {
			t.Errorf("%q: %v, %v", text, at, err)
		}
	}
	for _, text := range []string{"0d", "-1h", "d", "1x", "2026-11-22", "2026-11-22T11:00:00Z", "tomorrow", "1.5d", "-3d", "30"} {
		if at, err := ParseExpiry(text, now); !errors.Is(err, ErrExpiry) {
			t.Errorf("%q: %v, %v", text, at, err)
		}
	}
}
