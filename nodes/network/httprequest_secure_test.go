package network

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"

	"sluice/internal/weburl"
	"sluice/nodes/nodetest"
	"sluice/runtime"
)

// secureServer answers with the client certificate's name, the server name asked for and the ALPN protocol.
func secureServer(t testing.TB, client *x509.Certificate) *httptest.Server {
	srv := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		name := ""
		if len(r.TLS.PeerCertificates) > 0 {
			name = r.TLS.PeerCertificates[0].Subject.CommonName
		}
		fmt.Fprintf(w, "%s|%s|%s", name, r.TLS.ServerName, r.TLS.NegotiatedProtocol)
	}))
	srv.TLS = &tls.Config{NextProtos: []string{"http/1.1"}}
	if client != nil {
		srv.TLS.ClientCAs = x509.NewCertPool()
		srv.TLS.ClientCAs.AddCert(client)
		srv.TLS.ClientAuth = tls.RequireAndVerifyClientCert
	}
	srv.Config.ErrorLog = log.New(io.Discard, "", 0)
	srv.StartTLS()
	t.Cleanup(srv.Close)
	return srv
}

func TestTLSConfigSecuresRequests(t *testing.T) {
	block, _ := pem.Decode(readTLSFile(t, "cert.pem"))
	client, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		t.Fatal(err)
	}
	plain, strict := secureServer(t, nil), secureServer(t, client)
	ca := strconv.Quote(string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: plain.Certificate().Raw})))
	cert, key := strconv.Quote(string(readTLSFile(t, "cert.pem"))), strconv.Quote(string(readTLSFile(t, "key-aes.pem")))
	for _, tc := range []struct {
		name, tls, creds, in string
		url                  string
		want                 string // the answer, or the error's code
	}{
		{"an unknown authority", `{"verifyservercert":true}`, ``, `{}`, plain.URL, "DEPTH_ZERO_SELF_SIGNED_CERT"},
		{"its certificate", `{"verifyservercert":true}`, `"cadata":` + ca, `{}`, plain.URL, "||"},
		{"no verification", `{"verifyservercert":false}`, ``, `{}`, plain.URL, "||"},
		{"verification unless it is off", `{}`, ``, `{}`, plain.URL, "DEPTH_ZERO_SELF_SIGNED_CERT"},
		{"a tls-config before msg.rejectUnauthorized", `{"verifyservercert":true}`, ``, `{"rejectUnauthorized":false}`, plain.URL, "DEPTH_ZERO_SELF_SIGNED_CERT"},
		{"a server name that the certificate has", `{"verifyservercert":true,"servername":"example.com"}`, `"cadata":` + ca, `{}`, plain.URL, "|example.com|"},
		{"a server name that it has not", `{"verifyservercert":true,"servername":"other.test"}`, `"cadata":` + ca, `{}`, plain.URL, "ERR_TLS_CERT_ALTNAME_INVALID"},
		{"a name it has not, of an unknown authority", `{"servername":"other.test"}`, ``, `{}`, plain.URL, "DEPTH_ZERO_SELF_SIGNED_CERT"},
		{"ALPN", `{"verifyservercert":false,"alpnprotocol":"http/1.1"}`, ``, `{}`, plain.URL, "||http/1.1"},
		{"a client certificate with an encrypted key", `{"verifyservercert":false}`, `"certdata":` + cert + `,"keydata":` + key + `,"passphrase":"secret"`, `{}`, strict.URL, "sluice test client||"},
		{"a client certificate in a PFX file", `{"verifyservercert":false,"certType":"pfx","p12":"testdata/tls/aes.pfx"}`, `"passphrase":"secret"`, `{}`, strict.URL, "sluice test client||"},
		{"client certificate from files", `{"verifyservercert":false,"cert":"testdata/tls/cert.pem","key":"testdata/tls/key-old.pem"}`, `"passphrase":"secret"`, `{}`, strict.URL, "sluice test client||"},
		{"a client certificate with a wrong passphrase", `{"verifyservercert":false}`, `"certdata":` + cert + `,"keydata":` + key + `,"passphrase":"x"`, `{}`, strict.URL, "ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			config := nodetest.Parse(t, tc.tls)
			config.Set("id", "t")
			config.Set("type", "tls-config")
			creds := `{"t":{` + tc.creds + `}}`
			h := requestFlow(t, `{"url":"`+tc.url+`","tls":"t"}`, ","+nodetest.Text(config), credentials(t, creds))
			h.Send("n", tc.in)
			h.Wait()
			got := fmt.Sprint(payload(t, h))
			if code, ok := h.Got("out")[0].Value("statusCode").(string); ok {
				got = code
			}
			if got != tc.want {
				t.Errorf("got %s, want %s\n%s", got, tc.want, h.Text("out"))
			}
		})
	}
	h := requestFlow(t, `{"url":"`+plain.URL+`"}`, "")
	h.Send("n", `{"rejectUnauthorized":"FALSE"}`)
	h.Wait()
	if got := payload(t, h); got != "||" {
		t.Errorf("msg.rejectUnauthorized: got %s", got)
	}
	if !strings.Contains(h.LogText(), "not verified") {
		t.Errorf("nothing is said of it: %s", h.LogText())
	}
}

// connectProxy is a proxy that knows CONNECT alone.
type connectProxy struct {
	authorization string
	tunnels       atomic.Int32
}

func (p *connectProxy) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method != "CONNECT" || r.Host != r.RequestURI {
		w.WriteHeader(400)
		return
	}
	if p.authorization != "" && r.Header.Get("Proxy-Authorization") != p.authorization {
		w.WriteHeader(407)
		return
	}
	up, err := net.Dial("tcp", r.Host)
	if err != nil {
		w.WriteHeader(502)
		return
	}
	defer up.Close()
	p.tunnels.Add(1)
	c, rw, err := w.(http.Hijacker).Hijack()
	if err != nil {
		return
	}
	defer c.Close()
	io.WriteString(c, "HTTP/1.1 200 Connection established\r\nX-Proxy: 1\r\n\r\n")
	go func() {
		defer up.(*net.TCPConn).CloseWrite()
		io.Copy(up, rw)
	}()
	io.Copy(c, up)
}

func TestProxiesAreTunnels(t *testing.T) {
	origin := httptest.NewServer(http.HandlerFunc(redirector))
	defer origin.Close()
	secure := secureServer(t, nil)
	open, guarded := &connectProxy{}, &connectProxy{authorization: "Basic dTpw"}
	openSrv, guardedSrv := httptest.NewServer(open), httptest.NewServer(guarded)
	defer openSrv.Close()
	defer guardedSrv.Close()
	guardedHost := strings.TrimPrefix(guardedSrv.URL, "http://")
	for _, tc := range []struct {
		name, url, proxy, creds string
		want                    string
		tunnels                 int32
	}{
		{"http", origin.URL + "/x", `"url":"` + openSrv.URL + `"`, ``, "GET /x", 1},
		{"https", secure.URL, `"url":"` + openSrv.URL + `"`, ``, "||", 1},
		{"a redirect goes through the same tunnel", origin.URL + "/to?/x", `"url":"` + openSrv.URL + `"`, ``, "GET /x", 1},
		{"credentials", origin.URL + "/x", `"url":"` + guardedSrv.URL + `"`, `"username":"u","password":"p"`, "GET /x", 1},
		{"credentials in the URL", origin.URL + "/x", `"url":"http://u:p@` + guardedHost + `"`, ``, "GET /x", 1},
		{"no credentials", origin.URL, `"url":"` + guardedSrv.URL + `"`, ``, "RequestError: Bad response: 407 : " + origin.URL, 0},
		{"excluded", origin.URL + "/x", `"url":"` + openSrv.URL + `","noproxy":["example.test","127.0.0.1"]`, ``, "GET /x", 0},
		{"excluded by its end", origin.URL + "/x", `"url":"` + openSrv.URL + `","noproxy":["*.0.0.1"]`, ``, "GET /x", 0},
		{"excluded for another port", origin.URL + "/x", `"url":"` + openSrv.URL + `","noproxy":["127.0.0.1:1"]`, ``, "GET /x", 1},
		{"all excluded", origin.URL + "/x", `"url":"` + openSrv.URL + `","noproxy":["*"]`, ``, "GET /x", 0},
	} {
		t.Run(tc.name, func(t *testing.T) {
			before := open.tunnels.Load() + guarded.tunnels.Load()
			h := requestFlow(t, `{"url":"`+tc.url+`","proxy":"p"}`, `,{"id":"p","type":"http proxy",`+tc.proxy+`}`, credentials(t, `{"p":{`+tc.creds+`}}`))
			h.Send("n", `{"rejectUnauthorized":false}`)
			h.Wait()
			if got := payload(t, h); got != tc.want {
				t.Errorf("got %s, want %s", got, tc.want)
			}
			if got := open.tunnels.Load() + guarded.tunnels.Load() - before; got != tc.tunnels {
				t.Errorf("%d tunnels, want %d", got, tc.tunnels)
			}
		})
	}
}

func TestTheEnvironmentNamesTheProxy(t *testing.T) {
	for _, tc := range []struct {
		name     string
		env      map[string]string
		settings string
		url      string
		want     string
	}{
		{"none", nil, `{}`, "http://a.test/", ""},
		{"lower case", map[string]string{"http_proxy": "http://p:1"}, `{}`, "http://a.test/", "http://p:1"},
		{"upper case", map[string]string{"HTTPS_PROXY": "p:1"}, `{}`, "https://a.test/", "https://p:1"},
		{"the scheme's own", map[string]string{"http_proxy": "http://p:1"}, `{}`, "https://a.test/", ""},
		{"all", map[string]string{"ALL_PROXY": "http://p:1"}, `{}`, "https://a.test/", "http://p:1"},
		{"npm's first", map[string]string{"http_proxy": "http://p:1", "npm_config_http_proxy": "http://q:1"}, `{}`, "http://a.test/", "http://q:1"},
		{"not npm's", map[string]string{"http_proxy": "http://p:1", "npm_config_http_proxy": "http://q:1"}, `{"proxyOptions":{"excludeNpm":true}}`, "http://a.test/", "http://p:1"},
		{"lower case only", map[string]string{"HTTP_PROXY": "http://p:1"}, `{"proxyOptions":{"lowerCaseOnly":true}}`, "http://a.test/", ""},
		{"upper case first", map[string]string{"HTTP_PROXY": "http://p:1", "http_proxy": "http://q:1"}, `{"proxyOptions":{"favourUpperCase":true}}`, "http://a.test/", "http://p:1"},
		{"excluded", map[string]string{"http_proxy": "http://p:1", "NO_PROXY": "b.test .a.test"}, `{}`, "http://x.a.test/", ""},
		{"excluded for its port", map[string]string{"http_proxy": "http://p:1", "no_proxy": "a.test:80"}, `{}`, "http://a.test/", ""},
		{"not excluded for another", map[string]string{"http_proxy": "http://p:1", "no_proxy": "a.test:81"}, `{}`, "http://a.test/", "http://p:1"},
		{"the old rules", map[string]string{"http_proxy": "http://p:1", "no_proxy": "/path"}, `{"proxyOptions":{"mode":"legacy"}}`, "https://a.test/path", ""},
		{"the old rules again", map[string]string{"http_proxy": "http://p:1", "NR_PROXY_MODE": "legacy"}, `{}`, "https://a.test/path", "http://p:1"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			for _, name := range []string{"http_proxy", "https_proxy", "all_proxy", "no_proxy"} {
				t.Setenv(name, "")
				t.Setenv(strings.ToUpper(name), "")
			}
			for name, v := range tc.env {
				t.Setenv(name, v)
			}
			h := requestFlow(t, `{}`, "", nodetest.Settings(tc.settings))
			u, err := weburl.Parse(tc.url, nil)
			if err != nil {
				t.Fatal(err)
			}
			if got := newProxyRules(h.Instance("n"), nil).find(u); got != tc.want {
				t.Errorf("got %q, want %q", got, tc.want)
			}
		})
	}
}

func TestCheckFindsCredentialsAndCertificatesThatFail(t *testing.T) {
	h := requestFlow(t, `{"url":"http://h/{{#open","authType":"bearer"}`,
		`,{"id":"t","type":"tls-config","cert":"no/such/file","key":"no/such/file"},{"id":"e","type":"http request","authType":"bearer","wires":[[]]},{"id":"ok","type":"http request","wires":[[]]}`,
		credentials(t, `{"e":{"password":"${NOT_SET}"}}`), nodetest.Env())
	for id, want := range map[string]string{"n": "template", "t": "no/such/file", "e": "NOT_SET", "ok": ""} {
		inst := h.Instance(id)
		err := inst.Node().(runtime.Checker).Check(inst)
		if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want it to name %q", id, err, want)
		}
	}
}
