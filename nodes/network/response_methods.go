package network

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"sluice/internal/http1"
	"sluice/internal/httpfile"
	"sluice/runtime"
	"sluice/runtime/msg"
)

type responseMethod func(res *response, args []any) (any, error)

// responseMethods are the methods of Express 4 and of Node's ServerResponse.
var responseMethods map[string]responseMethod

func init() { // the table and its functions refer to each other
	responseMethods = map[string]responseMethod{
		"status":      (*response).setStatus,
		"sendStatus":  locked(func(res *response, args []any) error { return res.sendStatusLocked(int(msg.ToInt32(arg(args, 0)))) }),
		"send":        locked((*response).sendArgsLocked),
		"json":        locked(func(res *response, args []any) error { return res.jsonLocked(arg(args, 0)) }),
		"jsonp":       locked(func(res *response, args []any) error { return res.jsonpLocked(arg(args, 0)) }),
		"set":         locked((*response).setArgsLocked),
		"header":      locked((*response).setArgsLocked),
		"append":      locked(func(res *response, args []any) error { return res.appendLocked(textArg(args, 0), arg(args, 1)) }),
		"type":        locked(func(res *response, args []any) error { return res.typeLocked(textArg(args, 0)) }),
		"contentType": locked(func(res *response, args []any) error { return res.typeLocked(textArg(args, 0)) }),
		"cookie":      (*response).cookieMethod,
		"clearCookie": locked(func(res *response, args []any) error {
			return res.clearCookieLocked(textArg(args, 0), objectArg(args, 1))
		}),
		"location":  locked(func(res *response, args []any) error { return res.locationLocked(textArg(args, 0)) }),
		"vary":      locked(func(res *response, args []any) error { return res.varyLocked(arg(args, 0)) }),
		"links":     locked(func(res *response, args []any) error { return res.linksLocked(objectArg(args, 0)) }),
		"setHeader": locked((*response).setHeaderArgsLocked),
		"removeHeader": func(res *response, args []any) (any, error) {
			res.mu.Lock()
			defer res.mu.Unlock()
			return msg.Undefined, res.removeLocked(textArg(args, 0))
		},
		"get":            (*response).getMethod,
		"getHeader":      (*response).getMethod,
		"hasHeader":      (*response).hasMethod,
		"getHeaders":     (*response).getHeaders,
		"getHeaderNames": (*response).getHeaderNames,
		"writeHead":      locked((*response).writeHeadLocked),
		"flushHeaders":   (*response).flushHeaders,
		"write":          (*response).writeMethod,
		"end":            locked((*response).endArgsLocked),
		"redirect":       (*response).redirect,
		"format":         (*response).format,
		"attachment":     locked((*response).attachmentLocked),
		"sendFile":       (*response).sendFileMethod,
		"sendfile":       (*response).sendFileMethod,
		"download":       (*response).download,
		"render":         (*response).render,
		"on":             (*response).listen,
		"once":           (*response).listen,
		"addListener":    (*response).listen,
		"off":            (*response).unlisten,
		"removeListener": (*response).unlisten,
		"setTimeout":     locked(func(*response, []any) error { return nil }),
	}
}

// locked makes a method that returns the response itself.
func locked(f func(res *response, args []any) error) responseMethod {
	return func(res *response, args []any) (any, error) {
		res.mu.Lock()
		defer res.mu.Unlock()
		if err := f(res, args); err != nil {
			return nil, err
		}
		return res, nil
	}
}

func objectArg(args []any, i int) *msg.Object {
	o, _ := arg(args, i).(*msg.Object)
	return o
}

func (res *response) setStatus(args []any) (any, error) {
	res.mu.Lock()
	defer res.mu.Unlock()
	res.status = int(msg.ToInt32(arg(args, 0)))
	return res, nil
}

// sendArgsLocked is res.send with its old forms (status, body) and (body, status).
func (res *response) sendArgsLocked(args []any) error {
	body := arg(args, 0)
	if len(args) == 2 {
		status, isStatus := args[1].(float64)
		if _, first := body.(float64); first || !isStatus {
			status, body = msg.ToNumber(body), args[1]
		}
		res.status = int(status)
		if n, ok := body.(float64); ok {
			return res.jsonLocked(n)
		}
	}
	return res.sendLocked(body)
}

func (res *response) setArgsLocked(args []any) error {
	if len(args) == 2 {
		return res.setLocked(textArg(args, 0), args[1])
	}
	return res.setAllLocked(objectArg(args, 0))
}

func (res *response) setHeaderArgsLocked(args []any) error {
	name, v := textArg(args, 0), arg(args, 1)
	if v == msg.Undefined {
		return nodeError("TypeError", "ERR_HTTP_INVALID_HEADER_VALUE", `Invalid value "undefined" for header "%s"`, name)
	}
	return res.setHeaderLocked(name, headerTexts(v)...)
}

func headerTexts(v any) []string {
	list, ok := v.(*msg.Array)
	if !ok {
		return []string{msg.ToString(v)}
	}
	var values []string
	for _, e := range list.All() {
		values = append(values, msg.ToString(e))
	}
	return values
}

func (res *response) getMethod(args []any) (any, error) {
	res.mu.Lock()
	defer res.mu.Unlock()
	return res.getLocked(textArg(args, 0)), nil
}

func (res *response) hasMethod(args []any) (any, error) {
	res.mu.Lock()
	defer res.mu.Unlock()
	return res.hasLocked(textArg(args, 0)), nil
}

func (res *response) getHeaderNames([]any) (any, error) {
	res.mu.Lock()
	defer res.mu.Unlock()
	list := msg.NewArray()
	for _, name := range res.namesLocked() {
		list.Append(strings.ToLower(name))
	}
	return list, nil
}

func (res *response) getHeaders([]any) (any, error) {
	res.mu.Lock()
	defer res.mu.Unlock()
	headers := &msg.Object{}
	for _, name := range res.namesLocked() {
		headers.Set(strings.ToLower(name), res.getLocked(name))
	}
	return headers, nil
}

func (res *response) namesLocked() []string {
	names := make([]string, 0, len(res.header))
	for name, values := range res.header {
		if len(values) > 0 {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// typeLocked is Express's res.type: a media type, or what a file name stands for.
func (res *response) typeLocked(name string) error {
	if !strings.Contains(name, "/") {
		name = httpfile.TypeOf(name)
	}
	return res.setLocked("Content-Type", name)
}

func (res *response) locationLocked(url string) error {
	if url == "back" {
		url = res.ex.r.Referer()
		if url == "" {
			url = "/"
		}
	}
	return res.setLocked("Location", runtime.EncodeURL(url))
}

func (res *response) varyLocked(v any) error {
	fields := headerTexts(v)
	current := strings.Join(res.header["Vary"], ", ")
	for _, field := range fields {
		if !msg.ToBool(field) || current == "*" || containsFold(current, field) {
			continue
		}
		if field == "*" || current == "" {
			current = field
		} else {
			current += ", " + field
		}
	}
	if current == "" {
		return nil
	}
	return res.setHeaderLocked("Vary", current)
}

func containsFold(list, name string) bool {
	for one := range strings.SplitSeq(list, ",") {
		if strings.EqualFold(strings.TrimSpace(one), name) {
			return true
		}
	}
	return false
}

func (res *response) linksLocked(links *msg.Object) error {
	value := first(res.header["Link"])
	for rel, url := range links.All() {
		if value != "" {
			value += ", "
		}
		value += "<" + msg.ToString(url) + `>; rel="` + rel + `"`
	}
	return res.setLocked("Link", value)
}

// writeHeadLocked is writeHead(status[, reason][, headers]).
func (res *response) writeHeadLocked(args []any) error {
	if res.committed {
		return nodeError("Error", "ERR_HTTP_HEADERS_SENT", "Cannot write headers after they are sent to the client")
	}
	res.status = int(msg.ToInt32(arg(args, 0)))
	headers := arg(args, 1)
	if reason, ok := headers.(string); ok {
		res.reason = reason
		headers = arg(args, 2)
	}
	switch headers := headers.(type) {
	case *msg.Object:
		for name, v := range headers.All() {
			if err := res.setHeaderLocked(name, headerTexts(v)...); err != nil {
				return err
			}
		}
	case *msg.Array:
		for i := 0; i+1 < headers.Len(); i += 2 {
			if err := res.setHeaderLocked(msg.ToString(headers.At(i)), headerTexts(headers.At(i+1))...); err != nil {
				return err
			}
		}
	}
	return res.commitOpenLocked()
}

func (res *response) flushHeaders([]any) (any, error) {
	res.mu.Lock()
	defer res.mu.Unlock()
	if !res.committed {
		if err := res.commitOpenLocked(); err != nil {
			return nil, err
		}
		res.wakeLocked()
	}
	return msg.Undefined, nil
}

// chunk turns an argument of write or end into bytes.
func chunk(v, encoding any) ([]byte, error) {
	switch v := v.(type) {
	case *msg.Buffer:
		return v.B, nil
	case *msg.TypedArray:
		return v.B, nil
	case string:
		if name, ok := encoding.(string); ok {
			if b, ok := msg.DecodeText(v, name); ok {
				return b, nil
			}
		}
		return []byte(msg.ToUTF8(v)), nil
	}
	return nil, nodeError("TypeError", "ERR_INVALID_ARG_TYPE",
		`The "chunk" argument must be of type string or an instance of Buffer or Uint8Array. Received %s`, describeArg(v))
}

func (res *response) writeMethod(args []any) (any, error) {
	part, err := chunk(arg(args, 0), arg(args, 1))
	if err != nil {
		return nil, err
	}
	res.mu.Lock()
	defer res.mu.Unlock()
	if err := res.writeLocked(part); err != nil {
		return nil, err
	}
	more := len(res.pending) < 16<<10
	if f := callback(args); f != nil {
		return &msg.Work{Do: nothing, Func: f, This: res, Result: more}, nil
	}
	return more, nil
}

func nothing(context.Context) []any { return nil }

func (res *response) endArgsLocked(args []any) error {
	v := arg(args, 0)
	if f := callback(args); f != nil && !res.ended {
		res.listenLocked("finish", f)
	}
	if msg.IsFunction(v) || v == nil || v == msg.Undefined {
		return res.endLocked(nil)
	}
	part, err := chunk(v, arg(args, 1))
	if err != nil {
		return err
	}
	return res.endLocked(part)
}

// fresh tells whether the client has the answer as it stands.
func (res *response) fresh() bool {
	res.mu.Lock()
	defer res.mu.Unlock()
	return res.freshLocked()
}

// redirect is Express's res.redirect([status,] url).
func (res *response) redirect(args []any) (any, error) {
	status, url := http.StatusFound, arg(args, 0)
	if len(args) == 2 {
		if n, ok := args[0].(float64); ok {
			status, url = int(n), args[1]
		} else {
			status = int(msg.ToInt32(args[1]))
		}
	}
	res.mu.Lock()
	defer res.mu.Unlock()
	if err := res.locationLocked(msg.ToString(url)); err != nil {
		return nil, err
	}
	if err := res.varyLocked("Accept"); err != nil {
		return nil, err
	}
	address := latin1ToText(first(res.header["Location"]))
	body := ""
	text := http1.StatusText(status) + ". Redirecting to "
	switch kind, _ := res.ex.req.acceptedType([]string{"text", "html"}); kind {
	case "text":
		body = text + address
		res.putLocked("Content-Type", typePlain)
	case "html":
		body = "<p>" + text + runtime.EscapeHTML(address) + "</p>"
		res.putLocked("Content-Type", typeHTML)
	}
	res.status = status
	if err := res.setLocked("Content-Length", msg.Number(float64(len(body)))); err != nil {
		return nil, err
	}
	return msg.Undefined, res.endLocked([]byte(body))
}
