package network

import (
	"context"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/tidwall/gjson"

	"sluice/authz"
	"sluice/internal/weburl"
)

// accessTokens gets and keeps the access tokens of client credentials (RFC 6749,
// 4.4) for all nodes of an engine: one for each credential as it is now.
type accessTokens struct {
	ctx    context.Context
	cancel context.CancelFunc
	work   sync.WaitGroup // fetches under way

	mu      sync.Mutex // guards byGrant
	byGrant map[authz.Grant]*accessToken
}

// accessToken is a token, or one that is being fetched.
type accessToken struct {
	ready chan struct{} // closed when the rest is there
	value string
	until time.Time // not to be used from then on
	err   error
}

// tokensKey is the key of the tokens that all nodes of an engine share.
type tokensKey struct{}

const (
	tokenTimeout  = 30 * time.Second // of a fetch
	tokenEarly    = 60 * time.Second // before its end a token is given up
	tokenUnknown  = 5 * time.Minute  // life of a token that does not say
	tokenLongest  = 24 * time.Hour
	failureKept   = time.Second // a server that refuses is not asked for each message
	maxTokenBody  = 256 << 10
	maxTokenValue = 16 << 10
)

func newAccessTokens() *accessTokens {
	t := &accessTokens{byGrant: map[authz.Grant]*accessToken{}}
	t.ctx, t.cancel = context.WithCancel(context.Background())
	return t
}

// Close ends the fetches under way.
func (t *accessTokens) Close() {
	t.cancel()
	t.work.Wait()
}

// get returns a token for grant, from memory if it can. One that a server refused
// is given as the Authorization header that carried it, and is not returned again.
// However many ask, one fetch is under way.
func (t *accessTokens) get(ctx context.Context, grant authz.Grant, refused string, by *namedCredential) (string, error) {
	t.mu.Lock()
	e := t.byGrant[grant]
	if e == nil || e.over(time.Now(), refused) {
		e = &accessToken{ready: make(chan struct{})}
		t.forgetOver()
		t.byGrant[grant] = e
		t.work.Go(func() {
			defer close(e.ready)
			ctx, cancel := context.WithTimeout(t.ctx, tokenTimeout)
			defer cancel()
			e.fetch(ctx, grant, by)
		})
	}
	t.mu.Unlock()
	select {
	case <-e.ready:
		return e.value, e.err
	case <-ctx.Done():
		return "", context.Cause(ctx)
	}
}

// over tells whether a token is there and of no use any more.
func (e *accessToken) over(now time.Time, refused string) bool {
	select {
	case <-e.ready:
		return !now.Before(e.until) || e.err == nil && refused == "Bearer "+e.value
	default:
		return false
	}
}

// forgetOver drops tokens that have ended, of credentials that were rotated too.
// The caller holds t.mu.
func (t *accessTokens) forgetOver() {
	now := time.Now()
	for grant, e := range t.byGrant {
		if e.over(now, "") {
			delete(t.byGrant, grant)
		}
	}
}

func (e *accessToken) fetch(ctx context.Context, grant authz.Grant, by *namedCredential) {
	began := time.Now()
	value, life, err := by.fetchToken(ctx, grant)
	if err != nil {
		e.err, e.until = err, time.Now().Add(failureKept)
		return
	}
	e.value, e.until = value, began.Add(life-tokenEarly)
	by.source.Keep("access token of "+grant.Name, value)
}

// fetchToken asks the server for a token. Errors name its status and its error code,
// never what else it said: that may repeat the secret.
func (c *namedCredential) fetchToken(ctx context.Context, grant authz.Grant) (value string, life time.Duration, err error) {
	fail := func(text string) (string, time.Duration, error) {
		return "", 0, credentialError("no access token for the credential \"" + grant.Name + "\": " + text)
	}
	u, err := weburl.Parse(grant.TokenURL, nil)
	if err != nil {
		return fail("its token URL is none")
	}
	req := &outgoingRequest{method: "POST", url: u, timeout: tokenTimeout, maxBody: maxTokenBody}
	form := url.Values{"grant_type": {"client_credentials"}}
	for name, v := range map[string]string{"scope": grant.Scope, "audience": grant.Audience} {
		if v != "" {
			form.Set(name, v)
		}
	}
	if grant.ClientAuth == "post" {
		form.Set("client_id", grant.ClientID)
		form.Set("client_secret", grant.Secret)
	} else {
		// Both are form-encoded before they become Basic (RFC 6749, 2.3.1).
		req.header.set("Authorization", basicAuth(url.QueryEscape(grant.ClientID), url.QueryEscape(grant.Secret)))
	}
	req.header.set("Accept", "application/json")
	req.header.set("Content-Type", "application/x-www-form-urlencoded")
	req.setBody([]byte(form.Encode()))
	pool := newConnPool(sharedIdle)
	defer pool.Close()
	to := outgoing{pool: pool, rules: c.rules}
	to.proxy, _ = c.proxies.proxyFor(u)
	res, err := to.send(ctx, req)
	if err != nil {
		return fail(err.Error())
	}
	if res.status != 200 {
		return fail("the token server answered " + strconv.Itoa(res.status) + oauthCode(res.body))
	}
	body := gjson.ParseBytes(res.body)
	value = body.Get("access_token").String()
	kind := body.Get("token_type").String()
	switch {
	case !gjson.ValidBytes(res.body) || !body.IsObject() || value == "":
		return fail("the answer of the token server holds none")
	case kind != "" && !strings.EqualFold(kind, "bearer"):
		return fail("the token server gives tokens of another type than bearer")
	case len(value) > maxTokenValue || !isToken68(value):
		return fail("the token that was given cannot be sent in a header")
	}
	life = tokenUnknown
	if v := body.Get("expires_in"); v.Exists() && v.Float() >= 0 {
		life = time.Duration(min(v.Float(), tokenLongest.Seconds()) * float64(time.Second))
	} else {
		life += tokenEarly
	}
	return value, life, nil
}

// isToken68 tells whether s is made of printable ASCII without spaces.
func isToken68(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r >= 0x7F })
}

// oauthCode is the error code of RFC 6749, 5.2, in an answer, if it has one.
func oauthCode(body []byte) string {
	code := gjson.GetBytes(body, "error").String()
	if code == "" || len(code) > 40 || strings.Trim(code, "abcdefghijklmnopqrstuvwxyz_") != "" {
		return ""
	}
	return " (" + code + ")"
}
