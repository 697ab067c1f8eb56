package network

import (
	"context"
	"regexp"
	"strings"
	"unicode/utf8"

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
	cookie  headerField // the Cookie header that the flow wrote, if it is not in the jar
	digest  *digestAuth // nil: none
	err     error       // found while preparing what Node-RED finds while sending

	origin    *webURL    // of the first request
	left      bool       // a redirect has led away from origin
	redirects *msg.Array // a value of its own: it outlives the exchange in the message
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
	cookies, _ := m.Value("cookies").(*msg.Object)
	return x.jar.addFlowCookies(cookies, x.req.url)
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
		if x.digest == nil || x.left || !x.digest.retry(&x.req, res, retried) {
			return res, nil
		}
	}
}

// addCookies sends the cookies of the jar or, if it has none, the header that the flow wrote.
func (x *exchange) addCookies() {
	f := headerField{"cookie", x.jar.header(x.req.url, !x.left)}
	if x.cookie.name != "" {
		f.name = x.cookie.name
		x.req.header.del("cookie")
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
	next, err := parseWebURL(text, req.url)
	if err != nil {
		return requestError("ERR_INVALID_URL", "Invalid URL")
	}
	next.username, next.password = "", ""
	if !x.left && (!next.isHTTP() || !next.sameOrigin(x.origin)) {
		x.left = true
		for _, name := range [...]string{"authorization", "proxy-authorization", "cookie", "host"} {
			req.header.del(name)
		}
	}
	info := msg.NewObject("location", location)
	if lines := setCookieLines(res); lines != nil {
		info.Set("cookies", responseCookies(lines))
	}
	x.redirects.Append(info)
	if !next.isHTTP() {
		return requestError("ERR_UNSUPPORTED_PROTOCOL", "Unsupported protocol: "+next.scheme+":")
	}
	req.url = next
	return nil
}

// fill puts the response into a message.
func (x *exchange) fill(m *msg.Object, res *outgoingResponse) {
	headers := nodeHeaders(res.header)
	m.Set("statusCode", msg.Number(float64(res.status)))
	m.Set("headers", headers)
	m.Set("responseUrl", x.req.url.String())
	m.Set("redirectList", x.redirects)
	m.Set("retry", msg.Number(0))
	if lines, ok := headers.Value("set-cookie").(*msg.Array); ok {
		m.Set("responseCookies", responseCookies(lines))
	}
	headers.Set(requestNodeHeader, hashSum(headers))
}

// convert sets msg.payload to what the node returns; false is for JSON that is none.
func (n *requestNode) convert(m *msg.Object, res *outgoingResponse) bool {
	if n.Ret == "bin" {
		body := res.body
		if body == nil {
			body = []byte{}
		}
		m.Set(msg.PayloadKey, &msg.Buffer{B: body})
		return true
	}
	if n.Ret != "obj" {
		text, _ := msg.EncodeBytes(res.body, "utf8")
		m.Set(msg.PayloadKey, text)
		return true
	}
	if res.status == 204 {
		m.Set(msg.PayloadKey, &msg.Object{})
		return true
	}
	v, err := parseJSON(res.body)
	m.Set(msg.PayloadKey, v)
	return err == nil
}

// parseJSON parses a body, which is the caller's no more, or returns its text.
func parseJSON(body []byte) (any, error) {
	if utf8.Valid(body) {
		if v, err := msg.ParseBytes(body); err == nil {
			return v, nil
		}
	}
	text, _ := msg.EncodeBytes(body, "utf8")
	v, err := msg.Parse(text)
	if err != nil {
		return text, err
	}
	return v, nil
}

// singleHeaders are those of which Node keeps the first and drops duplicates.
var singleHeaders = map[string]bool{
	"age": true, "authorization": true, "content-length": true, "content-type": true, "etag": true, "expires": true,
	"from": true, "host": true, "if-modified-since": true, "if-unmodified-since": true, "last-modified": true,
	"location": true, "max-forwards": true, "proxy-authorization": true, "referer": true, "retry-after": true,
	"server": true, "user-agent": true,
}

// nodeHeaders joins header lines as Node's message.headers does.
func nodeHeaders(lines headerList) *msg.Object {
	o := &msg.Object{}
	for _, f := range lines {
		old, ok := o.Get(f.name)
		switch {
		case f.name == "set-cookie" && ok:
			old.(*msg.Array).Append(f.value)
		case f.name == "set-cookie":
			o.Set(f.name, msg.NewArray(f.value))
		case !ok:
			o.Set(f.name, f.value)
		case singleHeaders[f.name]:
		case f.name == "cookie":
			o.Set(f.name, old.(string)+"; "+f.value)
		default:
			o.Set(f.name, old.(string)+", "+f.value)
		}
	}
	return o
}

func setCookieLines(res *outgoingResponse) *msg.Array {
	var lines *msg.Array
	for _, f := range res.header {
		if f.name == "set-cookie" {
			if lines == nil {
				lines = &msg.Array{}
			}
			lines.Append(f.value)
		}
	}
	return lines
}

var (
	urlUserinfo = regexp.MustCompile(`^([A-Za-z][A-Za-z0-9+.-]*:[/\\]*)[^/\\?#]*@`)
	urlSecret   = regexp.MustCompile(`(?i)([?&#](?:access_token|token|key|api_key|apikey|sig|signature|secret|password)=)[^&#]*`)
)

// redactURL takes out of a URL, for an error, what a flow would not want in a log: user, password
// and query values whose names say that they are secret.
func redactURL(s string) string {
	s = urlUserinfo.ReplaceAllString(s, "$1")
	return urlSecret.ReplaceAllStringFunc(s, func(part string) string {
		return part[:strings.IndexByte(part, '=')+1] + "[redacted]"
	})
}
