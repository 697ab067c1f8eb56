package authz

import (
	"context"
	"time"
)

// outgoingNotes are what the database is told, by whoever happens to ask: a write
// may have to wait for another process, and is not waited for with the lock held.
type outgoingNotes struct {
	uses   []CredentialUse
	events []Event
}

func (o *Outgoing) countLocked(e *outgoingEntry, node string, now time.Time) {
	key := CredentialUse{Credential: e.credential.ID, Node: node}
	u := o.uses[key]
	if u == nil {
		if len(o.uses) >= maxUses {
			return
		}
		u = &CredentialUse{Credential: key.Credential, Node: node}
		o.uses[key] = u
	}
	u.Uses++
	u.At = now
}

// misuseLocked notes that a flow tried to send a credential elsewhere: the first
// time, and once a minute for each credential from then on.
func (o *Outgoing) misuseLocked(e *outgoingEntry, node, host string, now time.Time) *outgoingNotes {
	if last, ok := o.denied[e.credential.ID]; ok && now.Sub(last) < time.Minute {
		return nil
	}
	o.denied[e.credential.ID] = now
	event := newCredentialEvent(now, EventCredentialOffHost, Actor{Name: "node " + node}, &e.credential, "host", host[:min(len(host), 255)])
	event.log(o.opts.Log)
	return &outgoingNotes{events: []Event{event}}
}

// countedLocked takes what was counted since it was called last.
func (o *Outgoing) countedLocked(now time.Time) *outgoingNotes {
	o.flushed = now
	notes := &outgoingNotes{}
	for _, u := range o.uses {
		notes.uses = append(notes.uses, *u)
	}
	clear(o.uses)
	return notes
}

func (o *Outgoing) write(notes *outgoingNotes) {
	if err := o.store.FlushCredentialUses(context.Background(), notes.uses, notes.events); err != nil {
		o.opts.Log.Error("uses of credentials are missing from the database", "error", err)
	}
}
