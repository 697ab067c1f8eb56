package network

import (
	"io"
	"mime/multipart"
	"strings"
	"testing"

	"sluice/nodes/nodetest"
	"sluice/runtime/msg"
)

func TestFormsReadAsWhatTheFlowSays(t *testing.T) {
	for _, tc := range []struct{ name, in, want string }{
		{"text, numbers, JSON", `{"s":"é","n":5,"o":{"a":1},"l":[1],"t":true,"z":null}`, `form-data; name="s"||é; form-data; name="n"||5; form-data; name="o"||{"a":1}; form-data; name="l"||[1]; form-data; name="t"||true`},
		{"a file", `{"f":{"value":"x","options":{"filename":"/a/b.txt"}}}`, `form-data; name="f"; filename="b.txt"|text/plain|x`},
		{"its own type", `{"f":{"value":"x","options":{"filename":"b.bin","contentType":"a/b"}}}`, `form-data; name="f"; filename="b.bin"|a/b|x`},
		{"a path", `{"f":{"value":"x","options":{"filepath":"a/../c/d"}}}`, `form-data; name="f"; filename="c/d"||x`},
		{"a name as options", `{"f":{"value":1,"options":"a.json"}}`, `form-data; name="f"; filename="a.json"|application/json|1`},
		{"no lines of their own", `{"a\"\r\nb":{"value":"x","options":{"contentType":"a/b\r\nX-Evil: 1"}}}`, `form-data; name="a%22%0D%0Ab"|a/bX-Evil: 1|x`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			f := newForm()
			for name, v := range nodetest.Parse(t, tc.in).All() {
				if err := f.add(name, v); err != nil {
					t.Fatal(err)
				}
			}
			var parts []string
			r := multipart.NewReader(strings.NewReader(string(f.close())), f.boundary)
			for {
				p, err := r.NextRawPart()
				if err == io.EOF {
					break
				}
				if err != nil {
					t.Fatal(err)
				}
				body, _ := io.ReadAll(p)
				parts = append(parts, p.Header.Get("Content-Disposition")+"|"+p.Header.Get("Content-Type")+"|"+string(body))
			}
			if got := strings.Join(parts, "; "); got != tc.want {
				t.Errorf("\n got %s\nwant %s", got, tc.want)
			}
		})
	}
}

func TestFormsRefuseWhatFormDataRefuses(t *testing.T) {
	for _, tc := range []struct {
		v    any
		want string
	}{
		{msg.NewArray("p"), "Error: Arrays are not supported."},
		{&msg.Object{}, "TypeError: source.on is not a function"},
		{true, `RequestError: The "chunk" argument must be of type string or an instance of Buffer, TypedArray, or DataView. Received type boolean (true)`},
	} {
		err := newForm().add("a", msg.NewObject("value", tc.v))
		if err == nil || err.Error() != tc.want {
			t.Errorf("got %v, want %s", err, tc.want)
		}
	}
}
