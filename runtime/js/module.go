package js

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"github.com/dop251/goja"
	"github.com/dop251/goja/parser"

	"sluice/runtime/msg"
)

// ModuleOptions are what EvalModule lets a module do.
type ModuleOptions struct {
	Getenv  func(name string) (string, bool) // process.env; nil: nothing is set
	Timeout time.Duration                    // 0: 5 s
}

// maxModule bounds the files of EvalModule, in bytes.
const maxModule = 4 << 20

// EvalModule evaluates a CommonJS module such as Node-RED's settings.js in a
// VM of its own and returns its exports as plain values. It can require the
// modules of moduleList and files below its own folder, JSON among them. With
// fs.readFileSync it reads what the process may read, since certificates lie
// anywhere and the file is the operator's, as the command line is.
// Functions among the exports are *msg.Func that go on using the VM, one call
// at a time. The error names the line of the file.
func EvalModule(path string, opts ModuleOptions) (*msg.Object, error) {
	if opts.Timeout <= 0 {
		opts.Timeout = 5 * time.Second
	}
	if opts.Getenv == nil {
		opts.Getenv = func(string) (string, bool) { return "", false }
	}
	setRegexpLimit()
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	dir := filepath.Dir(path)
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, err
	}
	defer root.Close()
	v := newVM(&Options{Getenv: opts.Getenv, UserDir: dir, packages: &packages{dir: dir}}, new(sync.Mutex), new(atomic.Bool))
	defer v.watch.close()
	l := &moduleLoader{v: v, root: root, dir: dir, loaded: map[string]goja.Value{}}
	f := &Function{vm: v, node: moduleNode{path}, c: &compiled{body: &usage{}}, timeout: opts.Timeout}
	s := f.session(orphan{f.node}, nil)
	var out any
	v.mu.Lock()
	defer v.unlock()
	v.run(s, func() error {
		v.provide(allNeeds)
		exports := l.require(filepath.Base(path))
		out = (&moduleExporter{vm: v, f: f, seen: map[*goja.Object]any{}}).value(exports, 0)
		l.root = nil
		return nil
	}, func(e error) { err = explain(v.failure(e, s), opts.Timeout) })
	if err != nil {
		return nil, err
	}
	o, ok := out.(*msg.Object)
	if !ok {
		return nil, errors.New("module.exports is not an object: write module.exports = { … }")
	}
	return o, nil
}

// moduleLoader is require for files below one folder.
type moduleLoader struct {
	v      *vm
	root   *os.Root // nil once the module has been evaluated
	dir    string
	loaded map[string]goja.Value
}

func explain(err error, limit time.Duration) error {
	if _, ok := errors.AsType[*LimitError](err); ok {
		return fmt.Errorf("it ran for more than %s", limit)
	}
	return err
}

// read reads a file of code below the folder.
func (l *moduleLoader) read(name string) ([]byte, error) {
	if l.root == nil {
		return nil, errors.New("modules can be required only while the file is evaluated")
	}
	return l.root.ReadFile(filepath.Clean(name))
}

// require evaluates a file once and returns its exports.
func (l *moduleLoader) require(name string) goja.Value {
	v := l.v
	if m, ok := l.loaded[name]; ok {
		return m.(*goja.Object).Get("exports")
	}
	data, err := l.read(name)
	if err != nil && filepath.Ext(name) == "" {
		for _, ext := range []string{".js", ".json", "/index.js"} {
			if data, err = l.read(name + ext); err == nil {
				name += ext
				break
			}
		}
	}
	if err != nil {
		v.codeError("Error", "MODULE_NOT_FOUND", "Cannot find module '%s'", name)
	}
	if filepath.Ext(name) == ".json" {
		x, err := msg.Parse(string(data))
		if err != nil {
			v.throwf("SyntaxError", "%s: %s", name, err)
		}
		return (&importer{vm: v, memo: map[any]*goja.Object{}}).value(x)
	}
	text := "(function(exports,require,module,__filename,__dirname){\n" + string(data) + "\n})"
	ast, err := parseScript(name, text, parser.WithDisableSourceMaps)
	if err != nil {
		e := syntaxError(err, name, 1, text).(*SyntaxError)
		v.throwf("SyntaxError", "%s (%s:%d)", e.Message, name, e.Line)
	}
	breakChains(ast)
	prg, err := goja.CompileAST(ast, false)
	if err != nil {
		v.throw(err)
	}
	fn, err := v.rt.RunProgram(prg)
	if err != nil {
		panic(err)
	}
	module := v.object("exports", v.rt.NewObject(), "id", name, "filename", filepath.Join(l.dir, name))
	l.loaded[name] = module
	folder := filepath.Dir(name)
	require := v.rt.ToValue(func(c goja.FunctionCall) goja.Value { return l.resolve(folder, c.Argument(0).String()) })
	v.call(fn, module.Get("exports"), module.Get("exports"), require, module, v.str(filepath.Join(l.dir, name)), v.str(filepath.Join(l.dir, folder)))
	return module.Get("exports")
}

// resolve is require(name) in a file of folder.
func (l *moduleLoader) resolve(folder, name string) goja.Value {
	switch {
	case name == "fs" || name == "node:fs":
		return l.fs()
	case name == "":
	case name[0] == '.':
		return l.require(filepath.Join(folder, name))
	case name[0] == '/':
		if rel, err := filepath.Rel(l.dir, name); err == nil {
			return l.require(rel)
		}
	}
	m := l.v.module(name)
	if m == nil {
		var err error
		if m, err = l.v.packageModule(name); err != nil && !errors.Is(err, errNoPackage) {
			l.v.throwf("Error", "module '%s' %s", name, err)
		}
	}
	if m == nil {
		l.v.codeError("Error", "MODULE_NOT_FOUND", "Cannot find module '%s': there are %s, fs, and files of this folder", name, moduleList)
	}
	return m
}

// fs has what settings files read certificates and secrets with. Relative
// names are the folder's.
func (l *moduleLoader) fs() goja.Value {
	v := l.v
	o := v.rt.NewObject()
	place := func(c goja.FunctionCall) string {
		if name := c.Argument(0).String(); filepath.IsAbs(name) {
			return name
		}
		return filepath.Join(l.dir, c.Argument(0).String())
	}
	o.Set("readFileSync", func(c goja.FunctionCall) goja.Value {
		data, err := readBounded(place(c))
		if err != nil {
			code := "EACCES"
			if errors.Is(err, fs.ErrNotExist) {
				code = "ENOENT"
			}
			v.codeError("Error", code, "%s: %s", code, err)
		}
		enc := c.Argument(1)
		if opts, ok := enc.(*goja.Object); ok {
			enc = opts.Get("encoding")
		}
		if enc == nil || !enc.ToBoolean() {
			return v.newBuffer(data)
		}
		s, _ := msg.EncodeBytes(data, v.encoding(enc))
		return v.str(s)
	})
	o.Set("existsSync", func(c goja.FunctionCall) goja.Value {
		_, err := os.Stat(place(c))
		return v.rt.ToValue(err == nil)
	})
	return o
}

func readBounded(name string) ([]byte, error) {
	st, err := os.Stat(name)
	switch {
	case err != nil:
		return nil, err
	case !st.Mode().IsRegular(), st.Size() > maxModule:
		return nil, fmt.Errorf("%s is no file of at most %d bytes", name, maxModule)
	}
	return os.ReadFile(name)
}

// moduleNode is the node that a module's log lines and contexts go to: none.
type moduleNode struct{ path string }

func (n moduleNode) ID() string             { return n.path }
func (n moduleNode) Name() any              { return msg.Undefined }
func (n moduleNode) Path() string           { return "" }
func (n moduleNode) OutputCount() int       { return 0 }
func (n moduleNode) Log(string, string)     {}
func (n moduleNode) Status(any)             {}
func (n moduleNode) Env(string) any         { return msg.Undefined }
func (n moduleNode) Context(string) Context { return nil }
func (n moduleNode) Event(func(Call))       {}
