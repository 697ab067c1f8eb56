package wire

import (
	"bytes"
	"net/http"
	"net/textproto"
	"slices"
)

// Field is one header line of a request.
type Field struct{ Name, Value string }

// Fields returns the header lines of the request in the order and spelling the
// client sent, as far as they are in h, which net/http has read from them and
// others may since have taken fields out of. Lines that h has and the client has
// not sent come last. known is false if the lines are not known, or no more.
func (x Exchange) Fields(h http.Header) (fields []Field, known bool) {
	if x.conn == nil {
		return nil, false
	}
	x.conn.mu.Lock()
	defer x.conn.mu.Unlock()
	if x.conn.number != x.number || len(x.conn.head.raw) == 0 {
		return nil, false
	}
	_, rest := cutLine(x.conn.head.raw)
	fields = make([]Field, 0, bytes.Count(rest, newline))
	seen := make(map[string]int, len(h))
	for {
		var line []byte
		if line, rest = cutLine(rest); len(line) == 0 {
			break
		}
		name, value, _ := bytes.Cut(line, []byte(":"))
		f := Field{string(name), string(bytes.Trim(value, " \t"))}
		key := textproto.CanonicalMIMEHeaderKey(f.Name)
		switch key {
		case "Host", "Transfer-Encoding", "Trailer": // net/http takes them out
			fields = append(fields, f)
			continue
		}
		i := seen[key]
		if values := h[key]; i < len(values) && values[i] == f.Value {
			fields = append(fields, f)
			seen[key]++
		}
	}
	return appendUnsent(fields, h, seen), true
}

func appendUnsent(fields []Field, h http.Header, seen map[string]int) []Field {
	var added []Field
	for key, values := range h {
		for i := seen[key]; i < len(values); i++ {
			added = append(added, Field{key, values[i]})
		}
	}
	slices.SortStableFunc(added, func(a, b Field) int { return bytes.Compare([]byte(a.Name), []byte(b.Name)) })
	return append(fields, added...)
}
