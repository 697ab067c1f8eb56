package js

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/dop251/goja"

	"sluice/runtime/msg"
)

// ModuleOptions are what a settings file sees of the process.
type ModuleOptions struct {
	Getenv func(name string) (string, bool)
}

// moduleTimeout bounds the evaluation of a settings file.
const moduleTimeout = 5 * time.Second

// EvalModule evaluates a CommonJS file, such as Node-RED's settings.js, in a VM
// of its own and returns the plain values of its module.exports. Functions in it
// and objects of classes are left out: nothing here could call them. Modules
// cannot be loaded but for a few harmless ones; the error names the file's line.
func EvalModule(path string, opts ModuleOptions) (*msg.Object, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	getenv := opts.Getenv
	if getenv == nil {
		getenv = func(string) (string, bool) { return "", false }
	}
	v := newVM(&Options{Lock: new(sync.Mutex), Getenv: getenv})
	timer := time.AfterFunc(moduleTimeout, func() { v.rt.Interrupt(fmt.Sprintf("it took longer than %v", moduleTimeout)) })
	defer timer.Stop()
	program, err := goja.Compile(path, "(function (module, exports, require, process, __dirname, __filename) {"+string(text)+"\n})", false)
	if err != nil {
		return nil, err
	}
	var exported any
	err = v.guard(func() error {
		exported, err = v.evalModule(program, path, getenv)
		return err
	})
	if err != nil {
		return nil, err
	}
	o, ok := exported.(*msg.Object)
	if !ok {
		return nil, errors.New("module.exports is not an object")
	}
	return withoutForeign(o).(*msg.Object), nil
}

func (v *vm) evalModule(program *goja.Program, path string, getenv func(string) (string, bool)) (any, error) {
	f, err := v.rt.RunProgram(program)
	if err != nil {
		return nil, err
	}
	wrapper, _ := goja.AssertFunction(f)
	module, exports := v.rt.NewObject(), v.rt.NewObject()
	if err := module.Set("exports", exports); err != nil {
		return nil, err
	}
	dir := v.rt.ToValue(filepath.Dir(path))
	if _, err := wrapper(goja.Undefined(), module, exports, v.moduleRequire(filepath.Dir(path)), v.moduleProcess(getenv, filepath.Dir(path)), dir, v.rt.ToValue(path)); err != nil {
		return nil, err
	}
	return v.toGo(module.Get("exports")), nil
}

// moduleProcess is process as a settings file uses it: mostly process.env.
func (v *vm) moduleProcess(getenv func(string) (string, bool), dir string) goja.Value {
	process := v.rt.NewObject()
	_ = process.Set("env", v.rt.NewDynamicObject(&environ{v, getenv}))
	_ = process.Set("cwd", func() string { return dir })
	_ = process.Set("platform", "linux")
	_ = process.Set("version", "v24.0.0")
	_ = process.Set("argv", v.rt.NewArray("sluice"))
	return process
}

// environ shows variables by name; it lists none, so that a settings file copies none by accident.
type environ struct {
	vm     *vm
	getenv func(string) (string, bool)
}

func (e *environ) Get(key string) goja.Value {
	if value, ok := e.getenv(key); ok {
		return e.vm.rt.ToValue(value)
	}
	return nil
}

func (e *environ) Set(string, goja.Value) bool { return true }
func (e *environ) Has(key string) bool         { _, ok := e.getenv(key); return ok }
func (e *environ) Delete(string) bool          { return true }
func (e *environ) Keys() []string              { return nil }

// moduleRequire gives a settings file the modules that such files use to name
// paths and read certificates.
func (v *vm) moduleRequire(dir string) goja.Value {
	modules := map[string]map[string]any{
		"path": {
			"join":     func(parts ...string) string { return filepath.Join(parts...) },
			"resolve":  func(parts ...string) string { return resolvePath(dir, parts) },
			"dirname":  filepath.Dir,
			"basename": filepath.Base,
			"sep":      string(filepath.Separator),
		},
		"os": {
			"hostname": func() string { name, _ := os.Hostname(); return name },
			"homedir":  func() string { home, _ := os.UserHomeDir(); return home },
		},
		"fs": {
			"existsSync": func(path string) bool { _, err := os.Stat(resolvePath(dir, []string{path})); return err == nil },
			"readFileSync": func(path string) (string, error) {
				text, err := os.ReadFile(resolvePath(dir, []string{path}))
				return string(text), err
			},
		},
	}
	return v.rt.ToValue(func(name string) goja.Value {
		if len(name) > 5 && name[:5] == "node:" {
			name = name[5:]
		}
		m, ok := modules[name]
		if !ok {
			v.throwf("Error", "Cannot find module '%s': a settings file can require path, os and fs", name)
		}
		return v.rt.ToValue(m)
	})
}

func resolvePath(dir string, parts []string) string {
	for _, p := range parts {
		if filepath.IsAbs(p) {
			dir = p
		} else {
			dir = filepath.Join(dir, p)
		}
	}
	return filepath.Clean(dir)
}

// withoutForeign drops what only the VM could use.
func withoutForeign(v any) any {
	switch v := v.(type) {
	case *msg.Object:
		for _, key := range v.Keys() {
			if _, ok := v.Value(key).(msg.Foreign); ok {
				v.Delete(key)
				continue
			}
			withoutForeign(v.Value(key))
		}
	case *msg.Array:
		for i, e := range v.All() {
			if _, ok := e.(msg.Foreign); ok {
				v.Set(i, msg.Undefined)
				continue
			}
			withoutForeign(e)
		}
	}
	return v
}
