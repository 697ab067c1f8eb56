package admin

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"html/template"
	"net/http"
	"strings"
	"sync"
	"time"

	"sluice/authz"
)

//go:embed templates/*.html
var templateFiles embed.FS

//go:embed assets
var assetFiles embed.FS

// pages are the templates, each with the layout around it.
type pages struct {
	// byName parses them when the first one is shown: most instances show none, and
	// the collector would look through them in every cycle.
	byName  func() map[string]*template.Template
	version string // of the assets, so that browsers may keep them
}

func newPages() *pages {
	sum := sha256.New()
	for _, name := range []string{"page.css", "page.js"} {
		sum.Write(asset(name))
	}
	return &pages{byName: sync.OnceValue(parsePages), version: hex.EncodeToString(sum.Sum(nil))[:12]}
}

func parsePages() map[string]*template.Template {
	layout := template.Must(template.New("layout.html").Funcs(helpers).ParseFS(templateFiles, "templates/layout.html"))
	files, err := templateFiles.ReadDir("templates")
	if err != nil {
		panic(err) // they are built in
	}
	byName := map[string]*template.Template{}
	for _, f := range files {
		name := strings.TrimSuffix(f.Name(), ".html")
		if name != "layout" {
			byName[name] = template.Must(template.Must(layout.Clone()).ParseFS(templateFiles, "templates/"+f.Name()))
		}
	}
	return byName
}

func asset(name string) []byte {
	data, err := assetFiles.ReadFile("assets/" + name)
	if err != nil {
		panic(err) // they are built in
	}
	return data
}

var assetTypes = map[string]string{"page.css": "text/css; charset=utf-8", "page.js": "text/javascript; charset=utf-8", "icon.svg": "image/svg+xml"}

var assetRoutes = []endpoint{
	{"GET", Prefix + "assets/{name}", "", true, func(c *call) error {
		contentType, known := assetTypes[c.r.PathValue("name")]
		if !known {
			return &badRequest{http.StatusNotFound, "not_found", "there is no such file"}
		}
		c.w.Header().Set("Content-Type", contentType)
		c.w.Header().Set("Cache-Control", "public, max-age=86400")
		_, _ = c.w.Write(asset(c.r.PathValue("name")))
		return nil
	}},
}

var helpers = template.FuncMap{
	// when is a time for people, in UTC, with the exact one for machines.
	"when": func(t any) template.HTML {
		at, ok := t.(time.Time)
		if p, isPointer := t.(*time.Time); isPointer && p != nil {
			at, ok = *p, true
		}
		if !ok || at.IsZero() {
			return "never"
		}
		at = at.UTC()
		text := at.Format("2 Jan 2006, 15:04")
		if at.Equal(at.Truncate(24 * time.Hour)) {
			text = at.Format("2 Jan 2006")
		}
		return template.HTML(`<time datetime="` + at.Format(time.RFC3339) + `">` + text + `</time>`)
	},
	// second is a time to the second, for what happens in an order.
	"second": func(at time.Time) template.HTML {
		at = at.UTC()
		return template.HTML(`<time datetime="` + at.Format(time.RFC3339Nano) + `">` + at.Format("2 Jan 2006, 15:04:05") + `</time>`)
	},
	// dotted lets a name break after its dots, on narrow screens.
	"dotted": func(name string) template.HTML {
		return template.HTML(strings.ReplaceAll(template.HTMLEscapeString(name), ".", ".<wbr>"))
	},
	// hint marks where the characters are that a hint leaves out.
	"hint": func(hint string) string {
		prefix, last, found := strings.Cut(hint, "_")
		if !found {
			return "…" + hint
		}
		return prefix + "_…" + last
	},
	// plain is a detail of an event: text as it is, the rest as JSON.
	"plain": func(v any) string {
		if text, ok := v.(string); ok {
			return text
		}
		data, err := json.Marshal(v)
		if err != nil {
			return fmt.Sprint(v)
		}
		return string(data)
	},
	"deref": func(s *string) string {
		if s == nil {
			return ""
		}
		return *s
	},
}

// view is what a template gets.
type view struct {
	Title   string
	Version string
	User    *authz.Principal // nil: nobody is signed in
	Nav     []navItem
	Notice  string
	Data    any
}

type navItem struct {
	Path, Label string
	Current     bool
}

var navigation = []struct {
	path, label string
	action      authz.Action
}{
	{Prefix + "tokens", "Tokens", authz.TokensRead},
	{credentialsPath, "Credentials", authz.CredentialsRead},
	{Prefix + "team", "Team", authz.TeamRead},
	{Prefix + "teams", "All teams", authz.TeamsRead},
	{Prefix + "users", "Users", authz.UsersRead},
	{Prefix + "sessions", "Sessions", authz.SessionsRead},
	{Prefix + "audit", "Audit", authz.AuditRead},
	{statusPath, "Status", authz.StatusRead},
	{Prefix + "account", "Account", authz.Account},
}

// notices are what a page may say of the change before it; the address names one.
var notices = map[string]string{
	"updated":  "The changes are saved.",
	"revoked":  "The token is revoked. The next request with it is refused.",
	"added":    "The user is added.",
	"removed":  "The user is removed.",
	"deleted":  "Deleted.",
	"ended":    "The session is ended.",
	"sessions": "All sessions of the user are ended.",
	"password": "The password is changed. All sessions of the user are ended.",
	"made":     "The team is added.",
	"kept":     "The credential is kept. Flows can use it from now on.",
	"rotated":  "The credential has a new value, which flows use from now on.",
}

// page answers with a page.
func (c *call) page(status int, name, title string, data any) {
	v := view{Title: title, Version: c.pages.version, Notice: notices[c.r.URL.Query().Get("done")], Data: data}
	if c.p != nil && c.p.Type == authz.PrincipalSession {
		v.User = c.p
		for _, item := range navigation {
			if c.p.May(item.action) && (item.path != credentialsPath || c.opts.Keys != nil) && (item.path != statusPath || c.opts.Status != nil) {
				current := c.r.URL.Path == item.path || strings.HasPrefix(c.r.URL.Path, item.path+"/")
				v.Nav = append(v.Nav, navItem{item.path, item.label, current})
			}
		}
	}
	var body bytes.Buffer
	if err := c.pages.byName()[name].Execute(&body, v); err != nil {
		panic(err) // a template does not fit its data
	}
	c.w.Header().Set("Content-Type", "text/html; charset=utf-8")
	c.w.WriteHeader(status)
	_, _ = c.w.Write(body.Bytes()) // the client may have left
}

// see sends the browser on after a change, so that reloading repeats nothing.
func (c *call) see(path, done string) error {
	if done != "" {
		path += "?done=" + done
	}
	http.Redirect(c.w, c.r, path, http.StatusSeeOther)
	return nil
}

// form reads the fields of a posted form.
func (c *call) form() error {
	if err := c.r.ParseForm(); err != nil {
		if faultOf(err).status == http.StatusRequestEntityTooLarge {
			return err
		}
		return &badRequest{http.StatusBadRequest, "invalid_request", "the form cannot be read"}
	}
	return nil
}
