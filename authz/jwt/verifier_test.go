package jwt

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	jose "github.com/go-jose/go-jose/v4"
)

func TestGoodTokens(t *testing.T) {
	rsaPS := jose.JSONWebKey{Key: rsaKey(), KeyID: "ps", Algorithm: string(jose.PS256), Use: "sig"}
	ec, ed := es256("ec"), edDSA("ed")
	i := newIssuer(t, rs256("rs"), rsaPS, ec, ed)
	v := i.verifier(t, nil)
	now := i.clock.Now().Unix()
	for _, tc := range []struct {
		name   string
		key    jose.JSONWebKey
		claims members
		head   members
	}{
		{"RS256", rs256("rs"), nil, nil},
		{"PS256", rsaPS, nil, nil},
		{"ES256", ec, nil, nil},
		{"EdDSA", ed, nil, nil},
		{"a list of audiences", ec, members{"aud": []string{"other", audience}}, nil},
		{"expired within the leeway", ec, members{"exp": now - 59}, nil},
		{"not before, within the leeway", ec, members{"nbf": now + 60}, nil},
		{"a fraction of a second", ec, members{"exp": float64(now) + 0.5}, nil},
		{"an expiry beyond all calendars", ec, members{"exp": 1e300}, nil},
		{"typ JWT", ec, nil, members{"typ": "JWT"}},
		{"typ application/at+jwt", ec, nil, members{"typ": "application/at+jwt"}},
		{"with a foreign jku and x5u, which do not count", ec, nil, members{"jku": "https://evil.example", "x5u": "https://evil.example"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			token := sign(t, tc.key, i.claims(tc.claims), tc.head)
			for range 2 { // judged, then remembered
				got, err := verify(v, token)
				if err != nil {
					t.Fatal(err)
				}
				if got.Subject != "robot" || !reflect.DeepEqual(got.Scopes, []string{"read"}) {
					t.Errorf("got %+v", got)
				}
			}
		})
	}
	if n := i.fetches.Load(); n != 1 {
		t.Errorf("the keys were fetched %d times, want once", n)
	}
}

// attacks are tokens that must be refused (RFC 8725). None may cause a request to
// an address that the token names.
func TestAttacksAreRefused(t *testing.T) {
	var calls atomic.Int32
	recorder := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { calls.Add(1) }))
	defer recorder.Close()

	good, rsaGood, foreign := es256("good"), rs256("rs"), es256("good")
	i := newIssuer(t, good, rsaGood)
	v := i.verifier(t, nil)
	now := i.clock.Now().Unix()
	payload := b64(marshal(t, i.claims(nil)))
	valid := sign(t, good, i.claims(nil), nil)
	if _, err := verify(v, valid); err != nil {
		t.Fatal(err)
	}
	head, rest, _ := strings.Cut(valid, ".")
	_, signature, _ := strings.Cut(rest, ".")
	unsigned := func(header string) string { return b64(header) + "." + payload + "." }
	der, err := x509.MarshalPKIXPublicKey(&rsaKey().PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	shared := func(secret []byte) string {
		text := b64(`{"alg":"HS256","kid":"rs","typ":"at+jwt"}`) + "." + payload
		mac := hmac.New(sha256.New, secret)
		mac.Write([]byte(text))
		return text + "." + base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
	}
	raw, err := base64.RawURLEncoding.DecodeString(signature)
	if err != nil {
		t.Fatal(err)
	}
	with := func(signature []byte) string {
		return head + "." + payload + "." + base64.RawURLEncoding.EncodeToString(signature)
	}
	by := func(changes members) string { return sign(t, good, i.claims(changes), nil) }
	headed := func(head members) string { return sign(t, good, i.claims(nil), head) }
	deep := strings.Repeat(`{"a":`, 60) + "1" + strings.Repeat("}", 60)
	body := strings.TrimSuffix(marshal(t, i.claims(nil)), "}")
	own := es256("own")
	embedded := own.Public()

	for name, token := range map[string]string{
		"none":                          unsigned(`{"alg":"none"}`),
		"None":                          unsigned(`{"alg":"None"}`),
		"NONE":                          unsigned(`{"alg":"NONE","typ":"JWT","kid":"good"}`),
		"nOnE":                          unsigned(`{"alg":"nOnE"}`),
		"none with a signature":         b64(`{"alg":"none","kid":"good"}`) + "." + payload + "." + signature,
		"no algorithm":                  unsigned(`{"kid":"good"}`),
		"an algorithm that is a list":   unsigned(`{"alg":["ES256"],"kid":"good"}`),
		"an algorithm in other case":    b64(`{"alg":"es256","kid":"good"}`) + "." + payload + "." + signature,
		"HS256 with the RSA key as DER": shared(der),
		"HS256 with the RSA key as PEM": shared(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})),
		"HS256 with the modulus":        shared(rsaKey().N.Bytes()),
		"HS256 with an empty secret":    shared(nil),
		"no signature":                  head + "." + payload + ".",
		"another's signature":           sign(t, foreign, i.claims(nil), nil),
		"changed claims":                head + "." + b64(marshal(t, i.claims(members{"sub": "admin"}))) + "." + signature,
		"an unknown kid":                sign(t, es256("unknown"), i.claims(nil), nil),
		"a kid of another algorithm":    sign(t, jose.JSONWebKey{Key: good.Key, KeyID: "rs", Algorithm: "ES256"}, i.claims(nil), nil),
		"a kid that is a path":          sign(t, es256("../../dev/null"), i.claims(nil), nil),
		"a kid that is a number":        unsigned(`{"alg":"ES256","kid":1}`),
		"no kid beside several keys":    sign(t, jose.JSONWebKey{Key: good.Key, Algorithm: "ES256"}, i.claims(nil), nil),
		"jku of the attacker":           sign(t, foreign, i.claims(nil), members{"jku": recorder.URL + "/keys"}),
		"x5u of the attacker":           sign(t, foreign, i.claims(nil), members{"x5u": recorder.URL + "/cert"}),
		"kid that is an URL":            sign(t, es256(recorder.URL+"/keys"), i.claims(nil), nil),
		"iss of the attacker":           sign(t, foreign, i.claims(members{"iss": recorder.URL}), nil),
		"jwk of the attacker":           sign(t, jose.JSONWebKey{Key: foreign.Key, Algorithm: "ES256"}, i.claims(nil), members{"jwk": embedded}),
		"crit":                          headed(members{"crit": []string{"exp"}, "exp": 1}),
		"crit unknown":                  headed(members{"crit": []string{"x"}, "x": true}),
		"crit empty":                    headed(members{"crit": []string{}}),
		"b64":                           headed(members{"b64": true}),
		"enc":                           headed(members{"enc": "A128GCM"}),
		"zip":                           headed(members{"zip": "DEF"}),
		"nested token":                  headed(members{"cty": "JWT"}),
		"a logout token":                headed(members{"typ": "logout+jwt"}),
		"typ that is no text":           headed(members{"typ": 1}),
		"encrypted":                     "eyJhbGciOiJkaXIiLCJlbmMiOiJBMTI4R0NNIn0..AAAA.AAAA.AAAA",
		"huge":                          sign(t, good, i.claims(members{"pad": strings.Repeat("x", 8192)}), nil),
		"deeply nested claims":          sign(t, good, body+`,"x":`+deep+"}", nil),
		"deeply nested header":          b64(`{"alg":"ES256","kid":"good","x":`+deep+"}") + "." + payload + "." + signature,
		"iss twice":                     sign(t, good, body+`,"iss":"`+i.URL+`"}`, nil),
		"a member twice, deep inside":   sign(t, good, body+`,"x":{"a":1,"a":2}}`, nil),
		"a member twice, in an escape":  sign(t, good, body+`,"\u0073ub":"admin"}`, nil),
		"alg twice":                     b64(`{"alg":"none","alg":"ES256","kid":"good"}`) + "." + payload + "." + signature,
		"claims that are a list":        sign(t, good, `[]`, nil),
		"claims that are null":          sign(t, good, `null`, nil),
		"claims with something behind":  sign(t, good, body+`}{}`, nil),
		"claims that are not UTF-8":     sign(t, good, body+",\"x\":\"\xff\"}", nil),
		"ES256 of 63 bytes":             with(raw[:63]),
		"ES256 of 65 bytes":             with(append(raw[:64:64], 0)),
		"ES256 as zeros":                with(make([]byte, 64)),
		"ES256 as ASN.1":                with([]byte{0x30, 6, 2, 1, 1, 2, 1, 1}),
		"other trailing bits":           otherTrailingBits(valid),
		"a line break inside":           strings.Replace(valid, ".", ".\n", 1),
		"padding":                       valid + "==",
		"wrong iss":                     by(members{"iss": i.URL + "/"}),
		"no iss":                        by(members{"iss": nil}),
		"wrong aud":                     by(members{"aud": "https://other.example.com"}),
		"aud that begins like ours":     by(members{"aud": audience + ".evil.example"}),
		"no aud":                        by(members{"aud": nil}),
		"aud that is an object":         by(members{"aud": members{audience: true}}),
		"no exp":                        by(members{"exp": nil}),
		"exp as text":                   by(members{"exp": "9999999999"}),
		"exp too large for a number":    sign(t, good, strings.Replace(body+"}", `"exp":`, `"x":1,"exp":1e999,"y":`, 1), nil),
		"nbf in the future":             by(members{"nbf": now + 61}),
		"nbf as text":                   by(members{"nbf": "0"}),
		"iat in the future":             by(members{"iat": now + 61}),
		"an ID token, by its nonce":     by(members{"nonce": "n"}),
		"an ID token, by its at_hash":   by(members{"at_hash": "h"}),
		"scope that is a number":        by(members{"scope": 1}),
		"empty":                         "",
		"dots":                          "..",
		"not base64":                    "!!." + payload + "." + signature,
		"header that is no JSON":        b64("alg") + "." + payload + "." + signature,
	} {
		t.Run(name, func(t *testing.T) {
			if got, err := verify(v, token); !errors.Is(err, ErrInvalid) {
				t.Errorf("got %v, %v, want ErrInvalid", got, err)
			}
		})
	}
	if n := calls.Load(); n != 0 {
		t.Errorf("%d requests went to an address from a token", n)
	}
	if n := i.fetches.Load(); n > 1 {
		t.Errorf("the keys were fetched %d times within 30 s", n)
	}
}

// otherTrailingBits spells the same signature in another way.
func otherTrailingBits(token string) string {
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
	last := strings.IndexByte(alphabet, token[len(token)-1])
	return token[:len(token)-1] + string(alphabet[last^1])
}

func TestAWeakKeyVerifiesNothing(t *testing.T) {
	weak, err := rsa.GenerateKey(rand.Reader, 1024)
	if err != nil {
		t.Fatal(err)
	}
	key := jose.JSONWebKey{Key: weak, KeyID: "weak", Algorithm: "RS256"}
	i := newIssuer(t, key)
	if _, err := verify(i.verifier(t, nil), sign(t, key, i.claims(nil), nil)); !errors.Is(err, ErrInvalid) {
		t.Errorf("got %v, want ErrInvalid", err)
	}
}

func TestAKeyForEncryptionVerifiesNothing(t *testing.T) {
	key := es256("enc")
	key.Use = "enc"
	i := newIssuer(t, key)
	if _, err := verify(i.verifier(t, nil), sign(t, key, i.claims(nil), nil)); !errors.Is(err, ErrInvalid) {
		t.Errorf("got %v, want ErrInvalid", err)
	}
}

func TestAnAlgorithmHasToBeAllowed(t *testing.T) {
	key := es256("ec")
	i := newIssuer(t, key)
	v := i.verifier(t, func(o *Options) { o.Algorithms = []string{"RS256"} })
	if _, err := verify(v, sign(t, key, i.claims(nil), nil)); !errors.Is(err, ErrInvalid) {
		t.Errorf("got %v, want ErrInvalid", err)
	}
}

func TestTheKidMayBeMissingBesideOneKey(t *testing.T) {
	key := es256("only")
	i := newIssuer(t, key)
	key.KeyID = ""
	if _, err := verify(i.verifier(t, nil), sign(t, key, i.claims(nil), nil)); err != nil {
		t.Error(err)
	}
}

func TestTypMayBeRequired(t *testing.T) {
	key := es256("ec")
	i := newIssuer(t, key)
	v := i.verifier(t, func(o *Options) { o.RequireTyp = true })
	for typ, want := range map[string]error{"at+jwt": nil, "application/AT+JWT": nil, "JWT": ErrInvalid} {
		if _, err := verify(v, sign(t, key, i.claims(nil), members{"typ": typ})); !errors.Is(err, want) {
			t.Errorf("%s: got %v, want %v", typ, err, want)
		}
	}
}

func TestExpiryIsToTheMoment(t *testing.T) {
	key := es256("ec")
	i := newIssuer(t, key)
	v := i.verifier(t, nil)
	token := sign(t, key, i.claims(members{"exp": i.clock.Now().Unix() + 30}), nil)
	for _, step := range []struct {
		wait time.Duration
		want error
	}{
		{0, nil},
		{30*time.Second + leeway - time.Millisecond, nil},
		{time.Millisecond, ErrExpired},
		{-time.Minute, ErrExpired}, // a clock that jumps back does not revive it
	} {
		i.clock.Advance(step.wait)
		if _, err := verify(v, token); !errors.Is(err, step.want) {
			t.Errorf("after %v: got %v, want %v", step.wait, err, step.want)
		}
	}
}

func TestScopesAndRoles(t *testing.T) {
	key := es256("ec")
	i := newIssuer(t, key)
	for _, tc := range []struct {
		name, rolesClaim string
		claims           members
		want             Token
	}{
		{"scope", "", members{"scope": "read  GET:/a"}, Token{Scoped: true, Scopes: []string{"read", "GET:/a"}}},
		{"scope as a list", "", members{"scope": []string{"read"}}, Token{Scoped: true, Scopes: []string{"read"}}},
		{"scope leads", "", members{"scope": "read", "scp": "write"}, Token{Scoped: true, Scopes: []string{"read"}}},
		{"scp as text", "", members{"scope": nil, "scp": "a b"}, Token{Scoped: true, Scopes: []string{"a", "b"}}},
		{"scp as a list", "", members{"scope": nil, "scp": []string{"a"}}, Token{Scoped: true, Scopes: []string{"a"}}},
		{"none", "", members{"scope": nil}, Token{}},
		{"empty", "", members{"scope": ""}, Token{Scoped: true, Scopes: []string{}}},
		{"roles by name", "roles", members{"scope": nil, "roles": []any{"owner", 5}}, Token{Roles: []string{"owner"}}},
		{"a name that is an URL", "https://example.com/roles", members{"scope": nil, "https://example.com/roles": "viewer"}, Token{Roles: []string{"viewer"}}},
		{"roles by pointer", "/realm_access/roles", members{"scope": nil, "realm_access": members{"roles": []string{"a"}}}, Token{Roles: []string{"a"}}},
		{"an escaped pointer", "/a~1b~0c/1", members{"scope": nil, "a/b~c": []string{"x", "y"}}, Token{Roles: []string{"y"}}},
		{"a pointer to nothing", "/a/01", members{"scope": nil, "a": []string{"x", "y"}}, Token{}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			v := i.verifier(t, func(o *Options) { o.RolesClaim = tc.rolesClaim })
			got, err := verify(v, sign(t, key, i.claims(tc.claims), nil))
			if err != nil {
				t.Fatal(err)
			}
			if got.Scoped != tc.want.Scoped || !reflect.DeepEqual(got.Scopes, tc.want.Scopes) || !reflect.DeepEqual(got.Roles, tc.want.Roles) {
				t.Errorf("got %+v, want %+v", *got, tc.want)
			}
		})
	}
}

func TestOptionsThatWouldBeUnsafeAreRefused(t *testing.T) {
	ok := Options{Issuer: "https://id.example.com/realm", Audience: audience}
	for name, change := range map[string]func(*Options){
		"no issuer":          func(o *Options) { o.Issuer = "" },
		"plain http":         func(o *Options) { o.Issuer = "http://id.example.com" },
		"another scheme":     func(o *Options) { o.Issuer = "file:///etc/passwd" },
		"a password":         func(o *Options) { o.Issuer = "https://a:b@id.example.com" },
		"no audience":        func(o *Options) { o.Audience = "" },
		"none":               func(o *Options) { o.Algorithms = []string{"none"} },
		"a shared secret":    func(o *Options) { o.Algorithms = []string{"RS256", "HS256"} },
		"keys by plain http": func(o *Options) { o.JWKSURI = "http://id.example.com/keys" },
		"introspection by plain http": func(o *Options) {
			o.Introspection = &Introspection{"http://id.example.com/i", "a", "b"}
		},
		"introspection without secret": func(o *Options) {
			o.Introspection = &Introspection{"https://id.example.com/i", "a", ""}
		},
	} {
		o := ok
		change(&o)
		if _, err := New(o, func(*Token) int { return 0 }); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	v, err := New(ok, func(*Token) int { return 0 })
	if err != nil {
		t.Fatal(err)
	}
	v.Close()
}

func FuzzToken(f *testing.F) {
	key := es256("ec")
	i := newIssuer(f, key)
	v := i.verifier(f, nil)
	valid := sign(f, key, i.claims(nil), nil)
	f.Add(valid)
	f.Add(b64(`{"alg":"none"}`) + ".e30.")
	f.Add(b64(`{"alg":"ES256","kid":"ec","crit":["b64"],"b64":false}`) + ".e30.AAAA")
	f.Add("..")
	f.Fuzz(func(t *testing.T, token string) {
		if _, err := verify(v, token); err == nil && token != valid {
			t.Errorf("accepted %q", token)
		} else if err != nil && !errors.Is(err, ErrInvalid) {
			t.Errorf("%q: %v", token, err)
		}
	})
}

func FuzzClaims(f *testing.F) {
	rules := rules{issuer: "i", audience: "a", rolesClaim: steps("/r/0")}
	f.Add([]byte(`{"iss":"i","aud":["a"],"exp":1e300,"scope":"x","r":["owner"]}`))
	f.Add([]byte(`{"iss":"i","aud":"a","exp":-1,"nbf":null,"scp":[1,"x"]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		claims, err := decodeObject(data)
		if err != nil {
			return
		}
		now := time.Unix(1_800_000_000, 0)
		token, err := rules.judge(claims, now)
		if err == nil && (claims["iss"] != "i" || !token.Expires.After(now.Add(-leeway))) {
			t.Errorf("%s was accepted, until %v", data, token.Expires)
		}
	})
}

func BenchmarkVerifyRemembered(b *testing.B) {
	key := es256("ec")
	i := newIssuer(b, key)
	v := i.verifier(b, nil)
	token := sign(b, key, i.claims(nil), nil)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := verify(v, token); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkVerifySignature(b *testing.B) {
	for _, key := range []jose.JSONWebKey{es256("ec"), rs256("rs"), edDSA("ed")} {
		b.Run(key.Algorithm, func(b *testing.B) {
			i := newIssuer(b, key)
			v := i.verifier(b, nil)
			token := sign(b, key, i.claims(nil), nil)
			b.ReportAllocs()
			for b.Loop() {
				v.verified.young = nil
				if _, err := verify(v, token); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkRefuseForged(b *testing.B) {
	key := es256("ec")
	i := newIssuer(b, key)
	v := i.verifier(b, nil)
	token := sign(b, es256("ec"), i.claims(nil), nil)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := verify(v, token); !errors.Is(err, ErrInvalid) {
			b.Fatal(err)
		}
	}
}
