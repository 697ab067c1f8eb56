package authz

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// CanonicalPath returns the one spelling of a request target's path by which
// policies and scopes are chosen, whatever spelling the client used. The target
// is the raw one, in origin-form or absolute-form ([http.Request.RequestURI]);
// its query is ignored. The path is percent-decoded once (%2F and %5C stay
// encoded), repeated slashes are collapsed, dot segments resolved, one trailing
// slash dropped, and letters lower-cased: Node-RED's routes ignore case and one
// trailing slash, so the guard has to. The error wraps [ErrPath].
func CanonicalPath(target string) (string, error) {
	path, _, err := canonical(target)
	return path, err
}

// canonical also reports whether the path was written plainly: without empty,
// "." or ".." segments, and without an encoded "/", "\", "." or "%". Only a
// plain path may be given less protection than the default.
func canonical(target string) (path string, plain bool, err error) {
	raw, err := rawPath(target)
	if err != nil {
		return "", false, err
	}
	if isCanonical(raw) {
		if len(raw) > 1 && raw[len(raw)-1] == '/' {
			raw = raw[:len(raw)-1]
		}
		return raw, true, nil
	}
	return canonicalSlow(raw)
}

// rawPath cuts the path out of an origin-form or absolute-form target (RFC 9112 3.2).
func rawPath(target string) (string, error) {
	if i := strings.IndexByte(target, '?'); i >= 0 {
		target = target[:i]
	}
	if target != "" && target[0] == '/' {
		return target, nil
	}
	scheme, rest, found := strings.Cut(target, "://")
	if !found || scheme == "" || strings.ContainsRune(scheme, '/') {
		return "", fmt.Errorf("%w: it does not start with /", ErrPath)
	}
	if i := strings.IndexByte(rest, '/'); i >= 0 {
		return rest[i:], nil
	}
	return "/", nil
}

// lowPlain are the bytes that canonical form leaves as they are, but for ";".
var lowPlain = func() (set [256]bool) {
	for _, c := range []byte("abcdefghijklmnopqrstuvwxyz0123456789-._~!$&'()*+,=:@/") {
		set[c] = true
	}
	return set
}()

// isCanonical reports whether path is canonical already, but for one trailing slash.
func isCanonical(path string) bool {
	segment := 1 // where the current segment starts
	for i := 1; i <= len(path); i++ {
		if i < len(path) && path[i] != '/' {
			if !lowPlain[path[i]] {
				return false
			}
			continue
		}
		switch path[segment:i] {
		case ".", "..":
			return false
		case "":
			if i < len(path) {
				return false
			}
		}
		segment = i + 1
	}
	return true
}

func canonicalSlow(raw string) (path string, plain bool, err error) {
	decoded, plain, err := decodeOnce(raw)
	if err != nil {
		return "", false, err
	}
	path, resolved := resolve(decoded)
	return strings.Map(lower, path), plain && resolved, nil
}

// resolve takes empty and dot segments out of a path, and one trailing slash; plain
// tells that there was nothing but the last.
func resolve(decoded string) (path string, plain bool) {
	plain = true
	var kept []string
	for rest, more := decoded[1:], true; more; {
		var segment string
		segment, rest, more = strings.Cut(rest, "/")
		switch segment {
		case "":
			plain = plain && !more // the last one is a trailing slash
		case ".":
			plain = false
		case "..":
			plain = false
			kept = kept[:max(0, len(kept)-1)]
		default:
			if dots, _, found := strings.Cut(segment, ";"); found && (dots == "." || dots == "..") {
				plain = false // other servers take it for a dot segment with parameters
			}
			kept = append(kept, segment)
		}
	}
	return "/" + strings.Join(kept, "/"), plain
}

// encodedSlashes are what a lenient reader takes for the border of a segment.
var encodedSlashes = strings.NewReplacer("%2f", "/", "%5c", "/", `\`, "/")

// lenient is a canonical path as a reader takes it that decodes slashes too.
func lenient(path string) string {
	resolved, _ := resolve(encodedSlashes.Replace(path))
	return resolved
}

// lower folds case, but lets nothing beyond ASCII become ASCII: the Kelvin sign
// is no "k" to a router.
func lower(c rune) rune {
	if l := unicode.ToLower(c); c < 0x80 || l >= 0x80 {
		return l
	}
	return c
}

// decodeOnce resolves percent escapes. Encoded slashes and backslashes stay
// encoded, so that they never become borders of segments.
func decodeOnce(raw string) (decoded string, plain bool, err error) {
	plain = true
	out := make([]byte, 0, len(raw))
	for i := 0; i < len(raw); i++ {
		c := raw[i]
		if c == '\\' {
			plain = false
		}
		if c == '%' {
			if i+2 >= len(raw) || !isHex(raw[i+1]) || !isHex(raw[i+2]) {
				return "", false, fmt.Errorf("%w: bad percent escape", ErrPath)
			}
			c = unhex(raw[i+1])<<4 | unhex(raw[i+2])
			i += 2
			switch c {
			case '/', '\\':
				plain = false
				out = append(out, '%', raw[i-1], raw[i]|0x20) // %2f, %5c
				continue
			case '.', '%':
				plain = false
			}
		}
		if c < 0x20 || c == 0x7f {
			return "", false, fmt.Errorf("%w: control character", ErrPath)
		}
		out = append(out, c)
	}
	if !utf8.Valid(out) {
		return "", false, fmt.Errorf("%w: not UTF-8", ErrPath)
	}
	return string(out), plain, nil
}

func isHex(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c|0x20 && c|0x20 <= 'f'
}

func unhex(c byte) byte {
	if c <= '9' {
		return c - '0'
	}
	return c&0xf + 9
}
