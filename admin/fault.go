package admin

import (
	"encoding/json"
	"errors"
	"net/http"

	"sluice/authz"
)

// fault is an error as a client sees it.
type fault struct {
	status int
	code   string
	text   string
}

// badRequest is an error in what was sent; its text is for the client.
type badRequest struct {
	status int
	code   string
	text   string
}

func (e *badRequest) Error() string { return e.text }

var faults = []struct {
	err    error
	status int
	code   string
}{
	{authz.ErrNotFound, http.StatusNotFound, "not_found"},
	{authz.ErrName, http.StatusBadRequest, "invalid_name"},
	{authz.ErrExpiry, http.StatusBadRequest, "invalid_expiry"},
	{authz.ErrScope, http.StatusBadRequest, "invalid_scope"},
	{authz.ErrUsername, http.StatusBadRequest, "invalid_username"},
	{authz.ErrEmail, http.StatusBadRequest, "invalid_email"},
	{authz.ErrPassword, http.StatusBadRequest, "invalid_password"},
	{authz.ErrTeamName, http.StatusBadRequest, "invalid_name"},
	{authz.ErrRole, http.StatusBadRequest, "invalid_role"},
	{authz.ErrHostNotAllowed, http.StatusForbidden, "host_not_allowed"},
	{authz.ErrCredential, http.StatusBadRequest, "invalid_credential"},
	{authz.ErrCredentialTaken, http.StatusConflict, "name_taken"},
	{authz.ErrCredentialLimit, http.StatusTooManyRequests, "limit"},
	{authz.ErrKey, http.StatusServiceUnavailable, "temporarily_unavailable"},
	{authz.ErrNameTaken, http.StatusConflict, "name_taken"},
	{authz.ErrUserTaken, http.StatusConflict, "name_taken"},
	{authz.ErrTeamTaken, http.StatusConflict, "name_taken"},
	{authz.ErrTeamUsed, http.StatusConflict, "in_use"},
	{authz.ErrGrow, http.StatusConflict, "scope_grows"},
	{authz.ErrRevoked, http.StatusConflict, "revoked"},
	{authz.ErrExpired, http.StatusConflict, "expired"},
	{authz.ErrLimit, http.StatusTooManyRequests, "limit"},
	{authz.ErrBusy, http.StatusServiceUnavailable, "temporarily_unavailable"},
	{authz.ErrUnavailable, http.StatusServiceUnavailable, "temporarily_unavailable"},
}

// faultOf gives every error its answer: the one place that does.
func faultOf(err error) fault {
	if bad, ok := errors.AsType[*badRequest](err); ok {
		return fault{bad.status, bad.code, bad.text}
	}
	if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return fault{http.StatusRequestEntityTooLarge, "too_large", "the request is larger than 64 KiB"}
	}
	for _, f := range faults {
		if errors.Is(err, f.err) {
			return fault{f.status, f.code, err.Error()}
		}
	}
	return fault{http.StatusInternalServerError, "internal", "this failed; the log of the server says why"}
}

func writeError(w http.ResponseWriter, status int, code, text string) {
	writeJSON(w, status, struct {
		Error       string `json:"error"`
		Description string `json:"error_description"`
	}{code, text})
}

func writeJSON(w http.ResponseWriter, status int, v any) {
	body, err := json.Marshal(v)
	if err != nil {
		panic(err) // views always marshal
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write(append(body, '\n')) // the client may have left
}
