package nodes

import (
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"sluice/nodes/nodetest"
	"sluice/runtime"
)

// responseOf runs a body on GET /x and prints status, the named headers and the answer.
func responseOf(t *testing.T, dir, body, ask, names string) string {
	t.Helper()
	w := httptest.NewRecorder()
	r := httptest.NewRequestWithContext(t.Context(), "GET", "/x", nil)
	for line := range strings.SplitSeq(ask, "\n") {
		if name, value, ok := strings.Cut(line, ": "); ok {
			r.Header.Add(name, value)
		}
	}
	body = "const res = msg.res._res, req = msg.req; try {" + body + "} catch (e) { res.status(500).send(`${e.name} ${e.code}: ${e.message}; ${e}`) }"
	endpoint(t, body, func(o *runtime.Options) { o.UserDir = dir }).ServeHTTP(w, r)
	got := strconv.Itoa(w.Code)
	for name := range strings.FieldsSeq(names) {
		got += " " + strings.Join(w.Header()[name], " | ")
	}
	text := w.Body.String()
	if strings.Contains(text, "<pre>") {
		text = "a page"
	}
	return strings.TrimSpace(got + " " + text)
}

// What is expected was seen with Node-RED 5.0.7.
func TestResponsesHelpAsInExpress(t *testing.T) {
	for _, tc := range []struct{ name, body, ask, headers, want string }{
		{"vary lists names", `res.vary("A, b").vary(["B", "C"]).send("x")`, "", "Vary", "200 A, b, C x"},
		{"vary takes all for all", `res.vary("A").vary("*").vary("B").send("x")`, "", "Vary", "200 * x"},
		{"vary refuses what is no name", `res.vary("a b").send("x")`, "", "Vary", "500  TypeError undefined: field argument contains an invalid header name; TypeError: field argument contains an invalid header name"},
		{"vary without a name", `res.vary(null).send("x")`, "", "Vary", "200  x"},
		{"links after none", `res.links({a: "/1"}).links({}).send("x")`, "", "Link", `200 </1>; rel="a",  x`},
		{"back", `res.location("back").send("x")`, "Referrer: /r", "Location", "200 /r x"},
		{"a redirect without a phrase", `res.redirect(999, "/x")`, "", "Location", "999 /x undefined. Redirecting to /x"},
		{"json of old", `res.json(201, {a: 1})`, "", "", `201 {"a":1}`},
		{"json of old, turned round", `res.json({a: 1}, 202)`, "", "", `202 {"a":1}`},
		{"jsonp of old", `res.jsonp({a: 1}, 202)`, "", "", `202 {"a":1}`},
		{"a status that is none", `res.status("abc"); res.send("x")`, "", "", "500 RangeError ERR_HTTP_INVALID_STATUS_CODE: Invalid status code: abc; RangeError [ERR_HTTP_INVALID_STATUS_CODE]: Invalid status code: abc"},
		{"a status as a text", `res.status("201").send(typeof res.statusCode)`, "", "", "201 string"},
		{"a type that is no text", `res.type(5).send("x")`, "", "", "500 TypeError undefined: type.indexOf is not a function; TypeError: type.indexOf is not a function"},
		{"an attachment without a name", `res.attachment().send("x")`, "", "Content-Disposition", "200 attachment x"},
		{"an attachment with an empty name", `res.attachment("").send("x")`, "", "Content-Disposition", "200 attachment; filename*=UTF-8'' x"},
		{"an attachment that Latin-1 cannot name", `res.attachment("😀.txt").send("x")`, "", "Content-Disposition", `200 attachment; filename="??.txt"; filename*=UTF-8''%F0%9F%98%80.txt x`},
		{"an attachment in Latin-1, which Node reads as UTF-8", `res.attachment("é.txt").send("x")`, "", "Content-Disposition", "200 attachment; filename=\"\xfd.txt\" x"},
		{"a stream's disposition stays", `res.attachment("é.txt"); res.write("x"); res.end()`, "", "Content-Disposition", "200 attachment; filename=\"\xe9.txt\" x"},
		{"names of headers", `res.set("X-B", 1).set("x-a", 2); res.appendHeader("X-C", "3"); res.send(res.getHeaderNames() + " " + res.getRawHeaderNames())`, "", "", "200 x-b,x-a,x-c X-B,x-a,X-C"},
		{"a name that is no text", `res.setHeader(5, "a"); res.send("x")`, "", "", `500 TypeError ERR_INVALID_HTTP_TOKEN: Header name must be a valid HTTP token ["5"]; TypeError [ERR_INVALID_HTTP_TOKEN]: Header name must be a valid HTTP token ["5"]`},
		{"writeHead with a list", `res.writeHead(200, ["X-A", "1", "X-A", "2"]); res.end("x")`, "", "X-A", "200 1 | 2 x"},
		{"half of a pair in a cookie", `res.cookie("a", "\ud800").send("x")`, "", "Set-Cookie", "500  URIError undefined: URI malformed; URIError: URI malformed"},
		{"req.accepts passes over what it does not know", `res.send(String(req.accepts("bogus")))`, "Accept: */*", "", "200 false"},
		{"req.accepts reads quoted parameters", `res.send(req.accepts("html", "json"))`, `Accept: text/html;a=",;q=9,";q=0.3, application/json;q=0.4`, "", "200 json"},
		{"req.accepts wants parameters", `res.send(String(req.accepts("html")))`, "Accept: text/html;level=1", "", "200 false"},
		{"an empty header accepts nothing", `res.send(String(req.acceptsLanguages("en")))`, "Accept-Language: ", "", "200 false"},
		{"req.range combines", `res.json(req.range(100, {combine: true}))`, "Range: bytes=20-30,0-4,3-8", "", `200 [{"start":20,"end":30},{"start":0,"end":8}]`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if got := responseOf(t, "", tc.body, tc.ask, tc.headers); got != tc.want {
				t.Errorf("got  %q\nwant %q", got, tc.want)
			}
		})
	}
}

func TestFilesAreSentAsBySend(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "a.txt")
	if err := os.WriteFile(file, []byte("0123456789"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Chtimes(file, time.Time{}, time.UnixMilli(0x1000)); err != nil {
		t.Fatal(err)
	}
	const last = "Thu, 01 Jan 1970 00:00:04 GMT"
	for _, tc := range []struct{ name, options, ask, headers, want string }{
		{"whole", "{}", "", "Content-Type Cache-Control Accept-Ranges Last-Modified Etag ETag",
			`200 text/plain; charset=UTF-8 public, max-age=0 bytes ` + last + `  W/"a-1000" 0123456789`},
		{"without what was refused", "{etag: false, lastModified: false, cacheControl: false, acceptRanges: false}", "Range: bytes=0-1",
			"Cache-Control Accept-Ranges Last-Modified ETag", "200     0123456789"},
		{"with an age", `{maxAge: "1d", immutable: true}`, "", "Cache-Control", "200 public, max-age=86400, immutable 0123456789"},
		{"with headers", `{headers: {"Content-Type": "text/x", "X-A": 1}}`, "", "Content-Type X-A", "200 text/x 1 0123456789"},
		{"from start to end", "{start: 2, end: 5}", "", "Content-Length", "200 4 2345"},
		{"a range", "{}", "Range: bytes=2-3", "Content-Range", "206 bytes 2-3/10 23"},
		{"a range beyond the end", "{}", "Range: bytes=20-", "Content-Range", "416 bytes */10 a page"},
		{"a range of another version", "{}", "Range: bytes=2-3\nIf-Range: \"x\"", "", "200 0123456789"},
		{"a version that is there", "{}", "If-None-Match: W/\"a-1000\"", "Content-Type Content-Length", "304"},
		{"a version that is not there", "{}", "If-Match: \"x\"", "", "412 a page"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if got := responseOf(t, dir, `res.sendFile("`+file+`", `+tc.options+`)`, tc.ask, tc.headers); got != tc.want {
				t.Errorf("got  %q\nwant %q", got, tc.want)
			}
		})
	}
}

func TestServerOptionsAreThoseOfExpress(t *testing.T) {
	for _, tc := range []struct{ name, options, body, want string }{
		{"json escape", `{"json escape":true}`, `msg.payload = {a: "<b>&"}; return msg`, `{"a":"\u003cb\u003e\u0026"}`},
		{"json escape of a jsonp", `{"json escape":true}`, `msg.res._res.jsonp("<")`, `"\u003c"`},
		{"no query parser", `{"query parser":false}`, `msg.payload = msg.req.query; return msg`, `{}`},
		{"a trusted proxy", `{"trust proxy":1}`, `msg.payload = msg.req.ip + msg.req.ips + msg.req.protocol; return msg`, "9.9.9.99.9.9.9https"},
		{"another proxy", `{"trust proxy":"10.0.0.1"}`, `msg.payload = msg.req.ip + msg.req.ips + msg.req.protocol; return msg`, "192.0.2.1http"},
	} {
		w := httptest.NewRecorder()
		r := httptest.NewRequestWithContext(t.Context(), "GET", "/x?q=1", nil)
		r.Header.Set("X-Forwarded-For", "8.8.8.8, 9.9.9.9")
		r.Header.Set("X-Forwarded-Proto", "https")
		endpoint(t, tc.body, nodetest.Settings(`{"httpServerOptions":`+tc.options+`}`)).ServeHTTP(w, r)
		if got := w.Body.String(); got != tc.want {
			t.Errorf("%s: got %s, want %s", tc.name, got, tc.want)
		}
	}
}

func TestAReasonThatCannotBeSentIsNoneOfTheAnswerForTheFlow(t *testing.T) {
	w := httptest.NewRecorder()
	endpoint(t, `msg.res._res.statusMessage = "a\nb"; msg.res._res.end("x")`).ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), "GET", "/x", nil))
	if w.Code != 500 || !strings.Contains(w.Body.String(), "flow_ended") {
		t.Errorf("got %d %s", w.Code, w.Body.String())
	}
}
