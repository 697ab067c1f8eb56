package jwt

import (
	"crypto/sha256"
	"sync"
	"time"
)

// cacheHalf is half of what a cache holds at most. Only what the issuer has
// vouched for gets in, so made-up tokens cannot fill it.
const cacheHalf = 2048

// cache remembers judged tokens by their hash. When it is full, the half that was
// not used lately goes. The zero value is ready.
type cache[T any] struct {
	mu         sync.RWMutex // guards what follows
	young, old map[digest]*verdict[T]
}

type digest = [sha256.Size]byte

// verdict is what is known of a token.
type verdict[T any] struct {
	value   T
	until   time.Time
	expired bool // seen to be; a clock that jumps back does not revive it
}

func digestOf(token string) digest {
	var buffer [1536]byte // longer than most tokens: no allocation
	return sha256.Sum256(append(buffer[:0], token...))
}

func (c *cache[T]) get(key digest) *verdict[T] {
	c.mu.RLock()
	found, old := c.young[key], c.old[key]
	c.mu.RUnlock()
	if found == nil && old != nil {
		c.put(key, old)
		return old
	}
	return found
}

func (c *cache[T]) put(key digest, v *verdict[T]) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.young == nil || len(c.young) >= cacheHalf {
		c.young, c.old = make(map[digest]*verdict[T]), c.young
	}
	c.young[key] = v
}
