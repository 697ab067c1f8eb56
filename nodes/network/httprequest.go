package network

import (
	"context"
	"fmt"
	"regexp"
	"runtime/debug"
	"strings"
	"sync/atomic"
	"time"

	"sluice/authz"
	"sluice/internal/weburl"
	"sluice/nodes/mustache"
	"sluice/runtime"
	"sluice/runtime/msg"
)

// HTTPRequest sends an HTTP request and passes on the response.
var HTTPRequest = runtime.Type{
	Name: "http request", Category: "network", Inputs: 1, Outputs: 1,
	New: func() runtime.Node { return &requestNode{Method: "GET", Ret: "txt", AuthType: "basic"} },

	Parallel: true, // what Input changes of the node is atomic
}

type requestNode struct {
	Method   string          `json:"method"` // upper case, or "use" for msg.method
	URL      string          `json:"url"`    // a Mustache template; "" for msg.url
	Ret      string          `json:"ret"`    // txt, bin or obj
	PayToQS  any             `json:"paytoqs"`
	TLS      string          `json:"tls"`
	Persist  bool            `json:"persist"`
	Proxy    string          `json:"proxy"`
	Lenient  bool            `json:"insecureHTTPParser"`
	AuthType string          `json:"authType"` // basic, digest, bearer; others send nothing
	SendErr  bool            `json:"senderr"`  // errors go to catch nodes only
	Headers  []requestHeader `json:"headers"`

	CredentialRef string `json:"credentialRef"` // name of a credential that sluice keeps; other runtimes do not know it

	inst     *runtime.Instance
	template *mustache.Template // of URL, if it is one
	broken   error              // why URL is no template
	headers  []headerSource
	auth     *requestAuth
	tls      *tlsNode
	proxies  *proxyRules
	rules    *authz.OutgoingRules
	pool     *connPool
	timeout  time.Duration
	maxBody  int64

	busy    atomic.Int64              // requests under way
	lastURL atomic.Pointer[parsedURL] // the URL parsed last, which is mostly the next one
}

type parsedURL struct {
	text string
	url  *weburl.URL
}

const (
	defaultTimeout = 120 * time.Second
	defaultMaxBody = 64 << 20
)

// Warnings and errors in Node-RED's words.
const (
	warnOverride     = "Warning: msg properties can no longer override set node properties. See bit.ly/nr-override-msg-props"
	warnTransport    = "non-http transport requested"
	warnTimeoutNaN   = "Timeout value is not a valid number, ignoring"
	warnTimeoutLow   = "Timeout value is negative, ignoring"
	warnUnauthorized = "msg.rejectUnauthorized should be a boolean"
	warnJSON         = "JSON parse error"

	errNoURL          = runtime.Text("No url specified")
	errInvalidPayload = runtime.Text("Invalid payload")
	errNoResponse     = runtime.Text("no response from server")
)

// Check finds what would fail with every message.
func (n *requestNode) Check(inst *runtime.Instance) error {
	if strings.Contains(n.URL, "{{") {
		if _, err := mustache.Compile(n.URL); err != nil {
			return fmt.Errorf("the URL is a template with a fault: %w", err)
		}
	}
	return newRequestAuth(inst, n.AuthType, n.CredentialRef).fault
}

func (n *requestNode) Init(inst *runtime.Instance) error {
	n.inst = inst
	if strings.Contains(n.URL, "{{") {
		// A fault of the template is one of each message, as in Node-RED.
		n.template, n.broken = mustache.Compile(n.URL)
	}
	if n.TLS != "" {
		n.tls, _ = runtime.Use[*tlsNode](inst, n.TLS)
	}
	var via *proxyNode
	if n.Proxy != "" {
		var ok bool
		if via, ok = runtime.Use[*proxyNode](inst, n.Proxy); !ok {
			via = &proxyNode{} // as in Node-RED: no proxy, and the environment's neither
		}
	}
	n.proxies = newProxyRules(inst, via)
	rules, err := outgoingRules(inst)
	if err != nil {
		return err
	}
	n.rules = rules
	n.prepareHeaders()
	n.auth = newRequestAuth(inst, n.AuthType, n.CredentialRef)
	if n.auth.named != nil {
		n.auth.named.init(n)
	}
	if n.auth.given && templateHost.MatchString(n.URL) {
		inst.Log.Warn("this node's credentials go to whatever host the message names: write the host into the URL, or make sure that no client can choose it")
	}
	n.timeout, n.maxBody = requestLimits(inst)
	if n.Persist {
		n.pool = newConnPool(persistIdle)
	} else {
		n.pool = sharedPool(inst)
	}
	return nil
}

// requestLimits are how long a request may take, and how many bytes its response may have.
func requestLimits(inst *runtime.Instance) (timeout time.Duration, maxBody int64) {
	timeout, maxBody = defaultTimeout, defaultMaxBody
	if ms := msg.ParseInt(msg.ToString(inst.Setting("httpRequestTimeout")), 10); ms > 0 {
		timeout = milliseconds(ms)
	}
	if size, ok := parseSize(inst.Setting("httpRequestMaxLength")); ok && size > 0 {
		maxBody = size
	}
	return timeout, maxBody
}

// sharedPool has the connections that all nodes of an engine share.
func sharedPool(inst *runtime.Instance) *connPool {
	return runtime.Shared(inst.Engine(), poolKey{}, func() *connPool { return newConnPool(sharedIdle) })
}

// templateHost matches a URL whose host is, or contains, a tag.
var templateHost = regexp.MustCompile(`^(https?://)?[^/?#]*\{\{`)

// poolKey is the key of the connections that all nodes of an engine share.
type poolKey struct{}

// milliseconds bounds what a flow asks for by what a Duration holds.
func milliseconds(ms float64) time.Duration {
	return time.Duration(min(ms, float64(1<<31-1)) * float64(time.Millisecond))
}

func (n *requestNode) Close(ctx context.Context, removed bool) error {
	if n.Persist {
		n.pool.Close()
	}
	n.inst.Status(&msg.Object{})
	return nil
}

var (
	statusRequesting = func() *msg.Object { return runtime.NewStatus("blue", "dot", "httpin.status.requesting") }
	statusTransport  = func() *msg.Object { return runtime.NewStatus("red", "ring", "httpin.errors.invalid-transport") }
	statusNoResponse = func() *msg.Object {
		return runtime.NewStatus("red", "ring", "common.notification.errors.no-response")
	}
)

// Input sends the request. What the message says is read here; the exchange itself leaves the queue.
func (n *requestNode) Input(d *runtime.Delivery) error {
	n.busy.Add(1) // not taken back by a message that ends early: Node-RED's status stays, too
	d.Status(statusRequesting())
	x, err := n.prepare(d.Msg)
	if err == errTransport {
		n.inst.Log.Warn(warnTransport)
		d.Status(statusTransport())
		return nil
	}
	if text, ok := err.(runtime.Text); ok {
		d.Error(text, d.Msg)
		return nil
	}
	if err != nil {
		return err
	}
	ctx := d.Context()
	resume := d.Async()
	go func() {
		res, err := n.exchange(ctx, x)
		resume(func() error { return n.finish(d, x, res, err) })
	}()
	return nil
}

// exchange runs x. A panic is this node's error, as one inside Input is: the
// engine cannot catch it on this goroutine.
func (n *requestNode) exchange(ctx context.Context, x *exchange) (res *outgoingResponse, err error) {
	defer func() {
		if p := recover(); p != nil {
			n.inst.Log.Error("the node panicked: its message is given to the catch nodes", "panic", fmt.Sprint(p), "stack", string(debug.Stack()))
			err = fmt.Errorf("internal error of http request: %v", p)
		}
	}()
	return x.run(ctx)
}

// finish passes on the response, or the error.
func (n *requestNode) finish(d *runtime.Delivery, x *exchange, res *outgoingResponse, err error) error {
	if err != nil {
		return n.fail(d, x, err)
	}
	x.fill(d.Msg, res)
	if !n.convert(d.Msg, res) {
		n.inst.Log.Warn(warnJSON)
	}
	if n.busy.Add(-1) == 0 {
		d.Status(&msg.Object{})
	}
	return d.Send(d.Msg)
}

// fail reports an error to the catch nodes, and passes the message on with it
// unless the node says that errors go to the catch nodes only.
func (n *requestNode) fail(d *runtime.Delivery, x *exchange, err error) error {
	code := errorCode(err)
	if code == timeoutCode {
		d.Error(errNoResponse, d.Msg)
		d.Status(statusNoResponse())
	} else {
		d.Error(withCause(err), d.Msg)
		d.Status(runtime.NewStatus("red", "ring", code))
	}
	d.Msg.Set(msg.PayloadKey, err.Error()+" : "+redactURL(x.text))
	d.Msg.Set("statusCode", msg.Undefined)
	if code != "" {
		d.Msg.Set("statusCode", code)
	}
	if !n.SendErr {
		if err := d.Send(d.Msg); err != nil {
			return err
		}
	}
	n.busy.Add(-1)
	return nil
}
