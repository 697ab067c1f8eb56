package function

import (
	"context"
	"fmt"
	"os"
	"strconv"
	"sync"
	"sync/atomic"

	"sluice/runtime"
	"sluice/runtime/msg"
)

// exec runs a line in a shell and sends all of its output when it has ended.
func (n *execNode) exec(d *runtime.Delivery, line string) error {
	p, err := n.start(d, []string{n.shell, "-c", line})
	if err != nil {
		return err
	}
	resume := d.Async()
	go func() {
		defer n.work.Done()
		res := p.collect(line, n.maxOutput)
		n.forget(p)
		resume(func() error {
			n.sendResult(d, res)
			return nil
		})
	}()
	return nil
}

// result is what came of a command.
type result struct {
	stdout, stderr []byte
	failure        *msg.Object // code, message and signal; nil for success
}

// collect reads what p prints, to its end.
func (p *process) collect(line string, limit int) (res result) {
	if p.err != nil {
		_, name := startErrno(p.err)
		res.failure = msg.NewObject("code", name, "message", "spawn "+p.cmd.Args[0]+" "+name)
		return res
	}
	var exceeded atomic.Pointer[string]
	read := func(into *[]byte, from *os.File, name string) {
		b, over := readAll(from, limit)
		*into = b
		if over && exceeded.CompareAndSwap(nil, &name) {
			p.abandonOutput()
		}
	}
	var readers sync.WaitGroup
	readers.Go(func() { read(&res.stdout, p.stdout, "stdout") })
	readers.Go(func() { read(&res.stderr, p.stderr, "stderr") })
	readers.Wait()
	code, signal := p.wait()
	switch name := exceeded.Load(); {
	case name != nil:
		res.failure = msg.NewObject("code", "ERR_CHILD_PROCESS_STDIO_MAXBUFFER", "message", *name+" maxBuffer length exceeded")
	case signal != "":
		res.failure = msg.NewObject("code", nil, "message", commandFailed(line, res.stderr), "signal", signal)
	case code != 0:
		res.failure = msg.NewObject("code", float64(code), "message", commandFailed(line, res.stderr))
	}
	return res
}

// commandFailed is the message of Node's error; stderr is in it byte by byte.
func commandFailed(line string, stderr []byte) string {
	text, _ := msg.EncodeBytes(stderr, "binary")
	return "Command failed: " + line + "\n" + text
}

// abandonOutput ends a process that prints too much, and what is left of its output.
func (p *process) abandonOutput() {
	p.terminate()
	_ = p.stdout.Close()
	_ = p.stderr.Close()
}

func (n *execNode) sendResult(d *runtime.Delivery, res result) {
	m := d.Msg
	m.Delete(msg.PayloadKey)
	var errors, code *msg.Object
	if len(res.stderr) > 0 {
		errors = msg.CloneMessage(m)
		errors.Set(msg.PayloadKey, msg.TextOrBuffer(res.stderr))
	}
	m.Set(msg.PayloadKey, msg.TextOrBuffer(res.stdout))
	d.Status(&msg.Object{})
	rc := res.failure
	switch {
	case rc != nil && rc.Value("code") == nil:
		d.Status(statusKilled())
	case rc != nil:
		d.Status(runtime.NewStatus("red", "dot", "error:"+msg.ToString(rc.Value("code"))))
	case !n.oldRC:
		rc = msg.NewObject("code", 0.0)
	default:
		d.Status(&msg.Object{})
	}
	if rc != nil {
		code = msg.CloneMessage(m)
		code.Set(msg.PayloadKey, rc)
		m.Set("rc", rc)
		if errors != nil {
			errors.Set("rc", rc)
		}
	}
	_ = d.SendAll([]*msg.Object{m}, []*msg.Object{errors}, []*msg.Object{code}) // nobody to tell once closed
}

// spawn runs a command without a shell and sends its output as it comes.
func (n *execNode) spawn(d *runtime.Delivery, args []string) error {
	p, err := n.start(d, args)
	if err != nil {
		return err
	}
	ctx := d.Context()
	d.Detach()
	hold := d.Hold()
	go func() {
		defer n.work.Done()
		defer hold.Release()
		code, signal := -1, ""
		if p.err != nil {
			errno, _ := startErrno(p.err)
			code = -int(errno)
		} else {
			var readers sync.WaitGroup
			readers.Go(func() { n.relay(ctx, hold, d, p.stdout, 0) })
			readers.Go(func() { n.relay(ctx, hold, d, p.stderr, 1) })
			readers.Wait()
			code, signal = p.wait()
		}
		ours := n.forget(p)
		hold.DoWait(ctx, func() {
			if ours {
				n.sendEnd(d, code, signal)
			}
			d.Complete(nil)
		})
	}()
	return nil
}

// relay sends each piece that comes from a pipe. It waits until the run has taken
// one before it reads the next, so that a command cannot outpace the flow.
func (n *execNode) relay(ctx context.Context, hold *runtime.Hold, d *runtime.Delivery, from *os.File, output int) {
	buf := make([]byte, 64<<10)
	for {
		size, err := from.Read(buf)
		if size > 0 {
			piece := msg.TextOrBuffer(append([]byte(nil), buf[:size]...))
			hold.DoWait(ctx, func() {
				d.Msg.Set(msg.PayloadKey, piece)
				out := make([][]*msg.Object, 3)
				out[output] = []*msg.Object{msg.CloneMessage(d.Msg)}
				_ = d.SendAll(out...) // nobody to tell once closed
			})
		}
		if err != nil {
			return
		}
	}
}

func (n *execNode) sendEnd(d *runtime.Delivery, code int, signal string) {
	rc := any(float64(code))
	if signal != "" {
		rc = nil
	}
	switch {
	case signal != "":
		d.Status(statusKilled())
	case code < 0:
		d.Status(runtime.NewStatus("red", "dot", "rc:"+strconv.Itoa(code)))
	default:
		if code == 0 {
			d.Status(&msg.Object{})
		}
		d.Status(runtime.NewStatus("yellow", "dot", fmt.Sprint("rc:", code)))
	}
	if !n.oldRC {
		o := msg.NewObject("code", rc)
		if signal != "" {
			o.Set("signal", signal)
		}
		rc = o
	}
	d.Msg.Set(msg.PayloadKey, rc)
	_ = d.SendAll(nil, nil, []*msg.Object{msg.CloneMessage(d.Msg)}) // nobody to tell once closed
}
