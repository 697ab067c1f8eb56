package network

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
)

func parsePFX(b []byte, passphrase string) (tls.Certificate, []*x509.Certificate, error) {
	return tls.Certificate{}, nil, errors.New("not yet")
}
func decryptPEMKey(b []byte, passphrase string) ([]byte, error) { return b, nil }
