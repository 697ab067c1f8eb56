package http1

import (
	"crypto/tls"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestHTTPSIsTheSameAndHTTP2IsLeftAlone(t *testing.T) {
	donor := httptest.NewTLSServer(nil)
	defer donor.Close()
	config := &tls.Config{Certificates: donor.TLS.Certificates, NextProtos: []string{"h2", "http/1.1"}}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var names []string
		fields, _ := Of(r).Fields(r.Header)
		for _, f := range fields {
			names = append(names, f.Name)
		}
		if r.TLS == nil {
			t.Error("the request does not know of TLS")
		}
		io.WriteString(w, r.Proto+" "+strings.Join(names, ","))
	})
	one, two := TLSListener(l, config)
	server, other := &Server{Handler: handler}, &http.Server{Handler: handler}
	done := make(chan error, 2)
	go func() { done <- server.Serve(one) }()
	go func() { done <- other.Serve(two) }()
	defer func() {
		server.Close()
		other.Close()
		<-done
		<-done
	}()

	c, err := tls.Dial("tcp", l.Addr().String(), &tls.Config{InsecureSkipVerify: true, NextProtos: []string{"http/1.1"}}) //nolint:gosec // a test's own certificate
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	io.WriteString(c, "GET / HTTP/1.1\r\nX-b: 1\r\nHOST: x\r\nConnection: close\r\n\r\n")
	answer, err := io.ReadAll(c)
	if err != nil || !strings.HasSuffix(string(answer), "HTTP/1.1 X-b,HOST,Connection") {
		t.Errorf("%v: got %q", err, answer)
	}

	transport := &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}, ForceAttemptHTTP2: true} //nolint:gosec // likewise
	defer transport.CloseIdleConnections()
	res, err := (&http.Client{Transport: transport}).Get("https://" + l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if body, err := io.ReadAll(res.Body); err != nil || string(body) != "HTTP/2.0 " {
		t.Errorf("%v: got %q", err, body)
	}
}
