package js

import (
	"errors"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
	"sync"
	"syscall"

	"github.com/dop251/goja"
)

// maxFile bounds a file that fs reads, in bytes.
const maxFile = 64 << 20

// folder is what fs and fs/promises see of the file system: what lies below
// Options.FilesDir, links out of it excepted.
type folder struct {
	dir  string
	open func() (*os.Root, error)
}

func newFolder(dir string) *folder {
	return &folder{dir, sync.OnceValues(func() (*os.Root, error) { return os.OpenRoot(dir) })}
}

// files are the functions of fs that have a form without callback, and how many arguments they take.
func (v *vm) files() map[string]func(r *os.Root, name string, c goja.FunctionCall) (goja.Value, error) {
	type call = goja.FunctionCall
	return map[string]func(*os.Root, string, call) (goja.Value, error){
		"readFile": func(r *os.Root, name string, c call) (goja.Value, error) {
			st, err := r.Stat(name)
			if err == nil && st.Size() > maxFile {
				err = &fs.PathError{Op: "read", Path: name, Err: errors.New("the file is larger than 64 MB")}
			}
			if err != nil {
				return nil, err
			}
			data, err := r.ReadFile(name)
			if err != nil {
				return nil, err
			}
			enc := c.Argument(1)
			if opts, ok := enc.(*goja.Object); ok {
				enc = opts.Get("encoding")
			}
			if enc == nil || !enc.ToBoolean() {
				return v.newBuffer(data), nil
			}
			return v.encoded(data, enc), nil
		},
		"writeFile":  func(r *os.Root, name string, c call) (goja.Value, error) { return v.write(r, name, c, os.O_TRUNC) },
		"appendFile": func(r *os.Root, name string, c call) (goja.Value, error) { return v.write(r, name, c, os.O_APPEND) },
		"access": func(r *os.Root, name string, _ call) (goja.Value, error) {
			_, err := r.Stat(name)
			return v.undef, err
		},
		"stat": func(r *os.Root, name string, _ call) (goja.Value, error) {
			st, err := r.Stat(name)
			if err != nil {
				return nil, err
			}
			o := v.object("size", st.Size(), "mtimeMs", float64(st.ModTime().UnixMicro())/1000, "mode", int(st.Mode().Perm()))
			o.Set("mtime", v.construct("Date", v.rt.ToValue(st.ModTime().UnixMilli())))
			o.Set("isFile", func(goja.FunctionCall) goja.Value { return v.rt.ToValue(st.Mode().IsRegular()) })
			o.Set("isDirectory", func(goja.FunctionCall) goja.Value { return v.rt.ToValue(st.IsDir()) })
			return o, nil
		},
		"readdir": func(r *os.Root, name string, _ call) (goja.Value, error) {
			f, err := r.Open(name)
			if err != nil {
				return nil, err
			}
			defer f.Close()
			list, err := f.ReadDir(100_000)
			names := make([]string, len(list))
			for i, e := range list {
				names[i] = e.Name()
			}
			return v.strings(names), err
		},
		"mkdir": func(r *os.Root, name string, c call) (goja.Value, error) {
			if option(c, "recursive") {
				return v.undef, r.MkdirAll(name, 0o755)
			}
			return v.undef, r.Mkdir(name, 0o755)
		},
		"rmdir": func(r *os.Root, name string, c call) (goja.Value, error) {
			st, err := r.Stat(name)
			switch {
			case err == nil && !st.IsDir():
				err = &fs.PathError{Op: "rmdir", Path: name, Err: syscall.ENOTDIR}
			case err == nil && option(c, "recursive"):
				err = r.RemoveAll(name)
			case err == nil:
				err = r.Remove(name)
			}
			return v.undef, err
		},
		"rm": func(r *os.Root, name string, c call) (goja.Value, error) {
			_, err := r.Lstat(name)
			switch {
			case errors.Is(err, fs.ErrNotExist) && option(c, "force"):
				err = nil
			case err == nil && option(c, "recursive"):
				err = r.RemoveAll(name)
			case err == nil:
				err = r.Remove(name)
			}
			return v.undef, err
		},
		"unlink": func(r *os.Root, name string, _ call) (goja.Value, error) { return v.undef, r.Remove(name) },
		"rename": func(r *os.Root, name string, c call) (goja.Value, error) {
			return v.undef, r.Rename(name, v.inFolder(c.Argument(1)))
		},
	}
}

// option tells whether the call's options set one.
func option(c goja.FunctionCall, name string) bool {
	o, ok := c.Argument(1).(*goja.Object)
	return ok && o.Get(name) != nil && o.Get(name).ToBoolean()
}

func (v *vm) write(r *os.Root, name string, c goja.FunctionCall, flag int) (goja.Value, error) {
	enc := c.Argument(2)
	if opts, ok := enc.(*goja.Object); ok {
		if enc = opts.Get("encoding"); enc == nil {
			enc = v.undef
		}
	}
	data := v.data(c.Argument(1), enc, "data")
	f, err := r.OpenFile(name, os.O_CREATE|os.O_WRONLY|flag, 0o644)
	if err != nil {
		return nil, err
	}
	_, err = f.Write(data)
	return v.undef, errors.Join(err, f.Close())
}

// inFolder is a path as the folder's root knows it.
func (v *vm) inFolder(x goja.Value) string {
	if !goja.IsString(x) {
		v.badType(`"path" argument`, "of type string or an instance of Buffer or URL", x)
	}
	name := filepath.ToSlash(text(x))
	if rel, ok := strings.CutPrefix(name, filepath.ToSlash(v.opts.FilesDir)); ok && path.IsAbs(name) {
		name = "." + path.Join("/", rel)
	}
	return path.Clean(name)
}

// fsModule is fs; its promises are fs/promises. What fails has Node's codes.
func (v *vm) fsModule() goja.Value {
	if v.opts.folder == nil {
		return nil
	}
	o, promises := v.rt.NewObject(), v.rt.NewObject()
	for name, f := range v.files() {
		do := func(c goja.FunctionCall) (r, fault goja.Value) {
			place := v.inFolder(c.Argument(0))
			root, err := v.opts.folder.open()
			if err == nil {
				r, err = f(root, place, c)
			}
			if err != nil {
				return nil, v.fileError(err, name, text(c.Argument(0)))
			}
			return r, nil
		}
		v.defineBoth(o, name, 1, "cb", do)
		define(v, promises, name, 1, func(c goja.FunctionCall) goja.Value {
			p, resolve, reject := v.rt.NewPromise()
			if r, fault := do(c); fault != nil {
				_ = reject(fault)
			} else {
				_ = resolve(r)
			}
			return v.rt.ToValue(p)
		})
	}
	define(v, o, "existsSync", 1, func(c goja.FunctionCall) goja.Value {
		root, err := v.opts.folder.open()
		if err == nil {
			_, err = root.Stat(v.inFolder(c.Argument(0)))
		}
		return v.rt.ToValue(err == nil)
	})
	o.Set("promises", promises)
	o.Set("constants", v.object("F_OK", 0, "R_OK", 4, "W_OK", 2, "X_OK", 1))
	return o
}

// fileError is Node's error of a system call.
func (v *vm) fileError(err error, call, name string) *goja.Object {
	code, why := "EACCES", "permission denied"
	for _, k := range []struct {
		is        error
		code, why string
	}{
		{syscall.ENOTEMPTY, "ENOTEMPTY", "directory not empty"}, // before ErrExist, which it is too
		{syscall.ENOTDIR, "ENOTDIR", "not a directory"},
		{syscall.EISDIR, "EISDIR", "illegal operation on a directory"},
		{fs.ErrNotExist, "ENOENT", "no such file or directory"},
		{fs.ErrExist, "EEXIST", "file already exists"},
	} {
		if errors.Is(err, k.is) {
			code, why = k.code, k.why
			break
		}
	}
	does := map[string]string{"readFile": "open", "writeFile": "open", "appendFile": "open", "readdir": "scandir"}[call]
	if does == "" {
		does = call
	}
	e := v.newError("Error", code+": "+why+", "+does+" '"+name+"'")
	e.Set("code", code)
	e.Set("syscall", does)
	e.Set("path", name)
	return e
}
