package network

import (
	"regexp"
	"strings"

	"sluice/runtime"
)

// disposition is what a part's Content-Disposition says.
type disposition struct {
	name, file string
	hasFile    bool
}

var (
	dispositionToken    = regexp.MustCompile("^[ \t]*;[ \t]*([!#$%&'*+.^_`|~0-9A-Za-z-]+)=")
	dispositionExtended = regexp.MustCompile(`^([!#$%&+\-^_` + "`" + `{}~0-9A-Za-z]+)'[^']*'([^ \t;]*)`)
	dispositionQuoted   = regexp.MustCompile(`^"((?:[^"\\]|\\.)*)"`)
	dispositionPlain    = regexp.MustCompile("^[!#$%&'*+.^_`|~0-9A-Za-z-]+")
)

// parseDisposition reads a header as busboy does; ok is false for what is no
// part of a form. A backslash in a quoted value escapes only a quote or itself.
func parseDisposition(header string) (d disposition, ok bool) {
	kind := dispositionPlain.FindString(header)
	if !strings.EqualFold(kind, "form-data") {
		return d, false
	}
	params := map[string]string{}
	for rest := header[len(kind):]; strings.Trim(rest, " \t") != ""; {
		m := dispositionToken.FindStringSubmatch(rest)
		if m == nil {
			return d, false
		}
		name := strings.ToLower(m[1])
		rest = rest[len(m[0]):]
		var value string
		switch {
		case strings.HasSuffix(name, "*"):
			m := dispositionExtended.FindStringSubmatch(rest)
			if m == nil {
				return d, false
			}
			if value, ok = extendedValue(m[1], m[2]); !ok {
				return d, false
			}
			rest = rest[len(m[0]):]
		case strings.HasPrefix(rest, `"`):
			m := dispositionQuoted.FindStringSubmatch(rest)
			if m == nil {
				return d, false
			}
			value = strings.NewReplacer(`\\`, `\`, `\"`, `"`).Replace(m[1])
			rest = rest[len(m[0]):]
		default:
			value = dispositionPlain.FindString(rest)
			if value == "" {
				return d, false
			}
			rest = rest[len(value):]
		}
		if _, known := params[name]; !known {
			params[name] = value
		}
	}
	d.name = params["name"]
	d.file = params["filename*"]
	if d.file == "" {
		d.file = params["filename"]
	}
	d.hasFile = d.file != ""
	d.file = baseName(d.file)
	return d, true
}

// extendedValue decodes a value of RFC 5987.
func extendedValue(charset, value string) (string, bool) {
	switch strings.ToLower(charset) {
	case "utf-8", "utf8":
		return runtime.DecodeURIComponent(value)
	case "latin1", "iso-8859-1", "us-ascii", "ascii":
		var b strings.Builder
		for i := 0; i < len(value); i++ {
			if value[i] != '%' {
				b.WriteByte(value[i])
				continue
			}
			if i+2 >= len(value) {
				return "", false
			}
			c, ok := hexByte(value[i+1], value[i+2])
			if !ok {
				return "", false
			}
			b.WriteByte(c)
			i += 2
		}
		return latin1ToText(b.String()), true
	}
	return "", false
}

func hexByte(high, low byte) (byte, bool) {
	const digits = "0123456789abcdef"
	h, l := strings.IndexByte(digits, high|0x20), strings.IndexByte(digits, low|0x20)
	return byte(h<<4 | l), h >= 0 && l >= 0
}

// baseName drops the folders of a file name, with either slash.
func baseName(path string) string {
	path = path[strings.LastIndexAny(path, `/\`)+1:]
	if path == "." || path == ".." {
		return ""
	}
	return path
}
