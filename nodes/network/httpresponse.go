package network

import (
	"iter"
	"strconv"

	"sluice/runtime"
	"sluice/runtime/msg"
)

// HTTPResponse answers the request that a message came from.
var HTTPResponse = runtime.Type{
	Name: "http response", Category: "network", Inputs: 1,
	New: func() runtime.Node { return &httpResponseNode{} },

	Parallel: true, // Input writes no field of the node
}

type httpResponseNode struct {
	StatusCode any         `json:"statusCode"`
	Headers    *msg.Object `json:"headers"`

	inst   *runtime.Instance
	status int // 0: the message decides
}

func (n *httpResponseNode) Init(inst *runtime.Instance) error {
	n.inst = inst
	n.status = parseStatus(n.StatusCode)
	return nil
}

// parseStatus is parseInt, with 0 for what is no number.
func parseStatus(v any) int {
	if v == nil || v == msg.Undefined {
		return 0
	}
	f, ok := v.(float64)
	if !ok {
		f = msg.ParseInt(msg.ToString(v), 0)
	}
	if f != f || f > 1e15 || f < -1e15 {
		return 0
	}
	return int(f)
}

func (n *httpResponseNode) Input(d *runtime.Delivery) error {
	holder := d.Msg.Value("res")
	if !msg.ToBool(holder) {
		n.inst.Log.Warn("No response object")
		return nil
	}
	res, err := responseIn(holder)
	if err != nil {
		return err
	}
	if err := n.answer(res, d.Msg); err != nil {
		return err
	}
	res.flush(true)
	return nil
}

// responseIn finds the response in msg.res, as Node-RED looks for msg.res._res.
func responseIn(holder any) (*response, error) {
	var inner any = msg.Undefined
	switch h := holder.(type) {
	case *wrappedResponse:
		return &h.ex.res, nil
	case msg.Host: // an object of the flow's own too
		inner, _ = h.Get("_res")
	}
	if res, ok := inner.(*response); ok {
		return res, nil
	}
	return nil, typeErrorf("msg.res._res is not the response of a request")
}

func (n *httpResponseNode) answer(res *response, m *msg.Object) error {
	res.mu.Lock()
	defer res.mu.Unlock()
	if err := n.setHeaders(res, m); err != nil {
		return err
	}
	if cookies := m.Value("cookies"); cookies != msg.Undefined {
		if err := setCookies(res, cookies); err != nil {
			return err
		}
	}
	status := n.status
	if status == 0 {
		status = parseStatus(m.Value("statusCode"))
	}
	if status == 0 {
		status = 200
	}
	payload := m.Value(msg.PayloadKey)
	buffer, isBuffer := payload.(*msg.Buffer)
	if !isBuffer && msg.TypeOf(payload) == "object" {
		res.giveStatusLocked(msg.Number(float64(status)))
		return res.jsonpLocked(payload)
	}
	if !res.hasLocked("Content-Length") {
		length := 0
		switch {
		case payload == msg.Undefined:
		case isBuffer:
			length = len(buffer.B)
		case msg.TypeOf(payload) == "string" || msg.TypeOf(payload) == "number":
			length = len(msg.ToString(payload))
		default:
			return nodeError("TypeError", "ERR_INVALID_ARG_TYPE",
				`The "string" argument must be of type string or an instance of Buffer or ArrayBuffer. Received %s`, describeArg(payload))
		}
		// Node-RED's spelling, until Express sets it again.
		if err := res.setOneLocked("content-length", strconv.Itoa(length)); err != nil {
			return err
		}
	}
	if f, ok := payload.(float64); ok {
		payload = msg.FormatNumber(f)
		m.Set(msg.PayloadKey, payload)
	}
	res.giveStatusLocked(msg.Number(float64(status)))
	return res.sendLocked(payload)
}

// requestNodeHeader is how an http request node marks the headers it received.
const requestNodeHeader = "x-node-red-request-node"

// setHeaders sets the node's headers, and those of the message that the node
// does not name in the same spelling. Headers that are as an http request node
// received them are not passed on.
func (n *httpResponseNode) setHeaders(res *response, m *msg.Object) error {
	headers := m.Value("headers")
	if fields, ok := headers.(*msg.Object); ok {
		if hash, ok := fields.Get(requestNodeHeader); ok {
			fields.Delete(requestNodeHeader)
			if hash == hashSum(fields) {
				m.Delete("headers")
				headers = nil
			}
		}
	}
	if err := res.setAllLocked(n.Headers); err != nil {
		return err
	}
	if headers == msg.Undefined {
		return nil
	}
	return n.addHeaders(res, headers)
}

func (n *httpResponseNode) addHeaders(res *response, headers any) error {
	for name, v := range ownProperties(headers) {
		if n.Headers.Has(name) {
			continue
		}
		if err := res.setLocked(name, v); err != nil {
			return err
		}
	}
	return nil
}

// setCookies sets or clears a cookie for each property of msg.cookies.
func setCookies(res *response, v any) error {
	for name, cookie := range ownProperties(v) {
		var err error
		switch options, isObject := cookie.(*msg.Object); {
		case cookie == msg.Undefined:
			err = typeErrorf("Cannot read properties of undefined (reading 'value')")
		case cookie == nil:
			err = res.clearCookieLocked(name, nil)
		case isObject && options.Value("value") == nil:
			err = res.clearCookieLocked(name, options)
		case msg.TypeOf(cookie) == "object": // a list or a date has no value, but is an object
			err = res.cookieLocked(name, options.Value("value"), options)
		default:
			err = res.cookieLocked(name, cookie, nil)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// ownProperties yields what JavaScript's for-in does for a value of a message:
// a text or a list has its places.
func ownProperties(v any) iter.Seq2[string, any] {
	switch v := v.(type) {
	case *msg.Object:
		return v.All()
	case *msg.Array:
		return func(yield func(string, any) bool) {
			for i, e := range v.All() {
				if !yield(strconv.Itoa(i), e) {
					return
				}
			}
		}
	case string:
		return func(yield func(string, any) bool) {
			for i := range msg.UTF16Len(v) {
				if !yield(strconv.Itoa(i), msg.UTF16Slice(v, i, i+1)) {
					return
				}
			}
		}
	}
	return func(func(string, any) bool) {}
}
