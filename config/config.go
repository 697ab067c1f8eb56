// Package config finds a user directory and settles what an instance runs with:
// flags, SLUICE_ variables, sluice.yaml, Node-RED's settings.js and defaults, in
// that order. It starts nothing.
package config

import (
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"sluice/flows"
	"sluice/runtime/js"
	"sluice/runtime/msg"
)

// Flags are what a command line said; empty fields said nothing.
type Flags struct {
	Host, Port, Auth     string
	Proxies              string
	DB                   string
	CredentialSecretFile string
	TLSCert, TLSKey      string
	ACME                 string
}

// Config is everything an instance is made of.
type Config struct {
	UserDir  string
	FlowFile string // absolute path
	Host     string
	Port     int
	BaseURL  string // how browsers reach the instance, without a path; "" if it is not known
	DB       string // absolute path of the database
	Auth     Auth
	TLS      TLS
	Outgoing Outgoing

	RequestTimeout time.Duration // of a request whose flow does not answer
	Strict         bool          // nodeRedCompat: strict: keep Node-RED's silences

	Settings *msg.Object // settings.js, as plain values; never nil
	OffFiles []string    // Node-RED's files whose node types are not to run, such as 90-exec.js
	OffTypes []string    // node types that are not to run
	Secrets  []flows.Secret
	Plain    bool // credentialSecret: false, the credential file stays plain

	From map[string]string // setting -> where its value came from, for explanations
}

// Error is a fault in what the user gave: what, where and what to do. NotFound
// tells a missing file from a bad value.
type Error struct {
	Text     string
	NotFound bool
}

func (e *Error) Error() string { return e.Text }

func errorf(format string, args ...any) error { return &Error{Text: fmt.Sprintf(format, args...)} }

// DefaultPort is Node-RED's.
const DefaultPort = 1880

// Load settles the configuration of the user directory, or flow file, at path.
func Load(path string, flags Flags, getenv func(string) (string, bool)) (*Config, error) {
	c := &Config{From: map[string]string{}, Settings: &msg.Object{}}
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, &Error{Text: fmt.Sprintf("there is no user directory or flow file %s: name one that exists, or make it with `mkdir`", path), NotFound: true}
	case err != nil:
		return nil, err
	}
	if c.UserDir, err = filepath.Abs(path); err != nil {
		return nil, err
	}
	if !info.IsDir() {
		c.FlowFile, c.UserDir = c.UserDir, filepath.Dir(c.UserDir)
	}
	if err := c.readSettings(getenv); err != nil {
		return nil, err
	}
	if err := c.switchedOff(); err != nil {
		return nil, err
	}
	file, err := readYAML(filepath.Join(c.UserDir, "sluice.yaml"))
	if err != nil {
		return nil, err
	}
	pick := &picker{flags: flags, getenv: getenv, file: file, settings: c.Settings, from: c.From}
	if err := c.listen(pick); err != nil {
		return nil, err
	}
	if err := c.auth(pick); err != nil {
		return nil, err
	}
	if err := c.jwt(pick); err != nil {
		return nil, err
	}
	if err := c.tls(pick); err != nil {
		return nil, err
	}
	if err := c.oidc(pick); err != nil {
		return nil, err
	}
	c.files(pick)
	if err := c.needUsers(); err != nil {
		return nil, err
	}
	if err := c.limits(pick); err != nil {
		return nil, err
	}
	if err := c.outgoing(pick); err != nil {
		return nil, err
	}
	return c, c.secrets(pick)
}

// readSettings evaluates settings.js, if there is one.
func (c *Config) readSettings(getenv func(string) (string, bool)) error {
	path := filepath.Join(c.UserDir, "settings.js")
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	settings, err := js.EvalModule(path, js.ModuleOptions{Getenv: getenv})
	if err != nil {
		return errorf("%s could not be evaluated: %v", path, err)
	}
	c.Settings = settings
	return nil
}

// listen settles host and port.
func (c *Config) listen(p *picker) error {
	c.Host = p.text("host", p.flags.Host, "SLUICE_HOST", p.file.Host, "uiHost", "127.0.0.1")
	port := p.text("port", p.flags.Port, "SLUICE_PORT", string(p.file.Port), "uiPort", strconv.Itoa(DefaultPort))
	n, err := strconv.Atoi(port)
	if err != nil || n < 0 || n > 65535 {
		return errorf("%q (from %s) is no port: give a number from 0 to 65535", port, c.From["port"])
	}
	c.Port = n
	return nil
}

// files settles where flows and database lie.
func (c *Config) files(p *picker) {
	if c.FlowFile == "" {
		name := p.text("flowFile", "", "SLUICE_FLOW_FILE", p.file.FlowFile, "flowFile", "flows.json")
		if c.FlowFile = name; !filepath.IsAbs(name) {
			c.FlowFile = filepath.Join(c.UserDir, name)
		}
	}
	c.DB = p.text("db", p.flags.DB, "SLUICE_DB", p.file.DB, "", "sluice.db")
	if !filepath.IsAbs(c.DB) {
		c.DB = filepath.Join(c.UserDir, c.DB)
	}
}

func (c *Config) limits(p *picker) error {
	c.Strict = p.text("nodeRedCompat", "", "SLUICE_NODE_RED_COMPAT", p.file.NodeRedCompat, "", "") == "strict"
	text := p.text("requestTimeout", "", "SLUICE_REQUEST_TIMEOUT", p.file.RequestTimeout, "", "120s")
	d, err := time.ParseDuration(text)
	if err != nil || d <= 0 {
		return errorf("%q (from %s) is no time limit for requests: give one such as 30s or 2m", text, c.From["requestTimeout"])
	}
	c.RequestTimeout = d
	return nil
}

// secrets settles what the credential file may be encrypted with (Node-RED's
// runtime/lib/nodes/credentials.js, and sluice's own variables before it).
func (c *Config) secrets(p *picker) error {
	if file := p.flags.CredentialSecretFile; file != "" {
		text, err := os.ReadFile(file)
		if err != nil {
			return errorf("--credential-secret-file: %v", err)
		}
		c.addSecret(strings.TrimRight(string(text), "\r\n"), "--credential-secret-file")
	}
	for _, name := range []string{"SLUICE_CREDENTIAL_SECRET", "NODE_RED_CREDENTIAL_SECRET"} {
		v, err := Secret(name, p.getenv)
		if err != nil {
			return err
		}
		c.addSecret(v, name)
	}
	switch v := c.Settings.Value("credentialSecret").(type) {
	case string:
		c.addSecret(v, "settings.js credentialSecret")
	case bool:
		c.Plain = !v
	}
	return nil
}

func (c *Config) addSecret(value, source string) {
	if value != "" {
		c.Secrets = append(c.Secrets, flows.Secret{Value: value, Source: source})
	}
}

// RuntimeSettings are the settings that nodes ask for: those of settings.js, and
// sluice's own beside them.
func (c *Config) RuntimeSettings() *msg.Object {
	settings := msg.Clone(c.Settings).(*msg.Object)
	settings.Set("requestTimeout", float64(c.RequestTimeout.Milliseconds()))
	if c.Strict {
		settings.Set("nodeRedCompat", "strict")
	}
	c.Outgoing.set(settings)
	return settings
}

// Secret reads a secret from the variable name, or from the file that name_FILE names.
func Secret(name string, getenv func(string) (string, bool)) (string, error) {
	value, set := getenv(name)
	path, inFile := getenv(name + "_FILE")
	switch {
	case set && inFile:
		return "", errorf("%s and %s_FILE are both set: keep one of them", name, name)
	case !inFile:
		return value, nil
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return "", errorf("%s_FILE: %v", name, err)
	}
	return strings.TrimRight(string(text), "\r\n"), nil
}

// Loopback tells whether nobody but this machine can reach the listener.
func (c *Config) Loopback() bool {
	if c.Host == "localhost" {
		return true
	}
	ip := net.ParseIP(strings.Trim(c.Host, "[]"))
	return ip != nil && ip.IsLoopback()
}

// Address is what to listen on.
func (c *Config) Address() string {
	return net.JoinHostPort(strings.Trim(c.Host, "[]"), strconv.Itoa(c.Port))
}
