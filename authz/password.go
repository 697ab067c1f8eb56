package authz

import (
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"

	"golang.org/x/crypto/argon2"
	"golang.org/x/crypto/bcrypt"
)

// passwordHash is a stored password: bcrypt of cost 4 to 14, as Node-RED writes
// it, or argon2id as a PHC string.
type passwordHash struct {
	bcrypt []byte
	argon  *argonHash
}

type argonHash struct {
	memory, time uint32
	threads      uint8
	salt, key    []byte
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

func (h passwordHash) matches(password string) bool {
	if h.argon != nil {
		key := argon2.IDKey([]byte(password), h.argon.salt, h.argon.time, h.argon.memory, h.argon.threads, uint32(len(h.argon.key)))
		return subtle.ConstantTimeCompare(key, h.argon.key) == 1
	}
	return bcrypt.CompareHashAndPassword(h.bcrypt, []byte(password)) == nil
}
