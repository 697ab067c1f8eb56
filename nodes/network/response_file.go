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

	"sluice/internal/http1"
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
		var fault fileFault
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
		case errors.As(err, &fault):
			res.page(int(fault), fault.Error())
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
	var fault fileFault
	switch {
	case errors.As(err, &fault):
		status = int(fault)
		e = &msg.Error{Name: strings.ReplaceAll(fault.Error(), " ", "") + "Error", Message: fault.Error(), Props: &msg.Object{}}
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
	e.Props.Set("expose", !errors.Is(err, fs.ErrNotExist))
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

// fileFault is why a file is not sent: a status of npm's send.
type fileFault int

func (f fileFault) Error() string { return http1.StatusText(int(f)) }

// sendFileData answers with a file as npm's send does.
func (res *response) sendFileData(name string, data []byte, modified time.Time, options, headers *msg.Object) error {
	res.mu.Lock()
	defer res.mu.Unlock()
	if err := res.describeFileLocked(name, data, modified, options, headers); err != nil {
		return err
	}
	asked := res.ex.r.Header
	if httpfile.Failed(asked, res.headerLocked()) {
		return fileFault(http.StatusPreconditionFailed)
	}
	if (res.status >= 200 && res.status < 300 || res.status == http.StatusNotModified) && httpfile.Fresh(asked, res.headerLocked()) {
		for _, name := range [...]string{"Content-Encoding", "Content-Language", "Content-Length", "Content-Range", "Content-Type"} {
			res.dropLocked(name)
		}
		res.status = http.StatusNotModified
		return res.endLocked(nil)
	}
	data = section(data, options)
	if option(options, "acceptRanges") && httpfile.RangeFresh(asked, res.headerLocked()) {
		part, ok, unsatisfiable := httpfile.OneRange(asked.Get("Range"), int64(len(data)))
		switch {
		case unsatisfiable:
			res.putLocked("Content-Range", fmt.Sprintf("bytes */%d", len(data)))
			return fileFault(http.StatusRequestedRangeNotSatisfiable)
		case ok:
			res.status = http.StatusPartialContent
			res.putLocked("Content-Range", fmt.Sprintf("bytes %d-%d/%d", part.Start, part.End, len(data)))
			data = data[part.Start : part.End+1]
		}
	}
	if err := res.setOneLocked("Content-Length", strconv.Itoa(len(data))); err != nil {
		return err
	}
	if err := res.commitOpenLocked(); err != nil { // a stream to Node, which looks at its header before the body
		return err
	}
	return res.endLocked(data)
}

// describeFileLocked sets the headers that tell of a file, where the flow has not.
func (res *response) describeFileLocked(name string, data []byte, modified time.Time, options, headers *msg.Object) error {
	for _, extra := range [...]*msg.Object{headers, objectArg([]any{options.Value("headers")}, 0)} {
		for key, v := range extra.All() {
			if extra != headers && headers.Has("Content-Disposition") && strings.EqualFold(key, "content-disposition") {
				continue // res.download has its own
			}
			if err := res.setHeaderLocked(key, headerTexts(v)...); err != nil {
				return err
			}
		}
	}
	set := &msg.Object{}
	if option(options, "acceptRanges") {
		set.Set("Accept-Ranges", "bytes")
	}
	if option(options, "cacheControl") {
		age := min(max(httpfile.Age(options.Value("maxAge")), 0), 365*24*time.Hour)
		value := "public, max-age=" + strconv.FormatInt(int64(age/time.Second), 10)
		if msg.ToBool(options.Value("immutable")) {
			value += ", immutable"
		}
		set.Set("Cache-Control", value)
	}
	if option(options, "lastModified") {
		set.Set("Last-Modified", modified.UTC().Format(http.TimeFormat))
	}
	if option(options, "etag") {
		set.Set("ETag", httpfile.Tag(int64(len(data)), modified))
	}
	set.Set("Content-Type", httpfile.ContentType(name))
	for key, v := range set.All() {
		if res.emptyLocked(key) {
			if err := res.setOneLocked(key, msg.ToString(v)); err != nil {
				return err
			}
		}
	}
	return nil
}

// option tells whether an option of npm's send is on, as all are unless they are refused.
func option(options *msg.Object, name string) bool {
	v, set := options.Get(name)
	return !set || v == msg.Undefined || msg.ToBool(v)
}

// section is the part of a file between the options start and end.
func section(data []byte, options *msg.Object) []byte {
	size := float64(len(data))
	start := min(max(msg.ToNumber(options.Value("start")), 0), size)
	if start != start {
		start = 0
	}
	end := msg.ToNumber(options.Value("end"))
	if end != end {
		return data[int(start):]
	}
	return data[int(start):int(min(max(end+1, start), size))]
}
