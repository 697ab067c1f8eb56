// Package redact takes secrets out of text that people read: logs, errors,
// statuses, panics, audit. It decides nothing about who may see a value, and it
// never touches what flows compute with.
//
// It knows secrets in two ways. Some are recognised by their looks: token formats,
// Authorization values, user and password of a URL, parameters and headers whose
// names say so. Others are known because they were loaded: each literal of at least
// [MinLiteral] bytes is found plain, URL-encoded, in base64 and as JSON or Go quote it.
package redact

import (
	"slices"
	"strings"
	"sync"
	"sync/atomic"
)

// Mask stands where a secret was.
const Mask = "[redacted]"

// MinLiteral is the length in bytes from which a loaded secret is looked for. A
// shorter one would take innocent words out of every line.
const MinLiteral = 8

// maxLiteral bounds what is looked for of one secret: the rest of a key file need
// not be compared to know it.
const maxLiteral = 4 << 10

// Redactor takes known secrets, and what looks like one, out of text. The zero
// value knows no literals. Safe for concurrent use; reading takes no lock.
type Redactor struct {
	index atomic.Pointer[index]

	mu     sync.Mutex // guards owners
	owners map[string]*generations
}

// generations are the secrets of one owner and those it had before, which old
// lines may still repeat.
type generations struct{ now, before []string }

// New returns a redactor that knows no literals yet.
func New() *Redactor { return &Redactor{} }

// Keep makes the redactor know the secrets of an owner, in the place of those it
// kept for this owner before; these stay known until the next change. Memory is so
// bounded by what is in use. Secrets shorter than [MinLiteral] are left to their looks.
func (r *Redactor) Keep(owner string, secrets ...string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	known := r.owners[owner]
	if known == nil {
		known = &generations{}
	}
	secrets = slices.DeleteFunc(withLines(secrets), func(s string) bool { return len(s) < MinLiteral })
	slices.Sort(secrets)
	secrets = slices.Compact(secrets)
	if slices.Equal(secrets, known.now) {
		return
	}
	known.before, known.now = known.now, secrets
	if r.owners == nil {
		r.owners = map[string]*generations{}
	}
	r.owners[owner] = known
	var all []string
	for _, g := range r.owners {
		all = append(append(all, g.now...), g.before...)
	}
	r.index.Store(newIndex(all))
}

// withLines adds the lines of secrets that have several, such as keys in PEM: they
// are seldom printed whole.
func withLines(secrets []string) []string {
	all := slices.Clone(secrets)
	for _, s := range secrets {
		if !strings.Contains(s, "\n") || len(s) > 64<<10 {
			continue
		}
		for line := range strings.SplitSeq(s, "\n") {
			if line = strings.TrimSpace(line); len(line) >= 2*MinLiteral && !strings.HasPrefix(line, "-----") {
				all = append(all, line)
			}
		}
	}
	return all
}

// String returns s without secrets; the same string if there is none in it. A nil
// redactor knows the looks only.
func (r *Redactor) String(s string) string {
	if r != nil {
		s = r.index.Load().replace(s)
	}
	return looks(s)
}
