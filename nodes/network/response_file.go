package network

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"sluice/internal/httpfile"
	"sluice/runtime/msg"
)

// Files are sent whole from the user directory only: a flow that could name any
// file of the machine, by a path that a client gives, is too easy to write.

// maxFile bounds a file that a flow sends, which is read into memory.
const maxFile = 256 << 20

// sendFileMethod is Express's res.sendFile(path[, options][, callback]).
func (res *response) sendFileMethod(args []any) (any, error) {
	name, ok := arg(args, 0).(string)
	if !ok || name == "" {
		return nil, typeErrorf("path argument is required to res.sendFile")
	}
	options := objectArg(args, 1)
	if root := options.String("root"); root != "" {
		name = filepath.Join(root, filepath.FromSlash(strings.TrimLeft(name, "/")))
	} else if !filepath.IsAbs(name) {
		return nil, typeErrorf("path must be absolute or specify root to res.sendFile")
	}
	return res.sendFile(name, options, nil, callback(args)), nil
}

// download is Express's res.download(path[, filename][, options][, callback]).
func (res *response) download(args []any) (any, error) {
	name, ok := arg(args, 0).(string)
	if !ok || name == "" {
		return nil, typeErrorf("path argument is required to res.sendFile")
	}
	shown, _ := arg(args, 1).(string)
	if shown == "" {
		shown = filepath.Base(name)
	}
	options := objectArg(args, 2)
	if options == nil {
		options = objectArg(args, 1)
	}
	if root := options.String("root"); root != "" {
		name = filepath.Join(root, filepath.FromSlash(strings.TrimLeft(name, "/")))
	} else if !filepath.IsAbs(name) {
		name = filepath.Join(res.ex.node.inst.UserDir(), name)
	}
	headers := msg.NewObject("Content-Disposition", contentDisposition(shown))
	return res.sendFile(name, options, headers, callback(args)), nil
}

// sendFile sends a file. Without a callback, a file that cannot be sent is answered
// with an error page.
func (res *response) sendFile(name string, options, headers *msg.Object, done any) *msg.Work {
	userDir := res.ex.node.inst.UserDir()
	return &msg.Work{Func: done, This: msg.Undefined, Result: msg.Undefined, Do: func(context.Context) []any {
		data, modified, err := readUserFile(userDir, name)
		if err == nil {
			err = res.sendFileData(name, data, modified, options, headers)
		}
		switch {
		case err == nil:
			return nil
		case done != nil:
			return []any{fileError(name, err)}
		case errors.Is(err, fs.ErrNotExist):
			res.page(http.StatusNotFound, http.StatusText(http.StatusNotFound))
		default:
			res.page(http.StatusForbidden, http.StatusText(http.StatusForbidden))
		}
		return nil
	}}
}

// fileError is the error that npm's send gives to a callback.
func fileError(name string, err error) *msg.Error {
	e := msg.ErrorValue(err)
	status := 0
	switch {
	case errors.Is(err, fs.ErrNotExist):
		status = http.StatusNotFound
		e = &msg.Error{Name: "Error", Message: "ENOENT: no such file or directory, stat '" + name + "'",
			Props: msg.NewObject("errno", -2.0, "code", "ENOENT", "syscall", "stat", "path", name)}
	case errors.Is(err, errOutside), errors.Is(err, fs.ErrPermission):
		status = http.StatusForbidden
		e = &msg.Error{Name: "ForbiddenError", Message: "Forbidden", Props: &msg.Object{}}
	default:
		return e
	}
	e.Stack = e.Error()
	for _, key := range [...]string{"expose", "statusCode", "status"} {
		e.Props.Set(key, msg.Number(float64(status)))
	}
	e.Props.Set("expose", status == http.StatusForbidden)
	return e
}

var errOutside = errors.New("the file is not below the user directory")

func readUserFile(userDir, name string) (data []byte, modified time.Time, err error) {
	if userDir == "" {
		return nil, modified, errOutside
	}
	rel, err := filepath.Rel(userDir, name)
	if err != nil || !filepath.IsLocal(rel) || hidden(rel) {
		return nil, modified, errOutside
	}
	root, err := os.OpenRoot(userDir)
	if err != nil {
		return nil, modified, err
	}
	defer root.Close()
	info, err := root.Stat(rel)
	if err != nil {
		return nil, modified, err
	}
	if !info.Mode().IsRegular() || info.Size() > maxFile {
		return nil, modified, errOutside
	}
	data, err = root.ReadFile(rel)
	return data, info.ModTime(), err
}

// hidden tells whether a path is one that the user directory keeps to itself:
// credentials, settings, the database, and whatever begins with a dot.
func hidden(rel string) bool {
	for part := range strings.SplitSeq(filepath.ToSlash(rel), "/") {
		if strings.HasPrefix(part, ".") {
			return true
		}
	}
	base := strings.ToLower(filepath.Base(rel))
	return strings.Contains(base, "_cred") || strings.HasPrefix(base, "settings.") || strings.HasPrefix(base, "sluice.")
}

func (res *response) sendFileData(name string, data []byte, modified time.Time, options, headers *msg.Object) error {
	res.mu.Lock()
	defer res.mu.Unlock()
	if !res.hasLocked("Content-Type") {
		if err := res.typeLocked(strings.TrimPrefix(filepath.Ext(name), ".")); err != nil {
			return err
		}
	}
	age := int64(0)
	if v := options.Value("maxAge"); msg.ToBool(v) {
		age = int64(msg.ToNumber(v) / 1000)
	}
	set := msg.NewObject("Accept-Ranges", "bytes", "Cache-Control", "public, max-age="+strconv.FormatInt(age, 10),
		"Last-Modified", modified.UTC().Format(http.TimeFormat),
		"ETag", `W/"`+strconv.FormatInt(int64(len(data)), 16)+"-"+strconv.FormatInt(modified.UnixMilli(), 16)+`"`)
	for key, v := range set.All() {
		if !res.hasLocked(key) {
			if err := res.setLocked(key, v); err != nil {
				return err
			}
		}
	}
	for _, extra := range [...]*msg.Object{headers, objectArg([]any{options.Value("headers")}, 0)} {
		if err := res.setAllLocked(extra); err != nil {
			return err
		}
	}
	if part, ok, _ := httpfile.OneRange(res.ex.r.Header.Get("Range"), int64(len(data))); ok && res.status == http.StatusOK {
		res.status = http.StatusPartialContent
		res.putLocked("Content-Range", fmt.Sprintf("bytes %d-%d/%d", part.Start, part.End, len(data)))
		data = data[part.Start : part.End+1]
	}
	return res.sendBytesLocked(data)
}
