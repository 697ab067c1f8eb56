package authz

import "net/http"

// refuse tells of a refused request and answers it in place of the handler. p is
// nil when no policy was reached.
func (g *Guard) refuse(w http.ResponseWriter, r *http.Request, f *refusal, p *policy, path string, e Event) {
	if p != nil {
		g.tell(r, f, e, path)
	}
	g.answer(w, r, f, p)
}

// tell writes e to log and audit, sampled by reason, address and known token, and
// for an admin API by action and actor too.
func (g *Guard) tell(r *http.Request, f *refusal, e Event, path string) {
	now, from := g.opts.Now(), clientAddress(r, g.opts.TrustedProxies)
	reason := f.code
	if f.text != "" {
		reason = f.text
	}
	key := deniedKey{reason + " " + e.Subject, from}
	if action, ok := e.Detail["action"].(string); ok {
		key.reason += " " + action + " " + e.Actor
	} else {
		e.Detail = map[string]any{}
	}
	e.At, e.Type, e.IP = now.UTC(), EventDenied, from.String()
	if f.cause != "" {
		e.Detail["cause"] = f.cause
	}
	e.Detail["reason"], e.Detail["method"], e.Detail["path"] = reason, r.Method, path
	g.denied.event(now, key, e)
}

func (g *Guard) answer(w http.ResponseWriter, r *http.Request, f *refusal, p *policy) {
	var modes modeSet
	if p != nil {
		modes = p.modes
	}
	if g.opts.Refused != nil {
		g.opts.Refused(w, r)
	}
	f.write(w, r, modes, &g.opts)
}
