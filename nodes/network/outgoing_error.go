package network

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strconv"
	"strings"
	"syscall"
	"time"

	"sluice/authz"
	"sluice/runtime/msg"
)

// Errors of outgoing requests have the classes, codes and texts that flows know
// from got and Node, since catch nodes compare them. They never hold headers or credentials.

// outgoingError makes an error of one of got's classes.
func outgoingError(class, code, text string) *msg.Error {
	e := &msg.Error{Name: class, Message: text, Props: msg.NewObject("code", code)}
	e.Stack = e.Error()
	return e
}

func requestError(code, text string) *msg.Error { return outgoingError("RequestError", code, text) }

// withCause is err as got hands it on: what Node said of the network is the cause of an error of got's class.
func withCause(err error) error {
	e, ok := err.(*msg.Error)
	if !ok || e.Name != "RequestError" && e.Name != "ReadError" {
		return err
	}
	code := e.Props.String("code")
	if strings.HasPrefix(code, "ERR_") && !strings.HasPrefix(code, "ERR_TLS_") && !strings.HasPrefix(code, "ERR_SSL_") {
		return err
	}
	cause := &msg.Error{Name: "Error", Message: e.Message, Props: msg.NewObject("code", code)}
	cause.Stack = cause.Error()
	return &msg.Error{Name: e.Name, Message: e.Message, Stack: e.Stack, Props: msg.NewObject("code", code, "cause", cause)}
}

// readError is an error in the middle of a body.
func readError() *msg.Error {
	return outgoingError("ReadError", "ECONNRESET", "The server aborted pending request")
}

func parseError(code, reason string) *msg.Error {
	return requestError(code, "Parse Error: "+reason)
}

const timeoutCode = "ETIMEDOUT"

func timeoutError(limit time.Duration) *msg.Error {
	ms := strconv.FormatInt(limit.Milliseconds(), 10)
	return outgoingError("TimeoutError", timeoutCode, "Timeout awaiting 'request' for "+ms+"ms")
}

// errorCode returns the code of an error made here, or "".
func errorCode(err error) string {
	if e, ok := errors.AsType[*msg.Error](err); ok {
		return e.Props.String("code")
	}
	return ""
}

// isTimeout tells whether err is the deadline of a connection or a context.
func isTimeout(err error) bool {
	return errors.Is(err, os.ErrDeadlineExceeded) || errors.Is(err, context.DeadlineExceeded)
}

// dialError translates an error of connecting to address.
func dialError(err error, address string) error {
	if e, ok := errors.AsType[*msg.Error](err); ok {
		return e
	}
	if errors.Is(err, authz.ErrOutgoing) {
		return deniedError(err)
	}
	if dns, ok := errors.AsType[*net.DNSError](err); ok {
		code := "EAI_AGAIN"
		if dns.IsNotFound {
			code = "ENOTFOUND"
		}
		return requestError(code, "getaddrinfo "+code+" "+dns.Name)
	}
	if code, ok := errnoCode(err); ok {
		if op, ok := errors.AsType[*net.OpError](err); ok && op.Addr != nil {
			address = op.Addr.String()
		}
		return requestError(code, "connect "+code+" "+address)
	}
	return requestError("ERR_GOT_REQUEST_ERROR", "connect "+address+": "+err.Error())
}

// exchangeError translates an error of sending a request or awaiting its response.
func exchangeError(err error) error {
	if e, ok := errors.AsType[*msg.Error](err); ok {
		return e
	}
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, net.ErrClosed) {
		return requestError("ECONNRESET", "socket hang up")
	}
	if alert, ok := tlsAlert(err); ok {
		return alert
	}
	if code, ok := errnoCode(err); ok {
		verb := "read"
		if op, ok := errors.AsType[*net.OpError](err); ok {
			verb = op.Op
		}
		return requestError(code, verb+" "+code)
	}
	return requestError("ERR_GOT_REQUEST_ERROR", err.Error())
}

// errnoCodes are the system errors that networks cause, by their names in C.
var errnoCodes = []struct {
	errno syscall.Errno
	code  string
}{
	{syscall.ECONNREFUSED, "ECONNREFUSED"},
	{syscall.ECONNRESET, "ECONNRESET"},
	{syscall.ECONNABORTED, "ECONNABORTED"},
	{syscall.EHOSTUNREACH, "EHOSTUNREACH"},
	{syscall.ENETUNREACH, "ENETUNREACH"},
	{syscall.EADDRNOTAVAIL, "EADDRNOTAVAIL"},
	{syscall.EADDRINUSE, "EADDRINUSE"},
	{syscall.EACCES, "EACCES"},
	{syscall.EMFILE, "EMFILE"},
	{syscall.EPIPE, "EPIPE"},
	{syscall.ETIMEDOUT, timeoutCode},
}

func errnoCode(err error) (string, bool) {
	for _, e := range errnoCodes {
		if errors.Is(err, e.errno) {
			return e.code, true
		}
	}
	return "", false
}

// handshakeError translates an error of a TLS handshake to OpenSSL's codes.
func handshakeError(err error, config *tls.Config) error {
	var certificate *tls.CertificateVerificationError
	if errors.As(err, &certificate) && len(certificate.UnverifiedCertificates) > 0 {
		return verifyError(certificate, config)
	}
	if errors.As(err, new(tls.RecordHeaderError)) {
		return requestError("EPROTO", "the server did not answer in TLS: is it plain http?")
	}
	if alert, ok := tlsAlert(err); ok {
		return alert
	}
	if errors.Is(err, io.EOF) {
		return requestError("ECONNRESET", "Client network socket disconnected before secure TLS connection was established")
	}
	return exchangeError(err)
}

func verifyError(verification *tls.CertificateVerificationError, config *tls.Config) error {
	chain, err := verification.UnverifiedCertificates, verification.Err
	if errors.As(err, new(x509.HostnameError)) {
		// Node asks for the authority first, and for the name then.
		options := x509.VerifyOptions{Roots: config.RootCAs, Intermediates: x509.NewCertPool()}
		for _, c := range chain[1:] {
			options.Intermediates.AddCert(c)
		}
		if _, err = chain[0].Verify(options); err == nil {
			return requestError("ERR_TLS_CERT_ALTNAME_INVALID", "Hostname/IP does not match certificate's altnames: "+altnameReason(chain[0], config.ServerName))
		}
	}
	var invalid x509.CertificateInvalidError
	switch {
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		if time.Now().Before(chain[0].NotBefore) {
			return requestError("CERT_NOT_YET_VALID", "certificate is not yet valid")
		}
		return requestError("CERT_HAS_EXPIRED", "certificate has expired")
	case errors.As(err, new(x509.UnknownAuthorityError)):
		return untrustedError(chain)
	}
	return requestError("ERR_TLS_CERT_INVALID", "the certificate of "+config.ServerName+" is not valid: "+err.Error())
}

func untrustedError(chain []*x509.Certificate) error {
	selfSigned := func(c *x509.Certificate) bool { return string(c.RawIssuer) == string(c.RawSubject) }
	switch {
	case len(chain) == 1 && selfSigned(chain[0]):
		return requestError("DEPTH_ZERO_SELF_SIGNED_CERT", "self-signed certificate")
	case len(chain) > 1 && selfSigned(chain[len(chain)-1]):
		return requestError("SELF_SIGNED_CERT_IN_CHAIN", "self-signed certificate in certificate chain")
	case len(chain) > 1:
		return requestError("UNABLE_TO_GET_ISSUER_CERT_LOCALLY", "unable to get local issuer certificate")
	}
	return requestError("UNABLE_TO_VERIFY_LEAF_SIGNATURE", "unable to verify the first certificate")
}

// altnameReason says in Node's words why a certificate is not one of host.
func altnameReason(cert *x509.Certificate, host string) string {
	var names, ips []string
	for _, n := range cert.DNSNames {
		names = append(names, "DNS:"+n)
	}
	for _, ip := range cert.IPAddresses {
		ips = append(ips, ip.String())
		names = append(names, "IP Address:"+ip.String())
	}
	if net.ParseIP(host) != nil {
		return fmt.Sprintf("IP: %s is not in the cert's list: %s", host, strings.Join(ips, ", "))
	}
	return fmt.Sprintf("Host: %s. is not in the cert's altnames: %s", host, strings.Join(names, ", "))
}

// alertCodes are OpenSSL's names for the alerts that servers send, by the words
// of crypto/tls, which exports no more of them.
var alertCodes = map[string]string{
	"tls: handshake failure":              "ERR_SSL_SSL/TLS_ALERT_HANDSHAKE_FAILURE",
	"tls: bad certificate":                "ERR_SSL_SSL/TLS_ALERT_BAD_CERTIFICATE",
	"tls: revoked certificate":            "ERR_SSL_SSL/TLS_ALERT_CERTIFICATE_REVOKED",
	"tls: expired certificate":            "ERR_SSL_SSL/TLS_ALERT_CERTIFICATE_EXPIRED",
	"tls: unknown certificate":            "ERR_SSL_SSL/TLS_ALERT_CERTIFICATE_UNKNOWN",
	"tls: unknown certificate authority":  "ERR_SSL_TLSV1_ALERT_UNKNOWN_CA",
	"tls: protocol version not supported": "ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION",
	"tls: unrecognized name":              "ERR_SSL_TLSV1_UNRECOGNIZED_NAME",
	"tls: certificate required":           "ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED",
	"tls: no application protocol":        "ERR_SSL_TLSV1_ALERT_NO_APPLICATION_PROTOCOL",
}

func tlsAlert(err error) (error, bool) {
	op, ok := errors.AsType[*net.OpError](err)
	if !ok || op.Op != "remote error" {
		return nil, false
	}
	code, known := alertCodes[op.Err.Error()]
	if !known {
		code = "EPROTO"
	}
	return requestError(code, "the server refused the TLS connection: "+op.Err.Error()), true
}
