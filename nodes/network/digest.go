package network

import (
	"crypto/md5"
	"crypto/rand"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"sync"

	"sluice/internal/weburl"
)

// digestAuth answers digest challenges (RFC 7616) during one exchange.
type digestAuth struct {
	cache          *digestCache
	user, password string
	warn           func(string)

	challenge *digestChallenge // the one to answer; nil until the server has sent one
	uses      int              // of its nonce
}

// digestCache keeps the nonce that a server gave a node for its next request.
type digestCache struct {
	mu     sync.Mutex // guards what follows
	origin string
	next   *digestChallenge
}

// digestChallenge is what a server asks for.
type digestChallenge struct {
	realm, nonce, opaque string
	algorithm            string // as written, "" if it was not
	qop                  bool   // with qop=auth; without, the scheme of RFC 2069
	stale                bool
}

// authorize adds the answer to a request, if there is a challenge to answer.
func (a *digestAuth) authorize(req *outgoingRequest) {
	if a.challenge == nil {
		if a.challenge = a.cache.take(req.url); a.challenge == nil {
			return
		}
	}
	a.uses++
	req.header.set("authorization", a.challenge.answer(a.user, a.password, req.method, req.url.Target(), newCNonce(), a.uses))
}

// retry tells whether a response asks for another attempt, of which there is one.
func (a *digestAuth) retry(req *outgoingRequest, res *outgoingResponse, retried bool) bool {
	a.keepNext(req, res)
	if res.status != 401 || retried {
		return false
	}
	challenge, err := chooseChallenge(res.header)
	if err != nil {
		a.warn("Digest authentication failed: " + err.Error())
		return false
	}
	if challenge == nil || a.challenge != nil && !challenge.stale && challenge.nonce == a.challenge.nonce {
		return false
	}
	a.challenge, a.uses = challenge, 0
	return true
}

// keepNext remembers the nonce for the next request that a response may name.
func (a *digestAuth) keepNext(req *outgoingRequest, res *outgoingResponse) {
	info, ok := res.header.get("authentication-info")
	if !ok || a.challenge == nil {
		return
	}
	for _, p := range parseChallenges("Digest " + info)[0].params {
		if strings.EqualFold(p.name, "nextnonce") && p.value != "" {
			next := *a.challenge
			next.nonce = p.value
			a.cache.put(req.url, &next)
		}
	}
}

func (c *digestCache) take(u *weburl.URL) *digestChallenge {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.next == nil || c.origin != u.Address() {
		return nil
	}
	next := c.next
	c.next = nil // a nonce and its count serve one exchange
	return next
}

func (c *digestCache) put(u *weburl.URL, next *digestChallenge) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.origin, c.next = u.Address(), next
}

// chooseChallenge returns the first digest challenge that can be answered, as RFC
// 7616, 3.7 says: servers put the one they like best first. It is nil if there is none.
func chooseChallenge(header headerList) (*digestChallenge, error) {
	var fault error
	for _, f := range header {
		if f.name != "www-authenticate" {
			continue
		}
		for _, c := range parseChallenges(f.value) {
			if !strings.EqualFold(c.scheme, "digest") {
				continue
			}
			d, err := c.digest()
			if err == nil {
				return d, nil
			}
			if fault == nil {
				fault = err
			}
		}
	}
	return nil, fault
}

// Faults of a challenge, the first two in Node-RED's words.
var (
	errNoNonce = errors.New("Invalid digest challenge: missing nonce")
	errNoRealm = errors.New("Invalid digest challenge: missing realm")
	errQop     = errors.New("the server asks for a quality of protection other than auth")
)

func (c authChallenge) digest() (*digestChallenge, error) {
	d := &digestChallenge{}
	realm, qop, hasQop := false, "", false
	for _, p := range c.params {
		switch strings.ToLower(p.name) {
		case "realm":
			d.realm, realm = p.value, true
		case "nonce":
			d.nonce = p.value
		case "opaque":
			d.opaque = p.value
		case "algorithm":
			d.algorithm = p.value
		case "stale":
			d.stale = strings.EqualFold(p.value, "true")
		case "qop":
			qop, hasQop = p.value, true
		}
	}
	d.qop = hasListToken(qop, "auth")
	switch {
	case d.nonce == "":
		return nil, errNoNonce
	case !realm:
		return nil, errNoRealm
	case hasQop && !d.qop:
		return nil, errQop
	case d.hash("") == "":
		return nil, fmt.Errorf("the server asks for the algorithm %.40q, which is not known", d.algorithm)
	}
	return d, nil
}

// hash is the hexadecimal digest of s by the challenge's algorithm, "" if that is not known.
// SHA-512-256 is the function of FIPS 180-4; Node-RED cuts SHA-512, which no server accepts.
func (d *digestChallenge) hash(s string) string {
	name := strings.ToLower(d.algorithm)
	switch strings.TrimSuffix(name, "-sess") {
	case "", "md5":
		sum := md5.Sum([]byte(s))
		return hex.EncodeToString(sum[:])
	case "sha-256":
		sum := sha256.Sum256([]byte(s))
		return hex.EncodeToString(sum[:])
	case "sha-512-256":
		sum := sha512.Sum512_256([]byte(s))
		return hex.EncodeToString(sum[:])
	}
	return ""
}

// answer is the value of the Authorization header (RFC 7616, 3.4), its parts in Node-RED's order.
func (d *digestChallenge) answer(user, password, method, target, cnonce string, uses int) string {
	ha1 := d.hash(user + ":" + d.realm + ":" + password)
	if strings.HasSuffix(strings.ToLower(d.algorithm), "-sess") {
		ha1 = d.hash(ha1 + ":" + d.nonce + ":" + cnonce)
	}
	ha2 := d.hash(method + ":" + target)
	nc := fmt.Sprintf("%08x", uses)
	response := d.hash(ha1 + ":" + d.nonce + ":" + ha2)
	if d.qop {
		response = d.hash(ha1 + ":" + d.nonce + ":" + nc + ":" + cnonce + ":auth:" + ha2)
	}
	var b strings.Builder
	if onlyASCII(user) {
		b.WriteString("Digest username=" + quotedString(user))
	} else {
		b.WriteString("Digest username*=UTF-8''" + encodeURIComponent(user))
	}
	b.WriteString(", realm=" + quotedString(d.realm) + ", nonce=" + quotedString(d.nonce) + ", uri=" + quotedString(target))
	if d.qop {
		b.WriteString(", qop=auth")
	}
	b.WriteString(`, response="` + response + `"`)
	if d.qop {
		b.WriteString(", nc=" + nc)
	}
	if d.qop || strings.HasSuffix(strings.ToLower(d.algorithm), "-sess") {
		b.WriteString(`, cnonce="` + cnonce + `"`)
	}
	if d.algorithm != "" {
		b.WriteString(", algorithm=" + d.algorithm)
	}
	if d.opaque != "" {
		b.WriteString(", opaque=" + quotedString(d.opaque))
	}
	return b.String()
}

func newCNonce() string {
	var b [16]byte
	rand.Read(b[:])
	return hex.EncodeToString(b[:])
}

var quoteEscaper = strings.NewReplacer(`\`, `\\`, `"`, `\"`)

func quotedString(s string) string { return `"` + quoteEscaper.Replace(s) + `"` }

func onlyASCII(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] >= 0x80 {
			return false
		}
	}
	return true
}
