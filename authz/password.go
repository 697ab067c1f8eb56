package authz

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	_ "embed"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"golang.org/x/crypto/argon2"
	"golang.org/x/crypto/bcrypt"
	"golang.org/x/text/unicode/norm"
)

const (
	minPassword = 8 // characters
	maxPassword = 256
)

// argonDefault is what new passwords are hashed with (OWASP's password storage cheat sheet).
var argonDefault = argonHash{memory: 19456, time: 2, threads: 1}

// passwordHash is a stored password: bcrypt of cost 4 to 14, as Node-RED writes
// it, or argon2id as a PHC string.
type passwordHash struct {
	bcrypt []byte
	argon  *argonHash
}

type argonHash struct {
	memory, time uint32 // KiB, passes
	threads      uint8
	salt, key    []byte
}

// CheckPassword says what is wrong with a new password. The error wraps [ErrPassword].
func CheckPassword(password string) error {
	switch n := utf8.RuneCountInString(password); {
	case !utf8.ValidString(password):
		return fmt.Errorf("%w: it is not UTF-8", ErrPassword)
	case n < minPassword:
		return fmt.Errorf("%w: it has fewer than %d characters", ErrPassword, minPassword)
	case n > maxPassword:
		return fmt.Errorf("%w: it has more than %d characters", ErrPassword, maxPassword)
	case isCommon(password):
		return fmt.Errorf("%w: it is among the 10000 most common ones", ErrPassword)
	}
	return nil
}

// The common passwords of at least minPassword characters, in lower case, one a
// line; from the lists of zxcvbn (MIT license).
//
//go:embed common_passwords.txt
var commonPasswords string

func isCommon(password string) bool {
	low := strings.ToLower(password)
	return !strings.Contains(low, "\n") && strings.Contains("\n"+commonPasswords, "\n"+low+"\n")
}

// HashPassword hashes a new password with argon2id, as a PHC string. The error
// wraps [ErrPassword], or [ErrBusy] when the process has too many to hash.
func HashPassword(ctx context.Context, password string) (text string, err error) {
	if err := CheckPassword(password); err != nil {
		return "", err
	}
	a := argonDefault
	a.salt = make([]byte, 16)
	rand.Read(a.salt)
	if err := hashes.do(ctx, func() { a.key = a.derive(password, 32) }); err != nil {
		return "", err
	}
	return a.String(), nil
}

// HashBcrypt hashes a new password as Node-RED's settings.js wants it. bcrypt
// takes 72 bytes at most.
func HashBcrypt(password string) (string, error) {
	if err := CheckPassword(password); err != nil {
		return "", err
	}
	text, err := bcrypt.GenerateFromPassword([]byte(password), 10)
	if errors.Is(err, bcrypt.ErrPasswordTooLong) {
		err = fmt.Errorf("%w: bcrypt takes 72 bytes at most", ErrPassword)
	}
	return string(text), err
}

func parsePasswordHash(text string) (passwordHash, error) {
	if strings.HasPrefix(text, "$argon2id$") {
		a, err := parseArgon(text)
		return passwordHash{argon: a}, err
	}
	cost, err := bcrypt.Cost([]byte(text))
	if err != nil {
		return passwordHash{}, errors.New("the password must be given as a bcrypt or argon2id hash (see sluice hash-password), never as plain text")
	}
	if cost > 14 {
		return passwordHash{}, fmt.Errorf("a bcrypt cost of %d would hold up every request; use 14 at most", cost)
	}
	return passwordHash{bcrypt: []byte(text)}, nil
}

func parseArgon(text string) (*argonHash, error) {
	bad := errors.New("the argon2id hash is not a PHC string such as $argon2id$v=19$m=19456,t=2,p=1$salt$key")
	parts := strings.Split(text, "$")
	if len(parts) != 6 || parts[2] != "v=19" {
		return nil, bad
	}
	a := &argonHash{}
	if _, err := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &a.memory, &a.time, &a.threads); err != nil {
		return nil, bad
	}
	var err error
	if a.salt, err = base64.RawStdEncoding.DecodeString(parts[4]); err != nil || len(a.salt) < 8 {
		return nil, bad
	}
	if a.key, err = base64.RawStdEncoding.DecodeString(parts[5]); err != nil || len(a.key) < 16 || len(a.key) > 64 {
		return nil, bad
	}
	if a.time < 1 || a.time > 16 || a.threads < 1 || a.memory < 8 || a.memory > 256<<10 {
		return nil, errors.New("the argon2id parameters are out of bounds: m up to 262144, t up to 16")
	}
	return a, nil
}

func (a *argonHash) derive(password string, length uint32) []byte {
	return argon2.IDKey([]byte(norm.NFC.String(password)), a.salt, a.time, a.memory, a.threads, length)
}

// String is the PHC form.
func (a *argonHash) String() string {
	b64 := base64.RawStdEncoding
	return fmt.Sprintf("$argon2id$v=19$m=%d,t=%d,p=%d$%s$%s", a.memory, a.time, a.threads, b64.EncodeToString(a.salt), b64.EncodeToString(a.key))
}

func (h passwordHash) matches(password string) bool {
	if h.argon != nil {
		return subtle.ConstantTimeCompare(h.argon.derive(password, uint32(len(h.argon.key))), h.argon.key) == 1
	}
	return bcrypt.CompareHashAndPassword(h.bcrypt, []byte(password)) == nil
}

// weak reports whether a password should be hashed anew at its next use.
func (h passwordHash) weak() bool {
	a := h.argon
	return a == nil || a.memory < argonDefault.memory || a.time < argonDefault.time || len(a.key) < 32 || len(a.salt) < 16
}

// dummyHash is compared with when there is no such user, which has to take as long.
func dummyHash() passwordHash {
	a := argonDefault
	a.salt, a.key = make([]byte, 16), make([]byte, 32)
	rand.Read(a.key)
	return passwordHash{argon: &a}
}
