package authz

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"log/slog"
	"math"
	"strings"
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

	EventLogin       = "auth.login"
	EventLoginFailed = "auth.login.fail"
	EventLogout      = "auth.logout"

	EventUserCreated  = "auth.user.created"
	EventUserUpdated  = "auth.user.updated"
	EventUserDisabled = "auth.user.disabled"
	EventUserEnabled  = "auth.user.enabled"
	EventUserPassword = "auth.user.password"
	EventUserRehashed = "auth.user.rehashed"
	EventUserDeleted  = "auth.user.deleted"
	EventUserLogout   = "auth.user.logout"   // all sessions ended
	EventUserLinked   = "auth.user.linked"   // to a person at an outside issuer
	EventUserUnlinked = "auth.user.unlinked" //

	EventTeamCreated   = "auth.team.created"
	EventTeamUpdated   = "auth.team.updated"
	EventTeamDeleted   = "auth.team.deleted"
	EventMemberAdded   = "auth.team.member.added"
	EventMemberChanged = "auth.team.member.changed"
	EventMemberRemoved = "auth.team.member.removed"
)

// Event is one row of the audit, never changed once written. It holds no secret.
type Event struct {
	At      time.Time      `json:"at"`
	Type    string         `json:"type"`
	Actor   string         `json:"actor"`
	Subject string         `json:"subject"` // id of a token, user or team
	IP      string         `json:"ip"`
	Detail  map[string]any `json:"detail"`
}

func newEvent(at time.Time, kind string, actor Actor, t *Token, more ...any) Event {
	return makeEvent(at, kind, actor, t.ID, append(more, "name", t.Name, "hint", t.Hint))
}

func newUserEvent(at time.Time, kind string, actor Actor, u *User, more ...any) Event {
	return makeEvent(at, kind, actor, u.ID, append(more, "username", u.Username))
}

func newTeamEvent(at time.Time, kind string, actor Actor, t *Team, more ...any) Event {
	return makeEvent(at, kind, actor, t.ID, append(more, "team", t.Name))
}

func newMemberEvent(at time.Time, kind string, actor Actor, t *Team, u *User, more ...any) Event {
	return makeEvent(at, kind, actor, u.ID, append(more, "team", t.Name, "teamId", t.ID, "username", u.Username))
}

// makeEvent takes the details as keys and values.
func makeEvent(at time.Time, kind string, actor Actor, subject string, more []any) Event {
	e := Event{At: at.UTC().Truncate(time.Millisecond), Type: kind, Actor: actor.Name, Subject: subject, IP: actor.IP, Detail: map[string]any{}}
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

func insertEvents(ctx context.Context, tx *sql.Tx, events []Event) error {
	for _, e := range events {
		if err := insertEvent(ctx, tx, e); err != nil {
			return err
		}
	}
	return nil
}

// AuditQuery chooses events of the audit. The zero value takes all.
type AuditQuery struct {
	Since  time.Time
	Type   string // exact, or a prefix that ends in a dot: "auth.token."
	Newest bool   // newest first
	Limit  int    // 0: none
}

// Audit returns events, oldest first unless told otherwise.
func (s *Store) Audit(ctx context.Context, q AuditQuery) ([]Event, error) {
	order := "id"
	if q.Newest {
		order = "id DESC"
	}
	from, to := q.Type, q.Type
	if q.Type == "" || strings.HasSuffix(q.Type, ".") {
		to += "\U0010ffff" // above all that begins so
	}
	if q.Limit <= 0 {
		q.Limit = math.MaxInt32
	}
	rows, err := s.engine.Reader().QueryContext(ctx, `SELECT at, type, COALESCE(actor, ''), COALESCE(subject, ''), COALESCE(ip, ''), detail
		FROM auth_audit WHERE at >= $1 AND type >= $2 AND type <= $3 ORDER BY `+order+` LIMIT $4`, since(q.Since), from, to, q.Limit)
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

func since(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}
