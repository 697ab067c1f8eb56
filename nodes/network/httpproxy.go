package network

import (
	"bufio"
	"context"
	"encoding/base64"
	"net"
	"net/url"
	"os"
	"regexp"
	"strconv"
	"strings"

	"sluice/runtime"
	"sluice/runtime/msg"
)

// HTTPProxy is the config node that names a proxy for http request nodes.
var HTTPProxy = runtime.Type{
	Name: "http proxy", Category: "config",
	New: func() runtime.Node { return &proxyNode{} },
}

type proxyNode struct {
	URL     string   `json:"url"`
	NoProxy []string `json:"noproxy"`

	username, password string
}

func (n *proxyNode) Init(inst *runtime.Instance) error {
	n.username, n.password = inst.Credential("username"), inst.Credential("password")
	return nil
}

// proxyRules decide which proxy a URL goes through (Node-RED's proxyHelper.js).
type proxyRules struct {
	node   *proxyNode // nil: the environment decides
	lookup func(name string) string
	legacy bool // the rules of Node-RED 3.0
}

// newProxyRules reads the rules of a node. The environment is that of the process,
// as it is at deploy; proxyOptions of the settings says how its names are spelled.
func newProxyRules(inst *runtime.Instance, node *proxyNode) *proxyRules {
	options, _ := inst.Setting("proxyOptions").(*msg.Object)
	r := &proxyRules{node: node, legacy: options.Value("mode") == "legacy"}
	switch firstEnv("nr_proxy_mode", "NR_PROXY_MODE") {
	case "legacy":
		r.legacy = true
	case "strict":
		r.legacy = false
	}
	getenv := os.Getenv
	if node != nil {
		env := map[string]string{"no_proxy": strings.Join(node.NoProxy, ","), "http_proxy": node.URL, "https_proxy": node.URL}
		getenv = func(name string) string { return env[name] }
	}
	r.lookup = func(name string) string {
		upper := strings.ToUpper(name)
		switch {
		case msg.ToBool(options.Value("excludeNpm")) && strings.HasPrefix(name, "npm_config_"):
			return ""
		case options.Value("lowerCaseOnly") == true:
			return getenv(name)
		case options.Value("favourUpperCase") == true:
			name, upper = upper, name
		}
		if v := getenv(name); v != "" {
			return v
		}
		return getenv(upper)
	}
	return r
}

func firstEnv(names ...string) string {
	for _, name := range names {
		if v := os.Getenv(name); v != "" {
			return v
		}
	}
	return ""
}

// find returns the URL of the proxy for u, or "".
func (r *proxyRules) find(u *webURL) string {
	if r.legacy {
		return r.findLegacy(u.String())
	}
	if r.excluded(u) {
		return ""
	}
	for _, name := range [...]string{"npm_config_" + u.scheme + "_proxy", u.scheme + "_proxy", "npm_config_proxy", "all_proxy"} {
		if v := r.lookup(name); v != "" {
			if !strings.Contains(v, "://") {
				v = u.scheme + "://" + v
			}
			return v
		}
	}
	return ""
}

// excluded tells whether no_proxy names the host: exactly, with a leading dot or star as the end
// of it, and with a port only for that port.
func (r *proxyRules) excluded(u *webURL) bool {
	list := r.lookup("npm_config_no_proxy")
	if list == "" {
		list = r.lookup("no_proxy")
	}
	if list == "*" {
		return true
	}
	port := u.port
	if port == "" {
		port = u.defaultPort()
	}
	for _, host := range strings.FieldsFunc(strings.ToLower(list), func(c rune) bool { return c == ',' || c == ' ' || c == '\t' || c == '\n' || c == '\r' }) {
		if i := strings.LastIndexByte(host, ':'); i > 0 {
			if n, err := strconv.Atoi(host[i+1:]); err == nil {
				if n != 0 && strconv.Itoa(n) != port {
					continue
				}
				host = host[:i]
			}
		}
		switch {
		case host[0] == '.' || host[0] == '*':
			if strings.HasSuffix(u.host, strings.TrimPrefix(host, "*")) {
				return true
			}
		case host == u.host:
			return true
		}
	}
	return false
}

func (r *proxyRules) findLegacy(url string) string {
	getenv := os.Getenv
	if r.node != nil {
		getenv = r.lookup
	}
	found, none := getenv("http_proxy"), getenv("no_proxy")
	if v := getenv("HTTP_PROXY"); v != "" {
		found = v
	}
	if v := getenv("NO_PROXY"); v != "" {
		none = v
	}
	if none != "" {
		for part := range strings.SplitSeq(none, ",") {
			if strings.Contains(url, strings.TrimSpace(part)) {
				return ""
			}
		}
	}
	return found
}

// proxyShape is what Node-RED takes for a proxy's URL.
var proxyShape = regexp.MustCompile(`(?i)^(https?://)?(.+)?:([0-9]+)?`)

// proxy is a proxy to go through.
type proxy struct {
	url           *webURL
	authorization string // value of Proxy-Authorization, or ""
}

// proxyFor returns the proxy for u, nil if there is none, and false if its URL is no use.
func (r *proxyRules) proxyFor(u *webURL) (*proxy, bool) {
	found := r.find(u)
	if found == "" {
		return nil, true
	}
	at, err := parseWebURL(found, nil)
	if err != nil || !at.isHTTP() || !proxyShape.MatchString(found) {
		return nil, false
	}
	user, password := decodeUserinfo(at.username), decodeUserinfo(at.password)
	if n := r.node; n != nil && n.username+n.password != "" {
		user, password = n.username, n.password
	}
	p := &proxy{url: at}
	if user+password != "" {
		p.authorization = basicAuth(user, password)
	}
	return p, true
}

func decodeUserinfo(s string) string {
	if v, err := url.PathUnescape(s); err == nil {
		return v
	}
	return s
}

func basicAuth(user, password string) string {
	return "Basic " + base64.StdEncoding.EncodeToString([]byte(msg.ToUTF8(user+":"+password)))
}

// tunnel asks the proxy for a connection to address. Node-RED does so for http targets too.
func (p *proxy) tunnel(ctx context.Context, address string) (net.Conn, error) {
	c, err := dialer.DialContext(ctx, "tcp", p.url.address())
	if err != nil {
		if isTimeout(err) {
			return nil, err
		}
		return nil, dialError(err, p.url.address())
	}
	if p.url.scheme == "https" {
		var none *tlsNode
		if c, err = handshake(ctx, c, none.clientConfig(p.url.hostname())); err != nil {
			return nil, err
		}
	}
	stop := context.AfterFunc(ctx, func() { c.Close() })
	status, err := p.connect(c, address)
	switch {
	case !stop():
		return nil, context.Cause(ctx)
	case err != nil:
		c.Close()
		return nil, exchangeError(err)
	case status != 200:
		c.Close()
		return nil, requestError("ERR_GOT_REQUEST_ERROR", "Bad response: "+strconv.Itoa(status))
	}
	return c, nil
}

// connect sends the CONNECT request and reads no byte more than its answer.
func (p *proxy) connect(c net.Conn, address string) (status int, err error) {
	req := "CONNECT " + address + " HTTP/1.1\r\nconnection: keep-alive\r\nhost: " + address + "\r\n"
	if p.authorization != "" {
		req += "proxy-authorization: " + p.authorization + "\r\n"
	}
	if _, err := c.Write([]byte(req + "\r\n")); err != nil {
		return 0, err
	}
	answer := responseReader{r: bufio.NewReaderSize(oneByteReader{c}, 16)}
	for {
		res, err := answer.readHead()
		if err != nil || res.status >= 200 {
			if err != nil {
				return 0, err
			}
			return res.status, nil
		}
	}
}

// oneByteReader gives one byte at a time, so that nothing of what follows the
// answer to CONNECT is taken from the tunnel.
type oneByteReader struct{ net.Conn }

func (r oneByteReader) Read(b []byte) (int, error) { return r.Conn.Read(b[:min(1, len(b))]) }
