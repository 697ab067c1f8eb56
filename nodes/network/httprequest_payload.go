package network

import (
	"strconv"
	"strings"

	"sluice/internal/weburl"
	"sluice/runtime/msg"
)

// readPayload makes the body, or the query, of msg.payload.
func (n *requestNode) readPayload(m *msg.Object, x *exchange) error {
	req := &x.req
	payload := m.Value(msg.PayloadKey)
	req.noBody = true
	switch {
	case payload == msg.Undefined:
	case req.method == "GET":
		switch n.PayToQS {
		case true, "query":
			return x.addQuery(payload)
		case "body":
			return x.addGetBody(payload)
		}
	case req.method != "HEAD":
		return x.addBody(payload)
	}
	return nil
}

// addQuery appends an object to the URL as a query, after a fragment too.
func (x *exchange) addQuery(payload any) error {
	if msg.TypeOf(payload) != "object" {
		return errInvalidPayload
	}
	text := x.text
	switch {
	case !strings.Contains(text, "?"):
		text += "?"
	case !strings.HasSuffix(text, "?"):
		text += "&"
	}
	text += stringifyQuery(payload)
	u, err := weburl.Parse(text, nil)
	if err != nil {
		x.err = requestError("ERR_INVALID_URL", "Invalid URL")
		return nil
	}
	x.text, x.req.url = text, u
	return nil
}

// addGetBody gives a GET a body, without a content type of its own making.
func (x *exchange) addGetBody(payload any) error {
	switch v := payload.(type) {
	case string:
		x.req.setBody([]byte(msg.ToUTF8(v)))
	case float64:
		x.req.setBody(msg.AppendNumber(nil, v))
	default:
		if msg.TypeOf(payload) == "object" {
			return x.addJSON(payload)
		}
	}
	return nil
}

func (x *exchange) addBody(payload any) error {
	req := &x.req
	kind, typed := req.header.get("content-type")
	if kind == "multipart/form-data" && msg.TypeOf(payload) == "object" {
		return x.addForm(payload)
	}
	switch v := payload.(type) {
	case string:
		req.setBody([]byte(msg.ToUTF8(v)))
	case *msg.Buffer:
		req.setBody(v.B)
	case float64:
		req.setBody(msg.AppendNumber(nil, v))
	default:
		if kind == "application/x-www-form-urlencoded" {
			req.setBody([]byte(stringifyQuery(payload)))
			return nil
		}
		if !typed {
			req.header.set("Content-Type", "application/json")
		}
		return x.addJSON(payload)
	}
	return nil
}

func (x *exchange) addJSON(payload any) error {
	text, ok, err := msg.Stringify(payload, "")
	if err != nil {
		return msg.ErrorValue(err)
	}
	if !ok {
		return &msg.Error{
			Name:    "TypeError [ERR_INVALID_ARG_TYPE]",
			Message: `The "string" argument must be of type string or an instance of Buffer or ArrayBuffer. Received undefined`,
			Props:   msg.NewObject("code", "ERR_INVALID_ARG_TYPE"),
		}
	}
	x.req.setBody([]byte(msg.ToUTF8(text)))
	return nil
}

func (x *exchange) addForm(payload any) error {
	form := newForm()
	o, _ := payload.(*msg.Object) // null is an empty form
	for name, v := range o.All() {
		if err := form.add(name, v); err != nil {
			if errorCode(err) == "" {
				return err
			}
			x.err = err
			return nil
		}
	}
	x.req.header.set("content-type", "multipart/form-data; boundary="+form.boundary)
	x.req.setBody(form.close())
	return nil
}

// stringifyQuery is Node's querystring.stringify.
func stringifyQuery(v any) string {
	var b strings.Builder
	pair := func(key string, v any) {
		if b.Len() > 0 {
			b.WriteByte('&')
		}
		b.WriteString(encodeURIComponent(key) + "=" + encodeURIComponent(queryPrimitive(v)))
	}
	each := func(key string, v any) {
		list, ok := v.(*msg.Array)
		if !ok {
			pair(key, v)
			return
		}
		for _, e := range list.All() {
			pair(key, e)
		}
	}
	switch v := v.(type) {
	case *msg.Object:
		for key, e := range v.All() {
			each(key, e)
		}
	case *msg.Array:
		for i, e := range v.All() {
			each(strconv.Itoa(i), e)
		}
	case *msg.Buffer:
		for i, c := range v.B {
			pair(strconv.Itoa(i), float64(c))
		}
	}
	return b.String()
}

// queryPrimitive is the text of a value; what is no string, finite number, boolean or bigint has none.
func queryPrimitive(v any) string {
	switch v := v.(type) {
	case string, bool, *msg.BigInt:
		return msg.ToString(v)
	case float64:
		if v-v == 0 {
			return msg.ToString(v)
		}
	}
	return ""
}
