package authz

import (
	"context"
	"database/sql"
	"fmt"
	"slices"

	"sluice/internal/atomicfile"
)

// RotateKeys seals every secret with a new master key and tells how many there
// are. A key file gets the new key first, keeps the old ones while rows need them,
// and loses them at the end: a crash in between leaves a file that opens every
// row. The write lock of the database keeps other writers away from both. Keys of
// the environment are not made here: their first one takes over from the others.
func (s *Store) RotateKeys(ctx context.Context, keys *Keys, by Actor) (n int, err error) {
	err = s.change(ctx, func(tx *sql.Tx) (Event, error) {
		if err := keys.reload(); err != nil {
			return Event{}, err
		}
		if err := keys.next(); err != nil {
			return Event{}, err
		}
		key, ok := keys.first()
		if !ok {
			return Event{}, fmt.Errorf("%w: %s holds none, so there is nothing to rotate", ErrKey, keys.source)
		}
		if n, err = rewrap(ctx, tx, keys, key); err != nil {
			return Event{}, err
		}
		return makeEvent(s.now(), EventKeyRotated, by, key.id, []any{"secrets", n}), nil
	})
	if err != nil {
		return 0, fmt.Errorf("rotate the master key: %w", err)
	}
	if err := s.dropKeys(ctx, keys); err != nil {
		return n, fmt.Errorf("the master key is rotated, but the old one is still in %s: %w", keys.source, err)
	}
	return n, nil
}

// next puts a new key before the others of a file.
func (k *Keys) next() error {
	k.mu.RLock()
	list := slices.Clone(k.list)
	k.mu.RUnlock()
	if k.path == "" {
		if len(list) < 2 {
			return fmt.Errorf("%w: put a new key before the old one (SLUICE_MASTER_KEY=\"NEW OLD\"), rotate, and take the old one away then", ErrKeyFixed)
		}
		return nil
	}
	if len(list) == 0 {
		return nil
	}
	key, err := randomMasterKey()
	if err != nil {
		return err
	}
	return k.write(append([]masterKey{key}, list...)[:min(len(list)+1, maxKeys)])
}

// rewrap seals all rows with key.
func rewrap(ctx context.Context, tx *sql.Tx, keys *Keys, key masterKey) (int, error) {
	rows, err := tx.QueryContext(ctx, `SELECT id, field, key_id, sealed FROM auth_secret`)
	if err != nil {
		return 0, err
	}
	defer rows.Close()
	type secret struct{ id, field, sealed string }
	var sealed []secret
	for rows.Next() {
		var id, field, keyID, text string
		if err := rows.Scan(&id, &field, &keyID, &text); err != nil {
			return 0, err
		}
		value, err := keys.Open(keyID, id, field, text)
		if err != nil {
			return 0, fmt.Errorf("row %s: %w", id, err)
		}
		sealed = append(sealed, secret{id, field, key.seal(id, field, value)})
	}
	if err := rows.Err(); err != nil {
		return 0, err
	}
	for _, row := range sealed {
		if _, err := tx.ExecContext(ctx, `UPDATE auth_secret SET key_id = $1, sealed = $2 WHERE id = $3 AND field = $4`,
			key.id, row.sealed, row.id, row.field); err != nil {
			return 0, err
		}
	}
	return len(sealed), nil
}

// dropKeys takes out of a key file the keys that no row needs.
func (s *Store) dropKeys(ctx context.Context, keys *Keys) error {
	if keys.path == "" {
		return nil
	}
	return s.write(ctx, func(tx *sql.Tx) error {
		if err := keys.reload(); err != nil {
			return err
		}
		used, err := usedKeys(ctx, tx)
		if err != nil {
			return err
		}
		keys.mu.RLock()
		list := slices.Clone(keys.list)
		keys.mu.RUnlock()
		atomicfile.Sweep(keys.path, 0) // keys are written under the lock of the database alone
		kept := slices.DeleteFunc(slices.Clone(list), func(key masterKey) bool {
			return key.id != list[0].id && !slices.Contains(used, key.id)
		})
		if len(kept) == len(list) {
			return nil
		}
		return keys.write(kept)
	})
}

func usedKeys(ctx context.Context, q querier) ([]string, error) {
	rows, err := q.QueryContext(ctx, `SELECT DISTINCT key_id FROM auth_secret`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var ids []string
	for rows.Next() {
		var id string
		if err := rows.Scan(&id); err != nil {
			return nil, err
		}
		ids = append(ids, id)
	}
	return ids, rows.Err()
}

// ready makes sure that there is a key to seal with. It makes none where secrets
// wait for a key that is not there: a new one would hide that it was lost.
func (k *Keys) ready(ctx context.Context, q querier) error {
	if err := k.reload(); err != nil {
		return err
	}
	if _, ok := k.first(); ok {
		return nil
	}
	used, err := usedKeys(ctx, q)
	if err != nil {
		return err
	}
	if len(used) > 0 {
		return fmt.Errorf("%w: secrets were sealed with the key %s, but there is no %s; put it back from a backup", ErrKey, used[0], k.source)
	}
	return k.make()
}
