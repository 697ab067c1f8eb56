package storage

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"strings"
	"sync"

	"sluice/runtime"
	"sluice/runtime/msg"
)

// FileIn reads a file: whole, or in lines or chunks.
var FileIn = runtime.Type{
	Name: "file in", Category: "storage", Inputs: 1, Outputs: 1,
	New: func() runtime.Node { return &fileInNode{Encoding: "none", SendError: true} },

	Parallel: true,
}

type fileInNode struct {
	Filename     string `json:"filename"`
	FilenameType string `json:"filenameType"`
	Format       string `json:"format"` // utf8, lines, stream, or else a buffer
	Encoding     string `json:"encoding"`
	AllProps     bool   `json:"allProps"`  // lines and chunks carry all of the message
	SendError    bool   `json:"sendError"` // messages go on with msg.error

	inst    *runtime.Instance
	file    filename
	readers sync.WaitGroup

	mu    sync.Mutex                     // guards what follows
	tails map[*runtime.Run]chan struct{} // closed when the last reading of the event is over
}

const (
	chunkSize = 64 << 10 // of a stream, as in Node.js
	maxWhole  = 1 << 30  // of a file that is read as one
	maxLine   = 64 << 20
)

func (n *fileInNode) Init(inst *runtime.Instance) error {
	n.inst = inst
	n.file = newFilename(inst, n.Filename, n.FilenameType)
	if v, ok := inst.Props().Get("sendError"); ok && v != msg.Undefined {
		n.SendError = msg.ToBool(v) // "" and null are no default here
	}
	return nil
}

var nameBreaks = strings.NewReplacer("\t", "", "\r", "", "\n", "")

func (n *fileInNode) Input(d *runtime.Delivery) error {
	name, err := n.file.name(d.Msg)
	if err != nil {
		d.Error(err, d.Msg)
		return nil
	}
	name = nameBreaks.Replace(name)
	if name == "" {
		n.inst.Log.Warn(noFilename)
		return nil
	}
	c, err := lookupCharset(n.Encoding)
	if err != nil {
		return err
	}
	d.Msg.Set("filename", name)
	d.Detach()
	r := &reading{n: n, d: d, hold: d.Hold(), ctx: d.Context(), charset: c}
	before, over := n.enter(d.Run())
	n.readers.Go(func() {
		if before != nil {
			<-before
		}
		r.run(n.file.path(name))
		over()
	})
	return nil
}

// enter puts a reading behind those of the same event, so that what it sends keeps
// the order of the messages. It may begin when before is closed; over ends it.
func (n *fileInNode) enter(run *runtime.Run) (before <-chan struct{}, over func()) {
	mine := make(chan struct{})
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.tails == nil {
		n.tails = map[*runtime.Run]chan struct{}{}
	}
	if tail := n.tails[run]; tail != nil {
		before = tail
	}
	n.tails[run] = mine
	return before, func() {
		n.mu.Lock()
		defer n.mu.Unlock()
		if n.tails[run] == mine {
			delete(n.tails, run)
		}
		close(mine)
	}
}

// reading is a file being read for a message.
type reading struct {
	n       *fileInNode
	d       *runtime.Delivery
	hold    *runtime.Hold
	ctx     context.Context
	charset charset
	count   int // of messages sent
}

func (r *reading) run(path string) {
	err := r.read(path)
	r.hold.Do(func() {
		if err != nil {
			r.fail(err)
		}
		r.d.Complete(nil)
	})
	r.hold.Release()
}

// fail reports an error. The message is completed and, by default, goes on with it.
func (r *reading) fail(err *msg.Error) {
	r.d.Error(err, r.d.Msg)
	if r.n.SendError {
		m := msg.CloneMessage(r.d.Msg)
		m.Delete(msg.PayloadKey)
		m.Set("error", err)
		_ = r.d.Send(m) // fails only once the node is closed
	}
}

func (r *reading) read(path string) *msg.Error {
	f, err := os.Open(path)
	if err != nil {
		return nodeError(err, "open", path)
	}
	defer f.Close()
	stop := context.AfterFunc(r.ctx, func() { f.Close() })
	defer stop()
	switch {
	case r.n.Format == "stream":
		err = r.stream(f)
	case r.n.Format == "lines" && r.charset.lines():
		err = r.lines(f)
	default:
		err = r.whole(f)
	}
	if err != nil && r.ctx.Err() == nil {
		return nodeError(err, "read", "")
	}
	return nil
}

var (
	errTooLarge = errors.New("the file is larger than 1 GiB: read it in lines or as a stream")
	errLongLine = errors.New("a line of the file is longer than 64 MiB: read it as a stream")
)

func (r *reading) whole(f io.Reader) error {
	b, err := io.ReadAll(io.LimitReader(f, maxWhole+1))
	if err != nil {
		return err
	}
	if len(b) > maxWhole {
		return errTooLarge
	}
	if r.n.Format == "lines" {
		lines := strings.Split(r.charset.decode(b), "\n")
		return r.sendLines(lines, true)
	}
	var payload any = &msg.Buffer{B: b}
	if r.n.Format == "utf8" {
		payload = r.charset.decode(b)
	}
	return r.send(func() []*msg.Object {
		r.d.Msg.Set(msg.PayloadKey, payload)
		return []*msg.Object{r.d.Msg}
	})
}

// lines sends the lines as they are read. Characters that lie across two chunks
// stay whole, which in Node-RED they do not.
func (r *reading) lines(f io.Reader) error {
	buf := make([]byte, chunkSize)
	var rest []byte
	for {
		got, err := f.Read(buf)
		end := bytes.LastIndexByte(buf[:got], '\n')
		if end >= 0 {
			rest = append(rest, buf[:end]...)
			var lines []string
			for line := range bytes.SplitSeq(rest, []byte{'\n'}) {
				lines = append(lines, r.charset.decode(line))
			}
			if err := r.sendLines(lines, false); err != nil {
				return err
			}
			rest = rest[:0]
		}
		if rest = append(rest, buf[end+1:got]...); len(rest) > maxLine {
			return errLongLine
		}
		switch {
		case err == io.EOF:
			return r.sendLines([]string{r.charset.decode(rest)}, true)
		case err != nil:
			return err
		}
	}
}

func (r *reading) sendLines(lines []string, last bool) error {
	return r.send(func() []*msg.Object {
		out := make([]*msg.Object, len(lines))
		for i, line := range lines {
			out[i] = r.part(line, last && i == len(lines)-1)
		}
		return out
	})
}

// stream sends the file in chunks. A file that ends with a full chunk ends with a
// message without payload, since the chunk could not tell.
func (r *reading) stream(f io.Reader) error {
	for {
		buf := make([]byte, chunkSize)
		got, err := io.ReadFull(f, buf)
		last := err == io.EOF || err == io.ErrUnexpectedEOF
		if err != nil && !last {
			return err
		}
		if got == 0 {
			if r.count == 0 {
				return nil
			}
			return r.send(func() []*msg.Object {
				m := msg.NewObject("parts", r.parts())
				m.Value("parts").(*msg.Object).Set("count", msg.Number(float64(r.count)))
				return []*msg.Object{m}
			})
		}
		if err := r.send(func() []*msg.Object {
			return []*msg.Object{r.part(&msg.Buffer{B: buf[:got:got]}, last)}
		}); err != nil || last {
			return err
		}
	}
}

func (r *reading) parts() *msg.Object {
	ch, kind := "", "buffer"
	if r.n.Format == "lines" {
		ch, kind = "\n", "string"
	}
	return msg.NewObject("index", msg.Number(float64(r.count)), "ch", ch, "type", kind, "id", r.d.Msg.Value(msg.ID))
}

// partsOf tells the last part how many there are. The count stands at the end for
// chunks, and before the rest for lines.
func (r *reading) partsOf(last bool) *msg.Object {
	parts := r.parts()
	if !last {
		return parts
	}
	count := msg.Number(float64(r.count + 1))
	if r.n.Format != "lines" {
		parts.Set("count", count)
		return parts
	}
	ordered := msg.NewObject("index", parts.Value("index"), "count", count)
	for key, v := range parts.All() {
		ordered.Set(key, v)
	}
	return ordered
}

// part makes the message of a line or chunk.
func (r *reading) part(payload any, last bool) *msg.Object {
	m := &msg.Object{}
	if r.n.AllProps {
		m = msg.CloneMessage(r.d.Msg)
	} else {
		m.Set(msg.TopicKey, r.d.Msg.Value(msg.TopicKey))
		m.Set("filename", r.d.Msg.Value("filename"))
	}
	m.Set(msg.PayloadKey, payload)
	m.Set("parts", r.partsOf(last))
	r.count++
	return m
}

// send sends what f makes as part of the event, and returns once what follows from
// it is under way, so that a large file is never in memory as a whole.
func (r *reading) send(f func() []*msg.Object) error {
	sent := make(chan struct{})
	r.hold.Do(func() {
		defer close(sent)
		for _, m := range f() {
			_ = r.d.Send(m) // fails only once the node is closed
		}
	})
	select {
	case <-sent:
		return nil
	case <-r.ctx.Done():
		return r.ctx.Err()
	}
}

// Close waits for the readers, whose events have been cancelled.
func (n *fileInNode) Close(ctx context.Context, _ bool) error {
	done := make(chan struct{})
	go func() {
		n.readers.Wait()
		close(done)
	}()
	select {
	case <-done:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
