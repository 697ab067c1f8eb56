package server

import (
	"errors"
	"io"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"path"
	"strconv"
	"strings"
	"syscall"

	"sluice/internal/http1"
	"sluice/internal/httpfile"
	"sluice/runtime"
)

// serveFile answers a request below the mount as serve-static does.
func (m *staticMount) serveFile(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		if m.passOn {
			m.pass(w, r, http.StatusMethodNotAllowed)
			return
		}
		w.Header().Set("Allow", "GET, HEAD")
		w.Header().Set("Content-Length", "0")
		w.WriteHeader(http.StatusMethodNotAllowed)
		return
	}
	rest, _ := m.below(runtime.RequestPath(r))
	name, status := m.fileName(rest)
	if status != 0 {
		m.pass(w, r, status)
		return
	}
	// Opened for each request, since the folder may come later or be replaced. Links
	// that lead out of it are not followed.
	root, err := os.OpenRoot(m.dir)
	if err != nil {
		m.pass(w, r, statusOf(err))
		return
	}
	defer root.Close()
	if strings.HasSuffix(rest, "/") && len(m.index) > 0 {
		m.serveFirst(w, r, root, m.indexNames(name))
		return
	}
	info, err := root.Stat(name)
	switch {
	case err == nil && info.IsDir() && (!m.redirect || strings.HasSuffix(rest, "/")):
		m.pass(w, r, http.StatusNotFound)
	case err == nil && info.IsDir():
		redirectToFolder(w, r)
	case errors.Is(err, fs.ErrNotExist) && path.Ext(name) == "" && !strings.HasSuffix(rest, "/"):
		var names []string
		for _, ext := range m.extensions {
			names = append(names, name+"."+ext)
		}
		m.serveFirst(w, r, root, names)
	case err != nil:
		m.pass(w, r, statusOf(err))
	default:
		m.serveFirst(w, r, root, []string{name})
	}
}

func (m *staticMount) indexNames(folder string) []string {
	var names []string
	for _, index := range m.index {
		names = append(names, path.Join(folder, index))
	}
	return names
}

// fileName turns what follows the mount into a name below its folder; status is
// not 0 if there can be no such file. Express takes an encoded slash for one; a guard
// does not, and what is no border of segments to the guard must be none here.
func (m *staticMount) fileName(rest string) (name string, status int) {
	decoded, ok := runtime.DecodeURIComponent(rest)
	if !ok || strings.IndexByte(decoded, 0) >= 0 {
		return "", http.StatusBadRequest
	}
	if strings.Count(decoded, "/") != strings.Count(rest, "/") || strings.Contains(decoded, `\`) {
		return "", http.StatusNotFound
	}
	name = path.Clean("./" + decoded)
	if name == ".." || strings.HasPrefix(name, "../") {
		return "", http.StatusForbidden
	}
	return name, m.hidden(name)
}

// hidden is the status for a name with a dot at its front. Express's old default
// would serve what lies in such a folder, .git for one; here only .well-known
// (RFC 8615) is no secret.
func (m *staticMount) hidden(name string) (status int) {
	for part := range strings.SplitSeq(name, "/") {
		switch {
		case len(part) < 2 || part[0] != '.' || m.dotfiles == "allow" || m.dotfiles == "" && part == ".well-known":
		case m.dotfiles == "deny":
			return http.StatusForbidden
		default:
			return http.StatusNotFound
		}
	}
	return 0
}

func statusOf(err error) int {
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ENOTDIR) || errors.Is(err, syscall.ENAMETOOLONG) {
		return http.StatusNotFound
	}
	if errors.Is(err, fs.ErrPermission) {
		return http.StatusForbidden
	}
	return http.StatusNotFound // such as a link that leads out
}

// serveFirst serves the first of the names that is a file.
func (m *staticMount) serveFirst(w http.ResponseWriter, r *http.Request, root *os.Root, names []string) {
	for _, name := range names {
		// Opening a pipe would wait for whoever writes to it.
		if info, err := root.Stat(name); err != nil || !info.Mode().IsRegular() {
			continue
		}
		file, err := root.Open(name)
		if err != nil {
			continue
		}
		defer file.Close()
		if info, err := file.Stat(); err == nil && info.Mode().IsRegular() {
			m.send(w, r, file, info)
			return
		}
	}
	m.pass(w, r, http.StatusNotFound)
}

// fileOrder is the order in which npm's send sets headers.
var fileOrder = []string{"X-Powered-By", "Access-Control-Allow-Origin", "Vary", "Access-Control-Allow-Credentials", "Access-Control-Expose-Headers",
	"Accept-Ranges", "Cache-Control", "Last-Modified", "ETag", "Content-Type", "Content-Range", "Content-Length"}

// send answers with a file that was found (npm's send).
func (m *staticMount) send(w http.ResponseWriter, r *http.Request, file io.ReadSeeker, info fs.FileInfo) {
	h := w.Header()
	m.describe(h, info)
	if httpfile.Failed(r.Header, h) {
		runtime.WriteErrorPage(w, r, http.StatusPreconditionFailed, "Precondition Failed")
		return
	}
	http1.Next(r, fileOrder)
	if httpfile.Fresh(r.Header, h) {
		delete(h, "Content-Type")
		w.WriteHeader(http.StatusNotModified)
		return
	}
	size, status := info.Size(), http.StatusOK
	if m.ranges && httpfile.RangeFresh(r.Header, h) {
		part, ok, unsatisfiable := httpfile.OneRange(r.Header.Get("Range"), size)
		switch {
		case unsatisfiable:
			h.Set("Content-Range", "bytes */"+strconv.FormatInt(size, 10))
			runtime.WriteErrorPage(w, r, http.StatusRequestedRangeNotSatisfiable, "Range Not Satisfiable")
			return
		case ok:
			status = http.StatusPartialContent
			h.Set("Content-Range", "bytes "+strconv.FormatInt(part.Start, 10)+"-"+strconv.FormatInt(part.End, 10)+"/"+strconv.FormatInt(size, 10))
			if _, err := file.Seek(part.Start, io.SeekStart); err != nil {
				runtime.WriteErrorPage(w, r, http.StatusInternalServerError, "Internal Server Error")
				return
			}
			size = part.End - part.Start + 1
		}
	}
	h.Set("Content-Length", strconv.FormatInt(size, 10))
	w.WriteHeader(status)
	if r.Method != http.MethodHead {
		_, _ = io.CopyN(w, file, size) // the client may have left, or the file shrunk: the length tells
	}
}

// describe sets the headers that tell of the file.
func (m *staticMount) describe(h http.Header, info fs.FileInfo) {
	if m.ranges {
		h.Set("Accept-Ranges", "bytes")
	}
	if m.cached && h.Get("Cache-Control") == "" { // a guard may have forbidden to share
		value := "public, max-age=" + strconv.FormatInt(int64(m.maxAge.Seconds()), 10)
		if m.immutable {
			value += ", immutable"
		}
		h.Set("Cache-Control", value)
	}
	if m.modified {
		h.Set("Last-Modified", info.ModTime().UTC().Format(http.TimeFormat))
	}
	if m.etag {
		h.Set("Etag", httpfile.Tag(info.Size(), info.ModTime()))
	}
	h.Set("Content-Type", httpfile.ContentType(info.Name()))
}

var folderOrder = append(fileOrder[:5:5], "Content-Type", "Content-Length", "Content-Security-Policy", "X-Content-Type-Options", "Location")

// redirectToFolder adds the slash that the links of a folder's page need.
func redirectToFolder(w http.ResponseWriter, r *http.Request) {
	target := url.URL{Path: "/" + strings.TrimLeft(r.URL.Path, "/") + "/", RawQuery: r.URL.RawQuery}
	if raw := runtime.RequestPath(r); raw != r.URL.Path {
		target.RawPath = "/" + strings.TrimLeft(raw, "/") + "/"
	}
	location := runtime.EncodeURL(target.String())
	body := runtime.Page("Redirecting", "Redirecting to "+runtime.EscapeHTML(location))
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=UTF-8")
	h.Set("Content-Length", strconv.Itoa(len(body)))
	h.Set("Content-Security-Policy", "default-src 'none'")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Location", location)
	http1.Next(r, folderOrder)
	w.WriteHeader(http.StatusMovedPermanently)
	if r.Method != http.MethodHead {
		_, _ = io.WriteString(w, body) // the client may have left
	}
}
