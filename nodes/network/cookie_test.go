package network

import (
	"testing"
	"time"

	"sluice/nodes/nodetest"
	"sluice/runtime/msg"
)

func TestCookiesParseAsInExpress(t *testing.T) {
	for _, row := range nodetest.Recorded(t, "cookies.json") {
		header := row.String("header")
		if got, want := nodetest.JSON(parseCookies(header)), nodetest.JSON(row.Value("cookies")); got != want {
			t.Errorf("%q: got %s, want %s", header, got, want)
		}
	}
}

func TestCookiesAreWrittenAsInExpress(t *testing.T) {
	now := time.Date(2026, 1, 2, 3, 4, 5, 600e6, time.UTC)
	for _, tc := range []struct{ name, value, options, want string }{
		{"a text", `"v 1;é"`, `{}`, "n=v%201%3B%C3%A9; Path=/"},
		{"an object is JSON", `{"a":1}`, `{}`, "n=j%3A%7B%22a%22%3A1%7D; Path=/"},
		{"a number", `5`, `{}`, "n=5; Path=/"},
		{"every attribute in order", `"v"`, `{"sameSite":"LAX","priority":"high","partitioned":true,"secure":true,"httpOnly":true,"path":"/p","domain":"x.test"}`,
			"n=v; Domain=x.test; Path=/p; HttpOnly; Secure; Partitioned; Priority=High; SameSite=Lax"},
		{"maxAge in milliseconds sets both", `"v"`, `{"maxAge":1999}`, "n=v; Max-Age=1; Path=/; Expires=Fri, 02 Jan 2026 03:04:07 GMT"},
		{"maxAge as text", `"v"`, `{"maxAge":"1000"}`, "n=v; Max-Age=1; Path=/; Expires=Fri, 02 Jan 2026 03:04:06 GMT"},
		{"sameSite true is strict", `"v"`, `{"sameSite":true}`, "n=v; Path=/; SameSite=Strict"},
		{"no path", `"v"`, `{"path":""}`, "n=v"},
		{"a bad domain", `"v"`, `{"domain":"a;b"}`, "TypeError: option domain is invalid"},
		{"a bad maxAge", `"v"`, `{"maxAge":"x"}`, "TypeError: option maxAge is invalid"},
		{"a bad sameSite", `"v"`, `{"sameSite":"sometimes"}`, "TypeError: option sameSite is invalid"},
		{"expires as text", `"v"`, `{"expires":"tomorrow"}`, "TypeError: option expires is invalid"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			value, err := msg.Parse(tc.value)
			if err != nil {
				t.Fatal(err)
			}
			options, err := msg.Parse(tc.options)
			if err != nil {
				t.Fatal(err)
			}
			got, err := cookieText("n", value, options.(*msg.Object), now)
			if err != nil {
				got = err.Error()
			}
			if got != tc.want {
				t.Errorf("got %s\nwant %s", got, tc.want)
			}
		})
	}
}

func FuzzCookie(f *testing.F) {
	for _, seed := range []string{"a=1; b=2", `a="x"; a=y`, "a=j:{\"b\":[1]}", "=; ;=a;%zz=%zz", "a"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, header string) {
		for name, v := range parseCookies(header).All() {
			line, err := cookieText("n", v, nil, time.Unix(0, 0))
			if err != nil {
				t.Fatalf("%s of %q cannot be written back: %v", name, header, err)
			}
			text, isText := v.(string)
			back := parseCookies(line)
			if got := back.Value("n"); isText && msg.ToUTF8(text) == text && jsonCookie(text) == text && got != text {
				t.Errorf("%q comes back as %q from %s", text, got, line)
			}
		}
	})
}
