package flows

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
)

// Node-RED keeps a secret of its own making here, in older versions in .config.json.
const (
	runtimeConfig = ".config.runtime.json"
	legacyConfig  = ".config.json"
	secretKey     = "_credentialSecret"
)

// GeneratedSecrets returns the secrets that were made for a user directory, the one in
// use first. There may be none.
func GeneratedSecrets(userDir string) ([]Secret, error) {
	var found []Secret
	for _, name := range []string{runtimeConfig, legacyConfig} {
		n, err := readConfig(filepath.Join(userDir, name))
		if err != nil {
			return nil, err
		}
		if v := n.Get(secretKey).String(); v != "" {
			found = append(found, Secret{Value: v, Source: name})
		}
	}
	return found, nil
}

// GenerateSecret makes a secret as Node-RED does when credentialSecret is not set, 32
// random bytes in hex, and saves it in the user directory.
func GenerateSecret(userDir string) (Secret, error) {
	random := make([]byte, 32)
	rand.Read(random) // never fails: it ends the program instead
	s := Secret{Value: hex.EncodeToString(random), Source: runtimeConfig}
	return s, editConfig(userDir, func(object string) string { return with(object, secretKey, quote(s.Value)) })
}

// DropGeneratedSecret removes the generated secret once the credentials have been saved
// with another one, as Node-RED does.
func DropGeneratedSecret(userDir string) error {
	return editConfig(userDir, func(object string) string { return without(object, secretKey) })
}

func readConfig(path string) (*Node, error) {
	text, err := readBounded(path)
	if errors.Is(err, fs.ErrNotExist) || err == nil && text == "" {
		text, err = "{}", nil
	}
	if err != nil {
		return nil, fmt.Errorf("read generated secret: %w", err)
	}
	n, err := parseNode(text)
	if e, ok := errors.AsType[*Error](err); ok {
		e.File = path
	}
	return n, err
}

func editConfig(userDir string, edit func(object string) string) error {
	path := filepath.Join(userDir, runtimeConfig)
	n, err := readConfig(path)
	if err != nil {
		return err
	}
	text := edit(n.Raw)
	if text == n.Raw {
		return nil
	}
	if err := writeAtomic(path, path+".backup", indent([]byte(text)), 0o600); err != nil {
		return fmt.Errorf("save generated secret: %w", err)
	}
	return nil
}
