package network

import (
	"context"
	"regexp"
	"strings"

	"sluice/internal/weburl"
	"sluice/redact"
	"sluice/runtime/msg"
)

// exchange is what one message asks for: a request, the redirects that follow
// from it, and a second attempt where the server wants digest authentication.
type exchange struct {
	text    string // the URL as the flow wrote it, for errors
	req     outgoingRequest
	to      outgoing
	ownPool bool // to.pool serves this exchange alone
	follow  bool
	jar     cookieJar
	cookie  headerField      // the Cookie header that the flow wrote, if it is not in the jar
	digest  *digestAuth      // nil: none
	named   *namedCredential // nil: none
	secret  string           // name of a header that holds a credential, beside Authorization
	err     error            // found while preparing what Node-RED finds while sending

	origin    *weburl.URL // of the first request
	left      bool        // a redirect has led away from origin
	redirects *msg.Array  // a value of its own: it outlives the exchange in the message
}

// readCookies moves cookies of the message into the jar. A header spelled in
// lower case goes there too; one spelled otherwise is sent as it is unless the jar has cookies.
func (x *exchange) readCookies(m *msg.Object) error {
	for _, f := range x.req.header {
		if f.name == "cookie" {
			x.req.header.del("cookie")
			if err := x.jar.addHeaderCookies(f.value, x.req.url); err != nil {
				return err
			}
			break
		}
	}
	return x.jar.addFlowCookies(m.Value("cookies"), x.req.url)
}

// maxRedirects is how many redirects are followed, as in Node-RED.
const maxRedirects = 21

// run sends the request and follows redirects until there is a response to pass on.
func (x *exchange) run(ctx context.Context) (*outgoingResponse, error) {
	if x.ownPool {
		defer x.to.pool.Close()
	}
	x.origin, x.redirects = x.req.url, &msg.Array{}
	for _, f := range x.req.header {
		if strings.EqualFold(f.name, "cookie") {
			x.cookie = f
		}
	}
	if x.named != nil && x.err == nil {
		if err := x.named.apply(ctx, x); err != nil {
			return nil, err
		}
	}
	for {
		res, err := x.attempt(ctx)
		if err != nil {
			return nil, err
		}
		location, ok := res.header.get("location")
		if !ok || !x.follow || !isRedirect(res.status) || location == "" {
			return res, nil
		}
		if err := x.redirect(res, location); err != nil {
			return nil, err
		}
	}
}

// attempt sends the request, and again with an answer to a digest challenge.
func (x *exchange) attempt(ctx context.Context) (*outgoingResponse, error) {
	if x.err != nil {
		return nil, x.err
	}
	for retried := false; ; retried = true {
		if x.digest != nil && !x.left {
			x.digest.authorize(&x.req)
		}
		x.addCookies()
		if err := x.req.header.check(); err != nil {
			return nil, err
		}
		res, err := x.to.send(ctx, &x.req)
		if err != nil {
			return nil, err
		}
		x.jar.store(res, x.req.url)
		again := false
		switch {
		case x.left:
		case x.digest != nil:
			again = x.digest.retry(&x.req, res, retried)
		case x.named != nil && !retried:
			again, err = x.named.renew(ctx, x, res)
		}
		if !again || err != nil {
			return res, err
		}
	}
}

// addCookies sends the cookies of the jar or, if it has none, the header that the flow wrote.
func (x *exchange) addCookies() {
	f := headerField{"cookie", x.jar.header(x.req.url, !x.left)}
	if x.cookie.name != "" {
		f.name = x.cookie.name
	}
	if f.value == "" && !x.left {
		f.value = x.cookie.value
	}
	if f.value != "" {
		x.req.header.set(f.name, f.value)
	} else {
		x.req.header.del("cookie")
	}
}

// isRedirect tells whether a status with a Location leads elsewhere. Node-RED
// follows 300 and 304 as well.
func isRedirect(status int) bool {
	switch status {
	case 300, 301, 302, 303, 304, 307, 308:
		return true
	}
	return false
}

// redirect makes the request the one that a response leads to. What the flow
// said in confidence to the first server, credentials and cookies, goes to no
// other scheme, host or port, and once a redirect has led away it is not sent again.
func (x *exchange) redirect(res *outgoingResponse, location string) error {
	req := &x.req
	if x.redirects.Len() >= maxRedirects {
		return outgoingError("MaxRedirectsError", "ERR_TOO_MANY_REDIRECTS", "Redirected 21 times. Aborting.")
	}
	if res.status == 303 && req.method != "GET" && req.method != "HEAD" {
		req.method = "GET"
		req.dropBody()
	}
	raw, _ := msg.DecodeText(location, "latin1")
	text, _ := msg.EncodeBytes(raw, "utf8")
	next, err := weburl.Parse(text, req.url)
	if err != nil {
		return requestError("ERR_INVALID_URL", "Invalid URL")
	}
	next.Username, next.Password = "", ""
	if !x.left && (!next.IsHTTP() || !next.SameOrigin(x.origin)) {
		x.left = true
		for _, name := range [...]string{"authorization", "proxy-authorization", "cookie", "host", x.secret} {
			req.header.del(name)
		}
	}
	info := msg.NewObject("location", location)
	if lines := setCookieLines(res); lines != nil {
		info.Set("cookies", responseCookies(lines))
	}
	x.redirects.Append(info)
	if !next.IsHTTP() {
		return requestError("ERR_UNSUPPORTED_PROTOCOL", "Unsupported protocol: "+next.Scheme+":")
	}
	req.url = next
	return nil
}

var urlUserinfo = regexp.MustCompile(`^([A-Za-z][A-Za-z0-9+.-]*:[/\\]*)[^/\\?#]*@`)

// redactURL takes out of a URL, for an error, what a flow would not want in a log: user, password
// and query values whose names say that they are secret.
func redactURL(s string) string { return redact.URL(urlUserinfo.ReplaceAllString(s, "$1")) }
