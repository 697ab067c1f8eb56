package authz

import (
	"context"
	"encoding/base64"
	"fmt"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/crypto/argon2"
)

func basicValue(userpass string) string {
	return "Basic " + base64.StdEncoding.EncodeToString([]byte(userpass))
}

// One answer for all that is missing, malformed or wrong.
func TestBasic(t *testing.T) {
	for name, hash := range map[string]string{"bcrypt": testHash, "bcrypt as Node writes it": "$2b" + testHash[3:], "argon2id": argonText("secret")} {
		t.Run(name, func(t *testing.T) {
			g := newGuarded(t, PolicyConfig{Mode: []string{"basic"}}, func(o *GuardOptions) { o.Basic = &BasicUser{User: "nöra", Hash: hash} })
			for _, tc := range []struct {
				value  string
				status int
			}{
				{"", 401},
				{"Basic", 401},
				{"Basic !!!", 401},
				{basicValue("nöra"), 401},
				{basicValue("nöra:"), 401},
				{basicValue("nöra:secret "), 401},
				{basicValue("other:secret"), 401},
				{"Bearer " + g.valid, 401},
				{basicValue("nöra:secret"), 200},
				{"basic  " + base64.StdEncoding.EncodeToString([]byte("nöra:secret")), 200},
			} {
				w := get(g.handler, "GET", "/token-demo", "Authorization", tc.value)
				challenge := w.Header().Get("WWW-Authenticate")
				if w.Code != tc.status || w.Code == 401 && challenge != `Basic realm="sluice", charset="UTF-8"` {
					t.Errorf("%q: %d %s", tc.value, w.Code, challenge)
				}
			}
			seen := g.flow.last.Load()
			if got := fmt.Sprint(FromContext(seen.Context()).Fields()); got != "map[type:basic user:map[username:nöra]]" || len(seen.Header) != 0 {
				t.Errorf("principal %s, header %v", got, seen.Header)
			}
			if w := get(g.handler, "GET", "/token-demo", "Authorization", basicValue("nöra:secret"), "Authorization", basicValue("nöra:secret")); w.Code != 401 {
				t.Errorf("two lines: %d", w.Code)
			}
		})
	}
}

func argonText(password string) string {
	salt := []byte("saltsalt12345678")
	key := argon2.IDKey([]byte(password), salt, 1, 64, 1, 32)
	b64 := base64.RawStdEncoding
	return "$argon2id$v=19$m=64,t=1,p=1$" + b64.EncodeToString(salt) + "$" + b64.EncodeToString(key)
}

func TestPasswordHashErrors(t *testing.T) {
	for _, text := range []string{"", "secret", "$2b$15$" + testHash[7:], "$argon2id$v=19$m=64,t=1,p=1$$", "$argon2id$v=19$m=9999999,t=1,p=1$c2FsdHNhbHQ$MTIzNDU2Nzg5MDEyMzQ1Ng", "$argon2id$x"} {
		if _, err := parsePasswordHash(text); err == nil || text != "" && strings.Contains(err.Error(), text) {
			t.Errorf("%q: %v", text, err)
		}
	}
}

// A name is blocked after 5 failures; who was let in before within a minute is not;
// a right bearer token never is.
func TestBasicLimits(t *testing.T) {
	g := newGuarded(t, PolicyConfig{Mode: []string{"basic", "bearer"}}, func(o *GuardOptions) { o.Basic = &BasicUser{User: "u", Hash: testHash} })
	status := func(value string) int { return get(g.handler, "GET", "/token-demo", "Authorization", value).Code }
	right, wrong := basicValue("u:secret"), basicValue("u:wrong")
	if status(right) != 200 {
		t.Fatal("the right password")
	}
	for i := range 5 {
		if got := status(wrong); got != 401 {
			t.Errorf("failure %d: %d", i+1, got)
		}
	}
	w := get(g.handler, "GET", "/token-demo", "Authorization", wrong)
	if w.Code != 429 || w.Header().Get("Retry-After") != "1" || w.Header().Get("WWW-Authenticate") != "" {
		t.Errorf("failure 6: %d %v", w.Code, w.Header())
	}
	if got := status(right); got != 200 {
		t.Errorf("who is known already: %d", got)
	}
	if got := status("Bearer " + g.valid); got != 200 {
		t.Errorf("a token: %d", got)
	}
	g.clock.Advance(time.Minute) // the penalty is over, and so is the memory of the success
	if got := status(wrong); got != 401 {
		t.Errorf("after the penalty: %d", got)
	}
	if got := status(right); got != 429 {
		t.Errorf("within the doubled penalty: %d", got)
	}
	g.clock.Advance(2 * time.Second)
	if got := status(right); got != 200 {
		t.Errorf("after the doubled penalty: %d", got)
	}
}

func TestLimiterIsBounded(t *testing.T) {
	var l limiter
	now := newClock().Now()
	for i := range limiterKeys + 100 {
		l.fail(now, fmt.Sprint(i), netip.AddrFrom4([4]byte{10, byte(i >> 16), byte(i >> 8), byte(i)}))
	}
	if len(l.counts) > limiterKeys {
		t.Errorf("%d keys", len(l.counts))
	}
	for range failsPerIP {
		l.fail(now, "", netip.MustParseAddr("2001:db8::1"))
	}
	if l.blocked(now, "x", netip.MustParseAddr("2001:db8::2")) == 0 {
		t.Error("another address of the /64 is not blocked")
	}
	if l.blocked(now, "x", netip.MustParseAddr("2001:db8:0:1::1")) != 0 {
		t.Error("another /64 is blocked")
	}
	for range 20 {
		l.fail(now, "v", netip.Addr{})
	}
	if wait := l.blocked(now, "v", netip.Addr{}); wait != maxPenalty {
		t.Errorf("the longest wait is %v", wait)
	}
}

// More than the queue holds are told to come back, not kept.
func TestHashQueueIsBounded(t *testing.T) {
	h := newHashing()
	for range cap(h.turns) {
		h.turns <- struct{}{}
	}
	leaving, leave := context.WithCancel(ctx)
	results := make(chan error, hashQueue+1)
	var wg sync.WaitGroup
	for range hashQueue + 1 {
		wg.Go(func() { results <- h.do(leaving, func() { t.Error("hashed") }) })
	}
	if err := <-results; err != ErrBusy { // the one too many
		t.Errorf("got %v", err)
	}
	leave()
	wg.Wait()
	if n := h.waiting.Load(); n != 0 {
		t.Errorf("%d still wait", n)
	}
}
