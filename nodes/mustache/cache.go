package mustache

import "sync"

// Cache keeps the templates compiled last, for texts that come with messages.
// The zero Cache is ready to use, by several goroutines at once.
type Cache struct {
	mu sync.Mutex
	// Two generations: what is used moves to the young one; when that is full it
	// becomes the old one, and what nobody used since is forgotten.
	young, old map[string]*Template // guarded by mu
}

// A Cache holds at most twice cacheSize templates, of at most cacheText bytes each.
const (
	cacheSize = 64
	cacheText = 64 << 10
)

// Compile is Compile, for texts that come again.
func (c *Cache) Compile(text string) (*Template, error) {
	c.mu.Lock()
	t := c.young[text]
	if t == nil {
		if t = c.old[text]; t != nil {
			c.keepLocked(text, t)
		}
	}
	c.mu.Unlock()
	if t != nil {
		return t, nil
	}
	t, err := Compile(text)
	if err == nil && len(text) <= cacheText {
		c.mu.Lock()
		c.keepLocked(text, t)
		c.mu.Unlock()
	}
	return t, err
}

func (c *Cache) keepLocked(text string, t *Template) {
	if len(c.young) >= cacheSize || c.young == nil {
		c.young, c.old = make(map[string]*Template, cacheSize), c.young
	}
	c.young[text] = t
}
