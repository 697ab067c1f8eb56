package storage

import (
	"path/filepath"

	"sluice/runtime"
	"sluice/runtime/msg"
)

// filename is where a file node finds the name of its file.
type filename struct {
	input     runtime.Input
	static    bool   // the name is the same for every message
	directory string // that relative names are in, from fileWorkingDirectory
}

// newFilename reads the setting, which before Node-RED 3 had no type: then an
// empty name stands for msg.filename.
func newFilename(inst *runtime.Instance, name, kind string) filename {
	if kind == "" {
		kind = "str"
		if name == "" {
			name, kind = "filename", "msg"
		}
	}
	f := filename{static: kind == "str" || kind == "env"}
	f.input, _ = inst.Typed(runtime.TypedInput{Value: name, Type: kind}) // its error comes with each message
	f.directory, _ = inst.Setting("fileWorkingDirectory").(string)
	return f
}

func (f *filename) name(m *msg.Object) (string, error) {
	v, err := f.input.Eval(m)
	if err != nil || v == nil || v == msg.Undefined {
		return "", err
	}
	return msg.ToString(v), nil
}

// path is the name within the working directory of the settings, if there is one.
func (f *filename) path(name string) string {
	if f.directory == "" || filepath.IsAbs(name) {
		return name
	}
	path, err := filepath.Abs(filepath.Join(f.directory, name))
	if err != nil {
		return name
	}
	return path
}
