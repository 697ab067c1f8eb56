package js

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/asn1"
	"encoding/pem"
	"errors"
	"hash"
	"math/big"

	"github.com/dop251/goja"
)

// signHashes are the digests that can be signed.
var signHashes = map[string]crypto.Hash{"sha1": crypto.SHA1, "sha224": crypto.SHA224, "sha256": crypto.SHA256, "sha384": crypto.SHA384, "sha512": crypto.SHA512}

var errKey = errors.New("error:1E08010C:DECODER routines::unsupported")

// parseKey reads a private or public key, or the public one of a certificate, from PEM or DER.
func parseKey(data []byte) (any, error) {
	if b, _ := pem.Decode(data); b != nil {
		data = b.Bytes
	}
	for _, f := range []func([]byte) (any, error){
		x509.ParsePKCS8PrivateKey,
		x509.ParsePKIXPublicKey,
		func(b []byte) (any, error) { return x509.ParsePKCS1PrivateKey(b) },
		func(b []byte) (any, error) { return x509.ParseECPrivateKey(b) },
		func(b []byte) (any, error) { return x509.ParsePKCS1PublicKey(b) },
		func(b []byte) (any, error) {
			c, err := x509.ParseCertificate(b)
			if err != nil {
				return nil, err
			}
			return c.PublicKey, nil
		},
	} {
		if k, err := f(data); err == nil {
			return k, nil
		}
	}
	return nil, errKey
}

func publicKey(k any) any {
	if p, ok := k.(interface{ Public() crypto.PublicKey }); ok {
		return p.Public()
	}
	return k
}

// keyType is KeyObject's type and asymmetricKeyType.
func keyType(k any) (kind, name string) {
	kind = "public"
	if _, ok := k.(crypto.Signer); ok {
		kind = "private"
	}
	switch publicKey(k).(type) {
	case *rsa.PublicKey:
		name = "rsa"
	case *ecdsa.PublicKey:
		name = "ec"
	case ed25519.PublicKey:
		name = "ed25519"
	}
	return kind, name
}

// signature is how one signs: the digest, whether by PSS, and whether ECDSA's numbers stand side by side instead of in DER.
type signature struct {
	hash crypto.Hash
	pss  bool
	raw  bool
	salt int // of PSS; 0: as long as can be
}

func (s signature) digest(data []byte) []byte {
	if s.hash == 0 {
		return data
	}
	var h hash.Hash = s.hash.New()
	h.Write(data)
	return h.Sum(nil)
}

func (s signature) sign(k any, data []byte) ([]byte, error) {
	switch k := k.(type) {
	case *rsa.PrivateKey:
		if s.pss {
			return rsa.SignPSS(rand.Reader, k, s.hash, s.digest(data), &rsa.PSSOptions{SaltLength: s.salt})
		}
		return rsa.SignPKCS1v15(nil, k, s.hash, s.digest(data))
	case *ecdsa.PrivateKey:
		der, err := ecdsa.SignASN1(rand.Reader, k, s.digest(data))
		if err != nil || !s.raw {
			return der, err
		}
		var n struct{ R, S *big.Int }
		if _, err := asn1.Unmarshal(der, &n); err != nil {
			return nil, err
		}
		size := (k.Params().BitSize + 7) / 8
		out := make([]byte, 2*size)
		n.R.FillBytes(out[:size])
		n.S.FillBytes(out[size:])
		return out, nil
	case ed25519.PrivateKey:
		return ed25519.Sign(k, data), nil
	}
	return nil, errors.New("Invalid key object type public, expected private.") //nolint:staticcheck // Node's words
}

func (s signature) verify(k any, data, sig []byte) bool {
	switch k := publicKey(k).(type) {
	case *rsa.PublicKey:
		if s.pss {
			return rsa.VerifyPSS(k, s.hash, s.digest(data), sig, &rsa.PSSOptions{SaltLength: rsa.PSSSaltLengthAuto}) == nil
		}
		return rsa.VerifyPKCS1v15(k, s.hash, s.digest(data), sig) == nil
	case *ecdsa.PublicKey:
		if s.raw {
			size := (k.Params().BitSize + 7) / 8
			if len(sig) != 2*size {
				return false
			}
			var err error
			if sig, err = asn1.Marshal(struct{ R, S *big.Int }{new(big.Int).SetBytes(sig[:size]), new(big.Int).SetBytes(sig[size:])}); err != nil {
				return false
			}
		}
		return ecdsa.VerifyASN1(k, s.digest(data), sig)
	case ed25519.PublicKey:
		return ed25519.Verify(k, data, sig)
	}
	return false
}

// signHost is what keys.js asks of Go. Keys are Go values behind opaque objects.
func (v *vm) signHost() host {
	key := func(x goja.Value) any {
		if k, ok := x.Export().(*opaque); ok {
			return k.value
		}
		return nil
	}
	how := func(c goja.FunctionCall, at int) signature {
		s := signature{pss: c.Argument(at + 1).ToBoolean(), raw: c.Argument(at + 2).ToBoolean()}
		if n := c.Argument(at + 3); goja.IsNumber(n) && n.ToInteger() > 0 {
			s.salt = int(n.ToInteger())
		}
		if a := c.Argument(at); a.ToBoolean() {
			if s.hash = signHashes[hashName(a.String())]; s.hash == 0 {
				v.codeError("Error", "ERR_CRYPTO_INVALID_DIGEST", "Invalid digest: %s", a.String())
			}
		}
		return s
	}
	return v.jwkHost(host{
		"parse": func(c goja.FunctionCall) goja.Value {
			k, err := parseKey(v.data(c.Argument(0), v.undef, "key"))
			if err != nil {
				v.codeError("Error", "ERR_OSSL_UNSUPPORTED", "%s", err.Error())
			}
			if c.Argument(1).ToBoolean() {
				k = publicKey(k)
			}
			kind, name := keyType(k)
			o := v.rt.NewObject()
			o.Set("key", &opaque{k})
			o.Set("type", kind)
			o.Set("name", name)
			if e, ok := publicKey(k).(*ecdsa.PublicKey); ok {
				o.Set("curve", e.Params().Name)
			}
			if r, ok := publicKey(k).(*rsa.PublicKey); ok {
				o.Set("bits", r.N.BitLen())
			}
			return o
		},
		"sign": func(c goja.FunctionCall) goja.Value {
			b, err := how(c, 2).sign(key(c.Argument(0)), v.data(c.Argument(1), v.undef, "data"))
			return v.derived(b, err)
		},
		"verify": func(c goja.FunctionCall) goja.Value {
			return v.rt.ToValue(how(c, 3).verify(key(c.Argument(0)), v.data(c.Argument(1), v.undef, "data"), v.data(c.Argument(2), v.undef, "signature")))
		},
		"export": func(c goja.FunctionCall) goja.Value {
			k := key(c.Argument(0))
			var der []byte
			var err error
			label := "PUBLIC KEY"
			if _, private := k.(crypto.Signer); private {
				label = "PRIVATE KEY"
				der, err = x509.MarshalPKCS8PrivateKey(k)
			} else {
				der, err = x509.MarshalPKIXPublicKey(k)
			}
			if err != nil {
				v.throw(err)
			}
			if c.Argument(1).String() == "der" {
				return v.newBuffer(der)
			}
			return v.str(string(pem.EncodeToMemory(&pem.Block{Type: label, Bytes: der})))
		},
		"crypto": func(goja.FunctionCall) goja.Value { return v.crypto },
	})
}

// opaque is a Go value that JavaScript holds for Go.
type opaque struct{ value any }
