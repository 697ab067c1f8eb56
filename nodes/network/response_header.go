package network

import (
	"maps"
	"net/http"
	"net/textproto"
	"slices"
	"strings"
	"unicode/utf16"

	"golang.org/x/net/http/httpguts"

	"sluice/runtime/msg"
)

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
	if !httpguts.ValidHeaderFieldName(name) {
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
	res.noteLocked(name)
	res.header[canonicalHeader(name)] = wire
	return nil
}

// setOneLocked is setHeaderLocked for a value known to be good.
func (res *response) setOneLocked(key, value string) error {
	if res.committed {
		return errSent()
	}
	res.putLocked(key, value)
	return nil
}

// putLocked sets a header to a value known to be good, whatever has been settled.
func (res *response) putLocked(key, value string) {
	res.noteLocked(key)
	if res.owned == len(res.own) {
		res.header[key] = []string{value}
		return
	}
	i := res.owned
	res.owned++
	res.own[i] = value
	res.header[key] = res.own[i : i+1 : i+1]
}

// givenOrder is how Express and npm's cors order what they set before a flow answers.
var givenOrder = []string{"X-Powered-By", "Access-Control-Allow-Origin", "Vary", "Access-Control-Allow-Credentials", "Access-Control-Expose-Headers"}

// begin takes over the header of a response, in which the router may have set some.
func (res *response) begin(h http.Header) {
	res.status, res.header = http.StatusOK, h
	if len(h) == 0 {
		return
	}
	for _, name := range givenOrder {
		if len(h[name]) > 0 {
			res.order = append(res.order, name)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(h)) {
		if !slices.Contains(givenOrder, name) {
			res.order = append(res.order, name)
		}
	}
}

// noteLocked keeps the place of a header that is set: where it was first set, in
// its latest spelling, as in Node.
func (res *response) noteLocked(name string) {
	for i, known := range res.order {
		if strings.EqualFold(known, name) {
			res.order[i] = name
			return
		}
	}
	if res.order == nil {
		res.order = res.names[:0]
	}
	res.order = append(res.order, name)
}

// dropLocked removes a header.
func (res *response) dropLocked(key string) {
	delete(res.header, key)
	res.order = slices.DeleteFunc(res.order, func(name string) bool { return strings.EqualFold(name, key) })
}

// clearLocked removes all headers.
func (res *response) clearLocked() {
	clear(res.header)
	res.order = res.order[:0]
}

// readDispositionLocked does what Node does to a Content-Disposition that goes out
// with a body of known length: its bytes are read as UTF-8 (Node's processHeader, for
// names that a flow gives as bytes), so that é of Latin-1 becomes another letter.
func (res *response) readDispositionLocked() {
	values := res.header["Content-Disposition"]
	for i, v := range values {
		text := strings.ToValidUTF8(v, "\uFFFD")
		wire := make([]byte, 0, len(text))
		for _, unit := range utf16.Encode([]rune(text)) {
			wire = append(wire, byte(unit))
		}
		values[i] = string(wire)
	}
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
	res.dropLocked(canonicalHeader(name))
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

func first(values []string) string {
	if len(values) == 0 {
		return ""
	}
	return values[0]
}
