package network

import (
	"crypto"
	"crypto/des"
	"crypto/hmac"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/pem"
	"errors"
	"fmt"
	"hash"

	"golang.org/x/crypto/pkcs12"
)

// parsePFX reads a PKCS #12 file (RFC 7292): a key, its certificate with its
// chain, and further authorities.
func parsePFX(der []byte, passphrase string) (tls.Certificate, []*x509.Certificate, error) {
	bags, err := openPFX(der, passphrase)
	if errors.Is(err, errRC2) {
		bags, err = openOldPFX(der, passphrase)
	}
	if err != nil {
		return tls.Certificate{}, nil, fmt.Errorf("the PFX file: %w", err)
	}
	if bags.key == nil {
		return tls.Certificate{}, nil, errors.New("the PFX file holds no private key")
	}
	public, ok := bags.key.(interface{ Public() crypto.PublicKey })
	if !ok {
		return tls.Certificate{}, nil, errKeyFormat
	}
	type comparable interface{ Equal(crypto.PublicKey) bool }
	cert := tls.Certificate{PrivateKey: bags.key}
	var others []*x509.Certificate
	for _, c := range bags.certs {
		if key, ok := c.PublicKey.(comparable); ok && cert.Leaf == nil && key.Equal(public.Public()) {
			cert.Leaf = c
			continue
		}
		others = append(others, c)
	}
	if cert.Leaf == nil {
		return tls.Certificate{}, nil, errors.New("the PFX file holds no certificate for its key")
	}
	cert.Certificate = [][]byte{cert.Leaf.Raw}
	for _, c := range others {
		cert.Certificate = append(cert.Certificate, c.Raw)
	}
	return cert, others, nil
}

// pfxBags is what a PKCS #12 file holds.
type pfxBags struct {
	key   any
	certs []*x509.Certificate
}

var (
	oidData          = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 7, 1}
	oidEncryptedData = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 7, 6}
	oidKeyBag        = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 12, 10, 1, 1}
	oidShroudedKey   = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 12, 10, 1, 2}
	oidCertBag       = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 12, 10, 1, 3}
	oidPBE3DES       = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 12, 1, 3}
	oidPBERC2        = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 12, 1, 5}
	oidPBERC240      = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 12, 1, 6}
)

type pfxFile struct {
	Version  int
	AuthSafe pfxContent
	Mac      pfxMac `asn1:"optional"`
}

type pfxContent struct {
	Type    asn1.ObjectIdentifier
	Content asn1.RawValue `asn1:"tag:0,explicit,optional"`
}

type pfxMac struct {
	Digest struct {
		Algorithm pkix.AlgorithmIdentifier
		Sum       []byte
	}
	Salt       []byte
	Iterations int `asn1:"optional,default:1"`
}

type pfxEncrypted struct {
	Version int
	Info    struct {
		Type      asn1.ObjectIdentifier
		Algorithm pkix.AlgorithmIdentifier
		Data      []byte `asn1:"tag:0,optional"`
	}
}

type pfxBag struct {
	ID         asn1.ObjectIdentifier
	Value      asn1.RawValue   `asn1:"tag:0,explicit"`
	Attributes []asn1.RawValue `asn1:"set,optional"`
}

func openPFX(der []byte, passphrase string) (*pfxBags, error) {
	var file pfxFile
	var safe []byte
	if err := unmarshalAll(der, &file); err != nil {
		return nil, err
	}
	if err := unmarshalAll(file.AuthSafe.Content.Bytes, &safe); err != nil || !file.AuthSafe.Type.Equal(oidData) {
		return nil, errKeyFormat
	}
	if len(file.Mac.Digest.Sum) > 0 {
		if err := file.Mac.verify(safe, passphrase); err != nil {
			return nil, err
		}
	}
	var contents []pfxContent
	if err := unmarshalAll(safe, &contents); err != nil {
		return nil, err
	}
	bags := &pfxBags{}
	for _, c := range contents {
		data, err := c.open(passphrase)
		if err != nil {
			return nil, err
		}
		if err := bags.read(data, passphrase); err != nil {
			return nil, err
		}
	}
	return bags, nil
}

func (c pfxContent) open(passphrase string) (data []byte, err error) {
	switch {
	case c.Type.Equal(oidData):
		err = unmarshalAll(c.Content.Bytes, &data)
		return data, err
	case c.Type.Equal(oidEncryptedData):
		var e pfxEncrypted
		if err := unmarshalAll(c.Content.Bytes, &e); err != nil {
			return nil, err
		}
		return decryptPFX(e.Info.Algorithm, e.Info.Data, passphrase)
	}
	return nil, errKeyFormat
}

func (b *pfxBags) read(data []byte, passphrase string) error {
	var list []pfxBag
	if err := unmarshalAll(data, &list); err != nil {
		return err
	}
	for _, bag := range list {
		switch {
		case bag.ID.Equal(oidCertBag):
			var cert struct {
				ID   asn1.ObjectIdentifier
				Data []byte `asn1:"tag:0,explicit"`
			}
			if err := unmarshalAll(bag.Value.Bytes, &cert); err != nil {
				return err
			}
			c, err := x509.ParseCertificate(cert.Data)
			if err != nil {
				return err
			}
			b.certs = append(b.certs, c)
		case bag.ID.Equal(oidKeyBag):
			if err := b.setKey(bag.Value.Bytes); err != nil {
				return err
			}
		case bag.ID.Equal(oidShroudedKey):
			var k encryptedKey
			if err := unmarshalAll(bag.Value.Bytes, &k); err != nil {
				return err
			}
			der, err := decryptPFX(k.Algorithm, k.Data, passphrase)
			if err != nil {
				return err
			}
			if err := b.setKey(der); err != nil {
				return err
			}
		}
	}
	return nil
}

func (b *pfxBags) setKey(der []byte) (err error) {
	if b.key == nil {
		b.key, err = x509.ParsePKCS8PrivateKey(der)
	}
	return err
}

// errRC2 says that a file is for openOldPFX.
var errRC2 = errors.New("encrypted with RC2")

func decryptPFX(alg pkix.AlgorithmIdentifier, data []byte, passphrase string) ([]byte, error) {
	old := alg.Algorithm.Equal(oidPBERC2) || alg.Algorithm.Equal(oidPBERC240)
	if !old && !alg.Algorithm.Equal(oidPBE3DES) {
		return decryptPBES2(alg, data, passphrase)
	}
	var params struct {
		Salt       []byte
		Iterations int
	}
	if err := unmarshalAll(alg.Parameters.FullBytes, &params); err != nil {
		return nil, err
	}
	if params.Iterations < 1 || params.Iterations > maxIterations {
		return nil, errKeyFormat
	}
	if old {
		return nil, errRC2
	}
	derive := func(purpose byte, size int) []byte {
		return pfxKey(sha1.New, purpose, passphrase, params.Salt, params.Iterations, size)
	}
	block, err := des.NewTripleDESCipher(derive(1, 24))
	if err != nil {
		return nil, err
	}
	return decryptCBC(block, derive(2, 8), data)
}

var pfxHashes = map[string]func() hash.Hash{
	"1.3.14.3.2.26":          sha1.New,
	"2.16.840.1.101.3.4.2.1": sha256.New,
	"2.16.840.1.101.3.4.2.2": sha512.New384,
	"2.16.840.1.101.3.4.2.3": sha512.New,
}

func (m *pfxMac) verify(data []byte, passphrase string) error {
	h, ok := pfxHashes[m.Digest.Algorithm.Algorithm.String()]
	if !ok || m.Iterations < 1 || m.Iterations > maxIterations {
		return errKeyFormat
	}
	mac := hmac.New(h, pfxKey(h, 3, passphrase, m.Salt, m.Iterations, h().Size()))
	mac.Write(data)
	if !hmac.Equal(mac.Sum(nil), m.Digest.Sum) {
		return errPassphrase
	}
	return nil
}

// openOldPFX reads files that RC2 encrypts, as tools wrote them until about 2020. Their MAC has been
// verified, and so bounded: the package does neither.
func openOldPFX(der []byte, passphrase string) (*pfxBags, error) {
	blocks, err := pkcs12.ToPEM(der, passphrase)
	if errors.Is(err, pkcs12.ErrIncorrectPassword) {
		return nil, errPassphrase
	}
	if err != nil {
		return nil, errKeyFormat
	}
	bags := &pfxBags{}
	for _, block := range blocks {
		if block.Type == "CERTIFICATE" {
			c, err := x509.ParseCertificate(block.Bytes)
			if err != nil {
				return nil, err
			}
			bags.certs = append(bags.certs, c)
			continue
		}
		if bags.key, err = parseAnyKey(block); err != nil {
			return nil, err
		}
	}
	return bags, nil
}

func parseAnyKey(block *pem.Block) (any, error) {
	if key, err := x509.ParsePKCS1PrivateKey(block.Bytes); err == nil {
		return key, nil
	}
	if key, err := x509.ParseECPrivateKey(block.Bytes); err == nil {
		return key, nil
	}
	return x509.ParsePKCS8PrivateKey(block.Bytes)
}
