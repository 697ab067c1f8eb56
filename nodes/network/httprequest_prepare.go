package network

import (
	"errors"
	"strings"

	"sluice/internal/weburl"
	"sluice/nodes/mustache"
	"sluice/runtime/msg"
)

// errTransport is the error of a URL of another scheme, which Node-RED only warns of.
var errTransport = errors.New(warnTransport)

// errVerify refuses msg.rejectUnauthorized = false.
var errVerify = errors.New("msg.rejectUnauthorized is false, but the setting outgoing.requireTls is on: give the node a TLS configuration with the server's authority")

// prepare reads from a message what to send, and how.
func (n *requestNode) prepare(m *msg.Object) (*exchange, error) {
	text, err := n.chooseURL(m)
	if err != nil {
		return nil, err
	}
	x := &exchange{text: text, follow: true}
	req := &x.req
	if req.method, err = n.chooseMethod(m); err != nil {
		return nil, err
	}
	req.timeout, req.maxBody, req.lenient = n.timeout, n.maxBody, n.Lenient
	n.readTimeout(m, x)
	if err := n.readHeaders(m, &req.header); err != nil {
		return nil, err
	}
	if v, ok := m.Get("followRedirects"); ok {
		x.follow = msg.ToBool(v)
	}
	if req.url, err = n.parseURL(text); err != nil {
		return nil, err
	}
	if err := x.readCookies(m); err != nil {
		return nil, err
	}
	if err := n.auth.apply(x); err != nil {
		return nil, err
	}
	given := spellings(req.header)
	if err := n.readPayload(m, x); err != nil {
		return nil, err
	}
	if length, _ := req.header.get("content-length"); req.noBody && length != "0" {
		req.dropBody() // with a length that a flow has passed on from another request
	}
	req.header.restore(given)
	x.to = outgoing{pool: n.pool, tls: n.tls, rules: n.rules}
	n.readProxy(x)
	if n.tls == nil {
		if x.to.insecure = n.readInsecure(m); x.to.insecure && n.auth.requireTLS {
			return nil, errVerify
		}
	}
	if !isToken(req.method) {
		x.err = requestError("ERR_INVALID_HTTP_TOKEN", `Method must be a valid HTTP token ["`+req.method+`"]`)
	}
	return x, nil
}

// chooseURL returns the URL of the node or the message, with a scheme.
func (n *requestNode) chooseURL(m *msg.Object) (string, error) {
	text := n.URL
	given := m.Value("url")
	switch {
	case n.URL == "":
		switch v := given.(type) {
		case string:
			text = v
		case *msg.Array: // has an indexOf, which is all that Node-RED asks of a URL
			text = n.defaultScheme() + msg.ToString(v)
		default:
			if msg.ToBool(v) {
				return "", typeErrorf("url.indexOf is not a function")
			}
		}
	case msg.ToBool(given) && given != n.URL:
		n.inst.Log.Warn(warnOverride)
	}
	if n.broken != nil {
		return "", msg.ErrorValue(n.broken)
	}
	if n.template != nil {
		var err error
		if text, err = n.template.Render(m, mustache.Options{}); err != nil {
			return "", msg.ErrorValue(err)
		}
	}
	if text == "" {
		return "", errNoURL
	}
	if strings.Contains(text, "://") && !strings.HasPrefix(text, "http") {
		return "", errTransport
	}
	if !strings.HasPrefix(text, "http://") && !strings.HasPrefix(text, "https://") {
		text = n.defaultScheme() + text
	}
	return escapeStrayPercent(text), nil
}

func (n *requestNode) defaultScheme() string {
	if n.tls != nil {
		return "https://"
	}
	return "http://"
}

// escapeStrayPercent escapes percent signs in the query that begin no escape, as
// Node-RED does so that partly encoded queries keep working. It looks at three characters at a time.
func escapeStrayPercent(s string) string {
	q := strings.IndexByte(s, '?')
	if q < 0 || strings.IndexByte(s[q:], '%') < 0 {
		return s
	}
	var b strings.Builder
	b.WriteString(s[:q+1])
	for rest := s[q+1:]; rest != ""; {
		i := strings.IndexByte(rest, '%')
		if i < 0 {
			b.WriteString(rest)
			break
		}
		b.WriteString(rest[:i])
		rest = rest[i:]
		end := 1
		for range 2 {
			if end < len(rest) {
				end++
				for end < len(rest) && rest[end]&0xC0 == 0x80 {
					end++
				}
			}
		}
		part := rest[:end]
		if len(part) == 3 && isHex(part[1]) && isHex(part[2]) {
			b.WriteString(part)
		} else {
			b.WriteString("%25" + part[1:])
		}
		rest = rest[end:]
	}
	return b.String()
}

func isHex(c byte) bool {
	return c >= '0' && c <= '9' || c|0x20 >= 'a' && c|0x20 <= 'f'
}

func (n *requestNode) parseURL(text string) (*weburl.URL, error) {
	if last := n.lastURL.Load(); last != nil && last.text == text {
		return last.url, nil
	}
	u, err := weburl.Parse(text, nil)
	if err != nil {
		e := msg.ErrorValue(&msg.TypeError{Message: "Invalid URL"})
		e.Props = msg.NewObject("code", "ERR_INVALID_URL")
		return nil, e
	}
	if u.Username+u.Password == "" {
		n.lastURL.Store(&parsedURL{text, u})
	}
	return u, nil
}

func (n *requestNode) chooseMethod(m *msg.Object) (string, error) {
	given := m.Value("method")
	if !msg.ToBool(given) {
		return strings.ToUpper(n.Method), nil
	}
	if n.Method != "use" {
		if n.inst.Props().Value("method") != msg.Undefined {
			n.inst.Log.Warn(warnOverride)
		}
		return strings.ToUpper(n.Method), nil
	}
	text, ok := given.(string)
	if !ok {
		return "", typeErrorf("msg.method.toUpperCase is not a function")
	}
	return strings.ToUpper(text), nil
}

func (n *requestNode) readTimeout(m *msg.Object, x *exchange) {
	v := m.Value("requestTimeout")
	if v == msg.Undefined {
		return
	}
	ms := msg.ToNumber(v)
	_, number := v.(float64)
	switch {
	case ms != ms:
		n.inst.Log.Warn(warnTimeoutNaN)
	case ms < 1:
		n.inst.Log.Warn(warnTimeoutLow)
	case !number:
		kind := msg.TypeOf(v)
		if _, ok := v.(*msg.Array); ok {
			kind = "Array"
		}
		x.err = requestError("ERR_GOT_REQUEST_ERROR", "Option 'timeout.request': Expected values which are `number` or `undefined`. Received values of type `"+kind+"`.")
	default:
		x.req.timeout = milliseconds(ms)
	}
}

// readInsecure tells whether the message asks for a connection without verification.
func (n *requestNode) readInsecure(m *msg.Object) bool {
	v, ok := m.Get("rejectUnauthorized")
	if !ok {
		return false
	}
	if s, ok := v.(string); ok && strings.EqualFold(s, "false") {
		v = false
	} else if ok && strings.EqualFold(s, "true") {
		v = true
	}
	verify, ok := v.(bool)
	if !ok {
		n.inst.Log.Warn(warnUnauthorized)
		return false
	}
	if !verify {
		n.inst.Log.Warn("msg.rejectUnauthorized is false: the server's certificate is not verified")
	}
	return !verify
}

func (n *requestNode) readProxy(x *exchange) {
	via, ok := n.proxies.proxyFor(x.req.url)
	if !ok {
		n.inst.Log.Warn("Bad proxy url: it is neither http nor https, and is not used")
	}
	if via != nil {
		// The connections of a tunnel serve this message alone, as in Node-RED,
		// where each message has a proxy agent of its own.
		x.to.proxy, x.to.pool, x.ownPool = via, newConnPool(sharedIdle), true
	}
}
