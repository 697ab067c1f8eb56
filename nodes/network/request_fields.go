package network

import (
	"maps"
	"net/http"
	"slices"
	"strings"

	"sluice/internal/http1"
	"sluice/runtime/msg"
)

// fieldsOf returns the header lines of a request: as the client sent them, or,
// where that is not known, by name.
func fieldsOf(ex *transaction) []http1.Field {
	r := ex.r
	fields, known := ex.wire.Fields(r.Header)
	if !known {
		if r.Host != "" {
			fields = append(fields, http1.Field{Name: "Host", Value: r.Host})
		}
		if len(r.TransferEncoding) > 0 {
			fields = append(fields, http1.Field{Name: "Transfer-Encoding", Value: strings.Join(r.TransferEncoding, ", ")})
		}
		for _, name := range slices.Sorted(maps.Keys(r.Header)) {
			for _, v := range r.Header[name] {
				fields = append(fields, http1.Field{Name: name, Value: v})
			}
		}
	}
	return fieldTexts(fields)
}

// trailersOf returns the lines behind a body in chunks.
func trailersOf(ex *transaction) []http1.Field {
	return fieldTexts(slices.Clone(ex.wire.Trailers()))
}

func fieldTexts(fields []http1.Field) []http1.Field {
	for i := range fields {
		fields[i].Value = latin1ToText(fields[i].Value)
	}
	return fields
}

func headersOf(ex *transaction) *msg.Object { return joinFields(fieldsOf(ex)) }

// joinFields joins header lines of one name as Node does (IncomingMessage.headers).
func joinFields(fields []http1.Field) *msg.Object {
	headers := &msg.Object{}
	for _, f := range fields {
		name := strings.ToLower(f.Name)
		old, repeated := headers.Get(name)
		switch {
		case name == "set-cookie":
			if list, ok := old.(*msg.Array); ok {
				list.Append(f.Value)
			} else {
				headers.Set(name, msg.NewArray(f.Value))
			}
		case !repeated:
			headers.Set(name, f.Value)
		case slices.Contains(joinOnce, name):
		case name == "cookie":
			headers.Set(name, msg.ToString(old)+"; "+f.Value)
		default:
			headers.Set(name, msg.ToString(old)+", "+f.Value)
		}
	}
	return headers
}

func distinctFields(fields []http1.Field) *msg.Object {
	headers := msg.NewBareObject()
	for _, f := range fields {
		name := strings.ToLower(f.Name)
		if list, ok := headers.Value(name).(*msg.Array); ok {
			list.Append(f.Value)
		} else {
			headers.Set(name, msg.NewArray(f.Value))
		}
	}
	return headers
}

func rawFields(fields []http1.Field) *msg.Array {
	list := msg.NewArray()
	for _, f := range fields {
		list.Append(f.Name, f.Value)
	}
	return list
}

func texts(values []string) *msg.Array {
	list := msg.NewArray()
	for _, v := range values {
		list.Append(v)
	}
	return list
}

func cookieHeader(r *http.Request) string {
	return latin1ToText(strings.Join(r.Header["Cookie"], "; "))
}
