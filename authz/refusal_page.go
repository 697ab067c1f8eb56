package authz

import (
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"html"
	"net/http"
	"net/url"
)

// The page that a person sees in place of what was refused. It loads nothing.
const (
	refusalStyle = `:root{color-scheme:light dark;font:1rem/1.5 system-ui,sans-serif}` +
		`body{margin:0;min-height:100vh;display:grid;place-content:center;padding:1.5rem;box-sizing:border-box}` +
		`main{max-width:28rem}h1{font-size:1.4rem;margin:0 0 .5rem}p{margin:.5rem 0}`
	refusalHTML = `<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>%s</title><style>` + refusalStyle + `</style></head>
<body><main><h1>%[1]s</h1><p>%[2]s</p>%[3]s</main></body></html>
`
)

var refusalCSP = func() string {
	sum := sha256.Sum256([]byte(refusalStyle))
	return "default-src 'none'; style-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'; frame-ancestors "
}()

func (f *refusal) html(login string) []byte {
	title := fmt.Sprintf("%d %s", f.status, http.StatusText(f.status))
	text := "This page needs authentication."
	if f.text != "" {
		text = sentence(f.text)
	}
	more := ""
	if login != "" && (f == refuseMember || f == refuseRole) {
		more = `<p><a href="` + html.EscapeString(login) + `">Sign in as somebody else</a></p>`
	}
	return fmt.Appendf(nil, refusalHTML, title, html.EscapeString(text), more)
}

func sentence(text string) string {
	if text[0] >= 'a' && text[0] <= 'z' {
		text = string(text[0]-0x20) + text[1:]
	}
	return text + "."
}

// maxNext bounds what a redirect to the login page carries along, in bytes.
const maxNext = 1024

// nextOf is the query with which the login page finds back to a request.
func nextOf(r *http.Request) string {
	next := SafeNext(r.RequestURI)
	if next == "/" || len(next) > maxNext {
		return ""
	}
	return "?next=" + url.QueryEscape(next)
}

// SafeNext returns where to go after a login: target if it is a path on this
// host, else "/". Browsers take // and /\ for another host, and drop control
// characters before they look.
func SafeNext(target string) string {
	if len(target) < 2 || target[0] != '/' || target[1] == '/' || target[1] == '\\' {
		return "/"
	}
	for _, c := range []byte(target) {
		if c < 0x20 || c == 0x7f {
			return "/"
		}
	}
	return target
}
