package authz

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"
	"unicode/utf8"
)

const (
	defaultSessionIdle = 8 * time.Hour
	defaultSessionMax  = 7 * 24 * time.Hour
	maxUserSessions    = 20 // of one user; a login beyond ends the oldest
)

// Session is what is known of a browser's login: all but the cookie's value.
type Session struct {
	ID        string    `json:"id"`
	UserID    string    `json:"userId"`
	Username  string    `json:"username"`
	CreatedAt time.Time `json:"createdAt"`
	LastUsed  time.Time `json:"lastUsedAt"` // up to 5 min late
	ExpiresAt time.Time `json:"expiresAt"`  // unless it is idle before
	IP        string    `json:"ip"`
	Agent     string    `json:"agent"`
}

// NewSession makes a session for a user who has just logged in, and returns the
// value of its cookie, which is kept nowhere. The session with the id old, which
// the browser had until now, ends with the same transaction. The audit gets more,
// as keys and values.
func (s *Store) NewSession(ctx context.Context, by Actor, user, agent, old string, more ...any) (value string, _ Session, _ error) {
	now := s.now().UTC().Truncate(time.Millisecond)
	value = newSecret(kindSession)
	hash := hashOf(value)
	out := Session{ID: newID(now), CreatedAt: now, LastUsed: now, ExpiresAt: now.Add(s.sessionMax), IP: by.IP, Agent: shorten(agent, 200)}
	err := s.change(ctx, func(tx *sql.Tx) (Event, error) {
		u, err := s.findUser(ctx, tx, user)
		if err != nil {
			return Event{}, err
		}
		if !u.DisabledAt.IsZero() {
			return Event{}, fmt.Errorf("user %q: %w", user, ErrLogin)
		}
		out.UserID, out.Username = u.ID, u.Username
		if _, err := tx.ExecContext(ctx, `DELETE FROM auth_session WHERE expires_at <= $1 OR idle_at <= $2 OR id = $3 OR user_id = $4 AND id NOT IN
			(SELECT id FROM auth_session WHERE user_id = $4 ORDER BY id DESC LIMIT $5)`,
			now.UnixMilli(), now.Add(-s.sessionIdle).UnixMilli(), old, u.ID, maxUserSessions-1); err != nil {
			return Event{}, err
		}
		_, err = tx.ExecContext(ctx, `INSERT INTO auth_session (id_hash, id, user_id, created_at, idle_at, expires_at, ip, agent)
			VALUES ($1, $2, $3, $4, $4, $5, $6, $7)`,
			hash[:], out.ID, u.ID, now.UnixMilli(), out.ExpiresAt.UnixMilli(), nullable(out.IP), nullable(out.Agent))
		return newUserEvent(now, EventLogin, by, &u.User, append(more, "session", out.ID)...), err
	})
	if err != nil {
		return "", Session{}, fmt.Errorf("log in: %w", err)
	}
	return value, out, nil
}

// shorten cuts to at most n bytes, at the border of a character.
func shorten(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}

// EndSession logs a session out by its id. The next request with it is refused.
func (s *Store) EndSession(ctx context.Context, by Actor, id string) error {
	return s.change(ctx, func(tx *sql.Tx) (Event, error) {
		var user string
		err := tx.QueryRowContext(ctx, `DELETE FROM auth_session WHERE id = $1 RETURNING user_id`, id).Scan(&user)
		if errors.Is(err, sql.ErrNoRows) {
			return Event{}, fmt.Errorf("session %q: %w", id, ErrNotFound)
		}
		if err != nil {
			return Event{}, err
		}
		u, err := s.findUser(ctx, tx, user)
		return newUserEvent(s.now(), EventLogout, by, &u.User, "session", id), err
	})
}

// EndSessions logs a user out everywhere and returns how many sessions that ended.
func (s *Store) EndSessions(ctx context.Context, by Actor, user string) (ended int64, err error) {
	err = s.change(ctx, func(tx *sql.Tx) (Event, error) {
		u, err := s.findUser(ctx, tx, user)
		if err != nil {
			return Event{}, err
		}
		result, err := tx.ExecContext(ctx, `DELETE FROM auth_session WHERE user_id = $1`, u.ID)
		if err != nil {
			return Event{}, err
		}
		if ended, err = result.RowsAffected(); err != nil || ended == 0 {
			return Event{}, err
		}
		return newUserEvent(s.now(), EventUserLogout, by, &u.User, "sessions", ended), nil
	})
	return ended, err
}

// Sessions returns the live sessions of a user, by id, or with "" of everybody;
// the newest first.
func (s *Store) Sessions(ctx context.Context, userID string) ([]Session, error) {
	rows, err := s.sessions(ctx, s.engine.Reader(), userID, maxRecords)
	sessions := make([]Session, len(rows))
	for i := range rows {
		sessions[i] = rows[i].Session
	}
	return sessions, err
}

func (s *Store) sessions(ctx context.Context, q querier, userID string, max int) ([]SessionRecord, error) {
	now := s.now()
	rows, err := q.QueryContext(ctx, `SELECT e.id_hash, e.id, e.user_id, u.username, e.created_at, e.idle_at, e.expires_at, COALESCE(e.ip, ''), COALESCE(e.agent, '')
		FROM auth_session e JOIN auth_user u ON u.id = e.user_id
		WHERE e.expires_at > $1 AND e.idle_at > $2 AND ($3 = '' OR e.user_id = $3) ORDER BY e.id DESC LIMIT $4`,
		now.UnixMilli(), now.Add(-s.sessionIdle).UnixMilli(), userID, max)
	if err != nil {
		return nil, fmt.Errorf("read sessions: %w", err)
	}
	defer rows.Close()
	var sessions []SessionRecord
	for rows.Next() {
		var r SessionRecord
		var hash []byte
		var created, idle, expires int64
		if err := rows.Scan(&hash, &r.ID, &r.UserID, &r.Username, &created, &idle, &expires, &r.IP, &r.Agent); err != nil {
			return nil, fmt.Errorf("read sessions: %w", err)
		}
		if len(hash) != len(r.Hash) {
			return nil, fmt.Errorf("session %s: damaged hash", r.ID)
		}
		r.Hash = Hash(hash)
		r.CreatedAt, r.LastUsed, r.ExpiresAt = time.UnixMilli(created).UTC(), time.UnixMilli(idle).UTC(), time.UnixMilli(expires).UTC()
		sessions = append(sessions, r)
	}
	return sessions, rows.Err()
}
