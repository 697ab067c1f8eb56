package authz

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
)

// ErrCredentialTaken says that a new credential would replace another.
var ErrCredentialTaken = errors.New("there is a credential with this name already")

// AddCredential is [Store.SetCredential] for a name that must be free.
func (s *Store) AddCredential(ctx context.Context, keys *Keys, by Actor, c Credential, value string) (Credential, []string, error) {
	return s.putCredential(ctx, keys, by, c, value, false)
}

// NarrowCredential takes hosts away from a credential. It adds none: whoever cannot
// read a value must not be able to have it sent elsewhere either, so more hosts need
// the value anew.
func (s *Store) NarrowCredential(ctx context.Context, by Actor, name string, hosts []string) (Credential, error) {
	var c Credential
	err := s.change(ctx, func(tx *sql.Tx) (_ Event, err error) {
		if c, err = s.findCredential(ctx, tx, name); err != nil {
			return Event{}, err
		}
		before := c.Hosts
		c.Hosts = hosts
		if err := c.check(); err != nil {
			return Event{}, err
		}
		if slices.Equal(c.Hosts, before) {
			return Event{}, nil
		}
		for _, host := range c.Hosts {
			if !slices.Contains(before, host) {
				return Event{}, credentialErrorf("%s is no host of it: more hosts need its value anew", host)
			}
		}
		_, err = tx.ExecContext(ctx, `UPDATE auth_credential SET hosts = $1 WHERE id = $2`, jsonList(c.Hosts), c.ID)
		return newCredentialEvent(s.now(), EventCredentialUpdated, by, &c, "before", before), err
	})
	if err != nil {
		return Credential{}, fmt.Errorf("change credential %q: %w", name, err)
	}
	return c, nil
}
