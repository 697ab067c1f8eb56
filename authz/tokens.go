package authz

import (
	"context"
	"crypto/subtle"
	"database/sql"
	"errors"
	"fmt"
	"time"
)

// Create makes a token and returns its value, which is kept nowhere.
func (s *Store) Create(ctx context.Context, by Actor, n NewToken) (Token, string, error) {
	if err := n.check(s.now()); err != nil {
		return Token{}, "", err
	}
	value := newSecret(n.Kind)
	t, err := s.insert(ctx, by, n, hashOf(value), hintOf(value), EventCreated)
	if err != nil {
		return Token{}, "", fmt.Errorf("create token %q: %w", n.Name, err)
	}
	return t, value, nil
}

// Import takes over a token of another system by the hash of its value. The value
// must have 20 to 512 characters of RFC 6750's b64token, or it will never verify.
func (s *Store) Import(ctx context.Context, by Actor, n NewToken, hash Hash) (Token, error) {
	if err := n.check(s.now()); err != nil {
		return Token{}, err
	}
	// Nothing of the value is known; a piece of the hash tells imports apart.
	t, err := s.insert(ctx, by, n, hash, fmt.Sprintf("sha256:%x…", hash[:4]), EventImported)
	if err != nil {
		return Token{}, fmt.Errorf("import token %q: %w", n.Name, err)
	}
	return t, nil
}

// EnsureToken makes a token with the given value unless there is one; a revoked
// or expired one stays so. created tells whether it was made.
func (s *Store) EnsureToken(ctx context.Context, value string) (created bool, err error) {
	if !plausible(value) {
		return false, fmt.Errorf("bootstrap token: %w", ErrValue)
	}
	now := s.now()
	n := NewToken{Kind: KindHTTP, Name: "bootstrap"}
	if ownPrefix(value) && value[3] == 'a' {
		n.Kind = KindAdmin
	}
	_, err = s.insert(ctx, Actor{Name: "bootstrap"}, n, hashOf(value), hintOf(value), EventCreated)
	if errors.Is(err, ErrNameTaken) { // a new value for the variable, while the old token lives on
		n.Name += " " + now.UTC().Format("2006-01-02 15:04:05.000")
		_, err = s.insert(ctx, Actor{Name: "bootstrap"}, n, hashOf(value), hintOf(value), EventCreated)
	}
	if errors.Is(err, ErrKnown) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("bootstrap token: %w", err)
	}
	return true, nil
}

func (s *Store) insert(ctx context.Context, by Actor, n NewToken, hash Hash, hint, event string) (Token, error) {
	now := s.now().UTC().Truncate(time.Millisecond)
	t := Token{ID: newID(now), Kind: n.Kind, Name: n.Name, Hint: hint, Scopes: n.Scopes, IPs: n.IPs,
		CreatedAt: now, CreatedBy: by.Name, ExpiresAt: n.ExpiresAt.UTC()}
	return t, s.change(ctx, func(tx *sql.Tx) (Event, error) {
		if err := s.tidy(ctx, tx, now, nameKey(t.Name)); err != nil {
			return Event{}, err
		}
		if err := unused(ctx, tx, hash); err != nil {
			return Event{}, err
		}
		if err := s.room(ctx, tx, now); err != nil {
			return Event{}, err
		}
		_, err := tx.ExecContext(ctx, `INSERT INTO auth_token
			(id, kind, instance_id, name, name_key, hint, secret_hash, scopes, ips, created_at, created_by, expires_at)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`,
			t.ID, string(t.Kind), s.instance, t.Name, nameKey(t.Name), t.Hint, hash[:], jsonList(t.Scopes), jsonList(t.IPs),
			now.UnixMilli(), nullable(t.CreatedBy), millis(t.ExpiresAt))
		return newEvent(now, event, by, &t), s.nameTaken(err)
	})
}

// tidy drops tokens that ended too long ago to matter, and takes the name that is
// about to be used from tokens that have expired: names are unique among the living.
func (s *Store) tidy(ctx context.Context, tx *sql.Tx, now time.Time, key string) error {
	ms := now.UnixMilli()
	if _, err := tx.ExecContext(ctx, `DELETE FROM auth_token WHERE revoked_at < $1 OR expires_at < $1`, now.Add(-keepDead).UnixMilli()); err != nil {
		return err
	}
	_, err := tx.ExecContext(ctx, `UPDATE auth_token SET name_key = name_key || ' ' || id
		WHERE instance_id = $1 AND name_key = $2 AND revoked_at IS NULL AND expires_at <= $3`, s.instance, key, ms)
	return err
}

// unused refuses a hash that is in either index: the two indexes cannot see each other.
func unused(ctx context.Context, tx *sql.Tx, hash Hash) error {
	var n int
	err := tx.QueryRowContext(ctx, `SELECT COUNT(*) FROM auth_token WHERE secret_hash = $1 OR prev_hash = $1`, hash[:]).Scan(&n)
	if err == nil && n > 0 {
		return ErrKnown
	}
	return err
}

func (s *Store) room(ctx context.Context, tx *sql.Tx, now time.Time) error {
	var live int
	err := tx.QueryRowContext(ctx, `SELECT COUNT(*) FROM auth_token WHERE instance_id = $1 AND revoked_at IS NULL
		AND (expires_at IS NULL OR expires_at > $2)`, s.instance, now.UnixMilli()).Scan(&live)
	if err == nil && live >= maxLive {
		return ErrLimit
	}
	return err
}

// nameTaken tells the index's refusal from other errors. Hashes were checked
// before in the same transaction, so only the name is left to collide.
func (s *Store) nameTaken(err error) error {
	if err != nil && s.engine.Unique(err) {
		return ErrNameTaken
	}
	return err
}

// List returns the tokens, oldest first, also those that ended within 90 days.
func (s *Store) List(ctx context.Context) ([]Token, error) {
	records, err := queryRecords(ctx, s.engine.Reader(), `SELECT `+recordColumns+` FROM auth_token
		WHERE instance_id = $1 ORDER BY id`, s.instance)
	tokens := make([]Token, len(records))
	for i := range records {
		tokens[i] = records[i].Token
	}
	return tokens, err
}

// Find returns the token with an id, or else the live one with a name.
func (s *Store) Find(ctx context.Context, ref string) (Token, error) {
	r, err := s.find(ctx, s.engine.Reader(), ref)
	return r.Token, err
}

func (s *Store) find(ctx context.Context, q querier, ref string) (Record, error) {
	r, err := scanRecord(q.QueryRowContext(ctx, `SELECT `+recordColumns+` FROM auth_token WHERE instance_id = $1
		AND (id = $2 OR name_key = $3 AND revoked_at IS NULL) ORDER BY id = $2 DESC LIMIT 1`, s.instance, ref, nameKey(ref)))
	if errors.Is(err, sql.ErrNoRows) {
		err = ErrNotFound
	}
	if err != nil {
		return Record{}, fmt.Errorf("token %q: %w", ref, err)
	}
	return r, nil
}

// Revoke ends a token for good. Revoking a revoked one, by its id, does nothing.
func (s *Store) Revoke(ctx context.Context, by Actor, ref string) (Token, error) {
	var t Token
	err := s.change(ctx, func(tx *sql.Tx) (Event, error) {
		r, err := s.find(ctx, tx, ref)
		t = r.Token
		if err != nil || !t.RevokedAt.IsZero() {
			return Event{}, err
		}
		t.RevokedAt, t.RevokedBy = s.now().UTC().Truncate(time.Millisecond), by.Name
		_, err = tx.ExecContext(ctx, `UPDATE auth_token SET revoked_at = $1, revoked_by = $2, prev_hash = NULL, prev_until = NULL WHERE id = $3`,
			t.RevokedAt.UnixMilli(), nullable(by.Name), t.ID)
		return newEvent(t.RevokedAt, EventRevoked, by, &t), err
	})
	return t, err
}

// Change holds what Update changes; nil leaves a property as it is.
type Change struct {
	Name      *string
	ExpiresAt *time.Time // zero time: never
	Scopes    *[]Scope   // may only shrink
}

// Update changes a token that is not revoked. A new expiry can revive an expired one.
func (s *Store) Update(ctx context.Context, by Actor, ref string, c Change) (Token, error) {
	var t Token
	err := s.change(ctx, func(tx *sql.Tx) (Event, error) {
		r, err := s.find(ctx, tx, ref)
		if err != nil {
			return Event{}, err
		}
		now := s.now().UTC().Truncate(time.Millisecond)
		before := r.Token
		if t, err = c.apply(before, now); err != nil {
			return Event{}, fmt.Errorf("token %q: %w", ref, err)
		}
		if t.State(now) == "active" {
			if err := s.tidy(ctx, tx, now, nameKey(t.Name)); err != nil {
				return Event{}, err
			}
			if before.State(now) != "active" {
				if err := s.room(ctx, tx, now); err != nil {
					return Event{}, err
				}
			}
		}
		_, err = tx.ExecContext(ctx, `UPDATE auth_token SET name = $1, name_key = $2, expires_at = $3, scopes = $4 WHERE id = $5`,
			t.Name, nameKey(t.Name), millis(t.ExpiresAt), jsonList(t.Scopes), t.ID)
		return newEvent(now, EventUpdated, by, &t, "before", summary(&before), "after", summary(&t)), s.nameTaken(err)
	})
	return t, err
}

func (c Change) apply(t Token, now time.Time) (_ Token, err error) {
	if !t.RevokedAt.IsZero() {
		return t, ErrRevoked
	}
	if c.Name != nil {
		if t.Name, err = cleanName(*c.Name); err != nil {
			return t, err
		}
	}
	if c.ExpiresAt != nil {
		if t.ExpiresAt = c.ExpiresAt.UTC(); !t.ExpiresAt.IsZero() && !t.ExpiresAt.After(now) {
			return t, ErrExpiry
		}
	}
	if c.Scopes != nil {
		if err := checkScopes(*c.Scopes, nil); err != nil {
			return t, err
		}
		if !narrower(t.Scopes, *c.Scopes) {
			return t, ErrGrow
		}
		t.Scopes = *c.Scopes
	}
	return t, nil
}

func summary(t *Token) map[string]any {
	return map[string]any{"name": t.Name, "expiresAt": optional(t.ExpiresAt), "scopes": append([]Scope{}, t.Scopes...)}
}

// Rotate gives a live token a new value and returns it. The old value verifies
// until the grace, which may be zero, is over.
func (s *Store) Rotate(ctx context.Context, by Actor, ref string, grace time.Duration) (Token, string, error) {
	var t Token
	var value string
	err := s.change(ctx, func(tx *sql.Tx) (Event, error) {
		r, err := s.find(ctx, tx, ref)
		if err != nil {
			return Event{}, err
		}
		t = r.Token
		now := s.now().UTC().Truncate(time.Millisecond)
		switch t.State(now) {
		case "revoked":
			return Event{}, fmt.Errorf("token %q: %w", ref, ErrRevoked)
		case "expired":
			return Event{}, fmt.Errorf("token %q: %w", ref, ErrExpired)
		}
		value = newSecret(t.Kind)
		t.Hint = hintOf(value)
		hash := hashOf(value)
		if err := unused(ctx, tx, hash); err != nil {
			return Event{}, err
		}
		var prev, until any
		if grace > 0 {
			prev, until = r.Hash[:], now.Add(grace).UnixMilli()
		}
		_, err = tx.ExecContext(ctx, `UPDATE auth_token SET secret_hash = $1, hint = $2, prev_hash = $3, prev_until = $4 WHERE id = $5`,
			hash[:], t.Hint, prev, until, t.ID)
		return newEvent(now, EventRotated, by, &t, "graceSeconds", grace.Seconds()), err
	})
	if err != nil {
		return Token{}, "", err
	}
	return t, value, nil
}

// Verify looks a presented value up in the database: the command line's way, no
// request's. It returns ErrUnknown, or the token with ErrRevoked, ErrExpired or nil.
func (s *Store) Verify(ctx context.Context, value string) (Token, error) {
	if !plausible(value) {
		return Token{}, ErrUnknown
	}
	hash, now := hashOf(value), s.now()
	r, err := scanRecord(s.engine.Reader().QueryRowContext(ctx, `SELECT `+recordColumns+` FROM auth_token
		WHERE instance_id = $1 AND (secret_hash = $2 OR prev_hash = $2 AND prev_until > $3)`, s.instance, hash[:], now.UnixMilli()))
	if errors.Is(err, sql.ErrNoRows) {
		return Token{}, ErrUnknown
	}
	if err != nil {
		return Token{}, fmt.Errorf("verify token: %w", err)
	}
	if subtle.ConstantTimeCompare(hash[:], r.Hash[:])|subtle.ConstantTimeCompare(hash[:], r.PrevHash[:]) != 1 {
		return Token{}, ErrUnknown
	}
	switch r.State(now) {
	case "revoked":
		return r.Token, ErrRevoked
	case "expired":
		return r.Token, ErrExpired
	}
	return r.Token, nil
}

// Allows reports whether a token covers a method on a canonical path: its scopes only.
func (t *Token) Allows(method, path string) bool { return allowsAny(t.Scopes, method, path) }
