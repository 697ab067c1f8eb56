package server

import (
	"fmt"
	"strings"
	"testing"
)

// summary is the statuses of a conversation, with what each refused request was
// accused of, and whether the connection could be used further.
func (c conversation) summary() string {
	var parts []string
	for _, a := range c.answers {
		parts = append(parts, strings.TrimSpace(fmt.Sprint(a.StatusCode, " ", a.code())))
	}
	if !c.open {
		parts = append(parts, "closed")
	}
	return strings.Join(parts, ", ")
}

// T3, rows 8, 11, 33, 35 to 38: where a request ends and the next begins is never in
// doubt, and what a body or a trailer holds is never taken for a request or a header.
func TestNothingIsSmuggledPastTheGuard(t *testing.T) {
	p := demo(t, "auth:\n  mode: bearer\n  policies:\n    - {path: /hooks/*, modes: [none]}\n    - {path: /post, modes: [none]}\n", "")
	const (
		valid  = "Authorization: Bearer VALID"
		open   = "GET /hooks/1 HTTP/1.1\r\nHost: h\r\n\r\n"
		secret = "GET /token-demo HTTP/1.1\r\nHost: h\r\n\r\n"
		refuse = "400, closed"
	)
	post := func(fields ...string) string { return request("POST /post", fields...) }
	chunked := post("Transfer-Encoding: chunked")
	length := func(body string) string { return fmt.Sprintf("Content-Length: %d", len(body)) }
	for _, tc := range []struct{ name, raw, want string }{
		{"8 NUL in the value", request("GET /token-demo", valid+"\x00"), refuse},
		{"8 NUL in a name", request("GET /token-demo", "X\x00: y", valid), refuse},
		{"8 control byte", request("GET /token-demo", "Authorization: Bearer VA\x01LID"), refuse},
		{"8 bare CR", request("GET /token-demo", "Authorization: Bearer \rVALID"), refuse},
		{"8 bare LF", "GET /token-demo HTTP/1.1\nHost: h\nAuthorization: Bearer VALID\n\n", refuse},
		{"8 one bare LF", "GET /token-demo HTTP/1.1\r\nHost: h\nAuthorization: Bearer VALID\r\n\r\n", refuse},
		{"8 DEL", request("GET /token-demo", "Authorization: Bearer VALID\x7f"), refuse},
		{"8 folded", request("GET /token-demo", "Authorization: Bearer", " VALID"), refuse},
		{"8 folded behind another field", request("GET /token-demo", "X: y", "\tAuthorization: Bearer VALID"), refuse},
		{"8 folded before all fields", "GET /token-demo HTTP/1.1\r\n Host: h\r\nAuthorization: Bearer VALID\r\n\r\n", refuse},
		{"11", request("GET /token-demo", "X: "+strings.Repeat("a", 33<<10)), "431, closed"},
		{"11 many fields", request("GET /token-demo", strings.Split(strings.Repeat("X: a\n", 9000)+"Y: b", "\n")...), "431, closed"},
		{"11 a long target", request("GET /token-demo?" + strings.Repeat("a", 40<<10)), "431, closed"},
		{"33 HTTP/1.0", "GET /token-demo HTTP/1.0\r\n\r\n", "401 unauthorized, closed"},
		{"33 HTTP/1.0 with a token", "GET /token-demo HTTP/1.0\r\n" + valid + "\r\n\r\n", "200, closed"},
		{"33 no Host in 1.1", "GET /token-demo HTTP/1.1\r\n" + valid + "\r\n\r\n", refuse},
		{"33 no version", "GET /token-demo\r\n\r\n", refuse},
		{"33 other versions", "GET /token-demo HTTP/1.2\r\nHost: h\r\n" + valid + "\r\n\r\n", refuse},
		{"33 HTTP/2 without the preface", "GET /token-demo HTTP/2.0\r\nHost: h\r\n" + valid + "\r\n\r\n", refuse},
		{"33 HTTP/2's preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", refuse},
		{"33 h2c", request("GET /token-demo", "Connection: Upgrade, HTTP2-Settings", "Upgrade: h2c", "HTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA"), "401 unauthorized"},
		{"34 a space in the target", "GET /hooks/1 /token-demo HTTP/1.1\r\nHost: h\r\n\r\n", refuse},
		{"35 no body comes", request("POST /token-demo", "Expect: 100-continue", "Content-Length: 100000"), "401 unauthorized, closed"},
		{"35 valid", request("POST /post", valid, "Expect: 100-continue", "Content-Length: 5") + "hello", "100, 200"},
		{"36 length and chunked", post("Content-Length: 6", "Transfer-Encoding: chunked") + "0\r\n\r\nX" + secret, refuse},
		{"36 chunked and length", post("Transfer-Encoding: chunked", length(secret)) + "0\r\n\r\n" + secret, refuse},
		{"36 two lengths", post("Content-Length: 0", length(secret)) + secret, refuse},
		{"36 equal lengths", post("Content-Length: 5", "Content-Length: 5") + "hello", refuse},
		{"36 a list of lengths", post("Content-Length: 5, 5") + "hello", refuse},
		{"36 signed length", post("Content-Length: +5") + "hello", refuse},
		{"36 negative length", post("Content-Length: -5") + "hello", refuse},
		{"36 hexadecimal length", post("Content-Length: 0x5") + "hello", refuse},
		{"36 fractional length", post("Content-Length: 5.0") + "hello", refuse},
		{"36 length with a space", post("Content-Length: 5 5") + "hello", refuse},
		{"36 no length", post("Content-Length:") + "hello", refuse},
		{"36 a length too large", post("Content-Length: 99999999999999999999") + "hello", refuse},
		{"36 odd coding", post("Transfer-Encoding: xchunked") + "0\r\n\r\n", refuse},
		{"36 identity", post("Transfer-Encoding: identity") + secret, refuse},
		{"36 gzip", post("Transfer-Encoding: gzip") + secret, refuse},
		{"36 chunked is not last", post("Transfer-Encoding: chunked, identity") + "0\r\n\r\n", refuse},
		{"36 another coding in front", post("Transfer-Encoding: gzip, chunked") + "0\r\n\r\n", refuse},
		{"36 chunked twice in a line", post("Transfer-Encoding: chunked, chunked") + "0\r\n\r\n", refuse},
		{"36 two codings", post("Transfer-Encoding: chunked", "Transfer-Encoding: identity") + "0\r\n\r\n", refuse},
		{"36 the same coding twice", post("Transfer-Encoding: chunked", "Transfer-Encoding: chunked") + "0\r\n\r\n", refuse},
		{"36 no coding", post("Transfer-Encoding:") + "0\r\n\r\n", refuse},
		{"36 coding in quotes", post(`Transfer-Encoding: "chunked"`) + "0\r\n\r\n", refuse},
		{"36 coding with a parameter", post("Transfer-Encoding: chunked;x=1") + "0\r\n\r\n", refuse},
		{"36 coding behind a vertical tab", post("Transfer-Encoding:\x0bchunked") + "0\r\n\r\n", refuse},
		{"36 folded coding", post("Transfer-Encoding:", " chunked") + "0\r\n\r\n", refuse},
		{"36 space before colon", request("GET /token-demo", "Authorization : Bearer VALID"), refuse},
		{"36 tab before colon", post("Transfer-Encoding\t: chunked") + "0\r\n\r\n", refuse},
		{"36 no colon", request("GET /token-demo", "Authorization Bearer VALID"), refuse},
		{"36 no name", request("GET /token-demo", ": x", valid), refuse},
		{"36 other case and a tab", post("transfer-ENCODING:\tCHUNKED") + "2;x=y\r\nab\r\n0\r\n\r\n" + secret, "200, 401 unauthorized"},
		{"36 chunk size of no digits", chunked + "zz\r\nhello\r\n0\r\n\r\n" + secret, refuse},
		{"36 negative chunk size", chunked + "-1\r\nhello\r\n0\r\n\r\n", refuse},
		{"36 chunk size with a prefix", chunked + "0x5\r\nhello\r\n0\r\n\r\n", refuse},
		{"36 chunk size too large", chunked + "fffffffffffffffff\r\nhello\r\n0\r\n\r\n", refuse},
		{"36 empty chunk size", chunked + "\r\nhello\r\n0\r\n\r\n", refuse},
		{"36 a chunk longer than said", chunked + "5\r\nhelloXX0\r\n\r\n" + secret, refuse},
		{"36 chunk lines with LF alone", chunked + "5\nhello\n0\n\n" + secret, refuse},
		{"36 chunk data with LF alone", chunked + "5\r\nhello\n0\r\n\r\n" + secret, refuse},
		{"36 chunk size with a bare CR", chunked + "5\rX\nhello\r\n0\r\n\r\n", refuse},
		{"37", request("POST /token-demo", "Transfer-Encoding: chunked", "Trailer: Authorization") + "0\r\n" + valid + "\r\n\r\n", "401 unauthorized, closed"},
		{"37 not said before", request("POST /token-demo", "Transfer-Encoding: chunked") + "2\r\nab\r\n0\r\n" + valid + "\r\n\r\n", "401 unauthorized, closed"},
		{"37 on an open endpoint", chunked + "0\r\n" + valid + "\r\n\r\n" + secret, "200, 401 unauthorized"},
		{"38 behind an open one", open + secret, "200, 401 unauthorized"},
		{"38 behind an accepted one", request("GET /token-demo", valid) + secret, "200, 401 unauthorized"},
		{"38 a bad one in front", request("GET /token-demo", "Authorization: Bearer x") + request("GET /token-demo", valid) + secret, "401 invalid_token, 200, 401 unauthorized"},
		{"38 malformed in front", request("GET /token-demo", "X : y") + request("GET /token-demo", valid), refuse},
		{"38 malformed behind", request("GET /token-demo", valid) + request("GET /token-demo", "X : y") + secret, "200, 400, closed"},
		{"38 a body is no request", post(length(secret)) + secret + secret, "200, 401 unauthorized"},
		{"38 nor is a refused body", request("POST /token-demo", length(open)) + open + open, "401 unauthorized, closed"},
		{"38 nor is a chunk", chunked + fmt.Sprintf("%x\r\n%s\r\n0\r\n\r\n", len(secret), secret) + secret, "200, 401 unauthorized"},
		{"38 a body on GET", request("GET /hooks/1", length(secret)) + secret + secret, "200, 401 unauthorized"},
		{"38 a body on HEAD", request("HEAD /hooks/1", length(secret)) + secret + secret, "200, 401 unauthorized"},
		{"38 empty lines in front", "\r\n\r\n" + open + "\r\n" + secret, "200, 401 unauthorized"},
		{"38 hop-by-hop does not hide a header", request("GET /token-demo", "Connection: keep-alive, Authorization", valid), "200"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			c := p.say(t, tc.raw)
			if got := c.summary(); got != tc.want {
				t.Errorf("got  %s\nwant %s", got, tc.want)
			}
			if len(tc.raw) < 1000 {
				if got := p.saySlowly(t, tc.raw).summary(); got != tc.want {
					t.Errorf("a few bytes at a time: got  %s\nwant %s", got, tc.want)
				}
			}
			for _, a := range c.answers {
				if a.StatusCode != 200 && strings.Contains(a.body, "flow ran") {
					t.Errorf("a flow ran: %d %s", a.StatusCode, a.body)
				}
				if bare := a.StatusCode == 431 || a.StatusCode == 400 && a.code() == ""; bare && (a.body != "" || a.Header.Get("Connection") != "close" && !a.Close) {
					t.Errorf("a refused head is answered with %v %q", a.Header, a.body)
				}
			}
		})
	}
}
