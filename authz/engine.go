package authz

import (
	"context"
	"database/sql"
)

// Engine is what the store needs of a database beside its portable statements
// ($1 placeholders, ON CONFLICT, no time types): connections with the schema in
// place, and the few answers in which databases differ.
type Engine interface {
	// Writer runs transactions one after another, durable when Commit returns.
	Writer() *sql.DB
	Reader() *sql.DB
	// Epoch reads auth_epoch. It is called several times a second and must be
	// cheap while nothing changes; it fails when the database cannot be reached.
	Epoch(ctx context.Context) (int64, error)
	// Unique reports whether err says that a unique index refused a row.
	Unique(err error) bool
	Close() error
}
