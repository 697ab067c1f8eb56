package js

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"math/big"
	"slices"

	"github.com/dop251/goja"
)

// Public keys as JSON web keys (RFC 7517, RFC 8037), which is how issuers of tokens publish them.

var webCurves = []elliptic.Curve{elliptic.P256(), elliptic.P384(), elliptic.P521()}

// fromJWK returns the public key of a JWK in DER; field gives its fields.
func fromJWK(field func(string) string) ([]byte, error) {
	bytes := func(name string) []byte {
		b, _ := base64.RawURLEncoding.DecodeString(field(name))
		return b
	}
	switch field("kty") {
	case "RSA":
		e := new(big.Int).SetBytes(bytes("e"))
		if n := new(big.Int).SetBytes(bytes("n")); n.Sign() > 0 && e.IsInt64() && e.Int64() > 1 && e.Int64() < 1<<31 {
			return x509.MarshalPKIXPublicKey(&rsa.PublicKey{N: n, E: int(e.Int64())})
		}
	case "EC":
		i := slices.IndexFunc(webCurves, func(c elliptic.Curve) bool { return c.Params().Name == field("crv") })
		if i < 0 {
			return nil, errKey
		}
		k, err := ecdsa.ParseUncompressedPublicKey(webCurves[i], slices.Concat([]byte{4}, bytes("x"), bytes("y")))
		if err != nil {
			return nil, errKey
		}
		return x509.MarshalPKIXPublicKey(k)
	case "OKP":
		if x := bytes("x"); field("crv") == "Ed25519" && len(x) == ed25519.PublicKeySize {
			return x509.MarshalPKIXPublicKey(ed25519.PublicKey(x))
		}
	}
	return nil, errKey
}

// toJWK returns the fields of a public key.
func toJWK(k any) map[string]string {
	text := base64.RawURLEncoding.EncodeToString
	switch k := k.(type) {
	case *rsa.PublicKey:
		return map[string]string{"kty": "RSA", "n": text(k.N.Bytes()), "e": text(big.NewInt(int64(k.E)).Bytes())}
	case *ecdsa.PublicKey:
		if b, err := k.Bytes(); err == nil {
			half := (len(b) - 1) / 2
			return map[string]string{"kty": "EC", "crv": k.Params().Name, "x": text(b[1 : 1+half]), "y": text(b[1+half:])}
		}
	case ed25519.PublicKey:
		return map[string]string{"kty": "OKP", "crv": "Ed25519", "x": text(k)}
	}
	return nil
}

// jwkHost is what keys.js asks about JSON web keys.
func (v *vm) jwkHost(h host) host {
	h["fromJWK"] = func(c goja.FunctionCall) goja.Value {
		o := c.Argument(0).ToObject(v.rt)
		b, err := fromJWK(func(name string) string {
			if x := o.Get(name); x != nil {
				return x.String()
			}
			return ""
		})
		if err != nil {
			v.codeError("Error", "ERR_CRYPTO_INVALID_JWK", "Invalid JWK data")
		}
		return v.newBuffer(b)
	}
	h["toJWK"] = func(c goja.FunctionCall) goja.Value {
		o := v.rt.NewObject()
		fields := toJWK(c.Argument(0).Export().(*opaque).value)
		for _, name := range []string{"kty", "crv", "x", "y", "n", "e"} {
			if x, ok := fields[name]; ok {
				o.Set(name, x)
			}
		}
		return o
	}
	return h
}
