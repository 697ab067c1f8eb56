package network

import (
	"net/http"
	"strings"
	"unicode/utf8"

	"sluice/runtime/msg"
)

// headerField is one line of a header. Text is UTF-8; on the wire it is Latin-1.
type headerField struct{ name, value string }

// headerList is a header in the order and spelling of its lines, which servers
// see and net/http's map forgets.
type headerList []headerField

// get returns the first value of a name in any case.
func (h headerList) get(name string) (string, bool) {
	for i := range h {
		if strings.EqualFold(h[i].name, name) {
			return h[i].value, true
		}
	}
	return "", false
}

// set gives name one value, in the place and spelling of a line that is there
// already, or at the end.
func (h *headerList) set(name, value string) {
	for i := range *h {
		if strings.EqualFold((*h)[i].name, name) {
			(*h)[i].value = value
			return
		}
	}
	*h = append(*h, headerField{name, value})
}

// del removes all lines of a name in any case.
func (h *headerList) del(name string) {
	kept := (*h)[:0]
	for _, f := range *h {
		if !strings.EqualFold(f.name, name) {
			kept = append(kept, f)
		}
	}
	*h = kept
}

// replace removes all lines of a name in any case and adds lines for v, spelled
// as given. A false value (empty text, 0, null) only removes.
func (h *headerList) replace(name string, v any) {
	h.del(name)
	if !msg.ToBool(v) {
		return
	}
	if list, ok := v.(*msg.Array); ok {
		for _, e := range list.All() {
			*h = append(*h, headerField{name, msg.ToString(e)})
		}
		return
	}
	*h = append(*h, headerField{name, msg.ToString(v)})
}

// check finds what must not go on a line: a name that is no token, and line
// breaks and other controls, with which a value could forge lines of its own.
func (h headerList) check() error {
	for _, f := range h {
		if !isToken(f.name) {
			return requestError("ERR_INVALID_HTTP_TOKEN", `Header name must be a valid HTTP token ["`+f.name+`"]`)
		}
		if !isFieldValue(f.value) {
			return requestError("ERR_INVALID_CHAR", `Invalid character in header content ["`+f.name+`"]`)
		}
	}
	return nil
}

func isToken(s string) bool {
	for i := 0; i < len(s); i++ {
		c := s[i]
		if c|0x20 >= 'a' && c|0x20 <= 'z' || c >= '0' && c <= '9' || c < utf8.RuneSelf && strings.IndexByte("!#$%&'*+-.^_`|~", c) >= 0 {
			continue
		}
		return false
	}
	return s != ""
}

// isFieldValue tells whether s has only characters that Node lets into a
// header: Latin-1 without controls.
func isFieldValue(s string) bool {
	for _, r := range s {
		if r < ' ' && r != '\t' || r == 0x7F || r > 0xFF {
			return false
		}
	}
	return true
}

// appendLatin1 appends s, of which each character is one byte on the wire.
func appendLatin1(b []byte, s string) []byte {
	for i := 0; i < len(s); i++ {
		if s[i] >= utf8.RuneSelf {
			for _, r := range s {
				b = append(b, byte(r))
			}
			return b
		}
	}
	return append(b, s...)
}

// lowerName is the lower case of a header name, without a copy of the usual ones.
func lowerName(name string) string {
	if lower, ok := usualNames[name]; ok {
		return lower
	}
	return asciiLower(name)
}

var usualNames = func() map[string]string {
	names := map[string]string{}
	for name := range strings.FieldsSeq(`accept-ranges access-control-allow-origin age allow alt-svc cache-control
		connection content-disposition content-encoding content-language content-length content-location
		content-security-policy content-type date etag expires keep-alive last-modified link location pragma
		referrer-policy retry-after server set-cookie strict-transport-security transfer-encoding vary via
		www-authenticate x-content-type-options x-frame-options x-powered-by x-request-id`) {
		names[http.CanonicalHeaderKey(name)] = name
	}
	return names
}()

// fromLatin1 reads bytes of the wire, of which each is one character.
func fromLatin1(s string) string {
	for i := 0; i < len(s); i++ {
		if s[i] >= utf8.RuneSelf {
			b := make([]byte, 0, len(s)+8)
			for j := 0; j < len(s); j++ {
				b = utf8.AppendRune(b, rune(s[j]))
			}
			return string(b)
		}
	}
	return s
}

func asciiLower(s string) string {
	for i := 0; i < len(s); i++ {
		if s[i] >= 'A' && s[i] <= 'Z' {
			return strings.Map(func(r rune) rune {
				if r >= 'A' && r <= 'Z' {
					r += 'a' - 'A'
				}
				return r
			}, s)
		}
	}
	return s
}
