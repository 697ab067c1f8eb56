package network

import (
	"fmt"
	"net/http"
	"strconv"
	"sync"
	"sync/atomic"

	"sluice/internal/http1"
	"sluice/runtime/msg"
)

// response is the answer to one request, with the methods of Express 4 and of
// Node's ServerResponse. What flows do to it is gathered here and sent by flush, since a
// function body that calls it holds the script engine's lock and must not wait
// for a client.
type response struct {
	ex *transaction

	mu         sync.Mutex // guards all below
	status     int
	given      any            // the status as a flow gave it, for errors and readers; Undefined: as it is
	sent       int            // the status that was settled: a flow may go on changing status
	reason     string         // statusMessage
	sentReason string         // likewise
	fields     []http1.Field  // the header, as spelled and ordered by the flow; the lines of one name follow each other
	memory     [6]http1.Field // of fields, for what every answer has
	dateless   bool           // sendDate is false
	committed  bool           // status and header are settled
	ended      bool           // the body is complete
	kept       bool           // a context store holds it: some later event may answer
	pending    []byte
	pooled     *[]byte // memory of pending, from bodies; nil if that is somebody else's
	wake       chan struct{}
	props      *msg.Object               // what flows keep in it: locals, own properties
	listeners  map[string][]msg.Callable // of "finish" and "close"

	writing sync.Mutex  // held while w is used; taken before mu
	begun   bool        // the header has been written
	written atomic.Bool // everything has been written: w is not to be used any more
	left    bool        // nor is it when the handler has returned
}

// maxPending bounds what a flow may write ahead of a slow client.
const maxPending = 64 << 20

// errSent is what Node throws when a header is set too late.
func errSent() error {
	return nodeError("Error", "ERR_HTTP_HEADERS_SENT", "Cannot set headers after they are sent to the client")
}

// nodeError makes an error as Node's own code throws it: String(err) shows the code,
// err.name the class alone.
func nodeError(class, code, format string, args ...any) *msg.Error {
	e := &msg.Error{Name: class + " [" + code + "]", Message: fmt.Sprintf(format, args...), Props: msg.NewObject("code", code)}
	e.Stack = e.Error()
	return e
}

func typeErrorf(format string, args ...any) *msg.Error {
	e := &msg.Error{Name: "TypeError", Message: fmt.Sprintf(format, args...)}
	e.Stack = e.Error()
	return e
}

// commitLocked settles status and header.
func (res *response) commitLocked() error {
	// Node takes 100 to 199 too, and closes the connection after a header that is no answer.
	if res.status < 200 || res.status > 999 {
		return nodeError("RangeError", "ERR_HTTP_INVALID_STATUS_CODE", "Invalid status code: %s", msg.ToString(res.statusLocked()))
	}
	reason, ok := textToLatin1(res.reason)
	if !ok {
		return nodeError("TypeError", "ERR_INVALID_CHAR", "Invalid character in statusMessage")
	}
	res.committed = true
	res.sent, res.sentReason = res.status, reason
	return nil
}

// commitOpenLocked is commitLocked for a body whose length is not known.
func (res *response) commitOpenLocked() error {
	if err := res.commitLocked(); err != nil {
		return err
	}
	if !res.hasLocked("Content-Length") && bodyAllowed(res.sent) && res.ex.r.Method != http.MethodHead {
		res.putLocked("Transfer-Encoding", "chunked")
	}
	return nil
}

// endLocked is ServerResponse.end with a last part of the body.
func (res *response) endLocked(body []byte) error {
	if res.ended {
		return nil
	}
	if !res.committed {
		head := res.ex.r.Method == http.MethodHead // to which Node tells no length of its own
		if !head && !res.hasLocked("Content-Length") && !res.hasLocked("Transfer-Encoding") && bodyAllowed(res.status) {
			res.putLocked("Content-Length", strconv.Itoa(len(body)))
		}
		if len(body) > 0 {
			res.readDispositionLocked()
		}
		if err := res.commitLocked(); err != nil {
			return err
		}
	}
	if len(res.pending) == 0 && res.ex.r.Method != http.MethodHead {
		res.pending = body // not copied: Node does not either
	} else if err := res.addLocked(body); err != nil {
		return err
	}
	res.ended = true
	res.wakeLocked()
	return nil
}

// writeLocked is ServerResponse.write: a part of a body, sent at once.
func (res *response) writeLocked(part []byte) error {
	if res.ended {
		return nodeError("Error", "ERR_STREAM_WRITE_AFTER_END", "write after end")
	}
	if !res.committed {
		if err := res.commitOpenLocked(); err != nil {
			return err
		}
	}
	if err := res.addLocked(part); err != nil {
		return err
	}
	res.wakeLocked()
	return nil
}

func (res *response) addLocked(part []byte) error {
	if len(part) == 0 || res.ex.r.Method == http.MethodHead {
		return nil
	}
	if len(res.pending)+len(part) > maxPending {
		res.ended = true
		res.wakeLocked()
		return fmt.Errorf("the answer is more than %d bytes ahead of its client: write less at a time", maxPending)
	}
	res.pending = append(res.pending, part...)
	return nil
}

// giveStatusLocked sets the status to what a flow gives; Node looks at it when it is sent.
func (res *response) giveStatusLocked(v any) {
	res.status, res.given = int(msg.ToInt32(v)), v
}

// statusLocked is what a reader of statusCode sees.
func (res *response) statusLocked() any {
	if res.given == nil || int(msg.ToInt32(res.given)) != res.status { // it has been set since
		return msg.Number(float64(res.status))
	}
	return res.given
}

func bodyAllowed(status int) bool {
	return status >= 200 && status != http.StatusNoContent && status != http.StatusNotModified
}

func (res *response) wakeLocked() {
	if res.wake != nil {
		select {
		case res.wake <- struct{}{}:
		default:
		}
	}
}

// waiter returns the channel that tells of new work for flush.
func (res *response) waiter() <-chan struct{} {
	res.mu.Lock()
	defer res.mu.Unlock()
	if res.wake == nil {
		res.wake = make(chan struct{}, 1)
		if res.committed {
			res.wake <- struct{}{}
		}
	}
	return res.wake
}

// Keep tells that a context store holds the response: a later event may answer it.
func (res *response) Keep() {
	res.mu.Lock()
	defer res.mu.Unlock()
	res.kept = true
}

// open tells whether nothing has been answered, and whether later events may do so.
func (res *response) open() (unanswered, kept bool) {
	res.mu.Lock()
	defer res.mu.Unlock()
	return !res.committed, res.kept
}

// flush sends what there is to send. push hands it to the network at once,
// which the end of the handler does anyway. It may be called from any goroutine.
func (res *response) flush(push bool) (finished bool) {
	if res.written.Load() {
		return true
	}
	res.writing.Lock()
	defer res.writing.Unlock()
	if res.left || res.written.Load() {
		return true
	}
	res.mu.Lock()
	if !res.committed {
		res.mu.Unlock()
		return false
	}
	status, part, ended := res.sent, res.pending, res.ended
	answer := http1.Answer{Fields: res.fields, Reason: res.sentReason, Dateless: res.dateless}
	res.pending = nil
	waits := res.wake != nil // who begins to wait from now on sees that there is something
	pooled := res.pooled
	if ended {
		res.pooled = nil
	}
	res.mu.Unlock()
	w := res.ex.w
	if !res.begun {
		res.begun = true
		res.ex.writeHeader(status, answer)
	}
	var err error
	if len(part) > 0 {
		_, err = w.Write(part)
	}
	if err == nil && (push || !ended) {
		_ = http.NewResponseController(w).Flush() // a writer that cannot flush sends at the end
	}
	if ended && pooled != nil {
		reuse(pooled)
	}
	if !ended && err == nil {
		return false
	}
	res.written.Store(true)
	if waits {
		res.mu.Lock()
		res.wakeLocked()
		res.mu.Unlock()
	}
	return true
}

// streams tells whether a part of the answer is with the client, and not its end.
func (res *response) streams() bool {
	res.writing.Lock()
	defer res.writing.Unlock()
	return res.begun && !res.written.Load()
}

// leave ends the use of the ResponseWriter: the handler is about to return.
func (res *response) leave() {
	if !res.written.Load() {
		res.writing.Lock()
		res.left = true
		res.writing.Unlock()
	}
	res.mu.Lock()
	res.ended, res.committed = true, true
	listeners := res.listeners
	res.listeners = nil
	res.mu.Unlock()
	res.tell(listeners)
}
