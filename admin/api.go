package admin

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"time"

	"sluice/authz"
)

const apiPath = Prefix + "api/v1"

// apiRoutes is the admin API. openapi.json describes it, and a test holds both together.
var apiRoutes = []endpoint{
	{"GET", apiPath + "/openapi.json", "", true, serveOpenAPI},

	{"GET", apiPath + "/tokens", authz.TokensRead, false, listTokens},
	{"POST", apiPath + "/tokens", authz.TokensWrite, false, createToken},
	{"GET", apiPath + "/tokens/{id}", authz.TokensRead, false, showToken},
	{"PATCH", apiPath + "/tokens/{id}", authz.TokensWrite, false, updateToken},
	{"DELETE", apiPath + "/tokens/{id}", authz.TokensWrite, false, revokeToken},
	{"POST", apiPath + "/tokens/{id}/rotate", authz.TokensWrite, false, rotateToken},

	{"GET", apiPath + "/users", authz.UsersRead, false, listUsers},
	{"POST", apiPath + "/users", authz.UsersWrite, false, createUser},
	{"GET", apiPath + "/users/{id}", authz.UsersRead, false, showUser},
	{"PATCH", apiPath + "/users/{id}", authz.UsersWrite, false, updateUser},
	{"DELETE", apiPath + "/users/{id}", authz.UsersWrite, false, deleteUser},
	{"POST", apiPath + "/users/{id}/logout", authz.SessionsWrite, false, logoutUser},

	{"GET", apiPath + "/teams", authz.TeamsRead, false, listTeams},
	{"POST", apiPath + "/teams", authz.TeamsWrite, false, createTeam},
	{"GET", apiPath + "/teams/{id}", authz.TeamRead, false, showTeam},
	{"PATCH", apiPath + "/teams/{id}", authz.TeamsWrite, false, renameTeam},
	{"DELETE", apiPath + "/teams/{id}", authz.TeamsWrite, false, deleteTeam},
	{"GET", apiPath + "/teams/{id}/members", authz.TeamRead, false, listMembers},
	{"POST", apiPath + "/teams/{id}/members", authz.TeamWrite, false, addMember},
	{"PATCH", apiPath + "/teams/{id}/members/{user}", authz.TeamWrite, false, changeMember},
	{"DELETE", apiPath + "/teams/{id}/members/{user}", authz.TeamWrite, false, removeMember},

	{"GET", apiPath + "/sessions", authz.Account, false, listSessions},
	{"DELETE", apiPath + "/sessions/{id}", authz.Account, false, endSession},

	{"GET", apiPath + "/audit", authz.AuditRead, false, listAudit},

	ticketRoute,
}

//go:embed openapi.json
var openAPI []byte

func serveOpenAPI(c *call) error {
	c.w.Header().Set("Content-Type", "application/json")
	_, err := c.w.Write(openAPI)
	return err
}

// decode reads the one JSON object of a request. Unknown members are errors, so
// that a misspelt limit is not silently absent.
func (c *call) decode(v any) error {
	body, err := io.ReadAll(c.r.Body)
	if err != nil {
		return err
	}
	if len(bytes.TrimSpace(body)) == 0 {
		body = []byte("{}")
	}
	d := json.NewDecoder(bytes.NewReader(body))
	d.DisallowUnknownFields()
	err = d.Decode(v)
	if err == nil {
		if _, more := d.Token(); more != io.EOF {
			err = errors.New("there is more than one JSON value")
		}
	}
	switch {
	case err == nil:
		return nil
	case errors.Is(err, authz.ErrScope), errors.Is(err, authz.ErrRole), errors.Is(err, authz.ErrExpiry):
		return err
	}
	if wrong, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		err = fmt.Errorf("%s cannot be a JSON %s", wrong.Field, wrong.Value)
	}
	return &badRequest{http.StatusBadRequest, "invalid_request", "the body is not what this route takes: " + err.Error()}
}

// maybe is a member of a JSON object that may be absent; null sets it to zero.
type maybe[T any] struct {
	value *T
	null  bool // it was null
}

func (m *maybe[T]) UnmarshalJSON(data []byte) error {
	m.value, m.null = new(T), string(data) == "null"
	return json.Unmarshal(data, m.value)
}

// expiry is a time in any form that authz reads; null and "" are never.
type expiry struct{ time.Time }

func (e *expiry) UnmarshalJSON(data []byte) (err error) {
	var text string
	if err := json.Unmarshal(data, &text); err != nil {
		return fmt.Errorf("%w: write it as text", authz.ErrExpiry)
	}
	e.Time, err = authz.ParseExpiry(text, time.Now())
	return err
}

// number reads a query parameter within 1 and max.
func (c *call) number(name string, otherwise, max int) (int, error) {
	text := c.r.URL.Query().Get(name)
	if text == "" {
		return otherwise, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 {
		return 0, &badRequest{http.StatusBadRequest, "invalid_request", name + " is a number from 1 to " + strconv.Itoa(max)}
	}
	return min(n, max), nil
}

func (c *call) reply(status int, v any) error {
	writeJSON(c.w, status, v)
	return nil
}

func (c *call) noContent() error {
	c.w.WriteHeader(http.StatusNoContent)
	return nil
}
