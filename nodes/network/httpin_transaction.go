package network

import (
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"

	"sluice/authz"
	"sluice/internal/http1"
	"sluice/runtime"
	"sluice/runtime/msg"
)

// transaction is one request on its way through a flow, and its answer. It is made
// in one piece: most requests need no more memory than this and their message.
type transaction struct {
	node    *httpInNode
	app     *httpApp
	w       http.ResponseWriter
	r       *http.Request
	wire    *http1.Exchange
	given   []http1.Field // the header as it was before the flow: of the guard, for CORS
	req     request
	res     response
	wrapped wrappedResponse
}

// url is the request's target below httpNodeRoot, as Express rewrites it.
func (ex *transaction) url() string {
	uri := ex.r.RequestURI
	if ex.app.root == "" {
		return uri
	}
	host, target := splitHost(uri)
	target = target[min(len(ex.app.root), len(target)):]
	switch {
	case strings.HasPrefix(target, "//"):
		target = target[1:]
	case !strings.HasPrefix(target, "/"):
		target = "/" + target
	}
	return host + target
}

// base is httpNodeRoot as the client spelled it.
func (ex *transaction) base() string {
	_, target := splitHost(ex.r.RequestURI)
	return target[:min(len(ex.app.root), len(target))]
}

// splitHost takes scheme and host off a target in absolute form.
func splitHost(uri string) (host, target string) {
	if strings.HasPrefix(uri, "/") {
		return "", uri
	}
	start := strings.Index(uri, "://")
	if start < 0 {
		return "", uri
	}
	start += len("://")
	if slash := strings.IndexByte(uri[start:], '/'); slash >= 0 {
		return uri[:start+slash], uri[start+slash:]
	}
	return uri, ""
}

func (ex *transaction) rawQuery() string {
	_, query, _ := strings.Cut(ex.r.RequestURI, "?")
	query, _, _ = strings.Cut(query, "#")
	return query
}

// readBody reads the body, within the time a client has to send it.
func (ex *transaction) readBody() error {
	if !hasBody(ex.r) {
		return ex.parseBody()
	}
	// A writer that knows no deadline is not a connection.
	_ = http.NewResponseController(ex.w).SetReadDeadline(time.Now().Add(ex.app.bodyLimit))
	return ex.parseBody()
}

// parseBody does what the body parsers in front of a flow do, in their order.
func (ex *transaction) parseBody() error {
	q, n := &ex.req, ex.node
	if ex.app.raw.has(ex.r) {
		data, err := readWhole(ex.r)
		if err != nil {
			return err
		}
		q.body = &msg.Buffer{B: data}
		return nil
	}
	if n.Method == "get" && !ex.app.early {
		return nil
	}
	body, parsed, err := readForm(ex.r, ex.app.limit)
	switch {
	case err != nil:
		return err
	case parsed:
		q.body = body
		return nil
	case n.Method == "get":
		q.body = &msg.Object{}
		return nil
	}
	if n.Upload && n.Method == "post" {
		return ex.readUpload()
	}
	q.body, err = readRaw(ex.r)
	return err
}

// readUpload reads a form with files. A body that is no form is left unread:
// multer marks it as read all the same.
func (ex *transaction) readUpload() error {
	if !isMultipart(ex.r) {
		ex.req.body = &msg.Object{}
		return nil
	}
	fields, files, err := readUpload(ex.r)
	if err == nil {
		ex.req.body, ex.req.files = fields, files
	}
	return err
}

// refuse answers a body that could not be read: with Express's page where the
// editor's parsers came first, else as the node's own error handler does.
func (ex *transaction) refuse(err error) {
	if refused, ok := errors.AsType[*bodyError](err); ok && (ex.app.early || refused.framing || refused == errWholeTooLarge) {
		refused.answer(ex.w, ex.r)
		return
	}
	drain(ex.r)
	ex.node.inst.Log.Warn(err.Error())
	ex.res.mu.Lock()
	sent := ex.res.sendStatusLocked(msg.Number(http.StatusInternalServerError))
	ex.res.mu.Unlock()
	if sent == nil {
		ex.res.flush(false)
	}
}

// answer gives Express's page for a body that was refused.
func (e *bodyError) answer(w http.ResponseWriter, r *http.Request) {
	if e.framing {
		w.Header().Set("Connection", "close")
		w.WriteHeader(e.status)
		return
	}
	drain(r)
	runtime.WriteErrorPage(w, r, e.status, e.text)
}

// maxDrain bounds what is read of a body that nobody wants.
const maxDrain = 32 << 20

// drain reads the rest of a body: a client that is still sending would not see
// the answer before the connection is reset.
func drain(r *http.Request) { _, _ = io.Copy(io.Discard, io.LimitReader(r.Body, maxDrain)) }

var errTimeout = errors.New("the flow did not answer the request in time")

// await returns when the request has been answered, by the flow or for it.
func (ex *transaction) await(run *runtime.Run) {
	res := &ex.res
	defer res.leave()
	if run == nil {
		ex.fail(http.StatusServiceUnavailable, "flow_stopped")
		return
	}
	if res.flush(false) {
		return
	}
	var over <-chan struct{}
	var limit <-chan time.Time
	if ex.app.neverHangs {
		if unanswered, kept := res.open(); run.IsOver() && unanswered && !kept {
			ex.fail(http.StatusInternalServerError, "flow_ended")
			return
		}
		over = run.Over()
		timeout := ex.app.timeout
		if d := authz.TimeLimit(ex.r.Context()); d > 0 && d < timeout {
			timeout = d
		}
		timer := time.NewTimer(timeout)
		defer timer.Stop()
		limit = timer.C
	}
	wake, closing := res.waiter(), ex.node.inst.Engine().Closing()
	var barred chan struct{} // of a stream: closed when the caller loses the right to it
	for {
		if barred == nil && res.streams() {
			barred = make(chan struct{})
			defer authz.Watch(ex.r.Context(), func(error) { close(barred) })()
		}
		select {
		case <-wake:
		case <-over:
			over = nil
			if unanswered, kept := res.open(); unanswered && !kept {
				ex.fail(http.StatusInternalServerError, "flow_ended")
				return
			}
		case <-limit:
			limit = nil
			if unanswered, _ := res.open(); unanswered {
				run.Cancel(errTimeout)
				ex.fail(http.StatusGatewayTimeout, "timeout")
				return
			}
		case <-ex.node.gone:
			ex.fail(http.StatusServiceUnavailable, "flow_stopped")
			return
		case <-closing:
			ex.fail(http.StatusServiceUnavailable, "flow_stopped")
			return
		case <-barred:
			return
		case <-ex.r.Context().Done():
			return
		}
		if res.flush(true) {
			return
		}
	}
}

// fail answers for the flow.
func (ex *transaction) fail(status int, reason string) {
	body, _ := msg.AppendJSON(nil, msg.NewObject("error", reason, "node", ex.node.inst.ID))
	res := &ex.res
	res.mu.Lock()
	if !res.committed {
		res.fields = slices.Clone(ex.given)
		res.putLocked("Content-Type", typeJSON)
		res.putLocked("Cache-Control", "no-store")
		res.status, res.reason = status, "" // the flow's may be what failed
		_ = res.endLocked(body)             // the status is valid and the header is open
	}
	res.mu.Unlock()
	res.flush(false)
}
