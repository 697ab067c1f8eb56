package runtime

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"sluice/internal/http1"
	"sluice/runtime/msg"
)

// The pages that Express's finalhandler and its automatic OPTIONS answer with.

var htmlEscaper = strings.NewReplacer(`"`, "&quot;", "&", "&amp;", "'", "&#39;", "<", "&lt;", ">", "&gt;")

// EscapeHTML escapes text as npm's escape-html does.
func EscapeHTML(s string) string { return htmlEscaper.Replace(s) }

var pageBreaks = strings.NewReplacer("\n", "<br>", "  ", " &nbsp;")

// ErrorPage is finalhandler's page with a message that the client is to see.
func ErrorPage(message string) string {
	return Page("Error", pageBreaks.Replace(EscapeHTML(message)))
}

// Page is the document that Express's own pages are; both texts are HTML already.
func Page(title, body string) string {
	return "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<title>" + title + "</title>\n</head>\n<body>\n<pre>" +
		body + "</pre>\n</body>\n</html>\n"
}

// WriteErrorPage answers with ErrorPage.
func WriteErrorPage(w http.ResponseWriter, r *http.Request, status int, message string) {
	body := ErrorPage(message)
	h := w.Header()
	h.Del("Content-Encoding")
	h.Del("Content-Language")
	if status != http.StatusRequestedRangeNotSatisfiable {
		h.Del("Content-Range")
	}
	h.Set("Content-Security-Policy", "default-src 'none'")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Content-Type", "text/html; charset=utf-8")
	writeBody(w, r, status, body)
}

// NotFound answers a request that nothing else answers.
func NotFound(w http.ResponseWriter, r *http.Request) {
	WriteErrorPage(w, r, http.StatusNotFound, "Cannot "+r.Method+" "+EncodeURL(RequestPath(r)))
}

// pageOrder is how Express orders the headers of its own pages.
var pageOrder = []string{"X-Powered-By", corsOrigin, "Vary", corsCredentials, corsMethods, corsHeaders, corsMaxAge, corsExpose, "Accept-Ranges", "Cache-Control", "Last-Modified", "Allow", "Content-Range",
	"Content-Security-Policy", "X-Content-Type-Options", "Content-Type", "Content-Length", "ETag"}

func writeBody(w http.ResponseWriter, r *http.Request, status int, body string) {
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	http1.Next(r, pageOrder)
	w.WriteHeader(status)
	if r.Method != http.MethodHead {
		_, _ = w.Write([]byte(body)) // the client has gone: nobody is left to tell
	}
}

func writeJSON(w http.ResponseWriter, status int, body string) {
	h := w.Header()
	h.Set("Content-Type", "application/json; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	h.Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(status)
	_, _ = w.Write([]byte(body)) // the client has gone: nobody is left to tell
}

// writeUnavailable answers for a route whose flow reaches a node that does not run.
func writeUnavailable(w http.ResponseWriter, missing *Instance) {
	body, _ := msg.AppendJSON(nil, msg.NewObject(
		"error", "node_not_available", "type", missing.Type.Name, "node", missing.ID))
	writeJSON(w, http.StatusNotImplemented, string(body))
}

// serveOptions answers OPTIONS with the methods of all routes that match.
func (t *routeTable) serveOptions(w http.ResponseWriter, r *http.Request, path string) {
	methods := t.methods(path)
	if len(methods) == 0 {
		NotFound(w, r)
		return
	}
	body := strings.Join(methods, ",")
	h := w.Header()
	h.Set("Allow", body)
	h.Set("Content-Type", "text/html; charset=utf-8")
	h["Etag"] = []string{ETag([]byte(body), true)}
	writeBody(w, r, http.StatusOK, body)
}

// Methods lists the methods of all routes at the path of a request, in Express's order.
func (rt *Router) Methods(r *http.Request) []string {
	t := rt.table.Load()
	if t == nil {
		return nil
	}
	path, inside := t.below(RequestPath(r))
	if !inside {
		return nil
	}
	return t.methods(path)
}

func (t *routeTable) methods(path string) (methods []string) {
	for _, rt := range t.matching(path) {
		if rt.method == Upgrade { // Express knows nothing of it
			continue
		}
		if !slices.Contains(methods, rt.method) {
			methods = append(methods, rt.method)
		}
		if rt.method == http.MethodGet && !slices.Contains(methods, http.MethodHead) {
			methods = append(methods, http.MethodHead)
		}
	}
	return methods
}

// matching returns all routes whose path matches, in order.
func (t *routeTable) matching(path string) []*route {
	var routes []*route
	low := strings.ToLower(path)
	t.literals[low].matching(path, &routes)
	if base, ok := strings.CutSuffix(low, "/"); ok {
		t.literals[base].matching(path, &routes)
	}
	t.patterns.walk(path, func(n *patternTree) {
		for _, rt := range n.routes {
			if _, undecodable, ok := rt.path.match(path); ok && undecodable == "" {
				routes = append(routes, rt)
			}
		}
	})
	slices.SortFunc(routes, func(a, b *route) int { return a.order - b.order })
	return routes
}

func (l *literalRoutes) matching(path string, routes *[]*route) {
	if l == nil {
		return
	}
	for _, rt := range *l {
		if rt.path.matchLiteral(path) {
			*routes = append(*routes, rt)
		}
	}
}
