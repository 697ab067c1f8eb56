package function

import (
	"context"
	"math"
	"time"

	"sluice/nodes/link"
	"sluice/runtime"
	"sluice/runtime/js"
	"sluice/runtime/msg"
)

// Function runs JavaScript on each message.
var Function = runtime.Type{
	Name: "function", Category: "function", Inputs: 1, Outputs: 1,
	New: func() runtime.Node { return &functionNode{Outputs: 1} },

	Parallel: true, // the engine of sluice/runtime/js has the lock
}

type functionNode struct {
	Func       string        `json:"func"`
	Outputs    int           `json:"outputs"`
	Timeout    float64       `json:"timeout"`    // seconds; 0: the setting's
	NoErr      any           `json:"noerr"`      // how many faults the editor found
	Initialize string        `json:"initialize"` // On Start
	Finalize   string        `json:"finalize"`   // On Stop
	Libs       []functionLib `json:"libs"`

	inst    *runtime.Instance
	fn      *js.Function
	targets link.Targets
	calls   link.Calls
}

type functionLib struct {
	Var    string `json:"var"`
	Module string `json:"module"`
}

// engineKey is where the nodes of one runtime find its JavaScript engine.
type engineKey struct{}

func engineOf(inst *runtime.Instance) *js.Engine {
	return runtime.Shared(inst.Engine(), engineKey{}, func() *js.Engine {
		globals, _ := inst.Setting("functionGlobalContext").(*msg.Object)
		// Files that functions may open: where the file nodes work too, though those go anywhere.
		files, ok := inst.Setting("fileWorkingDirectory").(string)
		if !ok || files == "" {
			files = inst.UserDir()
		}
		return js.New(js.Options{
			Lock:    &inst.Engine().State,
			Timeout: seconds(msg.ToNumber(inst.Setting("globalFunctionTimeout"))),
			Getenv:  inst.Engine().Getenv,
			Globals: globals,
			UserDir: inst.UserDir(), FilesDir: files,
			JSONata: prepareJSONata, Date: dateText, Fetch: fetcher(inst),
		})
	})
}

// maxTimer is the longest time that Node's timers can wait.
const maxTimer = math.MaxInt32 * time.Millisecond

// seconds is a time in seconds as a setting gives it; 0 for what is no time.
func seconds(s float64) time.Duration {
	if !(s > 0) {
		return 0
	}
	return time.Duration(min(s*float64(time.Second), float64(maxTimer)))
}

func (n *functionNode) Init(inst *runtime.Instance) error {
	n.inst = inst
	if len(n.Libs) > 0 && inst.Setting("functionExternalModules") == false {
		return runtime.Text("Function node not allowed to load external modules")
	}
	src := js.Source{
		Node: functionHost{n}, Body: n.Func, Setup: msg.TrimSpace(n.Initialize), Cleanup: msg.TrimSpace(n.Finalize),
		Outputs: n.Outputs, Timeout: seconds(n.Timeout),
	}
	for _, lib := range n.Libs {
		src.Libs = append(src.Libs, js.Lib{Var: lib.Var, Module: lib.Module})
	}
	var err error
	n.fn, err = engineOf(inst).Compile(src)
	return err
}

// Check compiles the function, which is all that Init does.
func (n *functionNode) Check(inst *runtime.Instance) error { return n.Init(inst) }

// Start runs the On Start code. Messages that come before it has ended wait.
func (n *functionNode) Start() {
	n.fn.Setup(func(err error) {
		if err != nil {
			n.inst.Log.Error(err.Error())
		}
	})
}

func (n *functionNode) Input(d *runtime.Delivery) error {
	d.Detach() // the body completes it, or what it waits for does, or nothing
	n.fn.Run(&functionCall{n: n, d: d}, d.Msg)
	return nil
}

// Placement tells whether the body runs on any core, in parallel with others, and if not, why.
func (n *functionNode) Placement() (pooled bool, reason string) { return n.fn.Placement() }

// Direct tells whether the body runs without a JavaScript engine, and if not, why.
func (n *functionNode) Direct() (direct bool, reason string) { return n.fn.Direct() }

// ReturnLink hands the answer of a link call to the body that waits for it.
func (n *functionNode) ReturnLink(d *runtime.Delivery, id string, m *msg.Object) {
	n.calls.Return(d, id, m)
}

func (n *functionNode) Close(ctx context.Context, removed bool) error {
	n.calls.Close()
	n.fn.Close(ctx, removed)
	return nil
}
