package network

import (
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"os"
	"strconv"
	"strings"

	"sluice/runtime"
	"sluice/runtime/msg"
)

// TLSConfig is the config node that says how connections are secured: which
// authorities to trust, and who to be.
var TLSConfig = runtime.Type{
	Name: "tls-config", Category: "config",
	New: func() runtime.Node { return &tlsNode{CertType: "files"} },
}

type tlsNode struct {
	Cert       string `json:"cert"` // paths
	Key        string `json:"key"`
	CA         string `json:"ca"`
	P12        string `json:"p12"`
	CertEnv    string `json:"certEnv"`
	KeyEnv     string `json:"keyEnv"`
	CAEnv      string `json:"caEnv"`
	CertType   string `json:"certType"` // files, env or pfx
	ServerName string `json:"servername"`
	ALPN       string `json:"alpnprotocol"`
	Verify     any    `json:"verifyservercert"` // anything but false verifies

	identity     string // of all that tells connections apart
	certificates []tls.Certificate
	roots        *x509.CertPool // nil: the system's
}

// Init reads the certificates. A fault in them is logged and leaves a node without
// them, as in Node-RED: connections are then verified against the system's authorities.
func (n *tlsNode) Init(inst *runtime.Instance) error {
	n.ServerName, n.ALPN = strings.TrimSpace(n.ServerName), strings.TrimSpace(n.ALPN)
	m, err := n.load(inst)
	if err != nil {
		n.certificates, n.roots = nil, nil
		m = tlsMaterial{}
		inst.Log.Error(err.Error())
	}
	n.identity = m.identity(n)
	return nil
}

// Check finds certificates that cannot be used.
func (n *tlsNode) Check(inst *runtime.Instance) error {
	trial := *n
	_, err := trial.load(inst)
	return err
}

func (n *tlsNode) load(inst *runtime.Instance) (tlsMaterial, error) {
	m, err := n.material(inst)
	if err == nil {
		err = n.use(m, inst.Credential("passphrase"))
	}
	return m, err
}

// tlsMaterial is what a tls-config holds, PEM or PKCS #12.
type tlsMaterial struct{ cert, key, ca, pfx []byte }

// identity tells apart the connections of nodes with different settings, by what Node's agent
// looks at. Connections of equal nodes are shared, over deploys too.
func (m *tlsMaterial) identity(n *tlsNode) string {
	h := sha256.New()
	for _, part := range [...][]byte{m.cert, m.key, m.ca, m.pfx, []byte(n.ServerName), []byte(strconv.FormatBool(n.Verify == false))} {
		h.Write(strconv.AppendInt(nil, int64(len(part)), 10))
		h.Write([]byte{':'})
		h.Write(part)
	}
	return string(h.Sum(nil))
}

// errMissingFile has Node-RED's words for a certificate without its key, or the reverse.
var errMissingFile = errors.New("No certificate/key file provided")

func (n *tlsNode) material(inst *runtime.Instance) (m tlsMaterial, err error) {
	cert, key, ca, p12 := strings.TrimSpace(n.Cert), strings.TrimSpace(n.Key), strings.TrimSpace(n.CA), strings.TrimSpace(n.P12)
	read := func(into *[]byte, path string) {
		if path != "" && err == nil {
			*into, err = os.ReadFile(path)
		}
	}
	switch {
	case n.CertType == "pfx" && p12 != "":
		read(&m.pfx, p12)
	case n.CertType == "env":
		m.cert, m.key, m.ca = envBytes(inst, n.CertEnv), envBytes(inst, n.KeyEnv), envBytes(inst, n.CAEnv)
	case cert+key+ca != "":
		if (cert == "") != (key == "") {
			return m, errMissingFile
		}
		read(&m.cert, cert)
		read(&m.key, key)
		read(&m.ca, ca)
	default:
		m.cert, m.key, m.ca = []byte(inst.Credential("certdata")), []byte(inst.Credential("keydata")), []byte(inst.Credential("cadata"))
		m.pfx, _ = msg.DecodeText(inst.Credential("p12data"), "base64")
		if (len(m.cert) == 0) != (len(m.key) == 0) && len(m.pfx) == 0 {
			return m, errMissingFile
		}
	}
	if n.CertType == "pfx" {
		m.cert, m.key, m.ca = nil, nil, nil
	} else {
		m.pfx = nil
	}
	return m, err
}

func envBytes(inst *runtime.Instance, name string) []byte {
	if v := inst.Env(name); name != "" && v != msg.Undefined {
		return []byte(msg.ToString(v))
	}
	return nil
}

func (n *tlsNode) use(m tlsMaterial, passphrase string) error {
	if len(m.ca) > 0 {
		n.roots = x509.NewCertPool()
		if !n.roots.AppendCertsFromPEM(m.ca) {
			return errors.New("the CA certificate is not PEM")
		}
	}
	switch {
	case len(m.pfx) > 0:
		cert, authorities, err := parsePFX(m.pfx, passphrase)
		if err != nil {
			return err
		}
		n.certificates = []tls.Certificate{cert}
		if len(authorities) > 0 && n.roots == nil {
			n.roots = copySystemRoots()
		}
		for _, ca := range authorities { // Node trusts them besides the others
			n.roots.AddCert(ca)
		}
	case len(m.cert) > 0 && len(m.key) > 0:
		key, err := decryptPEMKey(m.key, passphrase)
		if err != nil {
			return err
		}
		cert, err := tls.X509KeyPair(m.cert, key)
		if err != nil {
			return err
		}
		n.certificates = []tls.Certificate{cert}
	}
	return nil
}

// clientConfig is the configuration for a connection to host. A nil node gives the defaults.
func (n *tlsNode) clientConfig(host string) *tls.Config {
	c := &tls.Config{ServerName: host, RootCAs: systemRoots(), MinVersion: tls.VersionTLS12}
	if n == nil {
		return c
	}
	c.Certificates = n.certificates
	c.InsecureSkipVerify = n.Verify == false
	if n.roots != nil {
		c.RootCAs = n.roots
	}
	if n.ServerName != "" {
		c.ServerName = n.ServerName
	}
	if n.ALPN != "" {
		c.NextProtos = []string{n.ALPN}
	}
	return c
}
