package admin

import (
	"fmt"
	"net/http"
	"slices"

	"sluice/authz"
)

// sessions are everybody's for those who may see them, else the caller's own.
func (c *call) sessions(own bool) ([]authz.Session, error) {
	user := ""
	if own || !c.p.May(authz.SessionsRead) {
		if user = c.p.UserID; user == "" {
			return nil, nil
		}
	}
	return c.store().Sessions(c.r.Context(), user)
}

func listSessions(c *call) error {
	list, err := c.sessions(false)
	if err != nil {
		return err
	}
	return c.reply(http.StatusOK, map[string]any{"sessions": append([]authz.Session{}, list...), "count": len(list)})
}

func endSession(c *call) error {
	if err := c.endSession(c.r.PathValue("id")); err != nil {
		return err
	}
	return c.noContent()
}

// endSession ends one of the caller's sessions, or anybody's for those who may.
func (c *call) endSession(id string) error {
	if !c.p.May(authz.SessionsWrite) {
		own, err := c.sessions(true)
		if err != nil {
			return err
		}
		if !slices.ContainsFunc(own, func(s authz.Session) bool { return s.ID == id }) {
			return fmt.Errorf("session %q: %w", id, authz.ErrNotFound)
		}
	}
	return c.store().EndSession(c.r.Context(), c.by, id)
}

func listAudit(c *call) error {
	events, err := c.audit(false)
	if err != nil {
		return err
	}
	return c.reply(http.StatusOK, map[string]any{"events": append([]authz.Event{}, events...), "count": len(events)})
}

// audit reads the events that the query's since, type and limit choose.
func (c *call) audit(newest bool) ([]authz.Event, error) {
	query := c.r.URL.Query()
	limit, err := c.number("limit", 200, 1000)
	if err != nil {
		return nil, err
	}
	q := authz.AuditQuery{Type: query.Get("type"), Newest: newest, Limit: limit}
	if text := query.Get("since"); text != "" {
		if q.Since, err = authz.ParseSince(text, c.opts.Now()); err != nil {
			return nil, &badRequest{http.StatusBadRequest, "invalid_since", err.Error()}
		}
	}
	return c.store().Audit(c.r.Context(), q)
}
