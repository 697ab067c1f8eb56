package network

import (
	"unicode/utf8"

	"sluice/runtime/msg"
)

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
