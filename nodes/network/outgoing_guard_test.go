package network

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"

	"sluice/authz"
	"sluice/nodes/nodetest"
)

func TestRulesJudgeEveryWayOut(t *testing.T) {
	asked := 0
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked++
		redirector(w, r)
	}))
	defer srv.Close()
	local := strings.Replace(srv.URL, "127.0.0.1", "localhost", 1)
	port := srv.URL[strings.LastIndexByte(srv.URL, ':'):]
	for _, tc := range []struct {
		name, outgoing, url string
		denied              bool
	}{
		{"no rules", `{}`, srv.URL, false},
		{"an address", `{"deny":["private"]}`, srv.URL, true},
		{"a name, by its address", `{"deny":["127.0.0.0/8","::1"]}`, local, true},
		{"an address in another spelling", `{"deny":["private"]}`, "http://2130706433" + port, true},
		{"a mapped address", `{"deny":["private"]}`, "http://[::ffff:127.0.0.1]" + port, true},
		{"every interface", `{"deny":["private"]}`, "http://0.0.0.0" + port, true},
		{"a name", `{"deny":["localhost"]}`, local, true},
		{"a name on another port", `{"deny":["localhost:1"]}`, local, false},
		{"a name that is not allowed", `{"allow":["api.example.com"]}`, local, true},
		{"a name that is", `{"allow":["localhost"]}`, local, false},
		{"an allowed name at a denied address", `{"allow":["localhost"],"deny":["private"]}`, local, true},
		{"an allowed address", `{"allow":["127.0.0.1"],"deny":["private"]}`, srv.URL, false},
		{"the end of a redirect", `{"deny":["localhost"]}`, srv.URL + "/to?" + local + "/echo", true},
	} {
		t.Run(tc.name, func(t *testing.T) {
			asked = 0
			h := requestFlow(t, `{"url":"`+tc.url+`"}`, "", nodetest.Settings(`{"outgoing":`+tc.outgoing+`}`))
			h.Send("n", `{}`)
			h.Wait()
			got := fmt.Sprint(payload(t, h))
			if denied := strings.Contains(got, "does not let calls go"); denied != tc.denied {
				t.Errorf("got %s", got)
			}
			if want := map[bool]int{true: 0, false: 1}[tc.denied]; asked != want && !strings.Contains(tc.url, "/to?") {
				t.Errorf("the server was asked %d times", asked)
			}
			if strings.Contains(tc.url, "localhost") && tc.denied && strings.Contains(h.Text("catch"), `"message":"127.`) {
				t.Errorf("the error tells the address of a name: %s", h.Text("catch"))
			}
		})
	}
}

func TestAProxyIsNoWayAroundTheRules(t *testing.T) {
	origin := httptest.NewServer(http.HandlerFunc(redirector))
	defer origin.Close()
	via := &connectProxy{}
	proxySrv := httptest.NewServer(via)
	defer proxySrv.Close()
	for rules, tunnels := range map[string]int32{`{"deny":["private"]}`: 0, `{"deny":["10.0.0.0/8"]}`: 1} {
		before := via.tunnels.Load()
		h := requestFlow(t, `{"url":"`+origin.URL+`/x","proxy":"p"}`, `,{"id":"p","type":"http proxy","url":"`+proxySrv.URL+`"}`, nodetest.Settings(`{"outgoing":`+rules+`}`))
		h.Send("n", `{}`)
		h.Wait()
		if got := via.tunnels.Load() - before; got != tunnels {
			t.Errorf("%s: %d tunnels, want %d: %v", rules, got, tunnels, payload(t, h))
		}
	}
}

func BenchmarkJudgeAddress(b *testing.B) {
	rules, err := authz.ParseOutgoingRules(nil, []string{"private"})
	if err != nil {
		b.Fatal(err)
	}
	addr := netip.MustParseAddr("93.184.216.34")
	for b.Loop() {
		if err := rules.JudgeAddr("a.test", "443", addr); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkUseNamedCredential(b *testing.B) {
	k := newKeeper(b)
	k.set("b", authz.CredentialBearer, "value", authz.CredentialSettings{}, "api.example.com")
	out := k.outgoing()
	defer out.Close()
	b.ReportAllocs()
	for b.Loop() {
		if _, err := out.Use(context.Background(), "b", "n", "api.example.com", "443"); err != nil {
			b.Fatal(err)
		}
	}
}
