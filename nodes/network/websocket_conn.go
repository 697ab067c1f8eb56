package network

import (
	"context"
	"errors"
	"io"
	"net"
	"sync/atomic"
	"unicode/utf8"

	"github.com/coder/websocket"

	"sluice/runtime/msg"
)

// wsConn is a WebSocket connection with a queue of what is to be written, so that
// no flow waits for a peer.
type wsConn struct {
	*websocket.Conn
	id     string
	queue  chan wsFrame
	queued atomic.Int64 // bytes
	done   chan struct{}
	cancel context.CancelFunc
}

type wsFrame struct {
	kind websocket.MessageType
	b    []byte
}

const (
	maxWSMessage = 100 << 20 // bytes; what the ws module takes by default
	maxWSQueued  = 16 << 20  // bytes that wait for a peer, beside the one being written
	maxWSFrames  = 1000      // the same in messages
)

var errWSText = errors.New("Invalid WebSocket frame: invalid UTF-8 sequence")

var errWSBehind = errors.New("the peer does not read what it is sent")

func newWSConn(c *websocket.Conn) *wsConn {
	ctx, cancel := context.WithCancel(context.Background())
	w := &wsConn{Conn: c, id: msg.NewID(), queue: make(chan wsFrame, maxWSFrames), done: make(chan struct{}), cancel: cancel}
	c.SetReadLimit(maxWSMessage)
	go w.writeQueue(ctx)
	return w
}

// send queues a message. A peer that has fallen too far behind is cut off.
func (w *wsConn) send(f wsFrame) error {
	size := int64(len(f.b))
	if queued := w.queued.Add(size); queued <= maxWSQueued || queued == size {
		select {
		case w.queue <- f:
			return nil
		default:
		}
	}
	w.terminate()
	return errWSBehind
}

func (w *wsConn) writeQueue(ctx context.Context) {
	defer close(w.done)
	for {
		select {
		case f := <-w.queue:
			if w.Write(ctx, f.kind, f.b) != nil {
				return // the reader notices
			}
			w.queued.Add(-int64(len(f.b)))
		case <-ctx.Done():
			return
		}
	}
}

// terminate closes the connection without a word, as Node-RED does.
func (w *wsConn) terminate() { _ = w.CloseNow() }

// read calls message for each message until the connection has ended. The error is
// nil unless the peer broke the protocol.
func (w *wsConn) read(message func(payload any)) error {
	for {
		kind, b, err := w.Read(context.Background())
		switch {
		case err == nil && kind == websocket.MessageBinary:
			message(&msg.Buffer{B: b})
		case err == nil && utf8.Valid(b):
			message(string(b))
		case err == nil:
			return errWSText
		case isEnd(err):
			return nil
		default:
			return err
		}
	}
}

// isEnd tells the end of a connection, however it came, from a breach of the protocol.
func isEnd(err error) bool {
	if _, broken := errors.AsType[net.Error](err); broken {
		return true
	}
	return websocket.CloseStatus(err) != -1 || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, net.ErrClosed)
}

func (w *wsConn) release() {
	w.cancel()
	_ = w.CloseNow()
	<-w.done
}
