package authz

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"
)

const userColumns = `u.id, u.username, u.name, u.email, u.admin, u.created_at, u.disabled_at, u.pass_changed_at, u.oidc_iss, u.oidc_sub, u.pass_hash`

func scanUser(row scanner, more ...any) (UserRecord, error) {
	var u UserRecord
	var name, email, issuer, subject, hash sql.NullString
	var created int64
	var disabled, changed sql.NullInt64
	dest := append([]any{&u.ID, &u.Username, &name, &email, &u.Admin, &created, &disabled, &changed, &issuer, &subject, &hash}, more...)
	if err := row.Scan(dest...); err != nil {
		return UserRecord{}, err
	}
	u.Name, u.Email, u.Issuer, u.Subject, u.Hash = name.String, email.String, issuer.String, subject.String, hash.String
	u.CreatedAt, u.DisabledAt, u.PassAt = time.UnixMilli(created).UTC(), moment(disabled), moment(changed)
	return u, nil
}

// AddUser makes a user. It hashes the password, which takes its time.
func (s *Store) AddUser(ctx context.Context, by Actor, n NewUser) (User, error) {
	u, err := s.newUser(n)
	if err != nil {
		return User{}, fmt.Errorf("add user: %w", err)
	}
	hash := n.Hash
	if n.Password != "" {
		if hash, err = HashPassword(ctx, n.Password); err != nil {
			return User{}, fmt.Errorf("add user %q: %w", u.Username, err)
		}
	}
	if hash != "" {
		u.PassAt = u.CreatedAt
	}
	err = s.change(ctx, func(tx *sql.Tx) (Event, error) {
		_, err := tx.ExecContext(ctx, `INSERT INTO auth_user (id, username, username_key, email, name, pass_hash, pass_changed_at, admin, created_at, oidc_iss, oidc_sub)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
			u.ID, u.Username, nameKey(u.Username), nullable(u.Email), nullable(u.Name), nullable(hash), millis(u.PassAt), u.Admin, u.CreatedAt.UnixMilli(),
			nullable(u.Issuer), nullable(u.Subject))
		if err != nil && s.engine.Unique(err) {
			err = ErrUserTaken
		}
		return newUserEvent(u.CreatedAt, EventUserCreated, by, &u, "admin", u.Admin), err
	})
	if err != nil {
		return User{}, fmt.Errorf("add user %q: %w", u.Username, err)
	}
	return u, nil
}

func (s *Store) newUser(n NewUser) (User, error) {
	now := s.now().UTC().Truncate(time.Millisecond)
	u := User{ID: newID(now), Admin: n.Admin, CreatedAt: now, Issuer: n.Issuer, Subject: n.Subject}
	var err error
	if u.Username, err = cleanUsername(n.Username); err != nil {
		return u, err
	}
	if u.Name, err = cleanLabel(n.Name); err != nil {
		return u, err
	}
	if u.Email, err = cleanEmail(n.Email); err != nil {
		return u, err
	}
	if n.Hash != "" {
		if _, err := parsePasswordHash(n.Hash); err != nil {
			return u, fmt.Errorf("%w: %w", ErrPassword, err)
		}
	}
	return u, nil
}

// Users returns all users, by name.
func (s *Store) Users(ctx context.Context) ([]User, error) {
	rows, err := s.engine.Reader().QueryContext(ctx, `SELECT `+userColumns+` FROM auth_user u ORDER BY u.username_key`)
	if err != nil {
		return nil, fmt.Errorf("read users: %w", err)
	}
	defer rows.Close()
	var users []User
	for rows.Next() {
		u, err := scanUser(rows)
		if err != nil {
			return nil, fmt.Errorf("read users: %w", err)
		}
		users = append(users, u.User)
	}
	return users, rows.Err()
}

// FindUser returns the user with an id or a name.
func (s *Store) FindUser(ctx context.Context, ref string) (User, error) {
	u, err := s.findUser(ctx, s.engine.Reader(), ref)
	return u.User, err
}

func (s *Store) findUser(ctx context.Context, q querier, ref string) (UserRecord, error) {
	u, err := scanUser(q.QueryRowContext(ctx, `SELECT `+userColumns+` FROM auth_user u
		WHERE u.id = $1 OR u.username_key = $2 ORDER BY u.id = $1 DESC LIMIT 1`, ref, nameKey(ref)))
	if errors.Is(err, sql.ErrNoRows) {
		err = ErrNotFound
	}
	if err != nil {
		return UserRecord{}, fmt.Errorf("user %q: %w", ref, err)
	}
	return u, nil
}

// UpdateUser changes a user. Disabling one, and giving or taking the admin flag,
// ends the user's sessions with the same transaction.
func (s *Store) UpdateUser(ctx context.Context, by Actor, ref string, c UserChange) (User, error) {
	var u User
	err := s.change(ctx, func(tx *sql.Tx) (Event, error) {
		row, err := s.findUser(ctx, tx, ref)
		if err != nil {
			return Event{}, err
		}
		now := s.now().UTC().Truncate(time.Millisecond)
		before := row.User
		if u, err = c.apply(before, now); err != nil || u == before {
			return Event{}, err
		}
		if u.Admin != before.Admin || !u.DisabledAt.IsZero() {
			if _, err := tx.ExecContext(ctx, `DELETE FROM auth_session WHERE user_id = $1`, u.ID); err != nil {
				return Event{}, err
			}
		}
		_, err = tx.ExecContext(ctx, `UPDATE auth_user SET name = $1, email = $2, admin = $3, disabled_at = $4 WHERE id = $5`,
			nullable(u.Name), nullable(u.Email), u.Admin, millis(u.DisabledAt), u.ID)
		kind := EventUserUpdated
		switch {
		case u.DisabledAt.IsZero() == before.DisabledAt.IsZero():
		case u.DisabledAt.IsZero():
			kind = EventUserEnabled
		default:
			kind = EventUserDisabled
		}
		return newUserEvent(now, kind, by, &u, "before", before.summary(), "after", u.summary()), err
	})
	return u, err
}

func (c UserChange) apply(u User, now time.Time) (_ User, err error) {
	if c.Name != nil {
		if u.Name, err = cleanLabel(*c.Name); err != nil {
			return u, err
		}
	}
	if c.Email != nil {
		if u.Email, err = cleanEmail(*c.Email); err != nil {
			return u, err
		}
	}
	if c.Admin != nil {
		u.Admin = *c.Admin
	}
	if c.Disabled != nil && *c.Disabled != !u.DisabledAt.IsZero() {
		if u.DisabledAt = now; !*c.Disabled {
			u.DisabledAt = time.Time{}
		}
	}
	return u, nil
}

func (u *User) summary() map[string]any {
	return map[string]any{"name": u.Name, "email": u.Email, "admin": u.Admin, "disabled": !u.DisabledAt.IsZero()}
}

// SetPassword gives a user another password and ends the user's sessions.
func (s *Store) SetPassword(ctx context.Context, by Actor, ref, password string) (User, error) {
	hash, err := HashPassword(ctx, password)
	if err != nil {
		return User{}, err
	}
	return s.setHash(ctx, by, ref, hash, "", EventUserPassword)
}

// rehash stores the same password under a stronger hash, unless it was changed
// meanwhile. The user notices nothing.
func (s *Store) rehash(ctx context.Context, by Actor, id, old, password string) error {
	hash, err := HashPassword(ctx, password)
	if err == nil {
		_, err = s.setHash(ctx, by, id, hash, old, EventUserRehashed)
	}
	return err
}

// ClearPassword takes a user's password away and ends the user's sessions. Without
// one the account can be signed in to by an outside issuer alone, which the first
// person with the account's name there may do.
func (s *Store) ClearPassword(ctx context.Context, by Actor, ref string) (User, error) {
	return s.setHash(ctx, by, ref, "", "", EventUserPassword)
}

// setHash stores a hash, or none; with old only in its place, and without ending sessions.
func (s *Store) setHash(ctx context.Context, by Actor, ref, hash, old, event string) (User, error) {
	var u User
	err := s.change(ctx, func(tx *sql.Tx) (Event, error) {
		row, err := s.findUser(ctx, tx, ref)
		if u = row.User; err != nil || old != "" && row.Hash != old {
			return Event{}, err
		}
		now := s.now().UTC().Truncate(time.Millisecond)
		if old == "" {
			if u.PassAt = now; hash == "" {
				u.PassAt = time.Time{}
			}
			if _, err := tx.ExecContext(ctx, `DELETE FROM auth_session WHERE user_id = $1`, u.ID); err != nil {
				return Event{}, err
			}
		}
		_, err = tx.ExecContext(ctx, `UPDATE auth_user SET pass_hash = $1, pass_changed_at = $2 WHERE id = $3`, nullable(hash), millis(u.PassAt), u.ID)
		var more []any
		if hash == "" {
			more = []any{"taken", true}
		}
		return newUserEvent(now, event, by, &u, more...), err
	})
	return u, err
}

// DeleteUser removes a user with all memberships and sessions. Tokens that the
// user made stay: they belong to the instance.
func (s *Store) DeleteUser(ctx context.Context, by Actor, ref string) error {
	return s.change(ctx, func(tx *sql.Tx) (Event, error) {
		u, err := s.findUser(ctx, tx, ref)
		if err != nil {
			return Event{}, err
		}
		_, err = tx.ExecContext(ctx, `DELETE FROM auth_user WHERE id = $1`, u.ID)
		return newUserEvent(s.now(), EventUserDeleted, by, &u.User), err
	})
}
