package authz

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"strings"
	"sync"

	"sluice/internal/atomicfile"
)

// Keys are the master keys that secrets at rest are sealed with: the first seals,
// each opens. They come from a file, which is made when the first secret is
// sealed and can be rotated, or from the environment. Printed or logged they show
// where they come from. Safe for concurrent use.
type Keys struct {
	path   string // "" if not from a file
	source string

	mu   sync.RWMutex // guards list
	list []masterKey
}

// masterKey is one key, ready to use.
type masterKey struct {
	id   string // tells keys apart and nothing else of them
	raw  []byte
	aead cipher.AEAD
}

const (
	masterKeyLen = 32
	maxKeys      = 16
	sealPrefix   = "v1."
)

// The errors of master keys.
var (
	ErrKey      = errors.New("the master key cannot be used")
	ErrKeyFixed = errors.New("the master key comes from the environment, which this program cannot change")
)

func newMasterKey(raw []byte) (masterKey, error) {
	seal, err := hkdf.Key(sha256.New, raw, nil, "sluice/credential/v1", 32)
	if err != nil {
		return masterKey{}, err
	}
	id, err := hkdf.Key(sha256.New, raw, nil, "sluice/key-id/v1", 8)
	if err != nil {
		return masterKey{}, err
	}
	block, err := aes.NewCipher(seal)
	if err != nil {
		return masterKey{}, err
	}
	aead, err := cipher.NewGCM(block)
	return masterKey{id: hex.EncodeToString(id), raw: raw, aead: aead}, err
}

func randomMasterKey() (masterKey, error) {
	raw := make([]byte, masterKeyLen)
	rand.Read(raw) // never fails: it ends the program instead
	return newMasterKey(raw)
}

// ParseKeys reads master keys from a text: 32 bytes in base64 each, divided by
// spaces, commas or lines. Source is named in errors, which never repeat the text.
func ParseKeys(text, source string) (*Keys, error) {
	list, err := parseKeys(text, source)
	if err == nil && len(list) == 0 {
		err = fmt.Errorf("%w: %s is empty; give 32 bytes in base64, as openssl rand -base64 32 makes them", ErrKey, source)
	}
	return &Keys{source: source, list: list}, err
}

func parseKeys(text, source string) ([]masterKey, error) {
	var list []masterKey
	for field := range strings.FieldsFuncSeq(text, func(r rune) bool { return strings.ContainsRune(" \t\r\n,", r) }) {
		raw, err := base64.RawStdEncoding.DecodeString(strings.NewReplacer("-", "+", "_", "/").Replace(strings.TrimRight(field, "=")))
		if err != nil || len(raw) != masterKeyLen {
			return nil, fmt.Errorf("%w: %s does not hold 32 bytes in base64, as openssl rand -base64 32 makes them", ErrKey, source)
		}
		key, err := newMasterKey(raw)
		if err != nil {
			return nil, err
		}
		if list = append(list, key); len(list) > maxKeys {
			return nil, fmt.Errorf("%w: %s holds more than %d keys", ErrKey, source, maxKeys)
		}
	}
	return list, nil
}

// OpenKeys reads master keys from a file, which must be its owner's alone (mode
// 0600). A missing file holds no keys until a secret is sealed.
func OpenKeys(path string) (*Keys, error) {
	k := &Keys{path: path, source: path}
	return k, k.reload()
}

func (k *Keys) String() string       { return "master keys from " + k.source }
func (k *Keys) GoString() string     { return k.String() }
func (k *Keys) LogValue() slog.Value { return slog.StringValue(k.String()) }

// reload reads the file anew: another process may have rotated the key.
func (k *Keys) reload() error {
	if k.path == "" {
		return nil
	}
	text, err := readPrivate(k.path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("%w: %w", ErrKey, err)
	}
	list, err := parseKeys(text, k.path)
	if err == nil && len(list) == 0 && text != "" {
		err = fmt.Errorf("%w: %s is empty; put the key back from a backup", ErrKey, k.path)
	}
	if err != nil {
		return err
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	k.list = list
	return nil
}

// readPrivate reads a file that nobody but its owner, who runs this program, can
// read. The checks are of the open file: nobody can put another in its place.
func readPrivate(path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return "", err
	}
	if !info.Mode().IsRegular() {
		return "", fmt.Errorf("%s is no file", path)
	}
	if err := checkPrivate(path, info); err != nil {
		return "", err
	}
	text, err := io.ReadAll(io.LimitReader(f, 4<<10))
	if len(text) == 0 && err == nil {
		return "\n", nil // there, but empty
	}
	return string(text), err
}

// make puts a first key into the file, unless another process just did.
func (k *Keys) make() error {
	if k.path == "" {
		return nil
	}
	key, err := randomMasterKey()
	if err != nil {
		return err
	}
	if err := atomicfile.Create(k.path, keyText([]masterKey{key}), 0o600); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	return k.reload()
}

// write replaces the file: a crash leaves the old keys or the new ones.
func (k *Keys) write(list []masterKey) error {
	if err := atomicfile.Replace(k.path, keyText(list), 0o600); err != nil {
		return err
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	k.list = list
	return nil
}

func keyText(list []masterKey) []byte {
	var text []byte
	for _, key := range list {
		text = append(base64.StdEncoding.AppendEncode(text, key.raw), '\n')
	}
	return text
}

// first is the key that seals.
func (k *Keys) first() (masterKey, bool) {
	k.mu.RLock()
	defer k.mu.RUnlock()
	if len(k.list) == 0 {
		return masterKey{}, false
	}
	return k.list[0], true
}

func (k *Keys) byID(id string) (masterKey, bool) {
	k.mu.RLock()
	defer k.mu.RUnlock()
	for _, key := range k.list {
		if key.id == id {
			return key, true
		}
	}
	return masterKey{}, false
}

// Seal encrypts a value that belongs to a field of the row id, for which alone it
// opens again, and names the key it used. There must be a key.
func (k *Keys) Seal(id, field, value string) (keyID, sealed string, err error) {
	key, ok := k.first()
	if !ok {
		return "", "", fmt.Errorf("%w: %s holds none", ErrKey, k.source)
	}
	return key.id, key.seal(id, field, value), nil
}

func (k masterKey) seal(id, field, value string) string {
	nonce := make([]byte, k.aead.NonceSize(), 256)
	rand.Read(nonce)
	return sealPrefix + base64.RawStdEncoding.EncodeToString(k.aead.Seal(nonce, nonce, []byte(value), []byte(id+field)))
}

// Open decrypts what Seal made. It reads a key file anew for a key it does not know.
func (k *Keys) Open(keyID, id, field, sealed string) (string, error) {
	key, ok := k.byID(keyID)
	if !ok {
		if err := k.reload(); err != nil {
			return "", err
		}
		if key, ok = k.byID(keyID); !ok {
			return "", fmt.Errorf("%w: a secret was sealed with the key %s, which is not in %s; put that key back, or enter the secret anew", ErrKey, keyID, k.source)
		}
	}
	raw, err := base64.RawStdEncoding.DecodeString(strings.TrimPrefix(sealed, sealPrefix))
	if n := key.aead.NonceSize(); err == nil && strings.HasPrefix(sealed, sealPrefix) && len(raw) > n {
		if plain, err := key.aead.Open(nil, raw[:n], raw[n:], []byte(id+field)); err == nil {
			return string(plain), nil
		}
	}
	return "", fmt.Errorf("%w: a sealed secret was changed or moved to another row; enter it anew", ErrKey)
}
