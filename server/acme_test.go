package server

import (
	"bytes"
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/crypto/acme"

	"sluice/config"
	"sluice/runtime/msg"
)

// authority is an ACME authority (RFC 8555) as far as one order with the challenge
// tls-alpn-01 (RFC 8737) goes. It looks at the challenge and at nothing else.
type authority struct {
	*httptest.Server
	root *x509.Certificate
	key  *ecdsa.PrivateKey

	mu      sync.Mutex // guards what follows
	target  string     // where every host is
	account crypto.PublicKey
	orders  []string // the hosts asked for
	proven  bool
	leaf    []byte // DER
	faults  []error
}

func newAuthority(t *testing.T) *authority {
	a := &authority{}
	var err error
	if a.key, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader); err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "test authority"}, NotAfter: time.Now().Add(time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign}
	der, err := x509.CreateCertificate(rand.Reader, template, template, a.key.Public(), a.key)
	if err != nil {
		t.Fatal(err)
	}
	if a.root, err = x509.ParseCertificate(der); err != nil {
		t.Fatal(err)
	}
	a.Server = httptest.NewServer(http.HandlerFunc(a.serve))
	t.Cleanup(a.Close)
	return a
}

func (a *authority) serve(w http.ResponseWriter, r *http.Request) {
	a.mu.Lock()
	defer a.mu.Unlock()
	w.Header().Set("Replay-Nonce", rand.Text())
	payload, err := a.read(r)
	if err != nil {
		a.faults = append(a.faults, err)
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	reply := func(status int, v any) {
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Location", a.URL+r.URL.Path)
		w.WriteHeader(status)
		_ = json.NewEncoder(w).Encode(v)
	}
	type object = map[string]any
	challenge := object{"type": "tls-alpn-01", "url": a.URL + "/challenge", "token": "the-token", "status": "pending"}
	state := func(yes, no string) string {
		if a.proven {
			return yes
		}
		return no
	}
	switch r.URL.Path {
	case "/directory":
		reply(200, object{"newNonce": a.URL + "/nonce", "newAccount": a.URL + "/account", "newOrder": a.URL + "/order", "meta": object{"termsOfService": a.URL}})
	case "/nonce":
	case "/account":
		reply(201, object{"status": "valid"})
	case "/order":
		var order struct {
			Identifiers []struct{ Value string }
		}
		status := http.StatusOK
		if len(payload) > 0 { // else it is read again
			status = http.StatusCreated
			_ = json.Unmarshal(payload, &order)
			for _, id := range order.Identifiers {
				a.orders = append(a.orders, id.Value)
			}
		}
		reply(status, object{"status": state("ready", "pending"), "authorizations": []string{a.URL + "/authz"}, "finalize": a.URL + "/finalize"})
	case "/authz":
		reply(200, object{"status": state("valid", "pending"), "identifier": object{"type": "dns", "value": a.orders[len(a.orders)-1]}, "challenges": []object{challenge}})
	case "/challenge":
		if err := a.validate(r.Context()); err != nil {
			a.faults = append(a.faults, err)
		} else {
			a.proven = true
		}
		reply(200, challenge)
	case "/finalize":
		if err := a.issue(payload); err != nil {
			a.faults = append(a.faults, err)
		}
		reply(200, object{"status": "valid", "certificate": a.URL + "/certificate"})
	case "/certificate":
		w.Header().Set("Content-Type", "application/pem-certificate-chain")
		_ = pem.Encode(w, &pem.Block{Type: "CERTIFICATE", Bytes: a.leaf})
	default:
		http.NotFound(w, r)
	}
}

// read returns what a signed request says, and notes the key of a new account.
func (a *authority) read(r *http.Request) ([]byte, error) {
	if r.Method != http.MethodPost {
		return nil, nil
	}
	var envelope struct{ Protected, Payload string }
	if err := json.NewDecoder(r.Body).Decode(&envelope); err != nil {
		return nil, err
	}
	var head struct{ JWK *struct{ X, Y string } }
	text, err := base64.RawURLEncoding.DecodeString(envelope.Protected)
	if err == nil {
		err = json.Unmarshal(text, &head)
	}
	if err != nil {
		return nil, err
	}
	if head.JWK != nil {
		x, errX := base64.RawURLEncoding.DecodeString(head.JWK.X)
		y, errY := base64.RawURLEncoding.DecodeString(head.JWK.Y)
		key, err := ecdsa.ParseUncompressedPublicKey(elliptic.P256(), append(append([]byte{4}, x...), y...))
		if err := errors.Join(errX, errY, err); err != nil {
			return nil, err
		}
		a.account = key
	}
	return base64.RawURLEncoding.DecodeString(envelope.Payload)
}

// validate looks whether the host shows the digest of the challenge (RFC 8737, 3).
func (a *authority) validate(ctx context.Context) error {
	host := a.orders[len(a.orders)-1]
	dialer := tls.Dialer{Config: &tls.Config{ServerName: host, NextProtos: []string{acme.ALPNProto}, InsecureSkipVerify: true}}
	conn, err := dialer.DialContext(ctx, "tcp", a.target)
	if err != nil {
		return fmt.Errorf("the challenge: %w", err)
	}
	defer conn.Close()
	state := conn.(*tls.Conn).ConnectionState()
	if state.NegotiatedProtocol != acme.ALPNProto {
		return fmt.Errorf("the challenge was answered as %q", state.NegotiatedProtocol)
	}
	thumbprint, err := acme.JWKThumbprint(a.account)
	if err != nil {
		return err
	}
	digest := sha256.Sum256([]byte("the-token." + thumbprint))
	want, err := asn1.Marshal(digest[:])
	if err != nil {
		return err
	}
	for _, e := range state.PeerCertificates[0].Extensions {
		if e.Id.String() == "1.3.6.1.5.5.7.1.31" && e.Critical && bytes.Equal(e.Value, want) {
			return nil
		}
	}
	return errors.New("the challenge's certificate lacks the digest")
}

func (a *authority) issue(payload []byte) error {
	var request struct{ CSR string }
	if err := json.Unmarshal(payload, &request); err != nil {
		return err
	}
	der, err := base64.RawURLEncoding.DecodeString(request.CSR)
	if err != nil {
		return err
	}
	csr, err := x509.ParseCertificateRequest(der)
	if err != nil {
		return err
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(2), DNSNames: csr.DNSNames, NotBefore: time.Now().Add(-time.Minute), NotAfter: time.Now().Add(90 * 24 * time.Hour)}
	a.leaf, err = x509.CreateCertificate(rand.Reader, template, a.root, csr.PublicKey, a.key)
	return err
}

// get asks an instance as a host; the error is that of the handshake.
func (a *authority) get(t *testing.T, host string) (body string, err error) {
	roots := x509.NewCertPool()
	roots.AddCert(a.root)
	transport := &http.Transport{
		TLSClientConfig: &tls.Config{RootCAs: roots, ServerName: host},
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, "tcp", a.target)
		},
	}
	defer transport.CloseIdleConnections()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "https://"+host+"/_sluice/health", nil)
	if err != nil {
		t.Fatal(err)
	}
	res, err := transport.RoundTrip(req)
	if err != nil {
		return "", err
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	return string(text), err
}

func TestCertificatesComeFromAnACMEAuthorityForTheNamedHostsAlone(t *testing.T) {
	a := newAuthority(t)
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "flows.json"), []byte("[]"), 0o600); err != nil {
		t.Fatal(err)
	}
	var log bytes.Buffer
	start := func() {
		cfg := &config.Config{
			UserDir: dir, FlowFile: filepath.Join(dir, "flows.json"), DB: filepath.Join(dir, "sluice.db"), Host: "127.0.0.1", Settings: &msg.Object{},
			Auth: config.Auth{Modes: []string{"none"}}, RequestTimeout: time.Minute,
			TLS: config.TLS{ACME: []string{"flows.test"}, Directory: a.URL + "/directory", CacheDir: filepath.Join(dir, "acme")},
		}
		s, err := New(t.Context(), cfg, slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug})))
		if err != nil {
			t.Fatal(err)
		}
		at, err := s.Listen(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		a.mu.Lock()
		a.target = at.String()
		a.mu.Unlock()
		served := make(chan error, 1)
		go func() { served <- s.Serve() }()
		defer func() {
			if err := errors.Join(s.Close(context.WithoutCancel(t.Context())), <-served); err != nil {
				t.Error(err)
			}
		}()
		for _, host := range []string{"other.test", "a.flows.test"} {
			if _, err := a.get(t, host); err == nil {
				t.Errorf("%s was served", host)
			}
		}
		if body, err := a.get(t, "flows.test"); err != nil || body != `{"status":"ok"}` {
			t.Errorf("%q, %v", body, err)
		}
	}
	start()
	start() // from the cache
	if err := errors.Join(a.faults...); err != nil {
		t.Error(err)
	}
	if got := strings.Join(a.orders, " "); got != "flows.test" {
		t.Errorf("ordered for %s", got)
	}
	keys := 0
	err := filepath.WalkDir(filepath.Join(dir, "acme"), func(path string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := e.Info()
		if err != nil || info.Mode().Perm()&0o077 != 0 {
			t.Errorf("others can read %s: %v, %v", path, info.Mode(), err)
		}
		if e.IsDir() {
			return nil
		}
		text, err := os.ReadFile(path)
		for block, rest := pem.Decode(text); block != nil; block, rest = pem.Decode(rest) {
			if strings.HasSuffix(block.Type, "PRIVATE KEY") {
				keys++
				if line, _, _ := strings.Cut(base64.StdEncoding.EncodeToString(block.Bytes), "="); strings.Contains(log.String(), line[:40]) {
					t.Error("a key is in the log")
				}
			}
		}
		return err
	})
	if err != nil || keys != 2 { // the account's and the certificate's
		t.Errorf("%d keys in the cache, %v", keys, err)
	}
}
