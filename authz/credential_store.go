package authz

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"
)

// The audited events of credentials and keys.
const (
	EventCredentialCreated = "auth.credential.created"
	EventCredentialUpdated = "auth.credential.updated"
	EventCredentialRotated = "auth.credential.rotated"
	EventCredentialDeleted = "auth.credential.deleted"
	EventCredentialTested  = "auth.credential.tested"
	EventCredentialOffHost = "auth.credential.used-off-host"
	EventKeyRotated        = "auth.key.rotated"
)

func newCredentialEvent(at time.Time, kind string, actor Actor, c *Credential, more ...any) Event {
	return makeEvent(at, kind, actor, c.ID, append(more, "name", c.Name, "kind", c.Kind, "hosts", c.Hosts))
}

// SetCredential makes a credential, or replaces the one of that name, value and
// all. Name, kind, hosts and settings are read of c. It returns what was kept, and
// notices about what was taken off the value. A running server uses it within a second.
func (s *Store) SetCredential(ctx context.Context, keys *Keys, by Actor, c Credential, value string) (Credential, []string, error) {
	return s.putCredential(ctx, keys, by, c, value, true)
}

func (s *Store) putCredential(ctx context.Context, keys *Keys, by Actor, c Credential, value string, replace bool) (Credential, []string, error) {
	if err := c.check(); err != nil {
		return Credential{}, nil, err
	}
	value, notices, err := cleanValue(c.Kind, value)
	if err != nil {
		return Credential{}, notices, err
	}
	now := s.now().UTC().Truncate(time.Millisecond)
	c.ID, c.CreatedAt, c.RotatedAt = newID(now), now, now
	settings, err := json.Marshal(c.CredentialSettings)
	if err != nil {
		return Credential{}, notices, err
	}
	err = s.change(ctx, func(tx *sql.Tx) (Event, error) {
		event := EventCredentialUpdated
		old, err := s.findCredential(ctx, tx, c.Name)
		switch {
		case errors.Is(err, ErrNotFound):
			event = EventCredentialCreated
			if err := s.roomForCredential(ctx, tx); err != nil {
				return Event{}, err
			}
		case err != nil:
			return Event{}, err
		case !replace:
			return Event{}, ErrCredentialTaken
		default:
			c.ID, c.CreatedAt = old.ID, old.CreatedAt
		}
		if err := keys.ready(ctx, tx); err != nil {
			return Event{}, err
		}
		if _, err = tx.ExecContext(ctx, `INSERT INTO auth_credential (id, instance_id, name, kind, hosts, settings, created_at, rotated_at)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (id) DO UPDATE SET kind = $4, hosts = $5, settings = $6, rotated_at = $8`,
			c.ID, s.instance, c.Name, c.Kind, jsonList(c.Hosts), string(settings), c.CreatedAt.UnixMilli(), now.UnixMilli()); err != nil {
			return Event{}, err
		}
		return newCredentialEvent(now, event, by, &c), putSecret(ctx, tx, keys, &c, value)
	})
	if err != nil {
		return Credential{}, notices, fmt.Errorf("set credential %q: %w", c.Name, err)
	}
	return c, notices, nil
}

// putSecret seals the value of a credential in the place of its old one.
func putSecret(ctx context.Context, tx *sql.Tx, keys *Keys, c *Credential, value string) error {
	field := credentialKinds[c.Kind]
	keyID, sealed, err := keys.Seal(c.ID, field, value)
	if err != nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, `DELETE FROM auth_secret WHERE id = $1`, c.ID); err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO auth_secret (id, field, key_id, sealed) VALUES ($1, $2, $3, $4)`, c.ID, field, keyID, sealed)
	return err
}

func (s *Store) roomForCredential(ctx context.Context, tx *sql.Tx) error {
	var n int
	err := tx.QueryRowContext(ctx, `SELECT COUNT(*) FROM auth_credential WHERE instance_id = $1`, s.instance).Scan(&n)
	if err == nil && n >= maxCredentials {
		return ErrCredentialLimit
	}
	return err
}

// RotateCredential gives a credential a new value.
func (s *Store) RotateCredential(ctx context.Context, keys *Keys, by Actor, name, value string) (c Credential, notices []string, err error) {
	err = s.change(ctx, func(tx *sql.Tx) (Event, error) {
		if c, err = s.findCredential(ctx, tx, name); err != nil {
			return Event{}, err
		}
		var clean string
		if clean, notices, err = cleanValue(c.Kind, value); err != nil {
			return Event{}, err
		}
		if err := keys.ready(ctx, tx); err != nil {
			return Event{}, err
		}
		c.RotatedAt = s.now().UTC().Truncate(time.Millisecond)
		if _, err := tx.ExecContext(ctx, `UPDATE auth_credential SET rotated_at = $1 WHERE id = $2`, c.RotatedAt.UnixMilli(), c.ID); err != nil {
			return Event{}, err
		}
		return newCredentialEvent(c.RotatedAt, EventCredentialRotated, by, &c), putSecret(ctx, tx, keys, &c, clean)
	})
	if err != nil {
		return Credential{}, notices, fmt.Errorf("rotate: %w", err)
	}
	return c, notices, nil
}

// DeleteCredential removes a credential and its value.
func (s *Store) DeleteCredential(ctx context.Context, by Actor, name string) error {
	return s.change(ctx, func(tx *sql.Tx) (Event, error) {
		c, err := s.findCredential(ctx, tx, name)
		if err != nil {
			return Event{}, err
		}
		if _, err := tx.ExecContext(ctx, `DELETE FROM auth_secret WHERE id = $1`, c.ID); err != nil {
			return Event{}, err
		}
		_, err = tx.ExecContext(ctx, `DELETE FROM auth_credential WHERE id = $1`, c.ID)
		return newCredentialEvent(s.now(), EventCredentialDeleted, by, &c), err
	})
}

// CredentialTested puts a test call into the audit: where it went, and the status
// that came back, 0 for none.
func (s *Store) CredentialTested(ctx context.Context, by Actor, name, host string, status int) error {
	c, err := s.FindCredential(ctx, name)
	if err != nil {
		return err
	}
	e := newCredentialEvent(s.now(), EventCredentialTested, by, &c, "host", host, "status", status)
	if err := s.Flush(ctx, nil, []Event{e}); err != nil {
		return err
	}
	e.log(s.log)
	return nil
}

const credentialColumns = `id, name, kind, hosts, settings, created_at, rotated_at`

func scanCredential(row scanner) (Credential, error) {
	c := Credential{Nodes: []string{}}
	var hosts, settings []byte
	var created, rotated int64
	if err := row.Scan(&c.ID, &c.Name, &c.Kind, &hosts, &settings, &created, &rotated); err != nil {
		return Credential{}, err
	}
	if err := errors.Join(json.Unmarshal(hosts, &c.Hosts), json.Unmarshal(settings, &c.CredentialSettings)); err != nil {
		return Credential{}, fmt.Errorf("credential %s: %w", c.ID, err)
	}
	c.CreatedAt, c.RotatedAt = time.UnixMilli(created).UTC(), time.UnixMilli(rotated).UTC()
	return c, nil
}

// FindCredential returns the credential of a name, or [ErrNotFound].
func (s *Store) FindCredential(ctx context.Context, name string) (Credential, error) {
	return s.findCredential(ctx, s.engine.Reader(), name)
}

func (s *Store) findCredential(ctx context.Context, q querier, name string) (Credential, error) {
	c, err := scanCredential(q.QueryRowContext(ctx, `SELECT `+credentialColumns+` FROM auth_credential WHERE instance_id = $1 AND name = $2`, s.instance, name))
	if errors.Is(err, sql.ErrNoRows) {
		err = ErrNotFound
	}
	if err != nil {
		return Credential{}, fmt.Errorf("credential %q: %w", name, err)
	}
	return c, nil
}

// Credentials returns all credentials with their uses, by name.
func (s *Store) Credentials(ctx context.Context) ([]Credential, error) {
	list, err := s.credentials(ctx, s.engine.Reader())
	if err != nil {
		return nil, fmt.Errorf("read credentials: %w", err)
	}
	byID := map[string]*Credential{}
	for i := range list {
		byID[list[i].ID] = &list[i]
	}
	rows, err := s.engine.Reader().QueryContext(ctx, `SELECT credential_id, node_id, uses, last_used_at FROM auth_credential_use ORDER BY node_id`)
	if err != nil {
		return nil, fmt.Errorf("read credentials: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var id, node string
		var uses, last int64
		if err := rows.Scan(&id, &node, &uses, &last); err != nil {
			return nil, fmt.Errorf("read credentials: %w", err)
		}
		c := byID[id]
		if c == nil {
			continue // another instance's
		}
		c.Uses += uses
		at := time.UnixMilli(last).UTC()
		if at.After(c.LastUsedAt) {
			c.LastUsedAt = at
		}
		if s.now().Sub(at) < keepUse {
			c.Nodes = append(c.Nodes, node)
		}
	}
	return list, rows.Err()
}

// credentials returns all credentials, by name.
func (s *Store) credentials(ctx context.Context, q querier) (list []Credential, err error) {
	rows, err := q.QueryContext(ctx, `SELECT `+credentialColumns+` FROM auth_credential WHERE instance_id = $1 ORDER BY name`, s.instance)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		c, err := scanCredential(rows)
		if err != nil {
			return nil, err
		}
		list = append(list, c)
	}
	return list, rows.Err()
}

// CredentialUse counts calls of a node with a credential.
type CredentialUse struct {
	Credential, Node string // ids
	Uses             int64
	At               time.Time
}

// FlushCredentialUses writes what [Outgoing] has counted and noticed.
func (s *Store) FlushCredentialUses(ctx context.Context, uses []CredentialUse, events []Event) error {
	err := s.write(ctx, func(tx *sql.Tx) error {
		for _, u := range uses {
			// From the table, so that a credential that is gone takes no row.
			if _, err := tx.ExecContext(ctx, `INSERT INTO auth_credential_use (credential_id, node_id, uses, last_used_at)
				SELECT id, $2, $3, $4 FROM auth_credential WHERE id = $1
				ON CONFLICT (credential_id, node_id) DO UPDATE SET uses = auth_credential_use.uses + excluded.uses, last_used_at = excluded.last_used_at`,
				u.Credential, u.Node, u.Uses, u.At.UnixMilli()); err != nil {
				return err
			}
		}
		return insertEvents(ctx, tx, events)
	})
	if err != nil {
		return fmt.Errorf("write uses of credentials: %w", err)
	}
	return nil
}
