package httpfile

import (
	"fmt"
	"net/http"
	"testing"
)

func TestRangesAreReadAsBySend(t *testing.T) {
	for header, want := range map[string]string{
		"bytes=0-4": "0-4", "bytes=5-": "5-21", "bytes=-5": "17-21", "bytes=0-99": "0-21", "bytes=0-4,": "0-4", "bytes= 1 - 2": "1-2",
		"bytes=0-1,2-4": "0-4", "bytes=2-4,0-1": "0-4", "bytes=0-1,3-4": "whole", "x=1-2": "whole", "": "whole",
		"bytes=100-": "416", "bytes=4-2": "416", "bytes=-100": "416", "bytes=abc": "416", "bytes=": "416",
	} {
		part, ok, unsatisfiable := OneRange(header, 22)
		got := "whole"
		switch {
		case unsatisfiable:
			got = "416"
		case ok:
			got = fmt.Sprintf("%d-%d", part.Start, part.End)
		}
		if got != want {
			t.Errorf("%q: got %s, want %s", header, got, want)
		}
	}
}

func TestConditions(t *testing.T) {
	const early, late = "Thu, 01 Jan 2026 00:00:00 GMT", "Fri, 02 Jan 2026 00:00:00 GMT"
	response := http.Header{"Etag": {`W/"a"`}, "Last-Modified": {late}}
	for _, tc := range []struct {
		name, value               string
		fresh, failed, rangeFresh bool
	}{
		{"If-None-Match", `"a"`, true, false, true},
		{"If-None-Match", `"x", W/"a"`, true, false, true},
		{"If-None-Match", `*`, true, false, true},
		{"If-None-Match", `"b"`, false, false, true},
		{"If-Modified-Since", late, true, false, true},
		{"If-Modified-Since", early, false, false, true},
		{"If-Match", `"a"`, false, false, true},
		{"If-Match", `"b"`, false, true, true},
		{"If-Match", `*`, false, false, true},
		{"If-Unmodified-Since", late, false, false, true},
		{"If-Unmodified-Since", early, false, true, true},
		{"If-Range", `W/"a"`, false, false, true},
		{"If-Range", `"b"`, false, false, false},
		{"If-Range", late, false, false, true},
		{"If-Range", early, false, false, false},
	} {
		request := http.Header{tc.name: {tc.value}}
		if fresh, failed, part := Fresh(request, response), Failed(request, response), RangeFresh(request, response); fresh != tc.fresh || failed != tc.failed || part != tc.rangeFresh {
			t.Errorf("%s: %s: fresh %v, failed %v, range fresh %v", tc.name, tc.value, fresh, failed, part)
		}
	}
}

func TestTypes(t *testing.T) {
	for name, want := range map[string]string{"a.HTML": "text/html", "json": "application/json", "x.tar.gz": "application/gzip", "a.unknown": "application/octet-stream"} {
		if got := TypeOf(name); got != want {
			t.Errorf("%s: got %s", name, got)
		}
	}
}

func FuzzOneRange(f *testing.F) {
	f.Add("bytes=0-1,-5", int64(10))
	f.Fuzz(func(t *testing.T, header string, size int64) {
		if size < 0 {
			return
		}
		part, ok, unsatisfiable := OneRange(header, size)
		if ok && (unsatisfiable || part.Start < 0 || part.Start > part.End || part.End >= size) {
			t.Errorf("%q of %d: %v", header, size, part)
		}
	})
}
