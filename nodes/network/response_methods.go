package network

import (
	"context"
	"strings"

	"sluice/internal/httpfile"
	"sluice/runtime/msg"
)

type responseMethod func(res *response, args []any) (any, error)

// responseMethods are the methods of Express 4 and of Node's ServerResponse.
var responseMethods map[string]responseMethod

func init() { // the table and its functions refer to each other
	responseMethods = map[string]responseMethod{
		"status":      (*response).setStatus,
		"sendStatus":  locked(func(res *response, args []any) error { return res.sendStatusLocked(arg(args, 0)) }),
		"send":        locked((*response).sendArgsLocked),
		"json":        locked(func(res *response, args []any) error { return res.jsonLocked(res.bodyArgLocked(args)) }),
		"jsonp":       locked(func(res *response, args []any) error { return res.jsonpLocked(res.bodyArgLocked(args)) }),
		"set":         locked((*response).setArgsLocked),
		"header":      locked((*response).setArgsLocked),
		"append":      locked(func(res *response, args []any) error { return res.appendLocked(textArg(args, 0), arg(args, 1)) }),
		"type":        locked((*response).typeArgsLocked),
		"contentType": locked((*response).typeArgsLocked),
		"cookie":      (*response).cookieMethod,
		"clearCookie": locked(func(res *response, args []any) error {
			return res.clearCookieLocked(textArg(args, 0), objectArg(args, 1))
		}),
		"location":     locked(func(res *response, args []any) error { return res.locationLocked(textArg(args, 0)) }),
		"vary":         locked(func(res *response, args []any) error { return res.varyLocked(arg(args, 0)) }),
		"links":        locked(func(res *response, args []any) error { return res.linksLocked(objectArg(args, 0)) }),
		"setHeader":    locked((*response).setHeaderArgsLocked),
		"appendHeader": locked(func(res *response, args []any) error { return res.appendLocked(textArg(args, 0), arg(args, 1)) }),
		"removeHeader": func(res *response, args []any) (any, error) {
			res.mu.Lock()
			defer res.mu.Unlock()
			return msg.Undefined, res.removeLocked(textArg(args, 0))
		},
		"get":               (*response).getMethod,
		"getHeader":         (*response).getMethod,
		"hasHeader":         (*response).hasMethod,
		"getHeaders":        (*response).getHeaders,
		"getHeaderNames":    (*response).getHeaderNames,
		"getRawHeaderNames": (*response).getRawHeaderNames,
		"writeHead":         locked((*response).writeHeadLocked),
		"flushHeaders":      (*response).flushHeaders,
		"write":             (*response).writeMethod,
		"end":               locked((*response).endArgsLocked),
		"redirect":          (*response).redirect,
		"format":            (*response).format,
		"attachment":        locked((*response).attachmentLocked),
		"sendFile":          (*response).sendFileMethod,
		"sendfile":          (*response).sendFileMethod,
		"download":          (*response).download,
		"render":            (*response).render,
		"on":                (*response).listen,
		"once":              (*response).listen,
		"addListener":       (*response).listen,
		"off":               (*response).unlisten,
		"removeListener":    (*response).unlisten,
		"setTimeout":        locked(func(*response, []any) error { return nil }),
		"cork":              nothingToDo, // what is written goes out when the function has returned
		"uncork":            nothingToDo,
	}
}

func nothingToDo(*response, []any) (any, error) { return msg.Undefined, nil }

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
	res.giveStatusLocked(arg(args, 0))
	return res, nil
}

// bodyArgLocked takes the body of json and jsonp, with their old forms (status, body) and (body, status).
func (res *response) bodyArgLocked(args []any) any {
	if len(args) != 2 {
		return arg(args, 0)
	}
	if _, ok := args[1].(float64); ok {
		res.giveStatusLocked(args[1])
		return args[0]
	}
	res.giveStatusLocked(args[0])
	return args[1]
}

// sendArgsLocked is res.send with its old forms (status, body) and (body, status).
func (res *response) sendArgsLocked(args []any) error {
	body := arg(args, 0)
	if len(args) == 2 {
		var status any
		status, isStatus := args[1].(float64)
		if _, first := body.(float64); first || !isStatus {
			status, body = body, args[1]
		}
		res.giveStatusLocked(status)
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
	if _, ok := arg(args, 0).(string); !ok {
		return nodeError("TypeError", "ERR_INVALID_HTTP_TOKEN", `Header name must be a valid HTTP token ["%s"]`, name)
	}
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

func (res *response) getRawHeaderNames([]any) (any, error) {
	res.mu.Lock()
	defer res.mu.Unlock()
	return texts(res.namesLocked()), nil
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

// namesLocked lists the headers as the flow spelled and ordered them.
func (res *response) namesLocked() []string {
	names := make([]string, 0, len(res.fields))
	for i, f := range res.fields {
		if i == 0 || !sameName(f.Name, res.fields[i-1].Name) {
			names = append(names, f.Name)
		}
	}
	return names
}

func (res *response) typeArgsLocked(args []any) error {
	switch name := arg(args, 0).(type) {
	case string:
		return res.typeLocked(name)
	case nil:
		return typeErrorf("Cannot read properties of null (reading 'indexOf')")
	default:
		if name == msg.Undefined {
			return typeErrorf("Cannot read properties of undefined (reading 'indexOf')")
		}
		return typeErrorf("type.indexOf is not a function")
	}
}

// typeLocked is Express's res.type: a media type, or what a file name stands for.
func (res *response) typeLocked(name string) error {
	if !strings.Contains(name, "/") {
		name = httpfile.TypeOf(name)
	}
	return res.setLocked("Content-Type", name)
}

// writeHeadLocked is writeHead(status[, reason][, headers]).
func (res *response) writeHeadLocked(args []any) error {
	if res.committed {
		return nodeError("Error", "ERR_HTTP_HEADERS_SENT", "Cannot write headers after they are sent to the client")
	}
	res.giveStatusLocked(arg(args, 0))
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
		if headers.Len()%2 != 0 {
			return nodeError("TypeError", "ERR_INVALID_ARG_VALUE", "The argument 'headers' is invalid. Received %s", msg.ToString(headers))
		}
		for i := 0; i < headers.Len(); i += 2 {
			res.dropLocked(msg.ToString(headers.At(i)))
		}
		for i := 0; i < headers.Len(); i += 2 { // a name may come again
			if err := res.appendLocked(msg.ToString(headers.At(i)), headers.At(i+1)); err != nil {
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
