package http1

import (
	"context"
	"net/http"
	"net/textproto"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"
)

// Exchange is one request on its connection, and the answer to it. It is made in
// one piece, and not used again: flows may look at a request long after its
// answer. The methods of a nil *Exchange, which HTTP/2 and tests have, do nothing.
type Exchange struct {
	conn    *conn
	request http.Request
	url     url.URL // of the request, if it is a plain one
	head    string  // request line and header lines, each with its line end
	body    body
	res     response
	close   bool // the connection, after the answer
	values  []contextValue
	own     [2]contextValue // memory for values
	few     [4]string       // memory for the values of a short header

	mu       sync.Mutex // guards all below
	bodyDone bool       // nothing of the request is left to read
	deaf     bool       // nobody may read ahead any more
	over     bool       // the handler has returned
	leaving  context.Context
	leave    context.CancelFunc // nil while nobody has asked for the client's leave
	watching chan struct{}      // closed when nobody reads ahead any more; nil if nobody does
}

// Of returns the exchange that r is part of, nil if it has none of this package.
func Of(r *http.Request) *Exchange {
	x, _ := r.Context().Value(exchangeKey{}).(*Exchange)
	return x
}

type exchangeKey struct{}

// Answer says how a response is to look beyond what its http.Header can tell.
type Answer struct {
	// Names are headers of the response, spelled and ordered as they are to be
	// sent. Others come behind, by name. They must not change any more.
	Names []string
	// Fields, unless they are nil, are the header lines in place of the http.Header
	// and of Names, as they are to be sent. They must not change any more.
	Fields []Field
	Reason string // phrase of the status line; "" for Node's own
	// Empty sends the Content-Length of 0 that a handler has set for a status
	// without a body, which is left out else.
	Empty bool
	// Dateless leaves the Date out.
	Dateless bool
}

// Answer says how the response is to look, until its header is written.
func (x *Exchange) Answer(a Answer) {
	if x != nil {
		x.res.look = a
	}
}

// Next is Answer for a caller that has no Exchange at hand.
func Next(r *http.Request, names []string) { Of(r).Answer(Answer{Names: names}) }

// Given is the http.Header of the response, nil if nobody has asked for it yet: it
// is made then, and most answers can do without.
func (x *Exchange) Given() http.Header {
	if x == nil {
		return nil
	}
	return x.res.header
}

// Field is one header line.
type Field struct{ Name, Value string }

// Fields returns the header lines of the request in the order and spelling the
// client sent, as far as they are in h, which was read from them and others may
// since have taken fields out of. Lines that h has and the client has not sent
// come last. known is false if the lines are not known.
func (x *Exchange) Fields(h http.Header) (fields []Field, known bool) {
	if x == nil {
		return nil, false
	}
	_, lines := cutLine(x.head)
	fields = make([]Field, 0, strings.Count(lines, "\n"))
	seen := make(map[string]int, len(h))
	for lines != "" {
		var line string
		line, lines = cutLine(lines)
		name, value, _ := strings.Cut(line, ":")
		f := Field{name, trimBlanks(value)}
		key := textproto.CanonicalMIMEHeaderKey(name)
		if key == "Host" || key == "Transfer-Encoding" { // never in h
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
	slices.SortStableFunc(added, func(a, b Field) int { return strings.Compare(a.Name, b.Name) })
	return append(fields, added...)
}

// Trailers returns the trailer lines behind a body in chunks that has been read to its end.
func (x *Exchange) Trailers() []Field {
	if x == nil || !x.body.over() {
		return nil
	}
	return x.body.trailers
}

// requestContext is an exchange as the context of its request. It ends when the
// client leaves or the handler has returned.
type requestContext Exchange

type contextValue struct{ key, value any }

// SetValue adds a value, where a wrapped context would cost a copy of the
// request. It is for what stands in front of a handler, and called before it runs.
func (c *requestContext) SetValue(key, value any) {
	if c.values == nil {
		c.values = c.own[:0]
	}
	c.values = append(c.values, contextValue{key, value})
}

func (c *requestContext) Value(key any) any {
	switch key {
	case exchangeKey{}:
		return (*Exchange)(c)
	case http.LocalAddrContextKey:
		return c.conn.rwc.LocalAddr()
	}
	for i := len(c.values) - 1; i >= 0; i-- { // as of contexts wrapped around each other
		if c.values[i].key == key {
			return c.values[i].value
		}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.leaving != nil {
		return c.leaving.Value(key) // lets package context find what it has made itself
	}
	return nil
}

func (c *requestContext) Deadline() (time.Time, bool) { return time.Time{}, false }

func (c *requestContext) Done() <-chan struct{} { return (*Exchange)(c).leaves().Done() }

func (c *requestContext) Err() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case c.leaving != nil:
		return c.leaving.Err()
	case c.over:
		return context.Canceled
	}
	return nil
}
