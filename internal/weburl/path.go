package weburl

import (
	"strings"
	"unicode/utf8"
)

// parsePath reads a path below dir, which is empty or begins with a slash, and what
// follows the path. A special URL always has a path.
func (u *URL) parsePath(dir, s string) {
	end := strings.IndexAny(s, "?#")
	if end < 0 {
		end = len(s)
	}
	path, rest := s[:end], s[end:]
	u.parseTail(rest)
	u.setPath(dir, path)
}

func (u *URL) setPath(dir, path string) {
	special := u.special()
	switch {
	case path == "" && !special:
		u.Path = dir
		return
	case dir == "" && path != "" && u.Scheme != "file" && isPlainPath(path):
		u.Path = path
		return
	case special:
		path = strings.ReplaceAll(path, `\`, "/")
	}
	out := append(make([]byte, 0, len(dir)+len(path)+1), dir...)
	path = strings.TrimPrefix(path, "/")
	for more := true; more; {
		var part string
		part, path, more = strings.Cut(path, "/")
		switch n := dots(part); {
		case n == 2:
			out = shorten(u, out)
			fallthrough
		case n == 1:
			if part = ""; more {
				continue
			}
		case u.Scheme == "file" && len(out) == 0 && len(part) == 2 && beginsWithDrive(part):
			part = part[:1] + ":"
		}
		out = append(append(out, '/'), encode(part, &pathSet)...)
	}
	u.Path = string(out)
}

func (u *URL) parseOpaque(s string) {
	end := strings.IndexAny(s, "?#")
	if end < 0 {
		end = len(s)
	}
	path, rest := s[:end], s[end:]
	if rest != "" && strings.HasSuffix(path, " ") {
		path = path[:len(path)-1] + "%20" // or it would be lost with what follows
	}
	u.Path, u.Opaque = encode(path, &controlSet), true
	u.parseTail(rest)
}

// shorten leaves out the last name of a path, but not the drive of a file.
func shorten[T string | []byte](u *URL, path T) T {
	if u.Scheme == "file" && len(path) == 3 && drive(path) != "" {
		return path
	}
	last := len(path) - 1
	for last > 0 && path[last] != '/' {
		last--
	}
	return path[:max(0, last)]
}

// drive is the drive that a path begins with, as "/C:".
func drive[T string | []byte](path T) string {
	if len(path) >= 3 && path[0] == '/' && path[2] == ':' && isLetter(path[1]) && (len(path) == 3 || path[3] == '/') {
		return string(path[:3])
	}
	return ""
}

// beginsWithDrive tells whether s begins with C: or C| and there ends or goes on as a path.
func beginsWithDrive(s string) bool {
	return len(s) >= 2 && isLetter(s[0]) && (s[1] == ':' || s[1] == '|') && (len(s) == 2 || strings.IndexByte(`/\?#`, s[2]) >= 0)
}

func isLetter(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' }

// isPlainPath tells whether a path needs no work, as nearly all do.
func isPlainPath(s string) bool {
	for i := 0; i < len(s); i++ {
		c := s[i]
		if c >= utf8.RuneSelf || c == '\\' || pathSet.has(c) {
			return false
		}
		if c == '/' && i+1 < len(s) && (s[i+1] == '.' || s[i+1] == '%') {
			return false // perhaps a dot segment
		}
	}
	return s[0] == '/'
}

// dots tells whether a path segment is "." (1) or ".." (2), in any spelling.
func dots(s string) int {
	n := 0
	for s != "" {
		switch {
		case s[0] == '.':
			s = s[1:]
		case len(s) >= 3 && strings.EqualFold(s[:3], "%2e"):
			s = s[3:]
		default:
			return 0
		}
		if n++; n > 2 {
			return 0
		}
	}
	return n
}
