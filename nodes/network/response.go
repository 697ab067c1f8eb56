package network

import (
	"fmt"
	"net/http"
	"net/textproto"
	"slices"
	"strconv"
	"strings"
	"sync"

	"sluice/runtime/msg"
)

// response is the answer to one request, with the methods of Express 4 and of
// Node's ServerResponse. What flows do to it is gathered here and sent by flush, since a
// function body that calls it holds the script engine's lock and must not wait
// for a client.
type response struct {
	ex *transaction

	mu        sync.Mutex // guards all below
	status    int
	sent      int    // the status that was settled: a flow may go on changing status
	reason    string // statusMessage, which net/http does not send
	header    http.Header
	own       [4]string // memory for the values that every answer has
	owned     int       // how many of own are in use
	committed bool      // status and header are settled
	ended     bool      // the body is complete
	kept      bool      // a context store holds it: some later event may answer
	pending   []byte
	wake      chan struct{}
	props     *msg.Object               // what flows keep in it: locals, own properties
	listeners map[string][]listenerFunc // of "finish" and "close"

	writing sync.Mutex // held while w is used; taken before mu
	begun   bool       // the header has been written
	written bool       // everything has been written
	left    bool       // the handler has returned: w is not to be used
}

// maxPending bounds what a flow may write ahead of a slow client.
const maxPending = 64 << 20

// errSent is what Node throws when a header is set too late.
func errSent() error {
	return nodeError("Error", "ERR_HTTP_HEADERS_SENT", "Cannot set headers after they are sent to the client")
}

// nodeError makes an error as Node's own code throws it: String(err) shows the code.
func nodeError(class, code, format string, args ...any) *msg.Error {
	e := &msg.Error{Name: class + " [" + code + "]", Message: fmt.Sprintf(format, args...), Props: msg.NewObject("code", code)}
	e.Stack = e.Error()
	return e
}

func typeErrorf(format string, args ...any) *msg.Error {
	e := &msg.Error{Name: "TypeError", Message: fmt.Sprintf(format, args...)}
	e.Stack = e.Error()
	return e
}

// canonicalHeader is the spelling a header is sent with.
func canonicalHeader(name string) string {
	switch key := textproto.CanonicalMIMEHeaderKey(name); key {
	case "Etag":
		return "ETag"
	case "Www-Authenticate":
		return "WWW-Authenticate"
	default:
		return key
	}
}

// getLocked returns a header as Express's res.get does: Undefined, a text or a list.
func (res *response) getLocked(name string) any {
	switch values := res.header[canonicalHeader(name)]; len(values) {
	case 0:
		return msg.Undefined
	case 1:
		return latin1ToText(values[0])
	default:
		list := msg.NewArray()
		for _, v := range values {
			list.Append(latin1ToText(v))
		}
		return list
	}
}

// emptyLocked tells whether a header is absent or says nothing, as JavaScript's ! does.
func (res *response) emptyLocked(key string) bool { return first(res.header[key]) == "" }

func (res *response) hasLocked(name string) bool { return len(res.header[canonicalHeader(name)]) > 0 }

// setHeaderLocked is ServerResponse.setHeader.
func (res *response) setHeaderLocked(name string, values ...string) error {
	if !validToken(name) {
		return nodeError("TypeError", "ERR_INVALID_HTTP_TOKEN", `Header name must be a valid HTTP token ["%s"]`, name)
	}
	wire := make([]string, len(values))
	for i, v := range values {
		latin1, ok := textToLatin1(v)
		if !ok {
			return nodeError("TypeError", "ERR_INVALID_CHAR", `Invalid character in header content ["%s"]`, name)
		}
		wire[i] = latin1
	}
	if res.committed {
		return errSent()
	}
	res.header[canonicalHeader(name)] = wire
	return nil
}

// setOneLocked is setHeaderLocked for a value known to be good.
func (res *response) setOneLocked(key, value string) error {
	if res.committed {
		return errSent()
	}
	if res.owned == len(res.own) {
		res.header[key] = []string{value}
		return nil
	}
	i := res.owned
	res.owned++
	res.own[i] = value
	res.header[key] = res.own[i : i+1 : i+1]
	return nil
}

// setLocked is Express's res.set(field, value).
func (res *response) setLocked(name string, v any) error {
	list, isList := v.(*msg.Array)
	if isList {
		if strings.EqualFold(name, "content-type") {
			return typeErrorf("Content-Type cannot be set to an Array")
		}
		values := make([]string, list.Len())
		for i, e := range list.All() {
			values[i] = msg.ToString(e)
		}
		return res.setHeaderLocked(name, values...)
	}
	value := msg.ToString(v)
	if strings.EqualFold(name, "content-type") && !hasCharset(value) {
		if cs := charsetOfType(value); cs != "" {
			value += "; charset=" + cs
		}
	}
	return res.setHeaderLocked(name, value)
}

// setAllLocked is res.set(object).
func (res *response) setAllLocked(fields *msg.Object) error {
	for name, v := range fields.All() {
		if err := res.setLocked(name, v); err != nil {
			return err
		}
	}
	return nil
}

func (res *response) removeLocked(name string) error {
	if res.committed {
		return nodeError("Error", "ERR_HTTP_HEADERS_SENT", "Cannot remove headers after they are sent to the client")
	}
	delete(res.header, canonicalHeader(name))
	return nil
}

// appendLocked is Express's res.append.
func (res *response) appendLocked(name string, v any) error {
	values := slices.Clone(res.header[canonicalHeader(name)])
	for i := range values {
		values[i] = latin1ToText(values[i])
	}
	if len(values) == 0 {
		return res.setLocked(name, v)
	}
	if list, ok := v.(*msg.Array); ok {
		for _, e := range list.All() {
			values = append(values, msg.ToString(e))
		}
	} else {
		values = append(values, msg.ToString(v))
	}
	return res.setHeaderLocked(name, values...)
}

// commitLocked settles status and header.
func (res *response) commitLocked() error {
	// Node takes 100 to 199 too, and closes the connection after a header that is no answer.
	if res.status < 200 || res.status > 999 {
		return nodeError("RangeError", "ERR_HTTP_INVALID_STATUS_CODE", "Invalid status code: %d", res.status)
	}
	res.committed = true
	res.sent = res.status
	return nil
}

// commitOpenLocked is commitLocked for a body whose length is not known.
func (res *response) commitOpenLocked() error {
	if err := res.commitLocked(); err != nil {
		return err
	}
	if !res.hasLocked("Content-Length") && bodyAllowed(res.sent) && res.ex.r.Method != http.MethodHead {
		res.header["Transfer-Encoding"] = []string{"chunked"}
	}
	return nil
}

// endLocked is ServerResponse.end with a last part of the body.
func (res *response) endLocked(body []byte) error {
	if res.ended {
		return nil
	}
	if !res.committed {
		if !res.hasLocked("Content-Length") && !res.hasLocked("Transfer-Encoding") && bodyAllowed(res.status) {
			res.header["Content-Length"] = []string{strconv.Itoa(len(body))}
		}
		if err := res.commitLocked(); err != nil {
			return err
		}
	}
	if len(res.pending) == 0 && res.ex.r.Method != http.MethodHead {
		res.pending = body // not copied: Node does not either
	} else if err := res.addLocked(body); err != nil {
		return err
	}
	res.ended = true
	res.wakeLocked()
	return nil
}

// writeLocked is ServerResponse.write: a part of a body, sent at once.
func (res *response) writeLocked(part []byte) error {
	if res.ended {
		return nodeError("Error", "ERR_STREAM_WRITE_AFTER_END", "write after end")
	}
	if !res.committed {
		if err := res.commitOpenLocked(); err != nil {
			return err
		}
	}
	if err := res.addLocked(part); err != nil {
		return err
	}
	res.wakeLocked()
	return nil
}

func (res *response) addLocked(part []byte) error {
	if len(part) == 0 || res.ex.r.Method == http.MethodHead {
		return nil
	}
	if len(res.pending)+len(part) > maxPending {
		res.ended = true
		res.wakeLocked()
		return fmt.Errorf("the answer is more than %d bytes ahead of its client: write less at a time", maxPending)
	}
	res.pending = append(res.pending, part...)
	return nil
}

func bodyAllowed(status int) bool {
	return status >= 200 && status != http.StatusNoContent && status != http.StatusNotModified
}

func (res *response) wakeLocked() {
	if res.wake != nil {
		select {
		case res.wake <- struct{}{}:
		default:
		}
	}
}

// waiter returns the channel that tells of new work for flush.
func (res *response) waiter() <-chan struct{} {
	res.mu.Lock()
	defer res.mu.Unlock()
	if res.wake == nil {
		res.wake = make(chan struct{}, 1)
		if res.committed {
			res.wake <- struct{}{}
		}
	}
	return res.wake
}

// Keep tells that a context store holds the response: a later event may answer it.
func (res *response) Keep() {
	res.mu.Lock()
	defer res.mu.Unlock()
	res.kept = true
}

// open tells whether nothing has been answered, and whether later events may do so.
func (res *response) open() (unanswered, kept bool) {
	res.mu.Lock()
	defer res.mu.Unlock()
	return !res.committed, res.kept
}

// flush sends what there is to send. push hands it to the network at once,
// which the end of the handler does anyway. It may be called from any goroutine.
func (res *response) flush(push bool) (finished bool) {
	res.writing.Lock()
	defer res.writing.Unlock()
	if res.left || res.written {
		return true
	}
	res.mu.Lock()
	status, part, ended := res.sent, res.pending, res.ended
	res.pending = nil
	committed := res.committed
	res.mu.Unlock()
	if !committed {
		return false
	}
	w := res.ex.w
	if !res.begun {
		res.begun = true
		if _, set := w.Header()["Content-Type"]; !set {
			w.Header()["Content-Type"] = nil // no guessing
		}
		w.WriteHeader(status)
	}
	var err error
	if len(part) > 0 {
		_, err = w.Write(part)
	}
	if err == nil && (push || !ended) {
		_ = http.NewResponseController(w).Flush() // a writer that cannot flush sends at the end
	}
	res.written = ended || err != nil
	if res.written {
		res.mu.Lock()
		res.wakeLocked()
		res.mu.Unlock()
	}
	return res.written
}

// leave ends the use of the ResponseWriter: the handler is about to return.
func (res *response) leave() {
	res.writing.Lock()
	res.left = true
	res.writing.Unlock()
	res.mu.Lock()
	res.ended, res.committed = true, true
	res.mu.Unlock()
	res.tell()
}

// validToken tells whether s is a token of RFC 9110, as a header's name has to be.
func validToken(s string) bool {
	for i := 0; i < len(s); i++ {
		c := s[i]
		if !(c >= '0' && c <= '9' || c|0x20 >= 'a' && c|0x20 <= 'z' || strings.IndexByte("!#$%&'*+-.^_`|~", c) >= 0) {
			return false
		}
	}
	return s != ""
}

// textToLatin1 turns a header value into the bytes on the wire; ok is false if
// it holds something a header must not.
func textToLatin1(s string) (string, bool) {
	plain := true
	for i := 0; i < len(s); i++ {
		c := s[i]
		if c < ' ' && c != '\t' || c == 0x7F {
			return "", false
		}
		plain = plain && c < 0x80
	}
	if plain {
		return s, true
	}
	b := make([]byte, 0, len(s))
	for _, r := range s {
		if r > 0xFF {
			return "", false
		}
		b = append(b, byte(r))
	}
	return string(b), true
}

// latin1ToText turns bytes of the wire into text, as Node reads headers.
func latin1ToText(s string) string {
	for i := 0; i < len(s); i++ {
		if s[i] >= 0x80 {
			var b strings.Builder
			for j := 0; j < len(s); j++ {
				b.WriteRune(rune(s[j]))
			}
			return b.String()
		}
	}
	return s
}
