package network

import (
	"net/http"
	"strings"
	"testing"

	"sluice/nodes/nodetest"
	"sluice/runtime/msg"
)

func formRequest(t *testing.T, contentType, body string) *http.Request {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), "POST", "/", strings.NewReader(strings.ReplaceAll(body, "\n", "\r\n")))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", contentType)
	r.Header.Set("Content-Length", "1")
	return r
}

func TestUploadsAreReadAsByMulter(t *testing.T) {
	const form = "multipart/form-data; boundary=B"
	for _, tc := range []struct{ name, contentType, body, fields, files string }{
		{"a field", form, "--B\nContent-Disposition: form-data; name=\"a\"\n\n1\n--B--\n", `{"a":"1"}`, ``},
		{"bracketed names nest", form, "--B\nContent-Disposition: form-data; name=\"a[b][0]\"\n\n1\n--B\nContent-Disposition: form-data; name=\"a[b][]\"\n\n2\n--B--", `{"a":{"b":["1","2"]}}`, ``},
		{"a repeated name is a list", form, "--B\nContent-Disposition: form-data; name=a\n\n1\n--B\nContent-Disposition: form-data; name=a\n\n2\n--B--", `{"a":["1","2"]}`, ``},
		{"a file", form, "x\n--B\nContent-Disposition: form-data; name=\"f\"; filename=\"C:\\\\d\\\\x%22.txt\"\nContent-Type: Text/Plain; charset=x\n\nhi\n\n--B--", `{}`, `f|x".txt|7bit|text/plain|4`},
		{"a name in latin1", form, "--B\nContent-Disposition: form-data; name=\"f\"; filename=\"\xc3\xa9\"\n\n\n--B--", `{}`, `f|Ã©|7bit|text/plain|0`},
		{"an extended name", form, "--B\nContent-Disposition: form-data; name=\"f\"; filename=\"a\"; filename*=UTF-8''%C3%A9\nContent-Transfer-Encoding: BINARY\n\n\n--B--", `{}`, `f|é|binary|text/plain|0`},
		{"an empty file name makes a field", form, "--B\nContent-Disposition: form-data; name=\"f\"; filename=\"\"\n\nv\n--B--", `{"f":"v"}`, ``},
		{"no disposition of a form", form, "--B\nContent-Disposition: attachment; name=\"f\"\n\nv\n--B--", `{}`, ``},
		{"unterminated", form, "--B\nContent-Disposition: form-data; name=\"a\"\n\n1", `Unexpected end of form`, ``},
		{"no boundary in the body", form, "zzz", `Unexpected end of form`, ``},
		{"no boundary in the header", "multipart/form-data", "--B--", `Multipart: Boundary not found`, ``},
		{"another multipart type", "multipart/mixed; boundary=B", "--B--", `Unsupported content type: multipart/mixed`, ``},
		{"no name", form, "--B\nContent-Disposition: form-data\n\n1\n--B--", `Field name missing`, ``},
		{"an index too high", form, "--B\nContent-Disposition: form-data; name=\"a[99999999]\"\n\n1\n--B--", `the index in a field's name is too high`, ``},
		{"a broken header", form, "--B\nnot a header\n\n1\n--B--", `Malformed part header`, ``},
	} {
		t.Run(tc.name, func(t *testing.T) {
			fields, files, err := readUpload(formRequest(t, tc.contentType, tc.body))
			if err != nil {
				if err.Error() != tc.fields {
					t.Fatalf("got error %q, want %q", err, tc.fields)
				}
				return
			}
			var list []string
			for _, f := range files.All() {
				o := f.(*msg.Object)
				list = append(list, strings.Join([]string{o.String("fieldname"), o.String("originalname"), o.String("encoding"), o.String("mimetype"), msg.ToString(o.Value("size"))}, "|"))
			}
			if got := nodetest.JSON(fields); got != tc.fields || strings.Join(list, ",") != tc.files {
				t.Errorf("got %s %v\nwant %s %s", got, list, tc.fields, tc.files)
			}
		})
	}
}

func FuzzUpload(f *testing.F) {
	f.Add("--B\r\nContent-Disposition: form-data; name=\"a[0][b]\"\r\n\r\n1\r\n--B--", "a[b]")
	f.Add("\r\n--B\r\n\r\n--B--", "a[][0]")
	f.Fuzz(func(t *testing.T, body, name string) {
		form := upload{fields: &msg.Object{}, files: msg.NewArray()}
		_ = form.parse([]byte(body), []byte("\r\n--B"))
		fields := &msg.Object{}
		for range 2 {
			_ = appendField(fields, name, "v")
		}
		if _, err := msg.AppendJSON(nil, fields); err != nil {
			t.Error(err)
		}
	})
}
