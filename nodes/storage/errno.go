package storage

import (
	"errors"
	"io/fs"
	"syscall"

	"sluice/runtime/msg"
)

// nodeErrors are the texts that Node.js has for errors of the system (libuv's uv_strerror).
var nodeErrors = map[syscall.Errno]struct{ code, text string }{
	syscall.E2BIG:        {"E2BIG", "argument list too long"},
	syscall.EACCES:       {"EACCES", "permission denied"},
	syscall.EAGAIN:       {"EAGAIN", "resource temporarily unavailable"},
	syscall.EBADF:        {"EBADF", "bad file descriptor"},
	syscall.EBUSY:        {"EBUSY", "resource busy or locked"},
	syscall.EEXIST:       {"EEXIST", "file already exists"},
	syscall.EFBIG:        {"EFBIG", "file too large"},
	syscall.EINVAL:       {"EINVAL", "invalid argument"},
	syscall.EIO:          {"EIO", "i/o error"},
	syscall.EISDIR:       {"EISDIR", "illegal operation on a directory"},
	syscall.ELOOP:        {"ELOOP", "too many symbolic links encountered"},
	syscall.EMFILE:       {"EMFILE", "too many open files"},
	syscall.ENAMETOOLONG: {"ENAMETOOLONG", "name too long"},
	syscall.ENFILE:       {"ENFILE", "file table overflow"},
	syscall.ENODEV:       {"ENODEV", "no such device"},
	syscall.ENOENT:       {"ENOENT", "no such file or directory"},
	syscall.ENOSPC:       {"ENOSPC", "no space left on device"},
	syscall.ENOTDIR:      {"ENOTDIR", "not a directory"},
	syscall.ENOTEMPTY:    {"ENOTEMPTY", "directory not empty"},
	syscall.ENXIO:        {"ENXIO", "no such device or address"},
	syscall.EPERM:        {"EPERM", "operation not permitted"},
	syscall.EPIPE:        {"EPIPE", "broken pipe"},
	syscall.EROFS:        {"EROFS", "read-only file system"},
	syscall.ESPIPE:       {"ESPIPE", "invalid seek"},
	syscall.ETXTBSY:      {"ETXTBSY", "text file is busy"},
	syscall.EXDEV:        {"EXDEV", "cross-device link not permitted"},
}

// nodeError is the Error that Node.js makes of a failed call: "ENOENT: no such
// file or directory, open 'x'". A call on an open file has no path.
func nodeError(err error, call, path string) *msg.Error {
	errno, ok := errors.AsType[syscall.Errno](err)
	known, found := nodeErrors[errno]
	switch {
	case ok && found:
	case errors.Is(err, fs.ErrNotExist):
		errno, known = syscall.ENOENT, nodeErrors[syscall.ENOENT]
	case errors.Is(err, fs.ErrPermission):
		errno, known = syscall.EACCES, nodeErrors[syscall.EACCES]
	default:
		return &msg.Error{Name: "Error", Message: err.Error()}
	}
	e := &msg.Error{Name: "Error", Message: known.code + ": " + known.text + ", " + call}
	e.Props = msg.NewObject("errno", msg.Number(-float64(errno)), "code", known.code, "syscall", call)
	if path != "" {
		e.Message += " '" + path + "'"
		e.Props.Set("path", path)
	}
	return e
}
