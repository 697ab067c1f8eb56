package jwt

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rsa"
	"encoding/json"
	"errors"
	"slices"
	"strings"

	jose "github.com/go-jose/go-jose/v4"
)

const (
	minRSABits = 2048
	maxRSABits = 16384 // beyond it a verification takes too long
	maxKeys    = 256
)

// parseKeys reads a JSON Web Key Set (RFC 7517). Keys that cannot verify
// signatures here are left out, since a set may hold any: of unknown kinds, for
// encryption, private, shared or too weak ones.
func parseKeys(data []byte) ([]jose.JSONWebKey, error) {
	var set struct {
		Keys []json.RawMessage `json:"keys"`
	}
	if err := json.Unmarshal(data, &set); err != nil || set.Keys == nil {
		return nil, errors.New("the answer is no JSON Web Key Set")
	}
	if len(set.Keys) > maxKeys {
		return nil, errors.New("the key set is too large")
	}
	keys := []jose.JSONWebKey{}
	for _, raw := range set.Keys {
		if key, err := parseKey(raw); err == nil && usable(key) {
			keys = append(keys, *key)
		}
	}
	return keys, nil
}

var errPurpose = errors.New("the key is not for signatures")

// parseKey reads one key, without its certificates: nothing here looks at them, and
// one that cannot be read must not take the key with it.
func parseKey(raw json.RawMessage) (*jose.JSONWebKey, error) {
	var members map[string]json.RawMessage
	if err := json.Unmarshal(raw, &members); err != nil {
		return nil, err
	}
	if text, limited := members["key_ops"]; limited {
		var ops []string
		if json.Unmarshal(text, &ops) != nil || !slices.Contains(ops, "verify") {
			return nil, errPurpose
		}
	}
	for _, name := range [...]string{"x5c", "x5t", "x5t#S256", "x5u"} {
		delete(members, name)
	}
	plain, err := json.Marshal(members)
	if err != nil {
		return nil, err
	}
	key := &jose.JSONWebKey{}
	return key, key.UnmarshalJSON(plain)
}

// usable reports whether a key can verify signatures of some kind.
func usable(key *jose.JSONWebKey) bool {
	return (key.Use == "" || key.Use == "sig") &&
		slices.ContainsFunc(knownAlgorithms, func(alg jose.SignatureAlgorithm) bool { return fits(key, alg) })
}

// fits reports whether a key is meant for an algorithm: what the key is decides,
// so that a public key can never be used as a shared secret.
func fits(key *jose.JSONWebKey, alg jose.SignatureAlgorithm) bool {
	if key.Algorithm != "" && key.Algorithm != string(alg) {
		return false
	}
	switch k := key.Key.(type) {
	case *rsa.PublicKey:
		bits := k.N.BitLen()
		return bits >= minRSABits && bits <= maxRSABits && (strings.HasPrefix(string(alg), "RS") || strings.HasPrefix(string(alg), "PS"))
	case *ecdsa.PublicKey:
		return alg == jose.ES256 && k.Curve == elliptic.P256() || alg == jose.ES384 && k.Curve == elliptic.P384() ||
			alg == jose.ES512 && k.Curve == elliptic.P521()
	case ed25519.PublicKey:
		return alg == jose.EdDSA
	}
	return false
}

// pick returns the key for a token, nil if there is none. known tells that the set
// has a key of that id, if only for another algorithm. Without an id the set has
// to have one key only.
func pick(keys []jose.JSONWebKey, alg jose.SignatureAlgorithm, kid string) (key *jose.JSONWebKey, known bool) {
	for i := range keys {
		k := &keys[i]
		if kid != "" && k.KeyID != kid || kid == "" && len(keys) > 1 {
			continue
		}
		if known = true; fits(k, alg) {
			return k, true
		}
	}
	return nil, known
}
