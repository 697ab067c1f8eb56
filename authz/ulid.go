package authz

import (
	"crypto/rand"
	"time"
)

// newID returns a ULID: 48 bits of milliseconds and 80 random bits in Crockford's
// base 32, so that ids sort by creation (github.com/ulid/spec).
func newID(now time.Time) string {
	const crockford = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
	var id [26]byte
	ms := uint64(now.UnixMilli())
	for i := 9; i >= 0; i-- {
		id[i] = crockford[ms&31]
		ms >>= 5
	}
	rand.Read(id[10:])
	for i := 10; i < len(id); i++ {
		id[i] = crockford[id[i]&31]
	}
	return string(id[:])
}
