package server

import (
	"net/http"
	"net/url"
	"testing"

	"sluice/authz"
)

type discard struct{ h http.Header }

func (d discard) Header() http.Header         { return d.h }
func (d discard) Write(p []byte) (int, error) { return len(p), nil }
func (d discard) WriteHeader(int)             {}

// BenchmarkGuardedEndpoint is a request through guard, router and a small flow,
// without the network: what a guard adds to it.
func BenchmarkGuardedEndpoint(b *testing.B) {
	flow := `[{"id":"t","type":"tab"},{"id":"in","type":"http in","z":"t","url":"/hello","method":"get","x":1,"y":1,"wires":[["tpl"]]},
		{"id":"tpl","type":"template","z":"t","template":"hello","x":1,"y":1,"wires":[["out"]]},{"id":"out","type":"http response","z":"t","x":1,"y":1,"wires":[]}]`
	for _, mode := range []string{"none", "bearer"} {
		b.Run(mode, func(b *testing.B) {
			s, h := start(b, map[string]string{"flows.json": flow, "sluice.yaml": "auth: {mode: " + mode + "}"})
			value := "x"
			if store := s.Store(); store != nil {
				var err error
				if _, value, err = store.Create(b.Context(), authz.Actor{}, authz.NewToken{Name: "t"}); err != nil {
					b.Fatal(err)
				}
			}
			authorization := []string{"Bearer " + value}
			b.ReportAllocs()
			for b.Loop() {
				h.ServeHTTP(discard{http.Header{}}, &http.Request{
					Method: "GET", RequestURI: "/hello", URL: &url.URL{Path: "/hello"}, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
					RemoteAddr: "127.0.0.1:1", Host: "h", Body: http.NoBody,
					Header: http.Header{"Authorization": authorization, "User-Agent": {"x"}, "Accept": {"*/*"}},
				})
			}
		})
	}
}
