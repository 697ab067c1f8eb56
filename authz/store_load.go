package authz

import (
	"context"
	"database/sql"
	"fmt"
	"time"
)

// Data is all that requests are judged by, as of one epoch.
type Data struct {
	Epoch       int64
	Tokens      []Record // the live ones and, within the bound, those that ended last
	Team        Team     // of the instance
	Users       []UserRecord
	Sessions    []SessionRecord
	SessionIdle time.Duration
}

// UserRecord is a user with the stored password and the role in the instance's team.
type UserRecord struct {
	User
	Hash   string
	Member bool
	Role   Role
}

// SessionRecord is a live session.
type SessionRecord struct {
	Session
	Hash Hash
}

// Load reads everything in one transaction, at most max of each kind.
func (s *Store) Load(ctx context.Context, max int) (d Data, err error) {
	tx, err := s.engine.Reader().BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
	if err != nil {
		return Data{}, fmt.Errorf("read tokens: %w", err)
	}
	defer tx.Rollback()
	d.SessionIdle = s.sessionIdle
	if err := tx.QueryRowContext(ctx, `SELECT value FROM auth_epoch`).Scan(&d.Epoch); err != nil {
		return Data{}, fmt.Errorf("read tokens: %w", err)
	}
	d.Tokens, err = queryRecords(ctx, tx, `SELECT `+recordColumns+` FROM auth_token WHERE instance_id = $1
		ORDER BY revoked_at IS NOT NULL, expires_at IS NOT NULL AND expires_at <= $2, COALESCE(revoked_at, expires_at) DESC, id LIMIT $3`,
		s.instance, s.now().UnixMilli(), max)
	if err != nil {
		return Data{}, err
	}
	if d.Sessions, err = s.sessions(ctx, tx, "", max); err != nil {
		return Data{}, err
	}
	if d.Team, err = scanTeam(tx.QueryRowContext(ctx, `SELECT `+teamColumns+` FROM auth_team t
		WHERE t.id = (SELECT team_id FROM instance WHERE id = $1)`, s.instance)); err != nil {
		return Data{}, fmt.Errorf("read team: %w", err)
	}
	d.Users, err = s.userRecords(ctx, tx, d.Team.ID, max)
	return d, err
}

func (s *Store) userRecords(ctx context.Context, q querier, team string, max int) ([]UserRecord, error) {
	rows, err := q.QueryContext(ctx, `SELECT `+userColumns+`, m.role FROM auth_user u
		LEFT JOIN auth_member m ON m.user_id = u.id AND m.team_id = $1 ORDER BY u.id LIMIT $2`, team, max)
	if err != nil {
		return nil, fmt.Errorf("read users: %w", err)
	}
	defer rows.Close()
	var users []UserRecord
	for rows.Next() {
		var role sql.NullInt64
		u, err := scanUser(rows, &role)
		if err != nil {
			return nil, fmt.Errorf("read users: %w", err)
		}
		u.Member, u.Role = role.Valid, Role(role.Int64)
		users = append(users, u)
	}
	return users, rows.Err()
}

// Epoch changes whenever any process has changed what Load reads.
func (s *Store) Epoch(ctx context.Context) (int64, error) { return s.engine.Epoch(ctx) }

// Use tells when and from where a token, or a session, was last used.
type Use struct {
	ID      string
	Session bool
	At      time.Time
	IP      string
}

// Flush writes what the verifier has gathered.
func (s *Store) Flush(ctx context.Context, uses []Use, events []Event) error {
	err := s.write(ctx, func(tx *sql.Tx) error {
		for _, u := range uses {
			query := `UPDATE auth_token SET last_used_at = $1, last_used_ip = $2 WHERE id = $3 AND (last_used_at IS NULL OR last_used_at < $1)`
			if u.Session {
				query = `UPDATE auth_session SET idle_at = $1, ip = COALESCE($2, ip) WHERE id = $3 AND idle_at < $1`
			}
			if _, err := tx.ExecContext(ctx, query, u.At.UnixMilli(), nullable(u.IP), u.ID); err != nil {
				return err
			}
		}
		return insertEvents(ctx, tx, events)
	})
	if err != nil {
		return fmt.Errorf("write last uses: %w", err)
	}
	return nil
}
