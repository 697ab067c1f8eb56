package network

import (
	"cmp"
	"net/http"
	"strings"

	"golang.org/x/net/http/httpguts"

	"sluice/internal/http1"
	"sluice/runtime"
	"sluice/runtime/msg"
)

func (res *response) locationLocked(url string) error {
	if url == "back" {
		from, err := headerMethod(&res.ex.req, []any{"Referrer"})
		if err != nil {
			return err
		}
		if url = "/"; msg.ToBool(from) {
			url = msg.ToString(from)
		}
	}
	return res.setLocked("Location", runtime.EncodeURL(url))
}

// varyLocked is Express's res.vary(field), as npm's vary appends.
func (res *response) varyLocked(v any) error {
	if !msg.ToBool(v) {
		return nil
	}
	var fields []string
	if list, ok := v.(*msg.Array); ok {
		fields = headerTexts(list)
	} else {
		for field := range strings.SplitSeq(msg.ToString(v), ",") {
			fields = append(fields, strings.Trim(field, " "))
		}
	}
	current := latin1ToText(strings.Join(res.valuesLocked("Vary"), ", "))
	for _, field := range fields {
		if !httpguts.ValidHeaderFieldName(field) {
			return typeErrorf("field argument contains an invalid header name")
		}
	}
	for _, field := range fields {
		switch {
		case current == "*" || containsFold(current, field):
		case field == "*" || containsFold(current, "*"):
			current = "*"
		case current == "":
			current = field
		default:
			current += ", " + field
		}
	}
	if current == "" {
		return nil
	}
	return res.setHeaderLocked("Vary", current)
}

func containsFold(list, name string) bool {
	for one := range strings.SplitSeq(list, ",") {
		if strings.EqualFold(strings.TrimSpace(one), name) {
			return true
		}
	}
	return false
}

func (res *response) linksLocked(links *msg.Object) error {
	value := latin1ToText(strings.Join(res.valuesLocked("Link"), ","))
	if value != "" {
		value += ", " // in front of no link too
	}
	separator := ""
	for rel, url := range links.All() {
		value += separator + "<" + msg.ToString(url) + `>; rel="` + rel + `"`
		separator = ", "
	}
	return res.setLocked("Link", value)
}

// redirect is Express's res.redirect([status,] url).
func (res *response) redirect(args []any) (any, error) {
	var status any = msg.Number(http.StatusFound)
	url := arg(args, 0)
	if len(args) == 2 {
		if _, ok := args[0].(float64); ok {
			status, url = args[0], args[1]
		} else {
			status = args[1]
		}
	}
	res.mu.Lock()
	defer res.mu.Unlock()
	if err := res.locationLocked(msg.ToString(url)); err != nil {
		return nil, err
	}
	if err := res.varyLocked("Accept"); err != nil {
		return nil, err
	}
	address := latin1ToText(res.firstLocked("Location"))
	body := ""
	text := cmp.Or(http1.StatusText(int(msg.ToNumber(status))), "undefined") + ". Redirecting to "
	switch kind, _ := res.ex.req.acceptedType([]string{"text", "html"}); kind {
	case "text":
		body = text + address
		res.putLocked("Content-Type", typePlain)
	case "html":
		body = "<p>" + text + runtime.EscapeHTML(address) + "</p>"
		res.putLocked("Content-Type", typeHTML)
	}
	res.giveStatusLocked(status)
	if err := res.setLocked("Content-Length", msg.Number(float64(len(body)))); err != nil {
		return nil, err
	}
	return msg.Undefined, res.endLocked([]byte(body))
}
