package config

import (
	"path/filepath"
	"strings"

	"sluice/runtime/msg"
)

// TLS is how the listener speaks https. The zero value is plain http.
type TLS struct {
	CertFile, KeyFile string // PEM; read again when they change

	Cert, Key []byte // PEM, from Node-RED's setting https; fixed
	ClientCA  []byte // PEM: certificates of clients are asked for
	Optional  bool   // clients may have none

	ACME      []string // hosts to get certificates for from an ACME authority (RFC 8555)
	Directory string   // URL of the authority; "" is Let's Encrypt
	CacheDir  string   // of those certificates
}

// On tells whether the listener speaks https.
func (t *TLS) On() bool { return t.CertFile != "" || len(t.Cert) > 0 || len(t.ACME) > 0 }

// tlsFile is the tls part of sluice.yaml.
type tlsFile struct {
	Cert string `yaml:"cert"`
	Key  string `yaml:"key"`
	ACME list   `yaml:"acme"`

	Directory string `yaml:"acmeDirectory"`
}

// tls settles the listener's certificate: sluice's own settings, else Node-RED's https.
func (c *Config) tls(p *picker) error {
	t, f := &c.TLS, &p.file.TLS
	t.ACME = splitList(p.text("acme", p.flags.ACME, "SLUICE_ACME", strings.Join(f.ACME.items, ","), "", ""))
	t.Directory = p.text("acme-directory", "", "SLUICE_ACME_DIRECTORY", f.Directory, "", "")
	if t.Directory != "" && !strings.HasPrefix(t.Directory, "https://") {
		return errorf("tls.acmeDirectory (from %s) is the https:// URL of an ACME authority's directory", c.From["acme-directory"])
	}
	t.CacheDir = filepath.Join(c.UserDir, "acme")
	t.CertFile = c.inUserDir(p.text("tls-cert", p.flags.TLSCert, "SLUICE_TLS_CERT", f.Cert, "", ""))
	t.KeyFile = c.inUserDir(p.text("tls-key", p.flags.TLSKey, "SLUICE_TLS_KEY", f.Key, "", ""))
	switch {
	case (t.CertFile == "") != (t.KeyFile == ""):
		return errorf("https needs a certificate and its key: give both tls.cert and tls.key, as PEM files")
	case t.CertFile != "" && len(t.ACME) > 0:
		return errorf("certificates come from files (tls.cert) or from an ACME authority (tls.acme), not from both: leave one out")
	case t.On():
		return nil
	}
	return t.fromSettings(c.Settings.Value("https"))
}

func (c *Config) inUserDir(name string) string {
	if name == "" || filepath.IsAbs(name) {
		return name
	}
	return filepath.Join(c.UserDir, name)
}

// fromSettings reads Node-RED's https: the options of Node's https.createServer,
// or a function that returns them.
func (t *TLS) fromSettings(v any) error {
	if f, ok := v.(*msg.Func); ok {
		var err error
		if v, err = f.Call(msg.Undefined, nil); err != nil {
			return errorf("https in settings.js: %v", err)
		}
	}
	if !msg.ToBool(v) {
		return nil
	}
	options, _ := v.(*msg.Object)
	t.Cert, t.Key = pemOf(options.Value("cert")), pemOf(options.Value("key"))
	if len(t.Cert) == 0 || len(t.Key) == 0 {
		return errorf("https in settings.js needs key and cert, read with fs.readFileSync: without them there would be no https; or name the files in sluice.yaml as tls.key and tls.cert")
	}
	if msg.ToBool(options.Value("passphrase")) {
		return errorf("https in settings.js: a key with a passphrase is not supported: store it without one, readable for this user alone")
	}
	if msg.ToBool(options.Value("requestCert")) {
		if t.ClientCA = pemOf(options.Value("ca")); len(t.ClientCA) == 0 {
			return errorf("https in settings.js asks for certificates of clients (requestCert): add their authority as ca")
		}
		t.Optional = options.Value("rejectUnauthorized") == false
	}
	return nil
}

func pemOf(v any) []byte {
	switch v := v.(type) {
	case string:
		return []byte(v)
	case *msg.Buffer:
		return v.B
	case *msg.Array:
		var all []byte
		for _, e := range v.All() {
			all = append(append(all, pemOf(e)...), '\n')
		}
		return all
	}
	return nil
}
