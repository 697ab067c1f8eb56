package authz

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"
)

// Outgoing gives the nodes of a running instance its named credentials, opened,
// from memory. A change made through the same store counts at once, one by another
// process within a second, the bound that tokens have. A database that cannot be
// read is forgiven for 5 s. Safe for concurrent use.
type Outgoing struct {
	opts   OutgoingOptions
	writes sync.WaitGroup // under way

	mu      sync.Mutex // guards what follows
	store   *Store     // nil until a credential is asked for
	closed  bool
	entries map[string]*outgoingEntry
	epoch   int64
	checked time.Time // the epoch
	read    time.Time // the last time that the database answered
	uses    map[CredentialUse]*CredentialUse
	flushed time.Time
	denied  map[string]time.Time // when the misuse of a credential was last audited
}

// OutgoingOptions say where credentials come from. Open and Keys are needed.
type OutgoingOptions struct {
	Open func(ctx context.Context) (*Store, error) // called once, for the first credential asked for; the store stays the caller's
	Keys *Keys
	Keep func(owner string, secrets ...string) // told of each secret that was opened, for redaction; may be nil
	Log  *slog.Logger                          // nil: none
	Now  func() time.Time                      // time.Now if nil
}

// OutgoingKey is under which nodes of an engine find their *Outgoing.
type OutgoingKey struct{}

type outgoingEntry struct {
	credential Credential
	hosts      []hostPattern
	grant      Grant
	fault      error // why it could not be opened
}

const (
	outgoingPoll  = 250 * time.Millisecond
	outgoingStale = 5 * time.Second
	flushUses     = time.Minute
	maxUses       = 10_000 // pairs of credential and node between two flushes
)

// NewOutgoing makes an Outgoing, which opens nothing before a credential is asked for.
func NewOutgoing(opts OutgoingOptions) *Outgoing {
	if opts.Now == nil {
		opts.Now = time.Now
	}
	if opts.Log == nil {
		opts.Log = slog.New(slog.DiscardHandler)
	}
	if opts.Keep == nil {
		opts.Keep = func(string, ...string) {}
	}
	return &Outgoing{opts: opts, uses: map[CredentialUse]*CredentialUse{}, denied: map[string]time.Time{}}
}

// Keep remembers a secret that was derived from a credential, such as an access
// token, for redaction.
func (o *Outgoing) Keep(owner string, secrets ...string) { o.opts.Keep(owner, secrets...) }

// Find tells whether a credential can be used, and how; no use is counted. Its
// errors are those of [Outgoing.Use].
func (o *Outgoing) Find(ctx context.Context, name string) (Credential, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	e, err := o.findLocked(ctx, name)
	if err != nil {
		return Credential{}, err
	}
	return e.credential, nil
}

// Use opens a credential for a call of node to host and port. It fails with
// [ErrNotFound], with [ErrHostNotAllowed] for a host that the credential is not for,
// which is audited, and with [ErrKey] or [ErrCredentialsUnavailable] if it cannot be read.
func (o *Outgoing) Use(ctx context.Context, name, node, host, port string) (Grant, error) {
	o.mu.Lock()
	grant, notes, err := o.useLocked(ctx, name, node, host, port)
	if notes != nil {
		o.writes.Add(1)
	}
	o.mu.Unlock()
	if notes != nil {
		o.write(notes)
		o.writes.Done()
	}
	return grant, err
}

func (o *Outgoing) useLocked(ctx context.Context, name, node, host, port string) (Grant, *outgoingNotes, error) {
	e, err := o.findLocked(ctx, name)
	if err != nil {
		return Grant{}, nil, err
	}
	now := o.opts.Now()
	if !matchesAny(e.hosts, host, port) {
		err := fmt.Errorf("%w: %q may not be sent to %s; see sluice credential list, and sluice credential set to allow it", ErrHostNotAllowed, name, host)
		return Grant{}, o.misuseLocked(e, node, host, now), err
	}
	o.countLocked(e, node, now)
	if now.Sub(o.flushed) < flushUses {
		return e.grant, nil, nil
	}
	return e.grant, o.countedLocked(now), nil
}

func (o *Outgoing) findLocked(ctx context.Context, name string) (*outgoingEntry, error) {
	if err := o.refreshLocked(ctx); err != nil {
		return nil, fmt.Errorf("credential %q: %w", name, err)
	}
	e := o.entries[name]
	if e == nil {
		return nil, fmt.Errorf("credential %q: %w; make it with sluice credential set", name, ErrNotFound)
	}
	if e.fault != nil {
		return nil, fmt.Errorf("credential %q: %w", name, e.fault)
	}
	return e, nil
}

// refreshLocked reads the credentials anew if they may have changed.
func (o *Outgoing) refreshLocked(ctx context.Context) error {
	now := o.opts.Now()
	if o.closed {
		return ErrCredentialsUnavailable
	}
	if o.entries != nil && now.Sub(o.checked) < outgoingPoll && !now.Before(o.checked) {
		return nil
	}
	ctx = context.WithoutCancel(ctx) // half a refresh serves nobody
	err := o.readLocked(ctx)
	switch {
	case err == nil:
		o.checked, o.read = now, now
		return nil
	case o.entries != nil && now.Sub(o.read) < outgoingStale:
		o.checked = now
		return nil
	}
	o.opts.Log.Error("named credentials cannot be read", "error", err)
	return ErrCredentialsUnavailable
}

// ErrCredentialsUnavailable says that the database could not be read for too long.
var ErrCredentialsUnavailable = errors.New("named credentials cannot be read at present, see the log")

func (o *Outgoing) readLocked(ctx context.Context) error {
	if o.store == nil {
		store, err := o.opts.Open(ctx)
		if err != nil {
			return err
		}
		o.store, o.flushed = store, o.opts.Now()
		store.Subscribe(o.expire)
	}
	epoch, err := o.store.Epoch(ctx)
	if err != nil || o.entries != nil && epoch == o.epoch {
		return err
	}
	entries, err := o.store.openCredentials(ctx, o.opts.Keys)
	if err != nil {
		return err
	}
	var secrets []string
	for _, e := range entries {
		secrets = append(secrets, e.grant.Secret) // "" where it did not open
	}
	o.opts.Keep("named credentials", secrets...)
	o.entries, o.epoch = entries, epoch
	return nil
}

// expire has the next use look for changes.
func (o *Outgoing) expire() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.checked = time.Time{}
}

// openCredentials reads and opens all credentials. One that does not open has a
// fault and leaves the others alone.
func (s *Store) openCredentials(ctx context.Context, keys *Keys) (map[string]*outgoingEntry, error) {
	tx, err := s.engine.Reader().BeginTx(ctx, nil)
	if err != nil {
		return nil, err
	}
	defer tx.Rollback()
	list, err := s.credentials(ctx, tx)
	if err != nil {
		return nil, err
	}
	sealed, err := s.sealedValues(ctx, tx)
	if err != nil {
		return nil, err
	}
	entries := make(map[string]*outgoingEntry, len(list))
	for _, c := range list {
		e := &outgoingEntry{credential: c, grant: Grant{Name: c.Name, Kind: c.Kind, CredentialSettings: c.CredentialSettings}}
		field := credentialKinds[c.Kind]
		v := sealed[[2]string{c.ID, field}]
		e.grant.Secret, e.fault = keys.Open(v.keyID, c.ID, field, v.text)
		for _, text := range c.Hosts {
			p, err := parseHostPattern(text)
			e.hosts, e.fault = append(e.hosts, p), errors.Join(e.fault, err)
		}
		entries[c.Name] = e
	}
	return entries, nil
}

type sealedValue struct{ keyID, text string }

// sealedValues are the values of all credentials, by row and field.
func (s *Store) sealedValues(ctx context.Context, q querier) (map[[2]string]sealedValue, error) {
	rows, err := q.QueryContext(ctx, `SELECT id, field, key_id, sealed FROM auth_secret
		WHERE id IN (SELECT id FROM auth_credential WHERE instance_id = $1)`, s.instance)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	values := map[[2]string]sealedValue{}
	for rows.Next() {
		var place [2]string
		var v sealedValue
		if err := rows.Scan(&place[0], &place[1], &v.keyID, &v.text); err != nil {
			return nil, err
		}
		values[place] = v
	}
	return values, rows.Err()
}

// Close writes what was counted. The store must still be open.
func (o *Outgoing) Close() {
	if o == nil {
		return
	}
	o.mu.Lock()
	was := o.closed
	o.closed, o.entries = true, nil
	notes := o.countedLocked(o.opts.Now())
	o.mu.Unlock()
	o.writes.Wait()
	if o.store != nil && !was {
		o.write(notes)
	}
}
