package function

import (
	"context"
	"os"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"time"

	"sluice/runtime"
	"sluice/runtime/msg"
)

// Exec runs a command of the operating system and sends what it prints: all at
// once when it has ended, or, with useSpawn, as it comes.
var Exec = runtime.Type{
	Name: "exec", Category: "function", Inputs: 1, Outputs: 3,
	New: func() runtime.Node { return &execNode{AddPay: true} },

	Exclusive: true, // a deploy ends its commands at once, rather than wait for them
}

type execNode struct {
	Command  string  `json:"command"`
	AddPay   any     `json:"addpay"` // the property to append; true for payload, false for none
	Append   string  `json:"append"`
	UseSpawn any     `json:"useSpawn"` // only "true" is
	Timer    float64 `json:"timer"`    // seconds until it is killed; 0 for never
	OldRC    any     `json:"oldrc"`    // the third output is the code itself
	WinHide  bool    `json:"winHide"`  // read, but without effect: there is no window to hide

	inst      *runtime.Instance
	shell     string
	appended  msg.Path // what AddPay names
	oldRC     bool
	maxOutput int

	mu      sync.Mutex // guards what follows
	active  map[string]*process
	closing bool
	work    sync.WaitGroup
}

const (
	defaultMaxOutput = 10_000_000 // bytes of each stream without useSpawn (setting execMaxBufferSize)
	maxProcesses     = 1000       // of one node at once
	killGrace        = 3 * time.Second
)

func (n *execNode) Init(inst *runtime.Instance) error {
	n.inst = inst
	n.active = map[string]*process{}
	n.Command, n.Append = strings.TrimSpace(n.Command), strings.TrimSpace(n.Append)
	if v, ok := inst.Props().Get("addpay"); ok && v != msg.Undefined && !msg.ToBool(v) {
		n.AddPay = false // also an empty text, which is not the default
	}
	if n.AddPay == true {
		n.appended = msg.Payload
	} else if msg.ToBool(n.AddPay) {
		n.appended, _ = msg.ParseMessagePath(msg.ToString(n.AddPay)) // a fault shows with each message
	}
	n.oldRC = msg.ToBool(n.OldRC) && msg.ToString(n.OldRC) != "false"
	n.maxOutput = defaultMaxOutput
	if max := msg.ToNumber(inst.Setting("execMaxBufferSize")); max > 0 && max < 1<<31 {
		n.maxOutput = int(max)
	}
	n.shell = "/bin/sh"
	if _, err := os.Stat("/bin/bash"); err == nil {
		n.shell = "/bin/bash"
	}
	return nil
}

func (n *execNode) Input(d *runtime.Delivery) error {
	if d.Msg.Has("kill") {
		return n.kill(d)
	}
	line, err := n.commandLine(d.Msg)
	if err != nil {
		return err
	}
	if n.UseSpawn == "true" {
		args, err := splitArgs(line)
		if err != nil {
			return err
		}
		n.inst.Log.Debug(args[0] + " [" + strings.Join(args[1:], ",") + "]")
		return n.spawn(d, args)
	}
	if line == "" {
		return errEmptyCommand
	}
	n.inst.Log.Debug(line)
	return n.exec(d, line)
}

func (n *execNode) commandLine(m *msg.Object) (string, error) {
	line := n.Command
	if msg.ToBool(n.AddPay) {
		v, err := n.appended.Get(m)
		if err != nil {
			return "", err
		}
		if v != msg.Undefined {
			line += " " + msg.ToString(v)
		}
	}
	if n.Append != "" {
		line += " " + n.Append
	}
	line = msg.ToUTF8(line)
	if strings.ContainsRune(line, 0) {
		return "", nodeError("ERR_INVALID_ARG_VALUE", "The command must be a string without null bytes")
	}
	return line, nil
}

var (
	argument = regexp.MustCompile(`(?:[^\s\v\x{feff}\p{Z}"]+|"[^"]*")+`)
	quoted   = regexp.MustCompile(`^"[^\n\r\x{2028}\x{2029}]*"$`)
)

var errEmptyCommand = nodeError("ERR_INVALID_ARG_VALUE", "The argument 'file' cannot be empty. Received ''")

// nodeError is an error of Node itself, as catch nodes see it.
func nodeError(code, message string) error {
	return &msg.Error{Name: "TypeError [" + code + "]", Message: message, Props: msg.NewObject("code", code)}
}

// splitArgs splits a command line at spaces outside of double quotes. Quotes go
// only where they are around a whole argument; there is no other escaping.
func splitArgs(line string) ([]string, error) {
	args := argument.FindAllString(line, -1)
	for i, a := range args {
		if quoted.MatchString(a) {
			args[i] = a[1 : len(a)-1]
		}
	}
	switch {
	case len(args) == 0:
		return nil, &msg.Error{Name: "TypeError", Message: "Cannot read properties of null (reading 'map')"}
	case args[0] == "":
		return nil, errEmptyCommand
	}
	return args, nil
}

// kill ends the process that msg.pid names, or the only one there is.
func (n *execNode) kill(d *runtime.Delivery) error {
	name, _ := d.Msg.Value("kill").(string)
	if !strings.HasPrefix(strings.ToUpper(name), "SIG") {
		name = "SIGTERM"
		d.Msg.Set("kill", name)
	}
	n.mu.Lock()
	var p *process
	if pid, named := d.Msg.Get("pid"); named {
		p = n.active[msg.ToString(pid)]
	} else if len(n.active) == 1 {
		for _, p = range n.active {
		}
	}
	n.mu.Unlock()
	if p == nil {
		return nil
	}
	signal, ok := signalNumber(strings.ToUpper(name))
	if !ok {
		return nodeError("ERR_UNKNOWN_SIGNAL", "Unknown signal: "+strings.ToUpper(name))
	}
	d.Status(statusKilled())
	// The signal waits until the status has been through the flow: the end, which is
	// another event, shows a status too.
	hold := d.Hold()
	hold.Do(func() { p.signal(signal) })
	hold.Release()
	return nil
}

func statusKilled() *msg.Object { return runtime.NewStatus("red", "dot", "killed") }

// start starts a process on behalf of d, for a goroutine that calls work.Done. A
// failure to start is a process too, one that has ended, since Node tells it as an event.
func (n *execNode) start(d *runtime.Delivery, args []string) (*process, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.closing {
		return nil, context.Canceled
	}
	if len(n.active) >= maxProcesses {
		return nil, runtime.Textf("%d commands are running already: wait for some to end, or kill them", maxProcesses)
	}
	p := startProcess(args)
	pid := "undefined"
	if p.err == nil {
		pid = strconv.Itoa(p.pid())
		n.active[pid] = p
		if n.Timer != 0 {
			p.timer = time.AfterFunc(time.Duration(n.Timer*float64(time.Second)), p.terminate)
		}
	}
	n.work.Add(1)
	d.Status(runtime.NewStatus("blue", "dot", "pid:"+pid))
	return p, nil
}

// forget tells whether p was still the node's own: after Close nobody hears of it.
func (n *execNode) forget(p *process) bool {
	if p.timer != nil {
		p.timer.Stop()
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	if p.err == nil {
		delete(n.active, strconv.Itoa(p.pid()))
	}
	return !n.closing
}

// Close ends the processes: first asked, then forced.
func (n *execNode) Close(ctx context.Context, _ bool) error {
	n.mu.Lock()
	n.closing = true
	for _, p := range n.active {
		p.terminate()
	}
	n.mu.Unlock()
	ended := make(chan struct{})
	go func() {
		n.work.Wait()
		close(ended)
	}()
	grace := time.NewTimer(killGrace)
	defer grace.Stop()
	select {
	case <-ended:
	case <-grace.C:
	case <-ctx.Done():
	}
	n.mu.Lock()
	for _, p := range n.active {
		p.abandon()
	}
	n.mu.Unlock()
	<-ended
	n.inst.Status(&msg.Object{})
	return nil
}
