package authz

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"log/slog"
	"time"
)

// Actor is who causes a change, as the audit keeps it.
type Actor struct {
	Name    string // "cli", a user's name, a token's id
	IP      string
	Request string // request id
}

// The types of audited events.
const (
	EventCreated  = "auth.token.created"
	EventUpdated  = "auth.token.updated"
	EventRotated  = "auth.token.rotated"
	EventRevoked  = "auth.token.revoked"
	EventImported = "auth.token.imported"
	EventExpired  = "auth.token.expired"
	EventDenied   = "auth.denied" // sampled, see Guard
	EventPolicies = "auth.policy.changed"
)

// Event is one row of the audit, never changed once written. It holds no secret.
type Event struct {
	At      time.Time
	Type    string
	Actor   string
	Subject string // token id
	IP      string
	Detail  map[string]any
}

func newEvent(at time.Time, kind string, actor Actor, t *Token, more ...any) Event {
	e := Event{At: at, Type: kind, Actor: actor.Name, Subject: t.ID, IP: actor.IP,
		Detail: map[string]any{"name": t.Name, "hint": t.Hint}}
	if actor.Request != "" {
		e.Detail["request"] = actor.Request
	}
	for i := 0; i+1 < len(more); i += 2 {
		e.Detail[more[i].(string)] = more[i+1]
	}
	return e
}

// log writes the event as one line.
func (e *Event) log(log *slog.Logger) {
	args := []any{"actor", e.Actor, "subject", e.Subject, "ip", e.IP}
	for k, v := range e.Detail {
		args = append(args, k, v)
	}
	log.Info(e.Type, args...)
}

func insertEvent(ctx context.Context, tx *sql.Tx, e Event) error {
	detail, err := json.Marshal(e.Detail)
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO auth_audit (at, type, actor, subject, ip, detail) VALUES ($1, $2, $3, $4, $5, $6)`,
		e.At.UnixMilli(), e.Type, nullable(e.Actor), nullable(e.Subject), nullable(e.IP), string(detail))
	if err != nil {
		return fmt.Errorf("write audit: %w", err)
	}
	return nil
}

// Audit returns the events since a time, oldest first, at most limit of them.
func (s *Store) Audit(ctx context.Context, since time.Time, limit int) ([]Event, error) {
	rows, err := s.engine.Reader().QueryContext(ctx, `SELECT at, type, COALESCE(actor, ''), COALESCE(subject, ''), COALESCE(ip, ''), detail
		FROM auth_audit WHERE at >= $1 ORDER BY id LIMIT $2`, since.UnixMilli(), limit)
	if err != nil {
		return nil, fmt.Errorf("read audit: %w", err)
	}
	defer rows.Close()
	var events []Event
	for rows.Next() {
		var e Event
		var at int64
		var detail []byte
		if err := rows.Scan(&at, &e.Type, &e.Actor, &e.Subject, &e.IP, &detail); err != nil {
			return nil, fmt.Errorf("read audit: %w", err)
		}
		e.At = time.UnixMilli(at).UTC()
		if err := json.Unmarshal(detail, &e.Detail); err != nil {
			return nil, fmt.Errorf("read audit: %w", err)
		}
		events = append(events, e)
	}
	return events, rows.Err()
}
