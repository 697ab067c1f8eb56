package network

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"net"
	"os"
	"sync"
	"time"

	"sluice/authz"
	"sluice/internal/weburl"
)

// outgoing sends requests for one message: over connections of its pool, or
// through a proxy.
type outgoing struct {
	pool     *connPool
	proxy    *proxy // nil: none
	rules    *authz.OutgoingRules
	tls      *tlsNode
	insecure bool
}

// send sends a request and reads the response. Errors are ready for the flow.
func (o *outgoing) send(ctx context.Context, req *outgoingRequest) (*outgoingResponse, error) {
	key := connKey{address: req.url.Address(), secure: req.url.Scheme == "https"}
	if key.secure {
		if o.tls != nil {
			key.tls = o.tls.identity
		}
		key.insecure = o.insecure
	}
	deadline := time.Now().Add(req.timeout)
	res, err := o.sendOver(ctx, key, req, deadline)
	if err != nil && isTimeout(err) && ctx.Err() == nil {
		return nil, timeoutError(req.timeout)
	}
	return res, err
}

func (o *outgoing) sendOver(ctx context.Context, key connKey, req *outgoingRequest, deadline time.Time) (*outgoingResponse, error) {
	c, err := o.pool.acquire(ctx, key, deadline)
	if err != nil {
		return nil, err
	}
	if c == nil {
		dialCtx, cancel := context.WithDeadline(ctx, deadline)
		c, err = o.connect(dialCtx, key, req.url)
		cancel()
		if err != nil {
			o.pool.release(key, nil, 0)
			return nil, err
		}
	}
	res, err := c.exchange(ctx, req, deadline)
	if err != nil || !res.keepAlive {
		c.Close()
		o.pool.release(key, nil, 0)
		return res, err
	}
	o.pool.release(key, c, res.idleFor(o.pool.limit))
	return res, nil
}

// connect makes a connection to the server of u.
func (o *outgoing) connect(ctx context.Context, key connKey, u *weburl.URL) (*outgoingConn, error) {
	var tcp net.Conn
	var err error
	if o.proxy == nil {
		tcp, err = dialOutgoing(ctx, o.rules, u)
	} else if err = judgeBehindProxy(ctx, o.rules, u); err == nil {
		tcp, err = o.proxy.tunnel(ctx, key.address)
	}
	if err != nil {
		return nil, err
	}
	if !key.secure {
		return newOutgoingConn(tcp, tcp, key), nil
	}
	config := o.tls.clientConfig(u.Hostname())
	if key.insecure {
		config.InsecureSkipVerify = true
	}
	secured, err := handshake(ctx, tcp, config)
	if err != nil {
		return nil, err
	}
	return newOutgoingConn(secured, tcp, key), nil
}

// handshake secures a connection, which it closes if that fails.
func handshake(ctx context.Context, c net.Conn, config *tls.Config) (net.Conn, error) {
	secured := tls.Client(c, config)
	err := secured.HandshakeContext(ctx)
	if err == nil {
		return secured, nil
	}
	c.Close()
	if isTimeout(err) || ctx.Err() != nil {
		return nil, err
	}
	return nil, handshakeError(err, config)
}

// systemRoots are the certificate authorities of the system and, as in Node,
// those of the file that NODE_EXTRA_CA_CERTS names. nil stands for the system's alone.
var systemRoots = sync.OnceValue(func() *x509.CertPool {
	path := os.Getenv("NODE_EXTRA_CA_CERTS")
	if path == "" {
		return nil
	}
	roots := x509.NewCertPool()
	if system, err := x509.SystemCertPool(); err == nil {
		roots = system
	}
	if pem, err := os.ReadFile(path); err == nil {
		roots.AppendCertsFromPEM(pem)
	}
	return roots
})

// copySystemRoots returns systemRoots to add to.
func copySystemRoots() *x509.CertPool {
	if roots := systemRoots(); roots != nil {
		return roots.Clone()
	}
	if roots, err := x509.SystemCertPool(); err == nil {
		return roots
	}
	return x509.NewCertPool()
}
