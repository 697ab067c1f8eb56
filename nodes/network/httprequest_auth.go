package network

import (
	"errors"
	"fmt"
	"net/netip"
	"regexp"
	"strings"
	"sync"

	"sluice/authz"
	"sluice/internal/weburl"
	"sluice/runtime"
	"sluice/runtime/msg"
)

// requestAuth is how a node proves who it is: a credential that it names, else
// credentials of its own, which are never in the flow file, else the userinfo of a
// URL, for that message alone. One Authorization header is sent, and it replaces one
// that the flow wrote.
type requestAuth struct {
	inst           *runtime.Instance
	kind           string // basic, digest, bearer; others send nothing
	user, password string
	given          bool   // the node has credentials
	fault          error  // why they cannot be used; every message fails with it
	value          string // of the Authorization header, where no message changes it
	digest         *digestCache
	requireTLS     bool
	warnPlain      sync.Once
	named          *namedCredential // goes before all of these, if the node names one
}

// credentialVar is a credential that is an environment variable's name as a whole.
var credentialVar = regexp.MustCompile(`^\$(?:\{([^{}\s]+)\}|\(([^()\s]+)\))$`)

func newRequestAuth(inst *runtime.Instance, kind, name string) *requestAuth {
	a := &requestAuth{inst: inst, kind: kind, given: inst.HasCredentials(), digest: &digestCache{}}
	a.requireTLS = requiresTLS(inst)
	if name != "" {
		a.named, a.given = newNamedCredential(a, name), false
		return a
	}
	a.user, a.password = a.credential("user"), a.credential("password")
	if a.given && kind == "bearer" && a.fault == nil {
		a.password, a.fault = checkToken(inst, a.password)
		a.value = "Bearer " + a.password
	}
	return a
}

// credential reads a credential and puts the value of an environment variable in its place.
// Node-RED sends the name of an unset variable; here that is a fault, since it
// is surely no password and tells the server how secrets are kept.
func (a *requestAuth) credential(name string) string {
	v := a.inst.Credential(name)
	m := credentialVar.FindStringSubmatch(v)
	if m == nil {
		return v
	}
	value := a.inst.Env(m[1] + m[2])
	if value == msg.Undefined {
		a.fault = fmt.Errorf("the credentials of this node name the environment variable %s, which is not set: set it, or enter the value itself", m[1]+m[2])
		return ""
	}
	return msg.ToString(value)
}

var errEmptyToken = errors.New("this node authenticates with a bearer token, but the token is empty: enter it in the node, or choose another type of authentication")

// checkToken takes off what is not part of a pasted token and refuses what can be none.
func checkToken(inst *runtime.Instance, token string) (string, error) {
	clean, notices, err := authz.CleanToken(token)
	for _, notice := range notices {
		inst.Log.Warn(notice)
	}
	if errors.Is(err, authz.ErrTokenEmpty) {
		err = errEmptyToken
	}
	return clean, err
}

// apply adds the credentials to a request.
func (a *requestAuth) apply(x *exchange) error {
	if a.named != nil {
		x.named = a.named // opened when the request is sent
		return nil
	}
	if a.fault != nil {
		return a.fault
	}
	kind, user, password := a.kind, a.user, a.password
	u := x.req.url
	if !a.given || kind == "basic" && password == "" {
		if u.Username+u.Password != "" {
			user, password = decodeUserinfo(u.Username), decodeUserinfo(u.Password)
			if kind != "digest" {
				kind = "basic"
			}
		}
	}
	var value string
	switch kind {
	case "basic":
		if user+password == "" {
			return nil
		}
		value = basicAuth(user, password)
	case "bearer":
		if !a.given {
			return nil
		}
		value = a.value
	case "digest":
		if user+password == "" {
			return nil
		}
		x.digest = &digestAuth{cache: a.digest, user: user, password: password, warn: func(text string) { a.inst.Log.Warn(text) }}
	default:
		return nil
	}
	x.req.header.del("authorization")
	if value != "" {
		x.req.header = append(x.req.header, headerField{"Authorization", value})
	}
	return a.checkPlain(u)
}

// checkPlain looks at credentials that would travel in the clear: it warns, once
// for each deploy, or refuses them if the settings say so.
func (a *requestAuth) checkPlain(u *weburl.URL) error {
	if u.Scheme == "https" || isLoopback(u.Hostname()) {
		return nil
	}
	if a.requireTLS {
		return fmt.Errorf("the credentials of this node are not sent to %s over plain http, since the setting outgoing.requireTls is on: use https", u.Host)
	}
	a.warnPlain.Do(func() {
		a.inst.Log.Warn("credentials are sent over plain http: who is on the way can read them", "host", u.Host)
	})
	return nil
}

// requiresTLS reads the setting outgoing.requireTls, which lets no credentials
// travel in the clear and no certificate go unverified by a message's wish.
func requiresTLS(inst *runtime.Instance) bool {
	outgoing, _ := inst.Setting("outgoing").(*msg.Object)
	return outgoing.Value("requireTls") == true
}

func isLoopback(host string) bool {
	if addr, err := netip.ParseAddr(host); err == nil {
		return addr.IsLoopback()
	}
	return host == "localhost" || strings.HasSuffix(host, ".localhost")
}
