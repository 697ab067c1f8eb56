package authz

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"sluice/authz/oidc"
)

// Accounts say which account somebody gets whom an outside issuer has signed in.
//
// The pair of issuer and subject decides. A person who is new takes the account
// that has the name the issuer gives, if it was made for that: without password,
// and nobody's yet. An account with a password is never taken over, since the
// issuer's names need not be the names here. Without such an account the person is
// refused, unless Create is set.
type Accounts struct {
	Create bool
	Role   *Role // of accounts made so, in the instance's team; nil: no member of it

	// Ranked has the issuer's roles decide the role in the instance's team at every
	// login: the highest one known, or [RoleNone]. Roles says what the issuer's words
	// mean; without it they are names of roles.
	Ranked bool
	Roles  map[string]Role
}

// What a login by an outside issuer can fail by here.
var (
	ErrNoAccount    = errors.New("there is no account for this person")
	ErrAccountTaken = errors.New("the account of this name is somebody's already, or has a password")
	ErrDisabled     = errors.New("the account is disabled")
)

// Identify returns the account of an identity, brought up to date with what the
// issuer says. The error wraps [ErrNoAccount], [ErrAccountTaken], [ErrDisabled] or
// [ErrUsername], or is the database's.
func (s *Store) Identify(ctx context.Context, by Actor, id *oidc.Identity, rules Accounts) (User, error) {
	u, err := s.findOrMake(ctx, by, id, rules)
	if err != nil {
		return User{}, err
	}
	if !u.DisabledAt.IsZero() {
		return u, fmt.Errorf("user %q: %w", u.Username, ErrDisabled)
	}
	by.Name = u.Username
	change := UserChange{Email: &id.Email}
	if id.Name != "" {
		change.Name = &id.Name
	}
	if id.Email == "" {
		change.Email = nil
	}
	switch updated, err := s.UpdateUser(ctx, by, u.ID, change); {
	case errors.Is(err, ErrName), errors.Is(err, ErrEmail): // the old one stays
	case err != nil:
		return u, err
	default:
		u = updated
	}
	if rules.Ranked {
		_, err = s.setOwnRole(ctx, by, u.ID, rules.rank(id.Roles))
	}
	return u, err
}

func (a *Accounts) rank(words []string) Role {
	best := RoleNone
	for _, word := range words {
		role, known := a.Roles[word]
		if a.Roles == nil {
			named, err := ParseRole(word)
			role, known = named, err == nil
		}
		if known {
			best = max(best, role)
		}
	}
	return best
}

func (s *Store) setOwnRole(ctx context.Context, by Actor, user string, role Role) (Member, error) {
	t, err := s.Team(ctx)
	if err != nil {
		return Member{}, err
	}
	return s.SetMember(ctx, by, t.ID, user, role)
}

// findOrMake finds the account, or makes it. Two first logins at a time of one
// person may both find none; the second then finds what the first has made.
func (s *Store) findOrMake(ctx context.Context, by Actor, id *oidc.Identity, rules Accounts) (u User, err error) {
	for range 2 {
		u, err = s.findIdentity(ctx, id.Issuer, id.Subject)
		if !errors.Is(err, ErrNotFound) {
			return u, err
		}
		u, err = s.link(ctx, by, id)
		if errors.Is(err, ErrNotFound) && rules.Create {
			u, err = s.makeAccount(ctx, by, id, rules.Role)
		}
		switch {
		case errors.Is(err, ErrNotFound):
			return u, fmt.Errorf("%w: %q", ErrNoAccount, shorten(id.Username, 64))
		case !errors.Is(err, ErrUserTaken) && !errors.Is(err, ErrAccountTaken):
			return u, err
		}
	}
	return u, err
}

func (s *Store) findIdentity(ctx context.Context, issuer, subject string) (User, error) {
	u, err := scanUser(s.engine.Reader().QueryRowContext(ctx, `SELECT `+userColumns+` FROM auth_user u
		WHERE u.oidc_iss = $1 AND u.oidc_sub = $2`, issuer, subject))
	if errors.Is(err, sql.ErrNoRows) {
		err = ErrNotFound
	}
	return u.User, err
}

// link gives an identity the account of its name that is waiting for it.
func (s *Store) link(ctx context.Context, by Actor, id *oidc.Identity) (User, error) {
	var u User
	err := s.change(ctx, func(tx *sql.Tx) (Event, error) {
		row, err := scanUser(tx.QueryRowContext(ctx, `SELECT `+userColumns+` FROM auth_user u WHERE u.username_key = $1`, nameKey(id.Username)))
		if errors.Is(err, sql.ErrNoRows) {
			err = ErrNotFound
		}
		if err != nil {
			return Event{}, err
		}
		if row.Hash != "" || row.Issuer != "" {
			return Event{}, fmt.Errorf("user %q: %w", row.Username, ErrAccountTaken)
		}
		if !row.DisabledAt.IsZero() {
			return Event{}, fmt.Errorf("user %q: %w", row.Username, ErrDisabled)
		}
		u = row.User
		u.Issuer, u.Subject = id.Issuer, id.Subject
		_, err = tx.ExecContext(ctx, `UPDATE auth_user SET oidc_iss = $1, oidc_sub = $2 WHERE id = $3`, u.Issuer, u.Subject, u.ID)
		if err != nil && s.engine.Unique(err) {
			err = ErrUserTaken
		}
		by.Name = u.Username
		return newUserEvent(s.now(), EventUserLinked, by, &u, "issuer", u.Issuer, "subject", u.Subject), err
	})
	return u, err
}

func (s *Store) makeAccount(ctx context.Context, by Actor, id *oidc.Identity, role *Role) (User, error) {
	by.Name = "issuer " + id.Issuer
	u, err := s.AddUser(ctx, by, NewUser{Username: id.Username, Issuer: id.Issuer, Subject: id.Subject})
	if err == nil && role != nil {
		_, err = s.setOwnRole(ctx, by, u.ID, *role)
	}
	return u, err
}

// Unlink takes from a user the tie to a person at an outside issuer, and ends the
// user's sessions. The account is then anybody's with its name there, until it has
// a password or is disabled.
func (s *Store) Unlink(ctx context.Context, by Actor, ref string) (User, error) {
	var u User
	err := s.change(ctx, func(tx *sql.Tx) (Event, error) {
		row, err := s.findUser(ctx, tx, ref)
		if u = row.User; err != nil || u.Issuer == "" {
			return Event{}, err
		}
		before := []any{"issuer", u.Issuer, "subject", u.Subject}
		u.Issuer, u.Subject = "", ""
		for _, change := range []string{`DELETE FROM auth_session WHERE user_id = $1`, `UPDATE auth_user SET oidc_iss = NULL, oidc_sub = NULL WHERE id = $1`} {
			if _, err := tx.ExecContext(ctx, change, u.ID); err != nil {
				return Event{}, err
			}
		}
		return newUserEvent(s.now().UTC().Truncate(time.Millisecond), EventUserUnlinked, by, &u, before...), nil
	})
	return u, err
}
