package server

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"log/slog"
	"math/big"
	"os"
	"path/filepath"
	"testing"
	"time"

	"sluice/config"
)

// writePair writes a self-signed certificate and its key.
func writePair(t *testing.T, cert, key, name string) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name}, NotAfter: time.Now().Add(time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, private.Public(), private)
	if err != nil {
		t.Fatal(err)
	}
	keyDER, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	for file, block := range map[string]*pem.Block{cert: {Type: "CERTIFICATE", Bytes: der}, key: {Type: "PRIVATE KEY", Bytes: keyDER}} {
		if err := os.WriteFile(file, pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

func TestACertificateIsReadAgainWhenItsFilesChange(t *testing.T) {
	dir := t.TempDir()
	cert, key := filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	writePair(t, cert, key, "first")
	f := &certFiles{cert: cert, key: key, log: slog.New(slog.DiscardHandler)}
	if err := f.load(); err != nil {
		t.Fatal(err)
	}
	name := func() string {
		f.checked = time.Time{} // it is time to look again
		pair, err := f.certificate(nil)
		if err != nil {
			t.Fatal(err)
		}
		return pair.Leaf.Subject.CommonName
	}
	if got := name(); got != "first" {
		t.Errorf("got %s", got)
	}
	if err := os.WriteFile(cert, []byte("half a certificate"), 0o600); err != nil {
		t.Fatal(err)
	}
	if got := name(); got != "first" {
		t.Errorf("with a broken file: got %s", got)
	}
	writePair(t, cert, key, "another one")
	if got := name(); got != "another one" {
		t.Errorf("after the renewal: got %s", got)
	}
}

func TestHTTPSThatCannotWorkIsRefusedAtTheStart(t *testing.T) {
	log := slog.New(slog.DiscardHandler)
	for name, c := range map[string]config.TLS{
		"no such files":  {CertFile: "nowhere", KeyFile: "nowhere"},
		"no certificate": {Cert: []byte("x"), Key: []byte("x")},
	} {
		if _, err := tlsConfig(&config.Config{TLS: c}, log); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	if c, err := tlsConfig(&config.Config{}, log); c != nil || err != nil {
		t.Errorf("without https: %v, %v", c, err)
	}
}
