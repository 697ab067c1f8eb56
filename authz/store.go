package authz

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"
)

// Store keeps the tokens of one instance, the users and teams of all, and the
// audit. Several processes may hold stores on one database at a time. Safe for
// concurrent use.
type Store struct {
	engine      Engine
	instance    string
	now         func() time.Time
	log         *slog.Logger
	sessionIdle time.Duration
	sessionMax  time.Duration

	mu        sync.Mutex
	listeners []func() // called after each committed change; guarded by mu
}

// Options of a store. The zero value is usable.
type Options struct {
	Now      func() time.Time // time.Now if nil
	Log      *slog.Logger     // one line per audited event; nil: none
	Instance string           // name of the instance; "default" if empty

	SessionIdle time.Duration // a session ends after so long without a request; 8 h if 0
	SessionMax  time.Duration // and after so long in any case; 7 d if 0
}

// Open opens the SQLite database at path and brings its schema up to date; a
// missing file is made, readable by its owner only. It fails with [ErrSchema]
// when a newer program has written it. A server whose policies know no tokens
// need not open one.
func Open(ctx context.Context, path string, opts Options) (*Store, error) {
	engine, err := openSQLite(ctx, path)
	if err != nil {
		return nil, fmt.Errorf("open token store: %w", err)
	}
	return NewStore(ctx, engine, opts)
}

// NewStore is a store on any engine, whose schema is in place. It owns the engine.
func NewStore(ctx context.Context, engine Engine, opts Options) (*Store, error) {
	s := &Store{engine: engine, now: opts.Now, log: opts.Log,
		sessionIdle: cmp.Or(opts.SessionIdle, defaultSessionIdle), sessionMax: cmp.Or(opts.SessionMax, defaultSessionMax)}
	if s.now == nil {
		s.now = time.Now
	}
	if s.log == nil {
		s.log = slog.New(slog.DiscardHandler)
	}
	name := opts.Instance
	if name == "" {
		name = "default"
	}
	if err := s.findInstance(ctx, name); err != nil {
		return nil, errors.Join(fmt.Errorf("open token store: %w", err), engine.Close())
	}
	return s, nil
}

// findInstance finds or makes the instance, and the default team if it has none.
func (s *Store) findInstance(ctx context.Context, name string) error {
	var team sql.NullString
	find := func(q querier) error {
		return q.QueryRowContext(ctx, `SELECT id, team_id FROM instance WHERE name = $1`, name).Scan(&s.instance, &team)
	}
	if err := find(s.engine.Reader()); err == nil && team.Valid || err != nil && !errors.Is(err, sql.ErrNoRows) {
		return err
	}
	return s.write(ctx, func(tx *sql.Tx) error {
		now := s.now()
		if _, err := tx.ExecContext(ctx, `INSERT INTO instance (id, name, created_at) VALUES ($1, $2, $3) ON CONFLICT (name) DO NOTHING`,
			newID(now), name, now.UnixMilli()); err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, `INSERT INTO auth_team (id, name, name_key, created_at) VALUES ($1, $2, $3, $4)
			ON CONFLICT (name_key) DO NOTHING`, newID(now), DefaultTeam, nameKey(DefaultTeam), now.UnixMilli()); err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, `UPDATE instance SET team_id = (SELECT id FROM auth_team WHERE name_key = $1)
			WHERE name = $2 AND team_id IS NULL`, nameKey(DefaultTeam), name); err != nil {
			return err
		}
		return find(tx)
	})
}

// Close closes the database. Close the verifier first.
func (s *Store) Close() error { return s.engine.Close() }

// Subscribe has f called after each change made through this store, before the
// call that made the change returns.
func (s *Store) Subscribe(f func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.listeners = append(s.listeners, f)
}

// write runs f in a write transaction.
func (s *Store) write(ctx context.Context, f func(tx *sql.Tx) error) error {
	tx, err := s.engine.Writer().BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	if err := f(tx); err != nil {
		return err
	}
	return tx.Commit()
}

// change is write for what running servers have to notice: the change, its audit
// row and the new epoch are one transaction, and this process notices at once.
func (s *Store) change(ctx context.Context, f func(tx *sql.Tx) (Event, error)) error {
	var event Event
	err := s.write(ctx, func(tx *sql.Tx) (err error) {
		if event, err = f(tx); err != nil || event.Type == "" {
			return err
		}
		if err := insertEvent(ctx, tx, event); err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, `UPDATE auth_epoch SET value = value + 1`)
		return err
	})
	if err != nil || event.Type == "" {
		return err
	}
	event.log(s.log)
	s.mu.Lock()
	listeners := s.listeners
	s.mu.Unlock()
	for _, f := range listeners {
		f()
	}
	return nil
}

// Record is a token as the verifier needs it.
type Record struct {
	Token
	Hash      Hash
	PrevHash  Hash // the value before the last rotation
	PrevUntil time.Time
}

const recordColumns = `id, kind, name, hint, secret_hash, prev_hash, prev_until, scopes, ips,
	created_at, created_by, expires_at, revoked_at, revoked_by, last_used_at, last_used_ip`

type scanner interface{ Scan(dest ...any) error }

func scanRecord(row scanner) (Record, error) {
	var (
		r                                       Record
		hash, prev, scopes, ips                 []byte
		createdBy, revokedBy, lastIP            sql.NullString
		created                                 int64
		prevUntil, expires, revoked, lastUsedAt sql.NullInt64
	)
	if err := row.Scan(&r.ID, &r.Kind, &r.Name, &r.Hint, &hash, &prev, &prevUntil, &scopes, &ips,
		&created, &createdBy, &expires, &revoked, &revokedBy, &lastUsedAt, &lastIP); err != nil {
		return Record{}, err
	}
	if len(hash) != len(r.Hash) || prev != nil && len(prev) != len(r.Hash) {
		return Record{}, fmt.Errorf("token %s: damaged hash", r.ID)
	}
	r.Hash = Hash(hash)
	if prev != nil {
		r.PrevHash, r.PrevUntil = Hash(prev), moment(prevUntil)
	}
	if err := errors.Join(json.Unmarshal(scopes, &r.Scopes), json.Unmarshal(ips, &r.IPs)); err != nil {
		return Record{}, fmt.Errorf("token %s: %w", r.ID, err)
	}
	r.CreatedAt, r.CreatedBy = time.UnixMilli(created).UTC(), createdBy.String
	r.ExpiresAt, r.RevokedAt, r.RevokedBy = moment(expires), moment(revoked), revokedBy.String
	r.LastUsedAt, r.LastUsedIP = moment(lastUsedAt), lastIP.String
	return r, nil
}

type querier interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

func queryRecords(ctx context.Context, q querier, query string, args ...any) ([]Record, error) {
	rows, err := q.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, fmt.Errorf("read tokens: %w", err)
	}
	defer rows.Close()
	var records []Record
	for rows.Next() {
		r, err := scanRecord(rows)
		if err != nil {
			return nil, fmt.Errorf("read tokens: %w", err)
		}
		records = append(records, r)
	}
	return records, rows.Err()
}

func moment(ms sql.NullInt64) time.Time {
	if !ms.Valid {
		return time.Time{}
	}
	return time.UnixMilli(ms.Int64).UTC()
}

func millis(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t.UnixMilli()
}

func nullable(s string) any {
	if s == "" {
		return nil
	}
	return s
}

func jsonList[T any](list []T) string {
	if len(list) == 0 {
		return "[]"
	}
	data, err := json.Marshal(list)
	if err != nil {
		panic(err) // scopes and prefixes always marshal
	}
	return string(data)
}
