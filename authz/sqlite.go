package authz

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// sqliteEngine is one file in WAL mode, written through one connection and read
// through a small pool.
type sqliteEngine struct {
	path   string
	opened os.FileInfo // the file the connections hold
	writer *sql.DB
	reader *sql.DB

	mu      sync.Mutex // guards what follows
	poll    *sql.Conn  // data_version only tells about writes of other connections, so it needs one of its own
	version *sql.Stmt
	epoch   *sql.Stmt
	seen    int64 // data_version when known was read
	known   int64
}

func openSQLite(ctx context.Context, path string) (_ *sqliteEngine, err error) {
	path, err = filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	e := &sqliteEngine{path: path}
	if e.opened, err = privateFile(path); err != nil {
		return nil, err
	}
	e.writer = sqliteDB(path, "_txlock=immediate")
	e.writer.SetMaxOpenConns(1)
	e.reader = sqliteDB(path, "_pragma=query_only(1)")
	e.reader.SetMaxOpenConns(4)
	if err := e.prepare(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("database %s: %w", path, sqliteTrouble(err)), e.Close())
	}
	return e, nil
}

// privateFile makes the file if there is none; SQLite gives its -wal and -shm
// files the same permissions.
func privateFile(path string) (os.FileInfo, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if info.Mode().Perm()&0o077 != 0 {
		if err := f.Chmod(0o600); err != nil {
			return nil, fmt.Errorf("%s can be read by others: %w", path, err)
		}
	}
	return info, nil
}

func sqliteDB(path, extra string) *sql.DB {
	// busy_timeout comes first: switching to WAL may itself have to wait.
	// synchronous(FULL) costs a sync for each of these rare writes, and a token
	// that was shown stays valid whatever happens next.
	dsn := (&url.URL{Scheme: "file", Path: path}).String() + "?_pragma=busy_timeout(5000)" +
		"&_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)&_pragma=foreign_keys(1)&" + extra
	db, err := sql.Open("sqlite", dsn)
	if err != nil {
		panic(err) // the driver is linked in
	}
	return db
}

func (e *sqliteEngine) prepare(ctx context.Context) error {
	if err := e.connect(ctx); err != nil {
		return err
	}
	if err := migrateSQLite(ctx, e.writer); err != nil {
		return err
	}
	var err error
	if e.poll, err = e.reader.Conn(ctx); err != nil {
		return err
	}
	if e.version, err = e.poll.PrepareContext(ctx, "PRAGMA data_version"); err != nil {
		return err
	}
	e.epoch, err = e.poll.PrepareContext(ctx, "SELECT value FROM auth_epoch")
	return err
}

// connect opens the writing connection. Two processes that switch a new file to
// WAL at once can get SQLITE_BUSY without the busy timeout being asked.
func (e *sqliteEngine) connect(ctx context.Context) error {
	for deadline := time.Now().Add(5 * time.Second); ; {
		err := e.writer.PingContext(ctx)
		if err == nil || primaryCode(err) != sqlite3.SQLITE_BUSY || time.Now().After(deadline) {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(10 * time.Millisecond):
		}
	}
}

func (e *sqliteEngine) Writer() *sql.DB { return e.writer }
func (e *sqliteEngine) Reader() *sql.DB { return e.reader }

func (e *sqliteEngine) Epoch(ctx context.Context) (int64, error) {
	// A file that was deleted or replaced still answers through the open
	// connections, but nobody else's changes would ever be seen in it.
	if info, err := os.Stat(e.path); err != nil {
		return 0, err
	} else if !os.SameFile(info, e.opened) {
		return 0, fmt.Errorf("%s was replaced by another file while in use", e.path)
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	var version int64
	if err := e.version.QueryRowContext(ctx).Scan(&version); err != nil {
		return 0, fmt.Errorf("read data_version: %w", err)
	}
	if version == e.seen {
		return e.known, nil
	}
	if err := e.epoch.QueryRowContext(ctx).Scan(&e.known); err != nil {
		return 0, fmt.Errorf("read auth_epoch: %w", err)
	}
	e.seen = version
	return e.known, nil
}

func (e *sqliteEngine) Unique(err error) bool {
	serr, ok := errors.AsType[*sqlite.Error](err)
	return ok && serr.Code() == sqlite3.SQLITE_CONSTRAINT_UNIQUE
}

func primaryCode(err error) int {
	serr, ok := errors.AsType[*sqlite.Error](err)
	if !ok {
		return 0
	}
	return serr.Code() & 0xff
}

func (e *sqliteEngine) Close() error {
	var errs []error
	for _, s := range []*sql.Stmt{e.version, e.epoch} {
		if s != nil {
			errs = append(errs, s.Close())
		}
	}
	if e.poll != nil {
		errs = append(errs, e.poll.Close())
	}
	return errors.Join(append(errs, e.reader.Close(), e.writer.Close())...)
}

// sqliteTrouble says in a sentence what a user can do about the common failures.
func sqliteTrouble(err error) error {
	switch primaryCode(err) {
	case sqlite3.SQLITE_NOTADB:
		return fmt.Errorf("the file is not a SQLite database: %w", err)
	case sqlite3.SQLITE_BUSY:
		return fmt.Errorf("another process has kept it locked for 5 s: %w", err)
	case sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN:
		return fmt.Errorf("it cannot be written; check the permissions of the file and its directory: %w", err)
	}
	if strings.Contains(err.Error(), "malformed") {
		return fmt.Errorf("the file is damaged; restore it from a backup: %w", err)
	}
	return err
}
