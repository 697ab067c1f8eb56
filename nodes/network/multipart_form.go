package network

import (
	"crypto/rand"
	"encoding/hex"
	"path"
	"strings"

	"sluice/internal/httpfile"
	"sluice/runtime/msg"
)

// form writes a multipart/form-data body as npm's form-data does.
type form struct {
	boundary string
	body     []byte
}

func newForm() *form {
	var b [12]byte
	rand.Read(b[:])
	return &form{boundary: "--------------------------" + hex.EncodeToString(b[:])}
}

// add adds a field of msg.payload: text and Buffers as they are, an object that
// has a value with its options, anything else as JSON. null and undefined are left out.
func (f *form) add(name string, v any) error {
	switch o := v.(type) {
	case nil:
		return nil
	case string, *msg.Buffer:
		return f.append(name, v, nil)
	case *msg.Object:
		if value, ok := o.Get("value"); ok {
			return f.append(name, value, o.Value("options"))
		}
	}
	if v == msg.Undefined {
		return nil
	}
	text, ok, err := msg.Stringify(v, "")
	if err != nil {
		return msg.ErrorValue(err)
	}
	if !ok {
		text = "undefined"
	}
	return f.append(name, text, nil)
}

func (f *form) append(name string, v, options any) error {
	opts, _ := options.(*msg.Object)
	if s, ok := options.(string); ok {
		opts = msg.NewObject("filename", s)
	}
	var data []byte
	_, binary := v.(*msg.Buffer)
	switch v := v.(type) {
	case string:
		data = []byte(msg.ToUTF8(v))
	case *msg.Buffer:
		data = v.B
	case *msg.Array:
		return &msg.Error{Name: "Error", Message: "Arrays are not supported."}
	case bool:
		return requestError("ERR_INVALID_ARG_TYPE", `The "chunk" argument must be of type string or an instance of Buffer, TypedArray, or DataView. Received type boolean (`+msg.ToString(v)+")")
	case float64, nil:
		data = []byte(msg.ToString(v))
	default:
		if v != msg.Undefined {
			return typeErrorf("source.on is not a function")
		}
		data = []byte("undefined")
	}
	f.body = append(f.body, "--"+f.boundary+"\r\n"...)
	if header, ok := opts.Value("header").(string); ok {
		f.body = append(f.body[:len(f.body)-len(f.boundary)-4], msg.ToUTF8(header)...) // it brings its own boundary
	} else {
		f.body = append(f.body, partHeader(name, opts, binary)...)
	}
	f.body = append(append(f.body, data...), "\r\n"...)
	return nil
}

// partHeader is the header of a part with the empty line after it.
func partHeader(name string, opts *msg.Object, binary bool) string {
	disposition := `form-data; name="` + formEscape.Replace(name) + `"`
	file := ""
	if p, ok := opts.Value("filepath").(string); ok {
		file = strings.ReplaceAll(path.Clean(p), `\`, "/")
	} else if v := opts.Value("filename"); msg.ToBool(v) {
		file = path.Base(msg.ToString(v))
	}
	if file != "" {
		disposition += `; filename="` + formEscape.Replace(file) + `"`
	}
	kind := ""
	if v := opts.Value("contentType"); msg.ToBool(v) {
		kind = msg.ToString(v)
	}
	if kind == "" && file != "" {
		kind, _ = httpfile.ByExtension(strings.TrimPrefix(path.Ext(file), "."))
	}
	if kind == "" && binary {
		kind = "application/octet-stream"
	}
	fields := msg.NewObject("Content-Disposition", disposition)
	if kind != "" {
		fields.Set("Content-Type", kind)
	}
	if more, ok := opts.Value("header").(*msg.Object); ok {
		for key, v := range more.All() {
			if !fields.Has(key) {
				fields.Set(key, v)
			}
		}
	}
	var b strings.Builder
	for key, v := range fields.All() {
		if v == nil || v == msg.Undefined {
			continue
		}
		text := msg.ToString(v)
		if list, ok := v.(*msg.Array); ok {
			parts := make([]string, 0, list.Len())
			for _, e := range list.All() {
				parts = append(parts, msg.ToString(e))
			}
			text = strings.Join(parts, "; ")
		}
		b.WriteString(lineBreaks.Replace(key) + ": " + msg.ToUTF8(lineBreaks.Replace(text)) + "\r\n")
	}
	return b.String() + "\r\n"
}

var (
	formEscape = strings.NewReplacer("\r", "%0D", "\n", "%0A", `"`, "%22")
	lineBreaks = strings.NewReplacer("\r", "", "\n", "") // a value makes no lines of its own
)

// close ends the body and returns it. A form without fields has none.
func (f *form) close() []byte {
	if len(f.body) == 0 {
		return nil
	}
	return append(f.body, "--"+f.boundary+"--\r\n"...)
}
