package authz

import (
	"context"
	"net/http"
	"strings"
)

// withValue gives the context of a request a value: in place where the server's
// contexts take some, since a new context costs a copy of the request.
func withValue(r *http.Request, key, value any) *http.Request {
	if c, ok := r.Context().(interface{ SetValue(key, value any) }); ok {
		c.SetValue(key, value)
		return r
	}
	return r.WithContext(context.WithValue(r.Context(), key, value))
}

// target is the request target as the client wrote it. Requests that were made
// in the program have none.
func target(r *http.Request) string {
	if r.RequestURI == "" {
		return r.URL.EscapedPath()
	}
	return r.RequestURI
}

func isPreflight(r *http.Request) bool {
	return r.Method == http.MethodOptions && len(r.Header["Origin"]) > 0 && len(r.Header["Access-Control-Request-Method"]) > 0
}

// servedMethod tells whether an endpoint can have a method.
func servedMethod(method string) bool {
	switch method {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodOptions:
		return true
	}
	return false
}

// dropIdentity removes fields that only sluice may set.
func dropIdentity(h http.Header) {
	const prefix = "X-Sluice-"
	for name := range h {
		if len(name) >= len(prefix) && strings.EqualFold(name[:len(prefix)], prefix) {
			delete(h, name)
		}
	}
}
