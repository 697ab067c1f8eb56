package network

import (
	"cmp"
	"net/http"
	"strconv"
	"strings"
	"sync"

	"sluice/internal/http1"
	"sluice/internal/httpfile"
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
		if res.emptyLocked("Content-Type") {
			if err := res.typeLocked("txt"); err != nil {
				return err
			}
		}
		res.giveStatusLocked(v)
		if text := http1.StatusText(res.status); text != "" {
			return res.sendTextLocked(text)
		}
		return res.sendNothingLocked()
	case nil: // an empty text, but one without a type
		if !res.emptyLocked("Content-Type") {
			return res.sendTextLocked("")
		}
		return res.finishLocked(nil)
	}
	switch {
	case v == msg.Undefined:
		return res.sendNothingLocked()
	case msg.TypeOf(v) == "boolean" || msg.TypeOf(v) == "object":
		return res.jsonLocked(v)
	}
	return nodeError("TypeError", "ERR_INVALID_ARG_TYPE",
		"The first argument must be of type string or an instance of Buffer, ArrayBuffer, or Array or an Array-like Object. Received %s", describeArg(v))
}

// describeArg names a value as Node's argument errors do.
func describeArg(v any) string {
	switch t := msg.TypeOf(v); {
	case v == nil || v == msg.Undefined:
		return msg.ToString(v)
	case t == "function":
		return "function "
	case t == "bigint":
		return "type bigint (" + msg.ToString(v) + "n)"
	case t == "string":
		return "type string ('" + msg.ToString(v) + "')"
	case t != "object":
		return "type " + t + " (" + msg.ToString(v) + ")"
	}
	switch v.(type) {
	case *msg.Array:
		return "an instance of Array"
	case *msg.Date:
		return "an instance of Date"
	}
	return "an instance of Object"
}

// sendTextLocked sends a text; its type's charset is always utf-8.
func (res *response) sendTextLocked(body string) error {
	if err := res.textTypeLocked(typeHTML); err != nil {
		return err
	}
	return res.finishLocked([]byte(msg.ToUTF8(body)))
}

// textTypeLocked settles the type of a text.
func (res *response) textTypeLocked(fallback string) error {
	current := res.firstLocked("Content-Type")
	if current == "" {
		return res.setOneLocked("Content-Type", fallback)
	}
	t, err := withCharset(latin1ToText(current), "utf-8")
	if err != nil {
		return err
	}
	if t == current && !res.committed {
		res.putLocked("Content-Type", t) // again, in Express's spelling
		return nil
	}
	return res.setHeaderLocked("Content-Type", t)
}

func (res *response) sendBytesLocked(body []byte) error {
	if res.emptyLocked("Content-Type") {
		if err := res.setOneLocked("Content-Type", "application/octet-stream"); err != nil {
			return err
		}
	}
	return res.finishLocked(body)
}

// finishLocked ends the answer with a body whose type is settled: it sets length
// and tag, and answers what the client has already with 304.
func (res *response) finishLocked(body []byte) error {
	if err := res.setOneLocked("Content-Length", strconv.Itoa(len(body))); err != nil {
		return err
	}
	if mode := res.ex.app.etag; mode != etagOff && res.emptyLocked("ETag") {
		if err := res.setOneLocked("ETag", runtime.ETag(body, mode == etagWeak)); err != nil {
			return err
		}
	}
	return res.closeLocked(body)
}

// closeLocked is the end of res.send: it drops the body where there must be none.
func (res *response) closeLocked(body []byte) error {
	if res.freshLocked() {
		res.status = http.StatusNotModified
	}
	switch res.status {
	case http.StatusNoContent, http.StatusNotModified:
		res.dropLocked("Content-Type")
		res.dropLocked("Content-Length")
		res.dropLocked("Transfer-Encoding")
		body = nil
	case http.StatusResetContent:
		res.putLocked("Content-Length", "0")
		res.dropLocked("Transfer-Encoding")
		body = nil
	}
	return res.endLocked(body)
}

// sendNothingLocked is res.send(undefined).
func (res *response) sendNothingLocked() error {
	if res.committed {
		return errSent()
	}
	return res.closeLocked(nil)
}

// jsonLocked is Express's res.json.
func (res *response) jsonLocked(v any) error {
	body, ok, err := res.stringify(v)
	if err != nil {
		return err
	}
	return res.sendJSONLocked(body, ok)
}

func (res *response) sendJSONLocked(body []byte, ok bool) error {
	if err := res.textTypeLocked(typeJSON); err != nil {
		return err
	}
	if !ok {
		return res.sendNothingLocked()
	}
	return res.finishLocked(body)
}

// jsonpLocked is Express's res.jsonp: a query parameter may name a function to call.
func (res *response) jsonpLocked(v any) error {
	body, ok, err := res.stringify(v)
	if err != nil {
		return err
	}
	callback := res.callback()
	if res.emptyLocked("Content-Type") || callback != "" {
		if err := res.setOneLocked("X-Content-Type-Options", "nosniff"); err != nil {
			return err
		}
	}
	if callback == "" {
		return res.sendJSONLocked(body, ok)
	}
	if err := res.setOneLocked("Content-Type", "text/javascript; charset=utf-8"); err != nil {
		return err
	}
	name := strings.Map(func(r rune) rune {
		if r < 0x80 && (r == '[' || r == ']' || r == '$' || r == '.' || isWordByte(byte(r))) {
			return r
		}
		return -1
	}, callback)
	return res.sendTextLocked("/**/ typeof " + name + " === 'function' && " + name + "(" + lineSeparators.Replace(string(body)) + ");")
}

// lineSeparators ended lines in JavaScript before ES2019, though not in JSON.
var lineSeparators = strings.NewReplacer("\u2028", `\u2028`, "\u2029", `\u2029`)

func isWordByte(c byte) bool {
	return c == '_' || c >= '0' && c <= '9' || c|0x20 >= 'a' && c|0x20 <= 'z'
}

// callback is the function that the query names, or "".
func (res *response) callback() string {
	if res.ex.rawQuery() == "" {
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

// bodies keeps the memory of answers that have been sent, for the next ones.
var bodies = sync.Pool{New: func() any { return new([]byte) }}

// maxBody bounds what is kept of it.
const maxBody = 1 << 20

// reuse gives back the memory of a body that has been sent.
func reuse(memory *[]byte) {
	if cap(*memory) <= maxBody {
		bodies.Put(memory)
	}
}

// stringify is JSON.stringify; what it prints is valid UTF-8. ok is false where it gives undefined.
func (res *response) stringify(v any) (text []byte, ok bool, err error) {
	switch v.(type) {
	case *msg.Object, *msg.Array, nil:
		if app := res.ex.app; app.indent == "" && !app.escapeJSON {
			memory, _ := bodies.Get().(*[]byte)
			b, err := msg.AppendJSON((*memory)[:0], v)
			if err != nil {
				return nil, false, msg.ErrorValue(err)
			}
			*memory, res.pooled = b, memory
			return b, true, nil
		}
	}
	s, ok, err := msg.Stringify(v, res.ex.app.indent)
	if err != nil {
		return nil, false, msg.ErrorValue(err)
	}
	if res.ex.app.escapeJSON {
		s = markup.Replace(s)
	}
	return []byte(s), ok, nil
}

// markup is what the setting "json escape" keeps out of pages that JSON is put into.
var markup = strings.NewReplacer("<", `\u003c`, ">", `\u003e`, "&", `\u0026`)

// sendStatusLocked is Express's res.sendStatus.
func (res *response) sendStatusLocked(status any) error {
	res.giveStatusLocked(status)
	if err := res.setOneLocked("Content-Type", "text/plain; charset=utf-8"); err != nil {
		return err
	}
	return res.sendTextLocked(cmp.Or(http1.StatusText(res.status), msg.ToString(status)))
}

// freshLocked tells whether the client has this answer already (RFC 9110, 13.2), as npm's fresh does.
func (res *response) freshLocked() bool {
	r := res.ex.r
	if len(r.Header["If-None-Match"]) == 0 && len(r.Header["If-Modified-Since"]) == 0 || r.Method != http.MethodGet && r.Method != http.MethodHead {
		return false
	}
	if (res.status < 200 || res.status > 299) && res.status != http.StatusNotModified {
		return false
	}
	return httpfile.Fresh(r.Header, res.headerLocked())
}
