package network

import (
	"bytes"
	"compress/gzip"
	"compress/zlib"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/unicode"

	"sluice/runtime/msg"
)

// bodyError is a body that was refused: the status says why.
type bodyError struct {
	status  int
	text    string
	framing bool // the bytes on the wire are not HTTP
}

func (e *bodyError) Error() string { return e.text }

func bodyErrorf(status int, format string, args ...any) error {
	return &bodyError{status: status, text: fmt.Sprintf(format, args...)}
}

// maxRawBody bounds bodies that Node-RED does not bound: text, bytes, uploads.
const maxRawBody = 100 << 20

// errWholeTooLarge is not Node-RED's, and always gets its page.
var errWholeTooLarge = &bodyError{status: http.StatusRequestEntityTooLarge, text: "request entity too large"}

// readWhole reads a body that is not parsed by its type.
func readWhole(r *http.Request) ([]byte, error) {
	data, err := readLimited(r.Body, maxRawBody, r.ContentLength)
	if errors.Is(err, errTooLarge) {
		return nil, errWholeTooLarge
	}
	return data, err
}

// hasBody tells whether a request announces a body, be it an empty one, as npm's type-is does.
func hasBody(r *http.Request) bool {
	return len(r.TransferEncoding) > 0 || r.Header["Content-Length"] != nil
}

// readForm is what body-parser's json and urlencoded do: parsed is false if the
// body is of another type and has not been touched.
func readForm(r *http.Request, limit int64) (body any, parsed bool, err error) {
	if !hasBody(r) {
		return nil, false, nil
	}
	t, err := parseMediaType(r.Header.Get("Content-Type"))
	if err != nil {
		return nil, false, nil // of no type that is known
	}
	isJSON := t.name == "application/json"
	if !isJSON && t.name != "application/x-www-form-urlencoded" {
		return nil, false, nil
	}
	charset := strings.ToLower(t.get("charset"))
	if charset == "" {
		charset = "utf-8"
	}
	if isJSON && !strings.HasPrefix(charset, "utf-") || !isJSON && charset != "utf-8" {
		return nil, true, unsupportedCharset(charset)
	}
	data, err := readInflated(r, limit)
	if err != nil {
		return nil, true, err
	}
	if data, err = toUTF8(data, charset); err != nil {
		return nil, true, err
	}
	if isJSON {
		body, err = parseJSONBody(data)
	} else {
		body, err = parseFormBody(string(data))
	}
	return body, true, err
}

func unsupportedCharset(charset string) error {
	return bodyErrorf(http.StatusUnsupportedMediaType, "unsupported charset %q", strings.ToUpper(charset))
}

// parseJSONBody is body-parser's strict mode: an object, an array, or nothing.
func parseJSONBody(data []byte) (any, error) {
	if len(data) == 0 {
		return &msg.Object{}, nil
	}
	trimmed := bytes.TrimLeft(data, " \t\n\r")
	strict := len(trimmed) > 0 && (trimmed[0] == '{' || trimmed[0] == '[')
	v, err := msg.ParseBytes(data)
	if err != nil {
		return nil, bodyErrorf(http.StatusBadRequest, "%v", err)
	}
	if !strict {
		return nil, bodyErrorf(http.StatusBadRequest, "a JSON body must be an object or an array")
	}
	return v, nil
}

func parseFormBody(text string) (any, error) {
	params := strings.Count(text, "&") + 1
	if params > 1000 {
		return nil, bodyErrorf(http.StatusRequestEntityTooLarge, "too many parameters")
	}
	form, err := parseQuery(text, formQuery(params))
	if err != nil {
		return nil, bodyErrorf(http.StatusBadRequest, "%v", err)
	}
	return form, nil
}

// readInflated reads a body and undoes its content encoding.
func readInflated(r *http.Request, limit int64) ([]byte, error) {
	encoding := strings.ToLower(r.Header.Get("Content-Encoding"))
	var from io.Reader = r.Body
	var err error
	switch encoding {
	case "", "identity":
		return readLimited(r.Body, limit, r.ContentLength)
	case "gzip":
		from, err = gzip.NewReader(r.Body)
	case "deflate":
		from, err = zlib.NewReader(r.Body)
	default:
		return nil, bodyErrorf(http.StatusUnsupportedMediaType, "unsupported content encoding %q", encoding)
	}
	if err != nil {
		return nil, bodyErrorf(http.StatusBadRequest, "the body is not %s data", encoding)
	}
	data, err := readLimited(from, limit, -1)
	if refused, ok := errors.AsType[*bodyError](err); ok && refused.framing {
		return nil, bodyErrorf(http.StatusBadRequest, "%s", refused.text) // the wire is fine, what it carries is not
	}
	return data, err
}

// readLimited reads all there is. length is what was announced, or -1.
func readLimited(from io.Reader, limit, length int64) ([]byte, error) {
	if length > limit {
		return nil, errTooLarge
	}
	room := int64(bytes.MinRead)
	if length >= 0 {
		room = min(length, trustedLength) + 1 // more than comes, so that its end is read without growing
	}
	data := make([]byte, 0, room)
	for {
		if len(data) == cap(data) {
			data = slices.Grow(data, len(data))
		}
		n, err := from.Read(data[len(data):cap(data)])
		data = data[:len(data)+n]
		switch {
		case err != nil && err != io.EOF:
			return nil, readFault(err)
		case int64(len(data)) > limit:
			return nil, errTooLarge
		case err == io.EOF:
			return data, nil
		}
	}
}

// trustedLength is how much memory an announced length gets before the bytes arrive.
const trustedLength = 1 << 20

var errTooLarge = bodyErrorf(http.StatusRequestEntityTooLarge, "request entity too large")

func readFault(err error) error {
	if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return errTooLarge
	}
	if errors.Is(err, os.ErrDeadlineExceeded) {
		return &bodyError{status: http.StatusRequestTimeout, text: "the body did not arrive in time", framing: true}
	}
	if errors.Is(err, io.ErrUnexpectedEOF) {
		return bodyErrorf(http.StatusBadRequest, "request aborted")
	}
	return &bodyError{status: http.StatusBadRequest, text: err.Error(), framing: true}
}

var utf8BOM = []byte("\uFEFF")

// toUTF8 decodes text of one of the UTF charsets and takes off a byte order mark.
func toUTF8(data []byte, charset string) ([]byte, error) {
	switch charset {
	case "utf-8":
		if !utf8.Valid(data) {
			text, _ := msg.EncodeBytes(data, "utf8") // bytes that are no text become U+FFFD
			data = []byte(text)
		}
	case "utf-16", "utf-16le":
		policy := unicode.IgnoreBOM
		if charset == "utf-16" {
			policy = unicode.UseBOM
		}
		data, _ = unicode.UTF16(unicode.LittleEndian, policy).NewDecoder().Bytes(data)
	case "utf-16be":
		data, _ = unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM).NewDecoder().Bytes(data)
	default:
		return nil, unsupportedCharset(charset)
	}
	return bytes.TrimPrefix(data, utf8BOM), nil
}

// readRaw is http in's own reader: a text for text types and for application
// types other than the binary ones, else a Buffer.
func readRaw(r *http.Request) (any, error) {
	text := true
	if header := r.Header.Get("Content-Type"); header != "" {
		t, err := parseMediaType(header)
		if err != nil {
			return nil, err
		}
		if !isRegistrable(t.name) { // "text/*" for one
			return nil, typeErrorf("invalid media type")
		}
		text = isTextType(t.name)
	}
	data, err := readWhole(r)
	switch {
	case err != nil:
		return nil, err
	case !text:
		return &msg.Buffer{B: data}, nil
	}
	return msg.TextOf(bytes.TrimPrefix(data, utf8BOM)), nil
}

func isTextType(name string) bool {
	main, sub, _ := strings.Cut(name, "/")
	switch {
	case main == "text", sub == "xml", strings.HasSuffix(sub, "+xml"):
		return true
	case main != "application":
		return false
	}
	return sub != "octet-stream" && sub != "cbor" && sub != "x-protobuf"
}

// parseSize reads a size as npm's bytes does: a number, or "5mb".
func parseSize(v any) (size int64, ok bool) {
	if n, isNumber := v.(float64); isNumber {
		return int64(n), true
	}
	s := strings.ToLower(strings.TrimSpace(msg.ToString(v)))
	factor := float64(1)
	for i, unit := range [...]string{"kb", "mb", "gb", "tb", "pb"} {
		if cut, found := strings.CutSuffix(s, unit); found {
			s = strings.TrimSpace(cut)
			for range i + 1 {
				factor *= 1024
			}
		}
	}
	n := msg.ParseFloat(strings.TrimSuffix(s, "b"))
	if n != n {
		return 0, false
	}
	return int64(n * factor), true
}
