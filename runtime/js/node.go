package js

import (
	"slices"
	"strings"
	"time"

	"github.com/dop251/goja"

	"sluice/runtime/msg"
)

// nodeView is the node object of one call. Its methods are its prototype's and
// shared by all; what a body sets on it is gone with the call, as in Node-RED.
type nodeView struct {
	s     *session
	props map[string]goja.Value
}

// What a node object has, in Node-RED's order.
var (
	nodeProps   = []string{"id", "name", "path", "outputCount"}
	nodeMethods = []string{"log", "error", "warn", "debug", "trace", "on", "status", "send", "done", "linkcall"}
)

// nodeObject returns the node object, or undefined if the text never names it.
func (v *vm) nodeObject(s *session) goja.Value {
	if !s.fn.c.node {
		return v.undef
	}
	if v.nodeProto == nil {
		v.nodeProto = v.makeNodeProto()
	}
	o := v.rt.NewDynamicObject(&nodeView{s: s})
	o.SetPrototype(v.nodeProto)
	return o
}

func (w *nodeView) Get(key string) goja.Value {
	if x, ok := w.props[key]; ok {
		return x
	}
	v, n := w.s.vm, w.s.fn.node
	switch key {
	case "id":
		return v.str(n.ID())
	case "name":
		return v.toJS(n.Name())
	case "path":
		return v.str(n.Path())
	case "outputCount":
		return v.rt.ToValue(n.OutputCount())
	}
	if slices.Contains(nodeMethods, key) {
		return v.nodeProto.Get(key)
	}
	return nil
}

func (w *nodeView) Set(key string, val goja.Value) bool {
	if w.props == nil {
		w.props = map[string]goja.Value{}
	}
	w.props[key] = val
	return true
}

func (w *nodeView) Has(key string) bool { return w.Get(key) != nil }

func (w *nodeView) Delete(key string) bool {
	delete(w.props, key)
	return true
}

func (w *nodeView) Keys() []string {
	keys := slices.Concat(nodeProps, nodeMethods)
	for k := range w.props {
		if !slices.Contains(keys, k) {
			keys = append(keys, k)
		}
	}
	return keys
}

func (v *vm) makeNodeProto() *goja.Object {
	p := v.rt.NewObject()
	method := func(name string, f func(*session, goja.FunctionCall) goja.Value) {
		p.Set(name, func(c goja.FunctionCall) goja.Value {
			s := v.cur
			if o, ok := c.This.(*goja.Object); ok && o.ExportType() == typeNodeView {
				s = o.Export().(*nodeView).s
			}
			return f(s, c)
		})
	}
	for name, level := range map[string]string{"log": "info", "warn": "warn", "debug": "debug", "trace": "trace"} {
		method(name, func(s *session, c goja.FunctionCall) goja.Value {
			s.fn.node.Log(level, v.logText(c.Argument(0)))
			return v.undef
		})
	}
	method("error", nodeError)
	method("send", nodeSend)
	method("done", nodeDone)
	method("status", nodeStatus)
	method("on", nodeOn)
	method("linkcall", nodeLinkCall)
	return p
}

func nodeSend(s *session, c goja.FunctionCall) goja.Value {
	if s.closing {
		s.emit(func(c Call) { c.Error("Cannot send from close function", nil) })
		return s.vm.undef
	}
	s.send(c.Argument(0), s.msgID, c.Argument(1) != s.vm.f)
	return s.vm.undef
}

func nodeError(s *session, c goja.FunctionCall) goja.Value {
	var err any
	var m *msg.Object
	s.settled(func() {
		x := &exporter{vm: s.vm, copy: true}
		err = x.value(c.Argument(0))
		m, _ = x.value(c.Argument(1)).(*msg.Object)
	})
	if _, isBool := err.(bool); !isBool && !msg.ToBool(err) {
		err = "" // as in Node-RED
	}
	s.emit(func(c Call) { c.Error(err, m) })
	return s.vm.undef
}

// nodeDone is node.done(err): any true value is an error.
func nodeDone(s *session, c goja.FunctionCall) goja.Value {
	if e := c.Argument(0); e.ToBoolean() {
		s.complete(&Thrown{(&exporter{vm: s.vm, copy: true}).value(e)})
	} else {
		s.complete(nil)
	}
	return s.vm.undef
}

func nodeStatus(s *session, c goja.FunctionCall) goja.Value {
	if status := c.Argument(0); goja.IsUndefined(status) || goja.IsNull(status) { // Flow.handleStatus reads it
		s.vm.throwf("TypeError", "Cannot read properties of %s (reading 'hasOwnProperty')", status)
	}
	s.fn.status.Store(true)
	var v any
	s.settled(func() { v = (&exporter{vm: s.vm, copy: true}).value(c.Argument(0)) })
	s.emit(func(c Call) { c.Status(v) })
	return s.vm.undef
}

func nodeOn(s *session, c goja.FunctionCall) goja.Value {
	f, ok := c.Argument(1).(*goja.Object)
	ok = ok && isCallable(f)
	switch event := c.Argument(0).String(); {
	case event == "input":
		s.vm.throwf("Error", "Cannot add listener to 'input' event within Function")
	case !ok:
		s.vm.throwf("TypeError", `The "listener" argument must be of type function`)
	case event == "close":
		if len(s.fn.closers) >= maxClosers {
			s.vm.throwf("RangeError", "too many close listeners: add them in the On Start code, which runs once")
		}
		s.fn.closers = append(s.fn.closers, f)
	}
	return s.vm.undef
}

// maxClosers bounds the listeners of a body that adds one for each message.
const maxClosers = 10000

// linkCallTimeout is node.linkcall's default.
const linkCallTimeout = 5 * time.Second

func nodeLinkCall(s *session, c goja.FunctionCall) goja.Value {
	v := s.vm
	promise, resolve, reject := v.rt.NewPromise()
	o, isMessage := c.Argument(1).(*goja.Object)
	switch target, ok := v.toGo(c.Argument(0)).(string); {
	case !ok || strings.TrimSpace(target) == "":
		reject(v.newError("Error", "Error link call target parameter is not valid, expected a string"))
	case !isMessage:
		reject(v.newError("Error", "Error link call msg parameter is not valid, expected an object"))
	default:
		limit := linkCallTimeout
		clone := true
		if opts, ok := c.Argument(2).(*goja.Object); ok {
			if t := opts.Get("timeout"); t != nil && t.ToBoolean() {
				limit = time.Duration(t.ToFloat() * float64(time.Millisecond))
			}
			clone = opts.Get("clone") != v.f
		}
		b := &sending{s: s, x: &exporter{vm: v, copy: s.fn.c.retains}, cloneFirst: clone}
		m := b.export(o)
		s.emit(func(call Call) {
			call.LinkCall(target, m, limit, func(answer *msg.Object, err error) {
				s.again(func() error {
					if err != nil {
						return reject(v.thrown(err))
					}
					return resolve(v.objectView(answer))
				})
			})
		})
	}
	return v.rt.ToValue(promise)
}

// logText is what a log line shows of a value.
func (v *vm) logText(val goja.Value) string {
	o, ok := val.(*goja.Object)
	if !ok {
		return text(val.ToString())
	}
	if o.ClassName() == "Error" {
		return errorText(v.toGo(o))
	}
	var out string
	v.cur.settled(func() {
		if t, ok := v.jsonText(v.toGo(o)).(string); ok {
			out = t
		} else {
			out = text(o.ToString())
		}
	})
	return out
}
