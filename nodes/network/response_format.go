package network

import (
	"net/http"
	"path"
	"strconv"
	"strings"
	"unicode/utf16"

	"golang.org/x/net/http/httpguts"

	"sluice/internal/httpfile"
	"sluice/runtime"
	"sluice/runtime/msg"
)

// format is Express's res.format: it calls the function for the type that the client prefers.
func (res *response) format(args []any) (any, error) {
	kinds := objectArg(args, 0)
	var offers []string
	for name := range kinds.All() {
		if name != "default" {
			offers = append(offers, name)
		}
	}
	chosen, ok := "", false
	if len(offers) > 0 {
		chosen, ok = res.ex.req.acceptedType(offers)
	}
	res.mu.Lock()
	err := res.varyLocked("Accept")
	if ok && err == nil {
		kind, _, _ := strings.Cut(chosen, ";")
		if !strings.Contains(kind, "/") {
			kind = httpfile.TypeOf(kind)
		}
		err = res.setLocked("Content-Type", strings.TrimSpace(kind))
	}
	res.mu.Unlock()
	if err != nil {
		return nil, err
	}
	if !ok {
		chosen = "default"
	}
	if f := kinds.Value(chosen); msg.IsFunction(f) {
		return &msg.CallBack{Func: f, This: kinds, Args: []any{&res.ex.req, res},
			Then: func(any) (any, error) { return res, nil }}, nil
	}
	res.page(http.StatusNotAcceptable, "NotAcceptableError: Not Acceptable")
	return res, nil
}

// page answers with an error page, as Express does for an error that nobody handles.
func (res *response) page(status int, text string) {
	body := runtime.ErrorPage(text)
	res.mu.Lock()
	defer res.mu.Unlock()
	if res.committed {
		return
	}
	res.status = status
	res.putLocked("Content-Security-Policy", "default-src 'none'")
	res.putLocked("X-Content-Type-Options", "nosniff")
	res.putLocked("Content-Type", typeHTML)
	res.putLocked("Content-Length", strconv.Itoa(len(body)))
	_ = res.endLocked([]byte(body)) // the status is valid and the header is open
}

// attachmentLocked is Express's res.attachment([filename]).
func (res *response) attachmentLocked(args []any) error {
	name, ok := arg(args, 0).(string)
	if !ok {
		return res.setLocked("Content-Disposition", "attachment")
	}
	if name != "" {
		if err := res.typeLocked(strings.TrimPrefix(path.Ext(name), ".")); err != nil {
			return err
		}
	}
	return res.setLocked("Content-Disposition", contentDisposition(name))
}

// contentDisposition is npm's content-disposition: a plain name, and an extended
// one (RFC 8187) where the plain one cannot say it.
func contentDisposition(name string) string {
	name = name[strings.LastIndexByte(name, '/')+1:]
	if name == "" {
		return "attachment; filename*=UTF-8''"
	}
	var plain strings.Builder
	exact := true
	for _, r := range name {
		if r < ' ' || r == 0x7F || r > 0xFF || r > 0x7E && r < 0xA0 {
			plain.WriteString("??"[:utf16.RuneLen(r)])
			exact = false
			continue
		}
		plain.WriteRune(r)
	}
	if exact && httpguts.ValidHeaderFieldName(name) {
		return "attachment; filename=" + quotedName(name)
	}
	value := "attachment; filename=" + quotedName(plain.String())
	if !exact || hasEscape(name) {
		value += "; filename*=UTF-8''" + strings.NewReplacer("'", "%27", "(", "%28", ")", "%29", "*", "%2A").Replace(encodeURIComponent(name))
	}
	return value
}

func quotedName(s string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(s) + `"`
}

// hasEscape tells whether a name holds what clients take for percent-encoding.
func hasEscape(s string) bool {
	for i := 0; i+2 < len(s); i++ {
		if s[i] == '%' {
			if _, ok := hexByte(s[i+1], s[i+2]); ok {
				return true
			}
		}
	}
	return false
}

// render fails as in an application without a view engine.
func (res *response) render(args []any) (any, error) {
	return nil, &msg.Error{Name: "Error", Message: "No default engine was specified and no extension was provided."}
}
