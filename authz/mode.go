package authz

import (
	"fmt"
	"math/bits"
	"strings"
)

// Mode is one way a request can be accepted.
type Mode uint8

const (
	ModeNone   Mode = iota // everyone
	ModeBasic              // a user and a password (RFC 7617)
	ModeBearer             // a token of this instance (RFC 6750)
	ModeTeam               // a session of a user in the instance's team, or a token of this instance
	ModeJWT                // a token of the configured issuer (RFC 9068, RFC 7662)
	modeCount
)

var modeNames = [modeCount]string{"none", "basic", "bearer", "team", "jwt"}

func (m Mode) String() string { return modeNames[m] }

// modeSet is a list of modes, of which one has to accept.
type modeSet uint8

func (s modeSet) has(m Mode) bool { return s&(1<<m) != 0 }

// tokens reports whether tokens of this instance are accepted.
func (s modeSet) tokens() bool { return s&(1<<ModeBearer|1<<ModeTeam) != 0 }

// bearer reports whether tokens of any kind are accepted.
func (s modeSet) bearer() bool { return s.tokens() || s.has(ModeJWT) }

func (s modeSet) list() []Mode {
	list := make([]Mode, 0, bits.OnesCount8(uint8(s)))
	for m := range modeCount {
		if s.has(m) {
			list = append(list, m)
		}
	}
	return list
}

func (s modeSet) String() string {
	var names []string
	for _, m := range s.list() {
		names = append(names, m.String())
	}
	return strings.Join(names, ",")
}

// parseModes refuses an empty list: it must never come to mean "open".
func parseModes(names []string) (modeSet, error) {
	if len(names) == 0 {
		return 0, fmt.Errorf("the list of modes is empty; say none to let everyone in")
	}
	var set modeSet
next:
	for _, name := range names {
		for m, known := range modeNames {
			if name == known {
				set |= 1 << m
				continue next
			}
		}
		return 0, fmt.Errorf("unknown mode %q; there are %s", name, strings.Join(modeNames[:], ", "))
	}
	return set, nil
}
