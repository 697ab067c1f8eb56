package storage

import (
	"context"
	"os"
	"path/filepath"
	"runtime/debug"
	"sync"
	"syscall"

	"sluice/runtime"
	"sluice/runtime/msg"
)

// File writes messages to a file, or deletes one.
var File = runtime.Type{
	Name: "file", Category: "storage", Inputs: 1, Outputs: 1,
	New: func() runtime.Node { return &fileNode{Encoding: "none"} },

	Parallel: true, // but see fileNode.mu
}

type fileNode struct {
	Filename      string `json:"filename"`
	FilenameType  string `json:"filenameType"`
	AppendNewline bool   `json:"appendNewline"`
	Overwrite     any    `json:"overwriteFile"` // true, false (append) or delete
	CreateDir     bool   `json:"createDir"`
	Encoding      string `json:"encoding"` // none, setbymsg, or a charset

	inst *runtime.Instance
	file filename

	mu      sync.Mutex // guards what follows
	queue   []write
	working bool // work runs
	worker  sync.WaitGroup

	open *os.File // of the worker: the file of a static name that is appended to
}

// write is a message whose file is to be written or deleted.
type write struct {
	d    *runtime.Delivery
	done func(func() error)
	path string
	name string
	data []byte
}

// maxWrites bounds the messages that wait for the disk.
const maxWrites = 1 << 20

func (n *fileNode) Init(inst *runtime.Instance) error {
	n.inst = inst
	n.file = newFilename(inst, n.Filename, n.FilenameType)
	return nil
}

func (n *fileNode) mode() string { return msg.ToString(n.Overwrite) }

func (n *fileNode) Input(d *runtime.Delivery) error {
	name, err := n.file.name(d.Msg)
	if err != nil {
		d.Error(err, d.Msg)
		return nil
	}
	d.Msg.Set("filename", name)
	if name == "" {
		n.inst.Log.Warn(noFilename)
		return nil
	}
	w := write{d: d, name: name, path: n.file.path(name)}
	if n.mode() != "delete" {
		payload := d.Msg.Value(msg.PayloadKey)
		if payload == msg.Undefined {
			return nil
		}
		if w.data, err = n.bytes(d.Msg, payload); err != nil {
			return err
		}
	}
	return n.enqueue(d, w)
}

const noFilename = "No filename specified"

// bytes is what is written for a payload.
func (n *fileNode) bytes(m *msg.Object, payload any) ([]byte, error) {
	text, isBuffer := "", false
	switch v := payload.(type) {
	case *msg.Buffer:
		isBuffer = true
		if n.Encoding == "none" || n.Encoding == "setbymsg" && !msg.ToBool(m.Value("encoding")) {
			return v.B, nil
		}
		text = msg.ToString(v) // sic: Node-RED encodes the text of a buffer
	case string:
		text = v
	default:
		text = msg.ToString(v)
		if msg.TypeOf(v) == "object" {
			json, ok, err := msg.Stringify(v, "")
			if err != nil {
				return nil, err
			}
			if text = json; !ok {
				text = "undefined"
			}
		}
	}
	if n.AppendNewline && !isBuffer && !endsText(m) {
		text += "\n"
	}
	name := n.Encoding
	if name == "setbymsg" {
		name = "none"
		if v := m.Value("encoding"); msg.ToBool(v) {
			name = msg.ToString(v)
		}
	}
	c, err := lookupCharset(name)
	if err != nil {
		return nil, err
	}
	return c.encode(text), nil
}

// endsText tells whether m is the last part of a text, which needs no line break.
func endsText(m *msg.Object) bool {
	parts, _ := m.Value("parts").(*msg.Object)
	return parts.Value("type") == "string" && msg.StrictEqual(parts.Value("count"), msg.Number(msg.ToNumber(parts.Value("index"))+1))
}

// enqueue hands the write to the worker, which does one after the other.
func (n *fileNode) enqueue(d *runtime.Delivery, w write) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	if len(n.queue) >= maxWrites {
		return runtime.Textf("too many messages wait for file %s to be written", w.name)
	}
	w.done = d.Async()
	n.queue = append(n.queue, w)
	if !n.working {
		n.working = true
		n.worker.Go(n.work)
	}
	return nil
}

// work writes until nothing is queued.
func (n *fileNode) work() {
	for {
		n.mu.Lock()
		if len(n.queue) == 0 {
			n.working = false
			n.queue = nil
			n.mu.Unlock()
			return
		}
		w := n.queue[0]
		n.queue[0] = write{}
		n.queue = n.queue[1:]
		n.mu.Unlock()
		n.write(w)
	}
}

// write does one write. A panic is the node's, not the process's.
func (n *fileNode) write(w write) {
	defer func() {
		if p := recover(); p != nil {
			n.inst.Log.Error("the node panicked while writing", "panic", p, "stack", string(debug.Stack()))
			w.done(func() error { return runtime.Text("internal error while writing a file") })
		}
	}()
	send, err := n.perform(w)
	w.done(func() error {
		m := w.d.Msg
		if send {
			if err != nil {
				m = msg.CloneMessage(m)
			}
			_ = w.d.Send(w.d.Msg) // fails only once the node is closed
		}
		if err != nil {
			// Node-RED reports the error, but completes the message all the same, and
			// before that where it goes on.
			if send {
				w.d.Msg = m
				w.d.Complete(nil)
			}
			w.d.Error(err, m)
		}
		return nil
	})
}

// perform tells whether the message goes on.
func (n *fileNode) perform(w write) (send bool, err error) {
	mode := n.mode()
	if mode == "delete" {
		if err := syscall.Unlink(w.path); err != nil {
			return false, runtime.Textf("failed to delete file: %s", nodeError(err, "unlink", w.path))
		}
		return true, nil
	}
	if n.CreateDir {
		dir := filepath.Dir(w.path)
		if err := os.MkdirAll(dir, 0o777); err != nil {
			return false, runtime.Textf("failed to create file: %s", nodeError(err, "mkdir", dir))
		}
	}
	if mode == "true" {
		if e := n.overwrite(w); e != nil {
			return false, runtime.Textf("failed to write to file: %s", e)
		}
		return true, nil
	}
	if e := n.append(w); e != nil {
		return true, runtime.Textf("failed to append to file: %s", e) // sic: the message goes on
	}
	return true, nil
}

func (n *fileNode) overwrite(w write) *msg.Error {
	f, err := os.OpenFile(w.path, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o666)
	if err != nil {
		return nodeError(err, "open", w.path)
	}
	_, err = f.Write(w.data)
	if cerr := f.Close(); err == nil {
		err = cerr
	}
	if err != nil {
		return nodeError(err, "write", "")
	}
	return nil
}

// append keeps the file of a static name open, unless it has been deleted or
// replaced since: then the new one is written to.
func (n *fileNode) append(w write) *msg.Error {
	if n.open != nil && !isSame(n.open, w.path) {
		n.closeFile()
	}
	f := n.open
	if f == nil {
		var err error
		if f, err = os.OpenFile(w.path, os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o666); err != nil {
			return nodeError(err, "open", w.path)
		}
	}
	_, err := f.Write(w.data)
	if n.open = f; !n.file.static || err != nil {
		n.closeFile()
	}
	if err != nil {
		return nodeError(err, "write", "")
	}
	return nil
}

func isSame(f *os.File, path string) bool {
	a, err := f.Stat()
	if err != nil {
		return false
	}
	b, err := os.Stat(path)
	return err == nil && os.SameFile(a, b)
}

func (n *fileNode) closeFile() {
	if n.open != nil {
		n.open.Close()
		n.open = nil
	}
}

// Close waits until what is queued is written.
func (n *fileNode) Close(ctx context.Context, _ bool) error {
	written := make(chan struct{})
	go func() {
		n.worker.Wait()
		n.closeFile()
		close(written)
	}()
	select {
	case <-written:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
