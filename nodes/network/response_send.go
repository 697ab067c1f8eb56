package network

import (
	"net/http"
	"strconv"
	"strings"

	"sluice/runtime"
	"sluice/runtime/msg"
)

const (
	typeHTML  = "text/html; charset=utf-8"
	typeJSON  = "application/json; charset=utf-8"
	typePlain = "text/plain; charset=utf-8"
)

// sendLocked is Express's res.send(body).
func (res *response) sendLocked(v any) error {
	switch v := v.(type) {
	case string:
		return res.sendTextLocked(v)
	case *msg.Buffer:
		return res.sendBytesLocked(v.B)
	case float64: // a status
		if !res.hasLocked("Content-Type") {
			if err := res.typeLocked("txt"); err != nil {
				return err
			}
		}
		res.status = int(v)
		if text := http.StatusText(res.status); text != "" {
			return res.sendTextLocked(text)
		}
		return res.sendNothingLocked()
	case nil: // an empty text, but one without a type
		if res.hasLocked("Content-Type") {
			return res.sendTextLocked("")
		}
		return res.finishTextLocked("")
	}
	switch {
	case v == msg.Undefined:
		return res.sendNothingLocked()
	case msg.TypeOf(v) == "boolean" || msg.TypeOf(v) == "object":
		return res.jsonLocked(v)
	}
	return typeErrorf("The first argument must be of type string or an instance of Buffer, ArrayBuffer, or Array or an Array-like Object. Received %s", describeArg(v))
}

// describeArg names a value as Node's argument errors do.
func describeArg(v any) string {
	t := msg.TypeOf(v)
	if t == "function" {
		return "function "
	}
	return "type " + t + " (" + msg.ToString(v) + ")"
}

// sendTextLocked sends a text; its type's charset is always utf-8.
func (res *response) sendTextLocked(body string) error {
	if types := res.header["Content-Type"]; len(types) == 0 {
		if err := res.setOneLocked("Content-Type", typeHTML); err != nil {
			return err
		}
	} else if t, err := withCharset(latin1ToText(types[0]), "utf-8"); err != nil {
		return err
	} else if err := res.setHeaderLocked("Content-Type", t); err != nil {
		return err
	}
	return res.finishTextLocked(msg.ToUTF8(body))
}

// finishTextLocked sends a text whose type is settled.
func (res *response) finishTextLocked(body string) error {
	ok, err := res.describeLocked(len(body), func(weak bool) string { return runtime.ETag([]byte(body), weak) })
	if err != nil {
		return err
	}
	if !ok {
		body = ""
	}
	return res.endTextLocked(body)
}

func (res *response) sendBytesLocked(body []byte) error {
	if !res.hasLocked("Content-Type") {
		if err := res.setOneLocked("Content-Type", "application/octet-stream"); err != nil {
			return err
		}
	}
	ok, err := res.describeLocked(len(body), func(weak bool) string { return runtime.ETag(body, weak) })
	if err != nil {
		return err
	}
	if !ok {
		body = nil
	}
	if err := res.commitLocked(); err != nil {
		return err
	}
	return res.endLocked(body)
}

// sendNothingLocked is res.send(undefined).
func (res *response) sendNothingLocked() error {
	if res.committed {
		return errSent()
	}
	if res.freshLocked() {
		res.status = http.StatusNotModified
	}
	if res.status == http.StatusNoContent || res.status == http.StatusNotModified {
		res.stripLocked()
	}
	if res.status == http.StatusResetContent {
		res.header["Content-Length"] = []string{"0"}
	}
	return res.endLocked(nil)
}

// describeLocked sets length and tag and answers what the client has already
// with 304. ok is false if no body is to be sent.
func (res *response) describeLocked(size int, tag func(weak bool) string) (ok bool, err error) {
	if err := res.setOneLocked("Content-Length", strconv.Itoa(size)); err != nil {
		return false, err
	}
	if mode := res.ex.app.etag; mode != etagOff && !res.hasLocked("ETag") {
		if err := res.setOneLocked("ETag", tag(mode == etagWeak)); err != nil {
			return false, err
		}
	}
	if res.freshLocked() {
		res.status = http.StatusNotModified
	}
	switch res.status {
	case http.StatusNoContent, http.StatusNotModified:
		res.stripLocked()
		return false, nil
	case http.StatusResetContent:
		res.header["Content-Length"] = []string{"0"}
		delete(res.header, "Transfer-Encoding")
		return false, nil
	}
	return res.ex.r.Method != http.MethodHead, nil
}

func (res *response) stripLocked() {
	delete(res.header, "Content-Type")
	delete(res.header, "Content-Length")
	delete(res.header, "Transfer-Encoding")
}

// jsonLocked is Express's res.json.
func (res *response) jsonLocked(v any) error {
	body, ok, err := res.stringify(v)
	if err != nil {
		return err
	}
	if !res.hasLocked("Content-Type") {
		if err := res.setOneLocked("Content-Type", typeJSON); err != nil {
			return err
		}
	}
	if !ok {
		return res.sendNothingLocked()
	}
	return res.sendTextLocked(body)
}

// jsonpLocked is Express's res.jsonp: a query parameter may name a function to call.
func (res *response) jsonpLocked(v any) error {
	body, ok, err := res.stringify(v)
	if err != nil {
		return err
	}
	if !res.hasLocked("Content-Type") {
		if err := res.setOneLocked("X-Content-Type-Options", "nosniff"); err != nil {
			return err
		}
		if err := res.setOneLocked("Content-Type", typeJSON); err != nil {
			return err
		}
	}
	callback := res.callback()
	if callback == "" {
		if !ok {
			return res.sendNothingLocked()
		}
		return res.sendTextLocked(body)
	}
	if err := res.setOneLocked("X-Content-Type-Options", "nosniff"); err != nil {
		return err
	}
	if err := res.setOneLocked("Content-Type", "text/javascript; charset=utf-8"); err != nil {
		return err
	}
	body = lineSeparators.Replace(body)
	name := strings.Map(func(r rune) rune {
		if r < 0x80 && (r == '[' || r == ']' || r == '$' || r == '.' || isWordByte(byte(r))) {
			return r
		}
		return -1
	}, callback)
	return res.sendTextLocked("/**/ typeof " + name + " === 'function' && " + name + "(" + body + ");")
}

// lineSeparators ended lines in JavaScript before ES2019, though not in JSON.
var lineSeparators = strings.NewReplacer("\u2028", `\u2028`, "\u2029", `\u2029`)

func isWordByte(c byte) bool {
	return c == '_' || c >= '0' && c <= '9' || c|0x20 >= 'a' && c|0x20 <= 'z'
}

// callback is the function that the query names, or "".
func (res *response) callback() string {
	if res.ex.r.URL.RawQuery == "" {
		return ""
	}
	query, ok := res.ex.req.value("query").(*msg.Object)
	if !ok {
		return ""
	}
	v := query.Value(res.ex.app.callback)
	if list, ok := v.(*msg.Array); ok {
		v = list.At(0)
	}
	name, _ := v.(string)
	return name
}

func (res *response) stringify(v any) (text string, ok bool, err error) {
	if indent := res.ex.app.indent; indent != "" {
		return msg.Stringify(v, indent)
	}
	switch v.(type) {
	case *msg.Object, *msg.Array, nil:
		b, err := msg.AppendJSON(nil, v)
		return string(b), true, err
	}
	return msg.Stringify(v, "")
}

// sendStatusLocked is Express's res.sendStatus.
func (res *response) sendStatusLocked(status int) error {
	res.status = status
	if err := res.setOneLocked("Content-Type", "text/plain; charset=utf-8"); err != nil {
		return err
	}
	text := http.StatusText(status)
	if text == "" {
		text = strconv.Itoa(status)
	}
	return res.sendTextLocked(text)
}

// freshLocked tells whether the client has this answer already (RFC 9110, 13.2), as npm's fresh does.
func (res *response) freshLocked() bool {
	r := res.ex.r
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		return false
	}
	if (res.status < 200 || res.status > 299) && res.status != http.StatusNotModified {
		return false
	}
	return isFresh(r.Header, res.header)
}
