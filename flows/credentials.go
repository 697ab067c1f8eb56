package flows

import (
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"github.com/tidwall/gjson"
)

// Credentials is what nodes keep apart from the flow file: a JSON object of values per
// node id. Printed or logged it shows how many there are and nothing more. It is safe
// for use by several goroutines.
type Credentials struct {
	secrets []Secret // to open with

	mu      sync.RWMutex      // guards what follows
	ids     []string          // in the order of the file
	objects map[string]string // JSON object by node id
	dirty   bool
	seal    *Secret // nil: written plain
}

// CredentialsPath returns where the credentials of a flow file lie: <name>_cred<ext> in
// the user directory if it exists there, else beside the flow file.
func CredentialsPath(flowFile, userDir string) string {
	ext := filepath.Ext(flowFile)
	name := strings.TrimSuffix(filepath.Base(flowFile), ext) + "_cred" + ext
	if path := filepath.Join(userDir, name); exists(path) {
		return path
	}
	return filepath.Join(filepath.Dir(flowFile), name)
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// LoadCredentials reads a credentials file, plain or encrypted. Secrets are tried in
// turn, the first one is what Save encrypts with; without any Save writes plain text.
// A missing file holds no credentials. If no secret fits the error is a *SecretError,
// and what is not a credentials file at all gives an *Error; both leave it untouched.
func LoadCredentials(path string, secrets []Secret) (*Credentials, error) {
	text, err := readBounded(path)
	if err == nil && text == "" { // an interrupted write, see ReadFile
		text, err = readBounded(backupPath(path))
	}
	if errors.Is(err, fs.ErrNotExist) || err == nil && text == "" {
		text, err = "{}", nil
	}
	if err != nil {
		return nil, fmt.Errorf("read credentials: %w", err)
	}
	c := &Credentials{secrets: slices.Clone(secrets)}
	if len(secrets) > 0 {
		c.seal = &c.secrets[0]
	}
	if err := c.load(strings.TrimPrefix(text, "\ufeff")); err != nil {
		if e, ok := errors.AsType[*Error](err); ok {
			e.File = path
		}
		if e, ok := errors.AsType[*SecretError](err); ok {
			e.File = path
		}
		return nil, err
	}
	return c, nil
}

// load replaces all credentials by those in text. c must not be shared yet.
func (c *Credentials) load(text string) error {
	var entries []Prop
	var err error
	if sealed, ok := envelope(text); ok {
		var by Secret
		entries, by, err = unseal(sealed, c.secrets)
		c.dirty = c.seal == nil || by != *c.seal
	} else {
		entries, err = parseCredentials(text)
	}
	if err != nil {
		return err
	}
	c.ids, c.objects = nil, make(map[string]string, len(entries))
	for _, p := range entries {
		c.ids = append(c.ids, p.Name)
		c.objects[p.Name] = p.Value
	}
	return nil
}

// envelope returns the value of "$" if that is all there is.
func envelope(text string) (sealed string, ok bool) {
	n, err := parseNode(text)
	if err != nil || len(n.Props) != 1 || n.Props[0].Name != "$" {
		return "", false
	}
	v := n.Get("$")
	return v.String(), v.Type == gjson.String
}

// parseCredentials reads an object of objects by node id.
func parseCredentials(text string) ([]Prop, error) {
	n, err := parseNode(text)
	if err != nil {
		if e, ok := errors.AsType[*Error](err); ok {
			// The scanner's words may quote a character, here of a secret.
			return nil, &Error{Line: e.Line, Column: e.Column, Message: "the credentials are not a JSON object"}
		}
		return nil, err
	}
	for _, p := range n.Props {
		if p.Value[0] != '{' {
			return nil, &Error{NodeID: p.Name, Message: "the credentials of a node are not a JSON object"}
		}
	}
	return n.Props, nil
}

// Clone returns a copy to try changes on.
func (c *Credentials) Clone() *Credentials {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return &Credentials{
		secrets: c.secrets, ids: slices.Clone(c.ids), objects: maps.Clone(c.objects), dirty: c.dirty, seal: c.seal,
	}
}

// Seal makes Save encrypt with s, or write plain text if s is the zero Secret, which is
// what credentialSecret: false asks for.
func (c *Credentials) Seal(s Secret) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.dirty = true
	if c.seal = &s; s == (Secret{}) {
		c.seal = nil
	}
}

// Dirty says that Save would change more than the encryption's random part: values have
// changed, or the file was opened with another secret than it is to be written with.
func (c *Credentials) Dirty() bool {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return c.dirty
}

// Bytes returns the text of the credentials file, newly encrypted if it is to be.
func (c *Credentials) Bytes() []byte {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return c.bytesLocked()
}

func (c *Credentials) bytesLocked() []byte {
	var b strings.Builder
	b.WriteByte('{')
	for i, id := range c.ids {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString(quote(id) + ":" + c.objects[id])
	}
	b.WriteByte('}')
	plain := canonical(b.String())
	if c.seal == nil {
		return []byte(plain)
	}
	return []byte(`{"$":"` + c.seal.seal(plain) + `"}`)
}

// Save writes the credentials file, readable by its owner only, with the care WriteFile
// takes. Pretty indents it as flowFilePretty does.
func (c *Credentials) Save(path string, pretty bool) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	data := c.bytesLocked()
	if pretty {
		data = indent(data)
	}
	if err := writeAtomic(path, backupPath(path), data, 0o600); err != nil {
		return fmt.Errorf("save credentials: %w", err)
	}
	c.dirty = false
	return nil
}

// For returns the values of a node that are text, numbers or booleans, as text.
func (c *Credentials) For(nodeID string) map[string]string {
	out := map[string]string{}
	gjson.Parse(c.JSON(nodeID)).ForEach(func(key, value gjson.Result) bool {
		if !value.IsObject() && !value.IsArray() && value.Type != gjson.Null {
			out[key.String()] = value.String()
		}
		return true
	})
	return out
}

// Lookup returns the value of a variable of type cred.
func (c *Credentials) Lookup(v EnvVar) (value string, ok bool) {
	for _, id := range v.Creds {
		object := c.JSON(id)
		if v.FromMap {
			object = memberOf(object, "map")
		}
		if text := memberOf(object, v.Name); text != "" {
			return gjson.Parse(text).String(), true
		}
	}
	return "", false
}

// JSON returns all a node keeps as the text of a JSON object, "{}" if nothing.
func (c *Credentials) JSON(nodeID string) string {
	c.mu.RLock()
	defer c.mu.RUnlock()
	if object, ok := c.objects[nodeID]; ok {
		return object
	}
	return "{}"
}

// Set replaces what a node keeps.
func (c *Credentials) Set(nodeID string, values map[string]string) {
	object := "{}"
	for _, name := range slices.Sorted(maps.Keys(values)) {
		object = with(object, name, quote(values[name]))
	}
	c.set(nodeID, object)
}

func (c *Credentials) set(nodeID, object string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch before, ok := c.objects[nodeID]; {
	case !ok:
		c.ids = append(c.ids, nodeID)
	case same(before, object):
		return
	}
	c.objects[nodeID] = object
	c.dirty = true
}

// Delete forgets a node.
func (c *Credentials) Delete(nodeID string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.removeLocked(func(id string) bool { return id == nodeID })
}

func (c *Credentials) removeLocked(gone func(id string) bool) {
	c.ids = slices.DeleteFunc(c.ids, func(id string) bool {
		if !gone(id) {
			return false
		}
		delete(c.objects, id)
		c.dirty = true
		return true
	})
}

func (c *Credentials) String() string {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return fmt.Sprintf("credentials of %d nodes", len(c.ids))
}

func (c *Credentials) GoString() string     { return c.String() }
func (c *Credentials) LogValue() slog.Value { return slog.StringValue(c.String()) }
