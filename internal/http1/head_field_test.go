package http1

import (
	"net/http"
	"net/textproto"
	"reflect"
	"strings"
	"testing"

	"golang.org/x/net/http/httpguts"
)

func TestNamesThatComeAgainAddTheirValues(t *testing.T) {
	for _, tc := range []struct {
		name, lines string
		want        http.Header
	}{
		{"at once", "A: 1\r\nA: 2\r\nB: 3\r\n", http.Header{"A": {"1", "2"}, "B": {"3"}}},
		{"in another spelling, between others", "b: 3\r\na-a: 1\r\nC: 4\r\nA-A: 2\r\nB:\r\nc: 5\r\n",
			http.Header{"A-A": {"1", "2"}, "B": {"3", ""}, "C": {"4", "5"}}},
		{"beside what handlers do not see", "Host: x\r\nA: 1\r\nTransfer-Encoding: chunked\r\nA: 2\r\nHost: y\r\n", http.Header{"A": {"1", "2"}}},
	} {
		x := &Exchange{}
		f, ok := x.readFields(tc.lines)
		if !ok || !reflect.DeepEqual(x.request.Header, tc.want) {
			t.Errorf("%s: got %v, %v", tc.name, x.request.Header, ok)
		}
		if want := strings.Count(tc.lines, "Host"); f.hosts != want || f.codings != strings.Count(tc.lines, "Transfer") {
			t.Errorf("%s: lines about the message were counted twice: %+v", tc.name, f)
		}
	}
}

func TestKeysAreThoseOfTextproto(t *testing.T) {
	names := []string{"ETAG", "www-authenticate", "x-b", "X-B", "x_b", "_x-", "Sec-WebSocket-Key", "content-type", "Content-type", "1a-b", "a--b", "-a", "A-", "!"}
	for small := range smallNames {
		names = append(names, small)
	}
	for _, name := range names {
		want := textproto.CanonicalMIMEHeaderKey(name)
		if got := canonicalKey(name); got != want {
			t.Errorf("%s: got %s, want %s", name, got, want)
		}
		if got, value, ok := cutField(name + ": 1:2 "); got != want || value != "1:2" || !ok {
			t.Errorf("%s: cut into %s and %q, %v", name, got, value, ok)
		}
	}
}

// FuzzField reads a header line as net/http would.
func FuzzField(f *testing.F) {
	f.Add("Host: x")
	f.Add("content-Length:\t1 ")
	f.Add("a b: 1")
	f.Add(": 1")
	f.Add("a: \x7f1234567890")
	f.Add("a: \xff\r")
	f.Fuzz(func(t *testing.T, line string) {
		line = strings.ReplaceAll(line, "\n", " ")
		key, value, ok := cutField(line)
		ok = isText([]byte("GET / HTTP/1.1\r\n"+line+"\r\n\r\n")) && ok
		wantName, wantValue, wantOK := strings.Cut(line, ":")
		wantValue = trimBlanks(wantValue)
		wantOK = wantOK && httpguts.ValidHeaderFieldName(wantName) && httpguts.ValidHeaderFieldValue(wantValue)
		if ok != wantOK {
			t.Fatalf("%q: taken %v, want %v", line, ok, wantOK)
		}
		if ok && (key != textproto.CanonicalMIMEHeaderKey(wantName) || value != wantValue) {
			t.Errorf("%q: got %q and %q", line, key, value)
		}
	})
}
