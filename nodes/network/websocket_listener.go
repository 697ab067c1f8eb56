package network

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"sync"

	"github.com/coder/websocket"

	"sluice/runtime"
	"sluice/runtime/msg"
)

// wsListener is a websocketNode that takes connections on a path.
type wsListener struct {
	*webSocketNode
	path    string // with the root of all endpoints
	mounted bool
}

const maxWSConnections = 10_000 // of one listener

// wsPaths are the paths that listeners have, since one can have each only once.
type wsPaths struct {
	mu    sync.Mutex // guards what follows
	taken map[string]bool
}

type wsPathsKey struct{}

func wsPathsOf(inst *runtime.Instance) *wsPaths {
	return runtime.Shared(inst.Engine(), wsPathsKey{}, func() *wsPaths { return &wsPaths{taken: map[string]bool{}} })
}

// mount takes the path. A second listener on it stays without connections, as in Node-RED.
func (l *wsListener) mount() error {
	if msg.ToBool(l.inst.Setting("webSocketNodeVerifyClient")) {
		return errors.New("the setting webSocketNodeVerifyClient is not supported, so nobody may connect: say in the settings of sluice who may, and take it out")
	}
	root, _ := runtime.NodeRoot(l.settings())
	pattern := "/" + strings.TrimPrefix(l.Path, "/")
	l.path = root + pattern
	paths := wsPathsOf(l.inst)
	paths.mu.Lock()
	defer paths.mu.Unlock()
	if paths.taken[l.path] {
		l.inst.Log.Error("Cannot have two WebSocket listeners on the same path: " + l.Path)
		return nil
	}
	if err := l.inst.Handle(runtime.Upgrade, pattern, l.serve); err != nil {
		return err
	}
	paths.taken[l.path], l.mounted = true, true
	return nil
}

func (l *wsListener) settings() *msg.Object {
	o := &msg.Object{}
	for _, key := range [...]string{"httpRoot", "httpNodeRoot"} {
		o.Set(key, l.inst.Setting(key))
	}
	return o
}

func (l *wsListener) unmount() {
	if !l.mounted {
		return
	}
	paths := wsPathsOf(l.inst)
	paths.mu.Lock()
	defer paths.mu.Unlock()
	delete(paths.taken, l.path)
}

// serve takes a connection, on its very path.
func (l *wsListener) serve(w http.ResponseWriter, r *http.Request, _ *msg.Object) {
	if r.URL.EscapedPath() != l.path {
		runtime.NotFound(w, r)
		return
	}
	if !l.enter() {
		http.Error(w, http.StatusText(http.StatusServiceUnavailable), http.StatusServiceUnavailable)
		return
	}
	accepted, err := websocket.Accept(w, r, &websocket.AcceptOptions{
		Subprotocols:       firstProtocol(r),
		InsecureSkipVerify: true, // who may connect from where was decided before
	})
	if err != nil {
		l.work.Done()
		l.inst.Log.Debug("a WebSocket handshake failed", "error", err)
		return
	}
	go func() { // the request is over: a deploy waits for requests
		defer l.work.Done()
		l.stay(r.Context(), newWSConn(accepted))
	}()
}

// stay follows a connection to its end. ctx is that of its request: a guard that gave
// it a cause ends the connection with it, the end of the request alone does not.
func (l *wsListener) stay(ctx context.Context, c *wsConn) {
	if !l.add(c) {
		c.release()
		return
	}
	defer context.AfterFunc(ctx, func() {
		if context.Cause(ctx) != context.Canceled {
			_ = c.Conn.Close(websocket.StatusPolicyViolation, "auth") // the peer may be gone
			c.terminate()
		}
	})()
	l.follow(c)
}

// enter counts a connection about to be made in, unless there are too many or the node is closed.
func (l *wsListener) enter() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed || len(l.order) >= maxWSConnections {
		return false
	}
	l.work.Add(1)
	return true
}

// firstProtocol is the subprotocol that the ws module chooses: the first one asked for.
func firstProtocol(r *http.Request) []string {
	asked := strings.Split(strings.Join(r.Header.Values("Sec-WebSocket-Protocol"), ","), ",")
	for i := range asked {
		asked[i] = strings.TrimSpace(asked[i])
	}
	asked = slices.DeleteFunc(asked, func(p string) bool { return p == "" })
	return asked[:min(1, len(asked))]
}
