package network

import (
	"net/textproto"
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
	switch values := res.valuesLocked(name); len(values) {
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
func (res *response) emptyLocked(name string) bool { return res.firstLocked(name) == "" }

func (res *response) hasLocked(name string) bool {
	i, j := res.findLocked(name)
	return i < j
}

// setHeaderLocked is ServerResponse.setHeader.
func (res *response) setHeaderLocked(name string, values ...string) error {
	if !httpguts.ValidHeaderFieldName(name) {
		return nodeError("TypeError", "ERR_INVALID_HTTP_TOKEN", `Header name must be a valid HTTP token ["%s"]`, name)
	}
	var store [1]string
	wire := store[:]
	if len(values) != len(wire) {
		wire = make([]string, len(values))
	}
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
	res.putLocked(name, wire...)
	return nil
}

// setOneLocked is setHeaderLocked for a value known to be good.
func (res *response) setOneLocked(name, value string) error {
	if res.committed {
		return errSent()
	}
	res.putLocked(name, value)
	return nil
}

// readDispositionLocked does what Node does to a Content-Disposition that goes out
// with a body of known length: its bytes are read as UTF-8 (Node's processHeader, for
// names that a flow gives as bytes), so that é of Latin-1 becomes another letter.
func (res *response) readDispositionLocked() {
	i, j := res.findLocked("Content-Disposition")
	for k, f := range res.fields[i:j] {
		text := strings.ToValidUTF8(f.Value, "\uFFFD")
		wire := make([]byte, 0, len(text))
		for _, unit := range utf16.Encode([]rune(text)) {
			wire = append(wire, byte(unit))
		}
		res.fields[i+k].Value = string(wire)
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
	if sameName(name, "content-type") {
		value = addCharset(value)
	}
	return res.setHeaderLocked(name, value)
}

// addCharset is what Express adds to a type that says nothing of its charset.
func addCharset(header string) string {
	switch header {
	case "application/json":
		return typeJSON
	case "text/html":
		return typeHTML
	case "text/plain":
		return typePlain
	}
	if cs := charsetOfType(header); cs != "" && !hasCharset(header) {
		return header + "; charset=" + cs
	}
	return header
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
	res.dropLocked(name)
	return nil
}

// appendLocked is Express's res.append.
func (res *response) appendLocked(name string, v any) error {
	values := res.valuesLocked(name)
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
