package network

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"strings"
	"syscall"

	"sluice/authz"
	"sluice/internal/weburl"
	"sluice/runtime"
	"sluice/runtime/msg"
)

// rulesKey is the key of the rules that all nodes of an engine share.
type rulesKey struct{}

type sharedRules struct {
	rules *authz.OutgoingRules
	err   error
}

// outgoingRules are those of the settings outgoing.allow and outgoing.deny.
func outgoingRules(inst *runtime.Instance) (*authz.OutgoingRules, error) {
	s := runtime.Shared(inst.Engine(), rulesKey{}, func() *sharedRules {
		outgoing, _ := inst.Setting("outgoing").(*msg.Object)
		list := func(key string) (texts []string) {
			a, _ := outgoing.Value(key).(*msg.Array)
			for _, v := range a.All() {
				texts = append(texts, msg.ToString(v))
			}
			return texts
		}
		rules, err := authz.ParseOutgoingRules(list("allow"), list("deny"))
		return &sharedRules{rules, err}
	})
	return s.rules, s.err
}

// dialOutgoing connects to the server of u. Errors are ready for the flow, but for timeouts.
func dialOutgoing(ctx context.Context, rules *authz.OutgoingRules, u *weburl.URL) (net.Conn, error) {
	address := u.Address()
	c, err := dialRuled(ctx, rules, net.Dialer{}, address)
	if err != nil && !isTimeout(err) {
		err = dialError(err, address)
	}
	return c, err
}

// dialRuled connects to address, host:port, by TCP. The rules judge its name, and each
// address in the moment before the connection is made: whatever the name resolved to before.
func dialRuled(ctx context.Context, rules *authz.OutgoingRules, d net.Dialer, address string) (net.Conn, error) {
	if rules.Any() {
		host, port, err := net.SplitHostPort(address)
		if err != nil {
			return nil, err
		}
		if err := rules.JudgeHost(host, port); err != nil {
			return nil, err
		}
		d.Control = func(_, target string, _ syscall.RawConn) error {
			at, err := netip.ParseAddrPort(target)
			if err != nil {
				return err
			}
			return rules.JudgeAddr(host, port, at.Addr())
		}
	}
	return d.DialContext(ctx, "tcp", address)
}

// judgeBehindProxy judges a server that a proxy will connect to: by its name, and
// by the addresses it has here, if it has any. What the proxy makes of the name is
// the proxy's to guard.
func judgeBehindProxy(ctx context.Context, rules *authz.OutgoingRules, u *weburl.URL) error {
	if !rules.Any() {
		return nil
	}
	host, port, _ := net.SplitHostPort(u.Address())
	if err := rules.JudgeHost(host, port); err != nil {
		return deniedError(err)
	}
	addrs, _ := net.DefaultResolver.LookupNetIP(ctx, "ip", host)
	for _, addr := range addrs {
		if err := rules.JudgeAddr(host, port, addr); err != nil {
			return deniedError(err)
		}
	}
	return nil
}

// deniedError tells a flow that the rules refuse a server, but not which address
// it has: that is nothing for who chose the URL.
func deniedError(err error) error {
	text := authz.ErrOutgoing.Error()
	for e := err; e != nil; e = errors.Unwrap(e) {
		if strings.HasPrefix(e.Error(), text) {
			text = e.Error()
			break
		}
	}
	return requestError(codeDenied, text)
}

const codeDenied = "ERR_OUTGOING_DENIED"

// isDenied tells whether err is one of deniedError.
func isDenied(err error) bool {
	e, ok := errors.AsType[*msg.Error](err)
	return ok && e.Props.String("code") == codeDenied
}
