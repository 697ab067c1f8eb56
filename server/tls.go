package server

import (
	"cmp"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"sync"
	"time"

	"golang.org/x/crypto/acme"
	"golang.org/x/crypto/acme/autocert"

	"sluice/config"
)

// tlsConfig is what the listener speaks https with; nil for plain http.
func tlsConfig(cfg *config.Config, log *slog.Logger) (*tls.Config, error) {
	t := &cfg.TLS
	c := &tls.Config{MinVersion: tls.VersionTLS12, NextProtos: []string{"h2", "http/1.1"}}
	switch {
	case !t.On():
		return nil, nil
	case len(t.ACME) > 0:
		m := &autocert.Manager{
			Prompt: autocert.AcceptTOS, Cache: autocert.DirCache(t.CacheDir), HostPolicy: autocert.HostWhitelist(t.ACME...),
			Client: &acme.Client{DirectoryURL: cmp.Or(t.Directory, autocert.DefaultACMEDirectory)},
		}
		c.GetCertificate = m.GetCertificate
		c.NextProtos = append(c.NextProtos, acme.ALPNProto) // the challenge comes to this port
	case t.CertFile != "":
		f := &certFiles{cert: t.CertFile, key: t.KeyFile, log: log}
		if err := f.load(); err != nil {
			return nil, &config.Error{Text: err.Error()}
		}
		c.GetCertificate = f.certificate
	default:
		pair, err := tls.X509KeyPair(t.Cert, t.Key)
		if err != nil {
			return nil, &config.Error{Text: fmt.Sprintf("https in settings.js: %v", err)}
		}
		c.Certificates = []tls.Certificate{pair}
	}
	if len(t.ClientCA) > 0 {
		c.ClientCAs = x509.NewCertPool()
		if !c.ClientCAs.AppendCertsFromPEM(t.ClientCA) {
			return nil, &config.Error{Text: "https in settings.js: ca holds no certificate in PEM form"}
		}
		if c.ClientAuth = tls.RequireAndVerifyClientCert; t.Optional {
			c.ClientAuth = tls.VerifyClientCertIfGiven
		}
	}
	return c, nil
}

// recheck is how long a certificate is used before its files are looked at again.
const recheck = 10 * time.Second

// certFiles is a certificate in files that someone else renews.
type certFiles struct {
	cert, key string
	log       *slog.Logger

	mu      sync.Mutex // guards all below
	pair    *tls.Certificate
	state   [2]fileState // of what pair was read from
	checked time.Time
}

type fileState struct {
	modified time.Time
	size     int64
}

func stateOf(info fs.FileInfo) fileState { return fileState{info.ModTime(), info.Size()} }

// certificate returns the certificate as its files have it now. While they cannot
// be read, or do not belong together, the old one goes on.
func (f *certFiles) certificate(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if time.Since(f.checked) >= recheck {
		if err := f.loadLocked(); err != nil {
			f.log.Error("the new certificate cannot be used, the old one stays", "error", err)
		}
	}
	return f.pair, nil
}

func (f *certFiles) load() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.loadLocked()
}

func (f *certFiles) loadLocked() error {
	f.checked = time.Now()
	var state [2]fileState
	for i, name := range [...]string{f.cert, f.key} {
		info, err := os.Stat(name)
		if err != nil {
			return fmt.Errorf("tls: %w", err)
		}
		state[i] = stateOf(info)
	}
	if f.pair != nil && state == f.state {
		return nil
	}
	pair, err := tls.LoadX509KeyPair(f.cert, f.key)
	if err != nil {
		return fmt.Errorf("tls: certificate %s and key %s: %w", f.cert, f.key, err)
	}
	if f.pair != nil {
		f.log.Info("a new certificate is in use", "file", f.cert)
	}
	f.pair, f.state = &pair, state
	return nil
}
