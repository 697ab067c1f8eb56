package network

import (
	"bytes"
	"errors"
	"net/http"
	"strings"

	"golang.org/x/net/http/httpguts"

	"sluice/runtime/msg"
)

// Uploads are read as multer's memory storage does on busboy: parts with a file
// name become msg.req.files, the others fields of the body, whose bracketed names nest.

// maxField bounds the value of one field; a longer one is refused, as in busboy.
const maxField = 1 << 20

var (
	errFormEnd    = errors.New("Unexpected end of form") //nolint:staticcheck // busboy's words
	errPartHeader = errors.New("Malformed part header")  //nolint:staticcheck // busboy's words
)

func isMultipart(r *http.Request) bool {
	t, err := parseMediaType(r.Header.Get("Content-Type"))
	return hasBody(r) && (err == nil || len(t.params) == 0) && strings.HasPrefix(t.name, "multipart/")
}

// readUpload reads a multipart body: its fields, and a list of its files.
func readUpload(r *http.Request) (fields *msg.Object, files *msg.Array, err error) {
	t, err := parseMediaType(r.Header.Get("Content-Type"))
	if err != nil {
		return nil, nil, err
	}
	if t.name != "multipart/form-data" {
		return nil, nil, errors.New("Unsupported content type: " + t.name) //nolint:staticcheck // busboy's words
	}
	boundary := t.get("boundary")
	if boundary == "" {
		return nil, nil, errors.New("Multipart: Boundary not found") //nolint:staticcheck // busboy's words
	}
	data, err := readWhole(r)
	if err != nil {
		return nil, nil, err
	}
	form := upload{fields: msg.NewBareObject(), files: msg.NewArray()}
	if err := form.parse(data, []byte("\r\n--"+boundary)); err != nil {
		return nil, nil, err
	}
	return form.fields, form.files, nil
}

type upload struct {
	fields *msg.Object
	files  *msg.Array
}

// parse walks from boundary to boundary. What follows a boundary and is neither
// a part nor the end is skipped.
func (u *upload) parse(data, boundary []byte) error {
	at := 0
	if first := boundary[2:]; bytes.HasPrefix(data, first) {
		at = len(first)
	} else if i := bytes.Index(data, boundary); i >= 0 {
		at = i + len(boundary)
	} else {
		return errFormEnd
	}
	for {
		rest := data[at:]
		if bytes.HasPrefix(rest, []byte("--")) {
			return nil
		}
		isPart := bytes.HasPrefix(rest, []byte("\r\n"))
		header := formPart{}
		if isPart {
			n, err := header.parse(rest[2:])
			if err != nil {
				return err
			}
			rest = rest[2+n:]
		}
		end := bytes.Index(rest, boundary)
		if end < 0 {
			return errFormEnd
		}
		if isPart {
			if err := u.add(&header, rest[:end:end]); err != nil {
				return err
			}
		}
		at = len(data) - len(rest) + end + len(boundary)
	}
}

// formPart is what the header of a part says.
type formPart struct {
	disposition, contentType, encoding string // "" if absent
}

// parse reads header lines and returns their length with the empty line after them.
func (h *formPart) parse(data []byte) (n int, err error) {
	const limit = 16 << 10 // as busboy
	for {
		end := bytes.Index(data[n:], []byte("\r\n"))
		if end < 0 || n+end > limit {
			return 0, errPartHeader
		}
		line := data[n : n+end]
		if end == 0 {
			if n == 0 { // a part has at least one line
				return 0, errPartHeader
			}
			return n + 2, nil
		}
		name, value, ok := strings.Cut(latin1ToText(string(line)), ":")
		if !ok || !httpguts.ValidHeaderFieldName(name) {
			return 0, errPartHeader
		}
		value = strings.Trim(value, " \t")
		switch strings.ToLower(name) {
		case "content-disposition":
			setFirst(&h.disposition, value)
		case "content-type":
			setFirst(&h.contentType, value)
		case "content-transfer-encoding":
			setFirst(&h.encoding, strings.ToLower(value))
		}
		n += end + 2
	}
}

func setFirst(to *string, value string) {
	if *to == "" {
		*to = value
	}
}

// add takes one part: a file, a field, or something that a form does not know.
func (u *upload) add(h *formPart, data []byte) error {
	disposition, ok := parseDisposition(h.disposition)
	if !ok {
		return nil
	}
	mimeType, charset := "text/plain", ""
	if t, err := parseMediaType(h.contentType); err == nil {
		mimeType, charset = t.name, strings.ToLower(t.get("charset"))
	}
	if mimeType == "application/octet-stream" || disposition.hasFile {
		if disposition.name == "" {
			return errors.New("Field name missing") //nolint:staticcheck // multer's words
		}
		if disposition.file != "" {
			u.addFile(h, disposition, mimeType, data)
		}
		return nil
	}
	switch {
	case disposition.name == "":
		return errors.New("Field name missing") //nolint:staticcheck // multer's words
	case len(data) >= maxField:
		return errors.New("Field value too long") //nolint:staticcheck // multer's words
	}
	return appendField(u.fields, disposition.name, fieldText(data, charset))
}

var formEscapes = strings.NewReplacer("%0A", "\n", "%0a", "\n", "%0D", "\r", "%0d", "\r", "%22", `"`)

func (u *upload) addFile(h *formPart, d disposition, mimeType string, data []byte) {
	encoding := h.encoding
	if encoding == "" {
		encoding = "7bit"
	}
	u.files.Append(msg.NewObject(
		"fieldname", d.name, "originalname", formEscapes.Replace(d.file), "encoding", encoding, "mimetype", mimeType,
		"buffer", &msg.Buffer{B: data}, "size", msg.Number(float64(len(data)))))
}

// fieldText decodes a value in the charset its part names; UTF-8 is the default.
func fieldText(data []byte, charset string) string {
	switch charset {
	case "latin1", "iso-8859-1", "ascii", "us-ascii", "windows-1252":
		return latin1ToText(string(data))
	case "utf-16le", "ucs2", "utf16le", "ucs-2":
		text, _ := msg.EncodeBytes(data, "utf16le")
		return text
	}
	text, _ := msg.EncodeBytes(data, "utf8")
	return text
}
