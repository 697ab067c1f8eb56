package flows

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"log/slog"
	"strings"
)

// Secret is a text that credentials are encrypted with, and where it came from. Printed
// or logged it shows the source alone.
type Secret struct {
	Value  string
	Source string // for messages: "settings credentialSecret", a file name
}

func (s Secret) String() string       { return "secret from " + s.Source }
func (s Secret) GoString() string     { return s.String() }
func (s Secret) LogValue() slog.Value { return slog.StringValue(s.String()) }

// SecretError says that no secret opens a credentials file. Its code in Node-RED is
// credentials_load_failed.
type SecretError struct {
	File    string
	Sources []string // of the secrets tried
}

func (e *SecretError) Error() string {
	file := e.File
	if file == "" {
		file = "the credentials"
	}
	if len(e.Sources) == 0 {
		return file + ": encrypted, and there is no secret to open it with; set credentialSecret"
	}
	return file + ": cannot be opened with the secret from " + strings.Join(e.Sources, ", nor with that from ") +
		"; the file is left as it is, set the credentialSecret it was written with"
}

// cipherFor is Node-RED's aes-256-ctr, whose key is the SHA-256 of the secret's text.
func (s Secret) cipherFor(iv []byte) cipher.Stream {
	key := sha256.Sum256([]byte(s.Value))
	block, err := aes.NewCipher(key[:])
	if err != nil {
		panic(err) // only for a key of another length
	}
	return cipher.NewCTR(block, iv)
}

// seal encrypts text into the value of "$": 16 random bytes in hex, then base64.
func (s Secret) seal(text string) string {
	iv := make([]byte, aes.BlockSize)
	rand.Read(iv) // never fails: it ends the program instead
	return s.sealWith(iv, text)
}

func (s Secret) sealWith(iv []byte, text string) string {
	out := []byte(text)
	s.cipherFor(iv).XORKeyStream(out, out)
	return hex.EncodeToString(iv) + base64.StdEncoding.EncodeToString(out)
}

func errEnvelope() error {
	return &Error{Property: "$", Message: "the encrypted credentials are not an initial vector in hex followed by base64"}
}

// open decrypts the value of "$". A wrong secret gives noise and no error: CTR has no
// way to tell.
func (s Secret) open(sealed string) (string, error) {
	const ivLen = 2 * aes.BlockSize
	if len(sealed) < ivLen {
		return "", errEnvelope()
	}
	iv, err := hex.DecodeString(sealed[:ivLen])
	if err != nil {
		return "", errEnvelope()
	}
	out, err := base64.StdEncoding.DecodeString(sealed[ivLen:])
	if err != nil {
		return "", errEnvelope()
	}
	s.cipherFor(iv).XORKeyStream(out, out)
	return string(out), nil
}

// unseal opens an envelope with the first secret that gives credentials.
func unseal(sealed string, secrets []Secret) (entries []Prop, by Secret, err error) {
	failed := &SecretError{}
	for _, s := range secrets {
		text, err := s.open(sealed)
		if err != nil {
			return nil, Secret{}, err
		}
		if entries, err := parseCredentials(text); err == nil {
			return entries, s, nil
		}
		failed.Sources = append(failed.Sources, s.Source)
	}
	return nil, Secret{}, failed
}
