package network

import (
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"

	"sluice/authz"
	"sluice/runtime/msg"
)

// requestKeys are the enumerable properties, in Node's order.
var requestKeys = []string{
	"httpVersionMajor", "httpVersionMinor", "httpVersion", "complete", "rawHeaders", "rawTrailers", "aborted", "upgrade",
	"url", "method", "statusCode", "statusMessage", "socket", "client", "baseUrl", "originalUrl", "_parsedUrl",
	"params", "query", "route", "body", "_body", "files", "cookies", "signedCookies", "headers", "auth", "session",
}

// requestProps work out one property each; Undefined means that there is none.
// The request's lock is held.
var requestProps map[string]func(q *request) any

func init() { // the table and its functions refer to each other
	requestProps = map[string]func(q *request) any{
		"headers":          func(q *request) any { return headersOf(q.ex) },
		"headersDistinct":  func(q *request) any { return distinctFields(fieldsOf(q.ex)) },
		"rawHeaders":       func(q *request) any { return rawFields(fieldsOf(q.ex)) },
		"trailers":         func(q *request) any { return joinFields(trailersOf(q.ex)) },
		"trailersDistinct": func(q *request) any { return distinctFields(trailersOf(q.ex)) },
		"rawTrailers":      func(q *request) any { return rawFields(trailersOf(q.ex)) },
		"body":             func(q *request) any { return q.body },
		"_body": func(q *request) any {
			if q.body == msg.Undefined {
				return msg.Undefined
			}
			return true
		},
		"files":            func(q *request) any { return q.files },
		"query":            func(q *request) any { return q.queryLocked() },
		"params":           func(q *request) any { return q.paramsLocked() },
		"cookies":          func(q *request) any { return parseCookies(cookieHeader(q.ex.r)) },
		"signedCookies":    func(*request) any { return &msg.Object{} },
		"method":           func(q *request) any { return q.ex.r.Method },
		"url":              func(q *request) any { return q.ex.url() },
		"originalUrl":      func(q *request) any { return q.ex.r.RequestURI },
		"baseUrl":          func(q *request) any { return q.ex.base() },
		"path":             func(q *request) any { return pathOf(q.ex.url()) },
		"_parsedUrl":       legacyURL,
		"route":            routeOf,
		"httpVersion":      func(q *request) any { return strings.TrimPrefix(q.ex.r.Proto, "HTTP/") },
		"httpVersionMajor": func(q *request) any { return msg.Number(float64(q.ex.r.ProtoMajor)) },
		"httpVersionMinor": func(q *request) any { return msg.Number(float64(q.ex.r.ProtoMinor)) },
		"protocol":         func(q *request) any { return q.protocol() },
		"secure":           func(q *request) any { return q.protocol() == "https" },
		"ip":               func(q *request) any { return q.addresses()[0] },
		"ips":              forwardedIPs,
		"hostname":         func(q *request) any { return hostname(q.host()) },
		"host":             func(q *request) any { return hostname(q.host()) },
		"subdomains":       subdomains,
		"xhr": func(q *request) any {
			return strings.EqualFold(q.ex.r.Header.Get("X-Requested-With"), "xmlhttprequest")
		},
		"fresh":         func(q *request) any { return q.ex.res.fresh() },
		"stale":         func(q *request) any { return !q.ex.res.fresh() },
		"socket":        func(q *request) any { return socketOf(q.ex.r) },
		"connection":    func(q *request) any { v, _ := q.getLocked("socket"); return v },
		"client":        func(q *request) any { v, _ := q.getLocked("socket"); return v },
		"res":           func(q *request) any { return &q.ex.res },
		"app":           func(*request) any { return expressApp },
		"auth":          authOf,
		"session":       sessionOf,
		"aborted":       func(q *request) any { return q.ex.r.Context().Err() != nil },
		"complete":      func(*request) any { return true },
		"upgrade":       func(*request) any { return false },
		"destroyed":     func(q *request) any { return hasBody(q.ex.r) }, // once its body has been read
		"readable":      func(*request) any { return false },
		"readableEnded": func(*request) any { return true },
		"statusCode":    func(*request) any { return nil },
		"statusMessage": func(*request) any { return nil },
	}
}

// expressApp stands for req.app and res.app, of which flows only test that it is there.
var expressApp = &msg.Func{Name: "app", Call: func(any, []any) (any, error) { return msg.Undefined, nil }}

// joinOnce are the headers of which Node takes only the first.
var joinOnce = []string{
	"age", "authorization", "content-length", "content-type", "etag", "expires", "from", "host", "if-modified-since",
	"if-unmodified-since", "last-modified", "location", "max-forwards", "proxy-authorization", "referer", "retry-after", "server", "user-agent",
}

func (q *request) paramsLocked() *msg.Object {
	if q.params == nil {
		q.params = &msg.Object{}
	}
	return q.params
}

func legacyURL(q *request) any {
	url := q.ex.url()
	path := pathOf(url)
	_, query, has := strings.Cut(url, "?")
	query, _, _ = strings.Cut(query, "#")
	search := any(nil)
	queryValue := any(nil)
	if has {
		search, queryValue = "?"+query, query
	}
	return msg.NewObject("protocol", nil, "slashes", nil, "auth", nil, "host", nil, "port", nil, "hostname", nil, "hash", nil,
		"search", search, "query", queryValue, "pathname", path, "path", url, "href", url, "_raw", url)
}

func routeOf(q *request) any {
	n := q.ex.node
	return msg.NewObject("path", n.path, "stack", msg.NewArray(), "methods", msg.NewObject(n.Method, true))
}

// protocol is "http" or "https"; behind a trusted proxy, what the proxy says.
func (q *request) protocol() string {
	proto := "http"
	if q.ex.r.TLS != nil {
		proto = "https"
	}
	if !q.ex.app.trust.trusts(q.remote(), 0) {
		return proto
	}
	forwarded, _, _ := strings.Cut(q.ex.r.Header.Get("X-Forwarded-Proto"), ",")
	if forwarded = strings.TrimSpace(forwarded); forwarded != "" {
		return forwarded
	}
	return proto
}

func (q *request) host() string {
	if q.ex.app.trust.trusts(q.remote(), 0) {
		forwarded, _, _ := strings.Cut(q.ex.r.Header.Get("X-Forwarded-Host"), ",")
		if forwarded = strings.TrimRight(forwarded, " "); forwarded != "" {
			return forwarded
		}
	}
	return q.ex.r.Host
}

// hostname takes the port off; a missing host has none.
func hostname(host string) any {
	if host == "" {
		return msg.Undefined
	}
	from := 0
	if host[0] == '[' {
		from = strings.IndexByte(host, ']') + 1
	}
	if i := strings.IndexByte(host[from:], ':'); i >= 0 {
		return host[:from+i]
	}
	return host
}

func subdomains(q *request) any {
	name, _ := hostname(q.host()).(string)
	list := msg.NewArray()
	if name == "" {
		return list
	}
	if _, err := netip.ParseAddr(strings.Trim(name, "[]")); err == nil {
		if q.ex.app.subdomainOffset < 1 {
			list.Append(name)
		}
		return list
	}
	parts := strings.Split(name, ".")
	slices.Reverse(parts)
	for _, part := range parts[min(q.ex.app.subdomainOffset, len(parts)):] {
		list.Append(part)
	}
	return list
}

// addresses are the socket's, and behind a trusted proxy those it forwarded for; the client comes first.
func (q *request) addresses() []string {
	remote := q.remote()
	if !q.ex.app.trust.trusts(remote, 0) {
		return []string{remote}
	}
	var list []string
	for part := range strings.SplitSeq(strings.Join(q.ex.r.Header["X-Forwarded-For"], ","), ",") {
		if part = strings.TrimSpace(part); part != "" {
			list = append(list, part)
		}
	}
	return q.ex.app.trust.believed(append(list, remote))
}

// remote is the address of the socket's other end.
func (q *request) remote() string {
	if host, _, err := net.SplitHostPort(q.ex.r.RemoteAddr); err == nil {
		return host
	}
	return q.ex.r.RemoteAddr
}

func forwardedIPs(q *request) any {
	list := q.addresses()
	return texts(list[:len(list)-1])
}

// socketOf tells the ends of the connection.
func socketOf(r *http.Request) *msg.Object {
	socket := &msg.Object{}
	end := func(side, address string) {
		host, port, err := net.SplitHostPort(address)
		if err != nil {
			return
		}
		family := "IPv4"
		if strings.Contains(host, ":") {
			family = "IPv6"
		}
		socket.Set(side+"Address", host)
		socket.Set(side+"Port", msg.ToNumber(port))
		socket.Set(side+"Family", family)
	}
	end("remote", r.RemoteAddr)
	if local, ok := r.Context().Value(http.LocalAddrContextKey).(net.Addr); ok {
		end("local", local.String())
	}
	if r.TLS != nil {
		socket.Set("encrypted", true)
		socket.Set("authorized", len(r.TLS.VerifiedChains) > 0)
		socket.Set("servername", r.TLS.ServerName)
	}
	return socket
}

// authOf is who the guard found the request to come from.
func authOf(q *request) any { return toMessage(authz.FromContext(q.ex.r.Context()).Fields()) }

// sessionOf is where FlowFuse has the user who is signed in. Other requests have none.
func sessionOf(q *request) any {
	user := authz.FromContext(q.ex.r.Context()).SessionUser()
	if user == nil {
		return msg.Undefined
	}
	return msg.NewObject("user", toMessage(user))
}

// toMessage turns plain Go data into message values; keys come in order.
func toMessage(v any) any {
	switch v := v.(type) {
	case map[string]any:
		keys := make([]string, 0, len(v))
		for key := range v {
			keys = append(keys, key)
		}
		slices.Sort(keys)
		o := &msg.Object{}
		for _, key := range keys {
			o.Set(key, toMessage(v[key]))
		}
		return o
	case []any:
		list := msg.NewArray()
		for _, e := range v {
			list.Append(toMessage(e))
		}
		return list
	}
	return v
}

// pathOf is the path of a request's target, which a client may give with scheme and host.
func pathOf(uri string) string {
	_, target := splitHost(uri)
	if i := strings.IndexAny(target, "?#"); i >= 0 {
		return target[:i]
	}
	return target
}
