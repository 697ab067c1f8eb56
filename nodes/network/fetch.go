package network

import (
	"context"
	"errors"
	"net/url"
	"strings"
	"time"

	"sluice/authz"
	"sluice/internal/weburl"
	"sluice/runtime"
	"sluice/runtime/msg"
)

// Fetcher makes the requests of fetch in function nodes. It shares the connections
// of http request nodes, and the settings: rules for servers, proxies of the
// environment, time and size limits. Redirects and errors are those of Node's fetch.
type Fetcher struct {
	pool       *connPool
	proxies    *proxyRules
	rules      *authz.OutgoingRules
	fault      error // why there are no rules: nothing is sent
	requireTLS bool
	timeout    time.Duration
	maxBody    int64
}

// FetchRequest is one request of fetch, see [sluice/runtime/js.FetchRequest].
type FetchRequest struct {
	Method   string
	URL      string
	Headers  [][2]string
	Body     []byte
	Redirect string
}

// FetchResponse is its answer, see [sluice/runtime/js.FetchResponse].
type FetchResponse struct {
	Status     int
	StatusText string
	URL        string
	Redirected bool
	Headers    [][2]string
	Body       []byte
	Fault      error
}

// NewFetcher makes a Fetcher with the settings of the engine that inst is of.
func NewFetcher(inst *runtime.Instance) *Fetcher {
	f := &Fetcher{proxies: newProxyRules(inst, nil), requireTLS: requiresTLS(inst)}
	f.pool = sharedPool(inst)
	f.rules, f.fault = outgoingRules(inst)
	f.timeout, f.maxBody = requestLimits(inst)
	return f
}

// maxFetchRedirects is how many redirects fetch follows (WHATWG Fetch, 4.4).
const maxFetchRedirects = 20

// Fetch makes one request, and those that redirects lead to. The error is a
// *msg.Error, the cause of what fetch throws.
func (f *Fetcher) Fetch(ctx context.Context, r FetchRequest) (FetchResponse, error) {
	if f.fault != nil {
		return FetchResponse{}, f.fault
	}
	at, err := weburl.Parse(r.URL, nil)
	if err != nil {
		return FetchResponse{}, invalidURL(r.URL)
	}
	req := &outgoingRequest{method: r.Method, url: at, timeout: f.timeout, maxBody: f.maxBody, noBody: true}
	for _, h := range r.Headers {
		req.header = append(req.header, headerField{h[0], h[1]})
	}
	req.header.del("content-length")
	if r.Body != nil {
		req.setBody(r.Body)
	}
	deadline := time.Now().Add(f.timeout)
	for hops := 0; ; hops++ {
		res, err := f.send(ctx, req)
		if res == nil {
			return FetchResponse{}, fetchError(err)
		}
		location, moved := res.header.get("location")
		if !moved || !isFetchRedirect(res.status) || r.Redirect == "manual" {
			return fetched(req, hops > 0, res, err), nil
		}
		switch {
		case r.Redirect == "error":
			return FetchResponse{}, plainError("", "unexpected redirect")
		case hops == maxFetchRedirects:
			return FetchResponse{}, plainError("", "redirect count exceeded")
		}
		if err := follow(req, res.status, location); err != nil {
			return FetchResponse{}, err
		}
		if req.timeout = time.Until(deadline); req.timeout <= 0 {
			return FetchResponse{}, fetchError(timeoutError(f.timeout))
		}
	}
}

// send sends a request to its server, or through the environment's proxy.
func (f *Fetcher) send(ctx context.Context, req *outgoingRequest) (*outgoingResponse, error) {
	if err := req.header.check(); err != nil {
		return nil, err
	}
	if _, secret := req.header.get("authorization"); secret && f.requireTLS && req.url.Scheme != "https" && !isLoopback(req.url.Hostname()) {
		return nil, plainError("", "credentials are not sent to "+req.url.Host+" over plain http, since the setting outgoing.requireTls is on: use https")
	}
	to := outgoing{pool: f.pool, rules: f.rules}
	if via, _ := f.proxies.proxyFor(req.url); via != nil {
		to.proxy, to.pool = via, newConnPool(sharedIdle)
		defer to.pool.Close()
	}
	return to.send(ctx, req)
}

func isFetchRedirect(status int) bool {
	switch status {
	case 301, 302, 303, 307, 308:
		return true
	}
	return false
}

// follow makes a request the one that a redirect leads to. What was said in
// confidence goes to no other origin (WHATWG Fetch, HTTP-redirect fetch).
func follow(req *outgoingRequest, status int, location string) error {
	raw, _ := msg.DecodeText(location, "latin1")
	text, _ := msg.EncodeBytes(raw, "utf8")
	next, err := weburl.Parse(text, req.url)
	switch {
	case err != nil:
		return invalidURL(text)
	case !next.IsHTTP():
		return plainError("", "URL scheme must be a HTTP(S) scheme")
	case next.Username+next.Password != "" && !next.SameOrigin(req.url):
		return plainError("", `cross origin not allowed for request mode "cors"`)
	}
	if !next.HasFragment {
		next.Fragment, next.HasFragment = req.url.Fragment, req.url.HasFragment
	}
	if status <= 302 && req.method == "POST" || status == 303 && req.method != "GET" && req.method != "HEAD" {
		req.method = "GET"
		req.dropBody()
		for _, name := range [...]string{"content-encoding", "content-language", "content-location", "content-type"} {
			req.header.del(name)
		}
	}
	if !next.SameOrigin(req.url) {
		for _, name := range [...]string{"authorization", "proxy-authorization", "cookie", "host"} {
			req.header.del(name)
		}
	}
	next.Username, next.Password = "", ""
	req.url = next
	return nil
}

// fetched is the answer of fetch. err is what came in the way of the body.
func fetched(req *outgoingRequest, redirected bool, res *outgoingResponse, err error) FetchResponse {
	shown := *req.url
	shown.Fragment, shown.HasFragment = "", false
	out := FetchResponse{Status: res.status, StatusText: res.reason, URL: shown.String(), Redirected: redirected, Body: res.body}
	for _, h := range res.header {
		out.Headers = append(out.Headers, [2]string{h.name, h.value})
	}
	if err == nil {
		out.Body, err = decodeBody(res, req.maxBody)
	}
	if err != nil {
		out.Fault = fetchError(err)
	}
	return out
}

// plainError is a cause without a class of its own.
func plainError(code, text string) *msg.Error {
	e := &msg.Error{Name: "Error", Message: text, Props: &msg.Object{}}
	if code != "" {
		e.Props.Set("code", code)
	}
	return e
}

func invalidURL(text string) *msg.Error {
	return &msg.Error{Name: "TypeError", Message: "Invalid URL", Props: msg.NewObject("code", "ERR_INVALID_URL", "input", redactURL(text))}
}

// fetchError gives an error of the client the class, code and text of undici's.
func fetchError(err error) error {
	e, ok := errors.AsType[*msg.Error](err)
	if !ok {
		return plainError("", err.Error()) // the context's: whoever ended it knows why
	}
	code := errorCode(e)
	switch {
	case code == timeoutCode && e.Name == "TimeoutError":
		return &msg.Error{Name: "HeadersTimeoutError", Message: "Headers Timeout Error", Props: msg.NewObject("code", "UND_ERR_HEADERS_TIMEOUT")}
	case code == "ECONNRESET":
		return &msg.Error{Name: "SocketError", Message: "other side closed", Props: msg.NewObject("code", "UND_ERR_SOCKET")}
	case strings.HasPrefix(code, "HPE_"):
		return &msg.Error{Name: "HTTPParserError", Message: strings.Replace(e.Message, "Parse Error: ", "Response does not match the HTTP/1.1 protocol (", 1) + ")",
			Props: msg.NewObject("code", code)}
	case e.Name != "RequestError":
		return e
	}
	plain := plainError(code, e.Message)
	words := strings.Fields(e.Message)
	if len(words) == 3 && words[1] == code { // "connect ECONNREFUSED 10.0.0.1:80", "getaddrinfo ENOTFOUND host"
		plain.Props.Set("syscall", words[0])
		if u := (&url.URL{Host: words[2]}); u.Port() != "" {
			plain.Props.Set("address", u.Hostname())
			plain.Props.Set("port", msg.Number(msg.ParseInt(u.Port(), 10)))
		} else {
			plain.Props.Set("hostname", words[2])
		}
	}
	return plain
}
