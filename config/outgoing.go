package config

import (
	"path/filepath"
	"strconv"
	"time"

	"sluice/authz"
	"sluice/runtime/msg"
)

// Outgoing is what the calls that flows make may do.
type Outgoing struct {
	RequireTLS  bool     // credentials travel by https alone, certificates are always verified
	Allow, Deny []string // see authz.ParseOutgoingRules

	Timeout   time.Duration // httpRequestTimeout; 0: the node's default
	MaxLength string        // httpRequestMaxLength: the longest response body, such as 5mb; "": the node's default

	masterKey string // SLUICE_MASTER_KEY
	keyFile   string
}

// outgoingFile is the outgoing part of sluice.yaml.
type outgoingFile struct {
	RequireTLS scalar `yaml:"requireTls"`
	Allow      list   `yaml:"allow"`
	Deny       list   `yaml:"deny"`
}

// outgoing settles what calls out may do, and where the key of their credentials lies.
func (c *Config) outgoing(p *picker) (err error) {
	o, f := &c.Outgoing, &p.file.Outgoing
	if err := o.rules(p, f, c.Settings); err != nil {
		return err
	}
	timeout := p.text("httpRequestTimeout", "", "SLUICE_HTTP_REQUEST_TIMEOUT", string(p.file.HTTPRequestTimeout), "httpRequestTimeout", "")
	if timeout != "" {
		ms, msErr := strconv.ParseFloat(timeout, 64) // Node-RED's way: milliseconds
		if o.Timeout = time.Duration(ms * float64(time.Millisecond)); msErr != nil {
			o.Timeout, err = time.ParseDuration(timeout)
		}
		switch fromFile := p.from["httpRequestTimeout"] != "settings.js httpRequestTimeout"; {
		case fromFile && (err != nil || o.Timeout <= 0 || o.Timeout > 24*time.Hour):
			return errorf("%q (from %s) is no time limit for outgoing requests: give milliseconds, or a time such as 30s", timeout, p.from["httpRequestTimeout"])
		case !fromFile:
			o.Timeout = 0 // the node reads it as Node-RED does
		}
	}
	o.MaxLength = p.text("httpRequestMaxLength", "", "SLUICE_HTTP_REQUEST_MAX_LENGTH", string(p.file.HTTPRequestMaxLength), "", "")
	_, inFile := p.getenv("SLUICE_MASTER_KEY_FILE")
	if o.keyFile = filepath.Join(c.UserDir, "master.key"); inFile {
		if _, both := p.getenv("SLUICE_MASTER_KEY"); both {
			return errorf("SLUICE_MASTER_KEY and SLUICE_MASTER_KEY_FILE are both set: keep one of them")
		}
		o.keyFile, _ = p.getenv("SLUICE_MASTER_KEY_FILE")
		return nil
	}
	o.masterKey, _ = p.getenv("SLUICE_MASTER_KEY")
	return nil
}

// rules settles requireTls, allow and deny: of the environment, sluice.yaml, or outgoing in settings.js.
func (o *Outgoing) rules(p *picker, f *outgoingFile, settings *msg.Object) error {
	js, _ := settings.Value("outgoing").(*msg.Object)
	inJS := func(key string) (texts []string) {
		switch v := js.Value(key).(type) {
		case *msg.Array:
			for _, e := range v.All() {
				texts = append(texts, msg.ToString(e))
			}
		case string:
			texts = splitList(v)
		}
		return texts
	}
	requireTLS := string(f.RequireTLS)
	if requireTLS == "" && js.Has("requireTls") {
		requireTLS = msg.ToString(js.Value("requireTls"))
	}
	switch text := p.text("outgoing.requireTls", "", "SLUICE_OUTGOING_REQUIRE_TLS", requireTLS, "", "false"); text {
	case "true", "false":
		o.RequireTLS = text == "true"
	default:
		return errorf("outgoing.requireTls (from %s) is %q: set true or false", p.from["outgoing.requireTls"], text)
	}
	for _, l := range []struct {
		key, variable string
		file          list
		to            *[]string
	}{
		{"allow", "SLUICE_OUTGOING_ALLOW", f.Allow, &o.Allow},
		{"deny", "SLUICE_OUTGOING_DENY", f.Deny, &o.Deny},
	} {
		*l.to = inJS(l.key)
		if l.file.set {
			*l.to = l.file.items
		}
		if text, ok := p.getenv(l.variable); ok {
			*l.to = splitList(text)
		}
		// An empty list would look like "nothing is allowed" and mean the opposite.
		if l.key == "allow" && len(o.Allow) == 0 && (l.file.set || js.Has("allow")) {
			return errorf("outgoing.allow is an empty list: leave it out to allow all, or deny 0.0.0.0/0 and ::/0 to allow nothing")
		}
	}
	if _, err := authz.ParseOutgoingRules(o.Allow, o.Deny); err != nil {
		return errorf("%v", err)
	}
	return nil
}

// set puts what nodes ask for into their settings.
func (o *Outgoing) set(settings *msg.Object) {
	texts := func(list []string) *msg.Array {
		a := &msg.Array{}
		for _, text := range list {
			a.Append(text)
		}
		return a
	}
	settings.Set("outgoing", msg.NewObject("requireTls", o.RequireTLS, "allow", texts(o.Allow), "deny", texts(o.Deny)))
	if o.Timeout > 0 {
		settings.Set("httpRequestTimeout", float64(o.Timeout.Milliseconds()))
	}
	if o.MaxLength != "" {
		settings.Set("httpRequestMaxLength", o.MaxLength)
	}
}

// Keys are the master keys of named credentials: of SLUICE_MASTER_KEY, or of the
// file that SLUICE_MASTER_KEY_FILE names, else of master.key in the user directory.
func (c *Config) Keys() (*authz.Keys, error) {
	if c.Outgoing.masterKey != "" {
		return authz.ParseKeys(c.Outgoing.masterKey, "SLUICE_MASTER_KEY")
	}
	return authz.OpenKeys(c.Outgoing.keyFile)
}
