package network

import (
	"bufio"
	"cmp"
	"context"
	"encoding/base64"
	"net"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"sluice/internal/weburl"
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
	node       *proxyNode        // nil: the environment decides
	byScheme   map[string]string // URL of the proxy
	everything bool              // no_proxy is "*"
	excluded   []noProxy
	legacy     *legacyRules // the rules of Node-RED 3.0, if they are asked for
}

// noProxy is an entry of no_proxy: a host, or with a leading dot the end of hosts.
type noProxy struct {
	host   string
	suffix bool
	port   string // "" for any
}

type legacyRules struct {
	url  string
	none []string // parts of URLs
}

// newProxyRules reads the rules of a node. The environment is that of the process,
// as it is at deploy; proxyOptions of the settings say how its names are spelled.
func newProxyRules(inst *runtime.Instance, node *proxyNode) *proxyRules {
	options, _ := inst.Setting("proxyOptions").(*msg.Object)
	getenv := os.Getenv
	if node != nil {
		env := map[string]string{"no_proxy": strings.Join(node.NoProxy, ","), "http_proxy": node.URL, "https_proxy": node.URL}
		getenv = func(name string) string { return env[name] }
	}
	r := &proxyRules{node: node, byScheme: map[string]string{}}
	if mode := cmp.Or(os.Getenv("nr_proxy_mode"), os.Getenv("NR_PROXY_MODE")); mode == "legacy" ||
		mode != "strict" && options.Value("mode") == "legacy" {
		r.legacy = &legacyRules{url: cmp.Or(getenv("HTTP_PROXY"), getenv("http_proxy"))}
		if list := cmp.Or(getenv("NO_PROXY"), getenv("no_proxy")); list != "" {
			for part := range strings.SplitSeq(list, ",") {
				r.legacy.none = append(r.legacy.none, strings.TrimSpace(part))
			}
		}
		return r
	}
	lookup := func(name string) string {
		upper := strings.ToUpper(name)
		switch {
		case options.Value("excludeNpm") == true && strings.HasPrefix(name, "npm_config_"):
			return ""
		case options.Value("lowerCaseOnly") == true:
			return getenv(name)
		case options.Value("favourUpperCase") == true:
			return cmp.Or(getenv(upper), getenv(name))
		}
		return cmp.Or(getenv(name), getenv(upper))
	}
	for _, scheme := range [...]string{"http", "https"} {
		url := cmp.Or(lookup("npm_config_"+scheme+"_proxy"), lookup(scheme+"_proxy"), lookup("npm_config_proxy"), lookup("all_proxy"))
		if url != "" && !strings.Contains(url, "://") {
			url = scheme + "://" + url
		}
		r.byScheme[scheme] = url
	}
	r.exclude(strings.ToLower(cmp.Or(lookup("npm_config_no_proxy"), lookup("no_proxy"))))
	return r
}

// exclude reads no_proxy: hosts, with a leading dot or star the ends of hosts, with
// a port for that port only.
func (r *proxyRules) exclude(list string) {
	r.everything = list == "*"
	for _, host := range strings.FieldsFunc(list, func(c rune) bool { return strings.ContainsRune(", \t\r\n", c) }) {
		rule := noProxy{host: host}
		if i := strings.LastIndexByte(host, ':'); i > 0 {
			if n, err := strconv.ParseUint(host[i+1:], 10, 32); err == nil {
				rule.host = host[:i]
				if n != 0 {
					rule.port = strconv.FormatUint(n, 10)
				}
			}
		}
		rule.suffix = rule.host[0] == '.' || rule.host[0] == '*'
		rule.host = strings.TrimPrefix(rule.host, "*")
		r.excluded = append(r.excluded, rule)
	}
}

// find returns the URL of the proxy for u, or "".
func (r *proxyRules) find(u *weburl.URL) string {
	if r.legacy != nil {
		text := u.String()
		if slices.ContainsFunc(r.legacy.none, func(part string) bool { return strings.Contains(text, part) }) {
			return ""
		}
		return r.legacy.url
	}
	url := r.byScheme[u.Scheme]
	if url == "" || r.everything {
		return ""
	}
	port := u.PortNumber()
	for _, rule := range r.excluded {
		if (rule.port == "" || rule.port == port) && (rule.host == u.Host || rule.suffix && strings.HasSuffix(u.Host, rule.host)) {
			return ""
		}
	}
	return url
}

// proxyShape is what Node-RED takes for a proxy's URL.
var proxyShape = regexp.MustCompile(`(?i)^(https?://)?(.+)?:([0-9]+)?`)

// proxy is a proxy to go through.
type proxy struct {
	url           *weburl.URL
	authorization string // value of Proxy-Authorization, or ""
}

// proxyFor returns the proxy for u, nil if there is none, and false if its URL is no use.
func (r *proxyRules) proxyFor(u *weburl.URL) (*proxy, bool) {
	found := r.find(u)
	if found == "" {
		return nil, true
	}
	at, err := weburl.Parse(found, nil)
	if err != nil || !at.IsHTTP() || !proxyShape.MatchString(found) {
		return nil, false
	}
	user, password := decodeUserinfo(at.Username), decodeUserinfo(at.Password)
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
	c, err := dialOutgoing(ctx, nil, p.url) // the proxy is the settings' or the flow's choice, never a message's
	if err != nil {
		return nil, err
	}
	if p.url.Scheme == "https" {
		var none *tlsNode
		if c, err = handshake(ctx, c, none.clientConfig(p.url.Hostname())); err != nil {
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
