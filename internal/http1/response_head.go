package http1

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/net/http/httpguts"
)

// settle reads from the header what it says about the message itself.
func (r *response) settle() {
	h, x := r.header, r.x
	if x.conn.server.closing.Load() || hasWord(first(h["Connection"]), "close") {
		x.close = true
	}
	switch {
	case !bodyAllowed(r.status):
	case len(h["Transfer-Encoding"]) > 0:
		r.streams = true
	case len(h["Content-Length"]) > 0:
		r.length = parseLength(h["Content-Length"][0])
	}
}

// appendHeader appends the status line's followers as far as they are known now:
// what has been named, in its order and spelling, the rest, and the date. What is
// said of length and connection comes with complete, unless it has been named.
func (r *response) appendHeader(dst []byte) []byte {
	var store [16]string
	done := store[:0]
	for _, name := range r.look.Names {
		key, values := r.lookUp(name)
		if len(values) == 0 || slices.Contains(done, key) {
			continue
		}
		done = append(done, key)
		switch key {
		case "Connection":
			r.named = true
		case "Content-Length":
			dst = r.appendLength(dst, name)
			continue
		case "Transfer-Encoding":
			if r.streams && r.x.request.ProtoAtLeast(1, 1) {
				r.chunked = true
				dst = appendField(dst, name, "chunked")
			}
			continue
		}
		for _, v := range values {
			dst = appendField(dst, name, v)
		}
	}
	if len(done) < len(r.header) {
		dst = r.appendFields(dst, done)
	}
	if _, set := r.header["Date"]; !set {
		dst = append(append(append(dst, "Date: "...), r.x.conn.server.clock.date()...), newline...)
	}
	return dst
}

// lookUp finds a header that may be spelled as net/http, Node or the flow does.
func (r *response) lookUp(name string) (key string, values []string) {
	if values, ok := r.header[name]; ok {
		return name, values
	}
	key = canonicalKey(name)
	if values, ok := r.header[key]; ok {
		return key, values
	}
	switch key {
	case "Etag":
		key = "ETag"
	case "Www-Authenticate":
		key = "WWW-Authenticate"
	}
	return key, r.header[key]
}

// appendLength appends the length under the name it has been given, if there is to be one.
func (r *response) appendLength(dst []byte, name string) []byte {
	switch {
	case r.length >= 0:
		r.lengthy = true
		return appendField(dst, name, strconv.FormatInt(r.length, 10))
	case r.look.Empty && r.status == http.StatusNoContent && first(r.header["Content-Length"]) == "0":
		return appendField(dst, name, "0")
	}
	return dst
}

// appendFields appends the fields that are not done, by name.
func (r *response) appendFields(dst []byte, done []string) []byte {
	keys := make([]string, 0, len(r.header))
	for key := range r.header {
		switch key {
		case "Connection", "Content-Length", "Transfer-Encoding":
			continue
		}
		if !slices.Contains(done, key) {
			keys = append(keys, key)
		}
	}
	slices.Sort(keys)
	for _, key := range keys {
		for _, v := range r.header[key] {
			dst = appendField(dst, key, v)
		}
	}
	return dst
}

// complete ends the header: what becomes of the connection, and how the body's end is found.
func (r *response) complete() {
	if r.sent {
		return
	}
	r.sent = true
	x := r.x
	head := x.request.Method == http.MethodHead
	open := bodyAllowed(r.status) && r.length < 0 && !r.chunked && !head
	if open && !x.request.ProtoAtLeast(1, 1) {
		x.close, open = true, false // the end of the connection is the body's
	}
	out := x.conn.out
	if x.body.unwelcome() {
		x.close = true
	}
	if !r.named {
		out = append(out, r.connection()...)
	}
	switch {
	case open:
		r.chunked = true
		out = append(out, "Transfer-Encoding: chunked\r\n"...)
	case r.length >= 0 && !r.lengthy:
		out = append(strconv.AppendInt(append(out, "Content-Length: "...), r.length, 10), newline...)
	}
	x.conn.out = append(out, newline...)
	r.chunked = r.chunked && !head
	if body := r.body; len(body) > 0 {
		r.body = nil
		r.err = r.add(body)
	}
}

// connection is what Node says of the connection. Clients that are told to expect
// five seconds get more here, which they need not know.
func (r *response) connection() string {
	if own := first(r.header["Connection"]); own != "" && !hasWord(own, "keep-alive") {
		return string(appendField(nil, "Connection", own))
	}
	if r.x.close {
		return "Connection: close\r\n"
	}
	return "Connection: keep-alive\r\nKeep-Alive: timeout=5\r\n"
}

// appendField appends a header line. A name that cannot be one is left out, and
// line ends in a value become blanks.
func appendField(dst []byte, name, value string) []byte {
	if !httpguts.ValidHeaderFieldName(name) {
		return dst
	}
	dst = append(append(dst, name...), ": "...)
	at := len(dst)
	dst = append(dst, value...)
	for i, c := range dst[at:] {
		if c == '\r' || c == '\n' {
			dst[at+i] = ' '
		}
	}
	return append(dst, newline...)
}

// appendStatus appends a status line without its end. Node's answers are HTTP/1.1,
// whatever the client speaks.
func appendStatus(dst []byte, status int, reason string) []byte {
	dst = strconv.AppendInt(append(dst, "HTTP/1.1 "...), int64(status), 10)
	if reason == "" || strings.ContainsAny(reason, "\r\n") {
		reason = StatusText(status)
	}
	if reason == "" {
		reason = "unknown"
	}
	return append(append(dst, ' '), reason...)
}

// StatusText is Node's phrase for a status, "" if it has none.
func StatusText(status int) string {
	switch status {
	case http.StatusRequestEntityTooLarge:
		return "Payload Too Large"
	case http.StatusRequestURITooLong:
		return "URI Too Long"
	case http.StatusRequestedRangeNotSatisfiable:
		return "Range Not Satisfiable"
	case http.StatusTeapot:
		return "I'm a Teapot"
	case 509:
		return "Bandwidth Limit Exceeded"
	}
	return http.StatusText(status)
}

func first(values []string) string {
	if len(values) == 0 {
		return ""
	}
	return values[0]
}
