package authz

import (
	"net/http"
	"strings"
	"sync"
	"time"

	"sluice/authz/jwt"
)

// A browser's WebSocket sends no Authorization header. A page that has a token, or a
// session at another origin, gets a ticket with it and puts that into the address:
// it works once, within 30 s, and for no more than who asked for it may do then.
const (
	ticketParameter = "ticket"
	ticketLife      = 30 * time.Second
	maxTickets      = 10_000
)

// tickets are those that nobody has used yet, of this process. The zero value is ready.
type tickets struct {
	mu   sync.Mutex
	live map[Hash]ticket // guarded by mu
}

type ticket struct {
	who   *Principal
	until time.Time
}

// add makes a ticket; "" if there are too many.
func (t *tickets) add(who *Principal, now time.Time) string {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.live) >= maxTickets {
		for hash, k := range t.live {
			if !now.Before(k.until) {
				delete(t.live, hash)
			}
		}
		if len(t.live) >= maxTickets {
			return ""
		}
	}
	if t.live == nil {
		t.live = map[Hash]ticket{}
	}
	value := newSecret(kindTicket)
	t.live[hashOf(value)] = ticket{who, now.Add(ticketLife)}
	return value
}

// take returns who a ticket stands for, nil for nobody, and uses it up.
func (t *tickets) take(value string, now time.Time) *Principal {
	if len(value) != secretLen {
		return nil
	}
	hash := hashOf(value)
	t.mu.Lock()
	defer t.mu.Unlock()
	k, known := t.live[hash]
	delete(t.live, hash)
	if !known || !now.Before(k.until) {
		return nil
	}
	return k.who
}

// ticketOf returns the ticket in a request's address, "" if there is none. Other
// values of the parameter are the flow's.
func ticketOf(r *http.Request) string {
	if !strings.Contains(r.URL.RawQuery, prefixes[kindTicket]) {
		return ""
	}
	for _, value := range r.URL.Query()[ticketParameter] {
		if strings.HasPrefix(value, prefixes[kindTicket]) {
			return value
		}
	}
	return ""
}

// takeTicket keeps a ticket from who serves the request, used or not.
func takeTicket(r *http.Request) {
	if ticketOf(r) != "" {
		takeQuery(r, ticketParameter)
	}
}

// judgeTicket judges the upgrade of a request by its ticket: as the token or the
// session that it was got with would be, now.
func (g *Guard) judgeTicket(r *http.Request, p *policy, path, value string) (_ *Principal, token string, _ *refusal) {
	now := g.opts.Now()
	who := g.tickets.take(value, now)
	if who == nil {
		return nil, "", g.slowGuess(r, refuseUnknown)
	}
	switch {
	case who.Type == PrincipalJWT && p.modes.has(ModeJWT) && now.Before(who.expires):
		who, refused := who.judgeIssued(r, p, path)
		return who, "", refused
	case who.Type == PrincipalToken && p.modes.tokens():
		c, err := g.verifier.findHash(who.hash, now.UnixMilli())
		if c == nil {
			return nil, "", refusalFor(err)
		}
		return g.judgeCredential(r, p, path, c, err, now.UnixMilli())
	case who.Type == PrincipalSession && p.modes.has(ModeTeam):
		snap := g.verifier.believed()
		if snap == nil {
			return nil, "", refuseStore
		}
		e := snap.logins[who.SessionID]
		if e == nil || e.over(now.UnixMilli()) {
			return nil, "", refuseUnknown
		}
		return e.principal, "", e.principal.rankRefusal(p.minRole)
	}
	return nil, "", refuseUnknown
}

// ticketCallers is what tickets are given for.
var ticketCallers = &policy{modes: 1<<ModeTeam | 1<<ModeBearer, origin: "tickets"}

// Ticket gives a ticket to whoever could open an endpoint: the holder of a token, or
// of a session. It answers a request that may not have one.
func (g *Guard) Ticket(w http.ResponseWriter, r *http.Request) (value string, until time.Time, ok bool) {
	now := g.opts.Now()
	who, refused := g.ticketCaller(r, now)
	if refused == nil {
		if value = g.tickets.add(who, now); value != "" {
			return value, now.Add(ticketLife).UTC(), true
		}
		refused = refuseRate(ticketLife)
	}
	g.refuse(w, r, refused, ticketCallers, r.URL.Path, Event{})
	return "", time.Time{}, false
}

func (g *Guard) ticketCaller(r *http.Request, now time.Time) (*Principal, *refusal) {
	shown, refused := parseAuthorization(r.Header, g.opts.IgnoreSchemes)
	switch {
	case refused != nil:
		return nil, refused
	case g.verifier == nil:
		return nil, refuseStore
	case shown.mode == ModeBearer && g.opts.Issuer != nil && jwt.Shaped(shown.credentials):
		who, err := g.opts.Issuer.tokens.Verify(r.Context(), shown.credentials)
		if err != nil {
			return nil, g.slowGuess(r, refusalOfIssuer(err))
		}
		return who, nil
	case shown.mode == ModeBearer:
		c, err := g.verifier.find(shown.credentials, now.UnixMilli())
		if err == nil && c.principal.kind != KindHTTP {
			err = ErrUnknown
		}
		if err != nil {
			return nil, g.slowGuess(r, refusalFor(err))
		}
		return c.principal, nil
	case shown.scheme:
		return nil, refuseMissing
	}
	who, refused := g.judgeSession(r)
	if who == nil && refused == nil {
		refused = refuseMissing
	}
	return who, refused
}
