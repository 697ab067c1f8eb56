package network

import (
	"math"
	"regexp"
	"strconv"
	"strings"
	"time"

	"sluice/runtime"
	"sluice/runtime/msg"
)

// maxCookies bounds the cookies of one request.
const maxCookies = 1000

// parseCookies reads a Cookie header as npm's cookie 0.7 and cookie-parser do:
// the first of duplicates wins, a broken escape stays as it is, and values that
// begin with "j:" are JSON.
func parseCookies(header string) *msg.Object {
	cookies := &msg.Object{}
	if len(header) < 2 {
		return cookies
	}
	for part := range strings.SplitSeq(header, ";") {
		name, value, ok := strings.Cut(part, "=")
		if !ok || cookies.Len() >= maxCookies {
			continue
		}
		name, value = strings.Trim(name, " \t"), strings.Trim(value, " \t")
		if cookies.Has(name) || name == "__proto__" {
			continue
		}
		if value != "" && value[0] == '"' && value[len(value)-1] == '"' {
			value = value[1:max(1, len(value)-1)] // a lone quote is both ends
		}
		if decoded, ok := runtime.DecodeURIComponent(value); ok {
			value = decoded
		}
		cookies.Set(name, jsonCookie(value))
	}
	return cookies
}

func jsonCookie(value string) any {
	text, ok := strings.CutPrefix(value, "j:")
	if !ok {
		return value
	}
	v, err := msg.Parse(text)
	if err != nil || !msg.ToBool(v) {
		return value
	}
	return v
}

var (
	cookieName   = regexp.MustCompile("^[!#$%&'*+\\-.^_`|~0-9A-Za-z]+$")
	cookieValue  = regexp.MustCompile(`^(?:"[!#-+\--:<-\[\]-~]*"|[!#-+\--:<-\[\]-~]*)$`)
	cookieDomain = regexp.MustCompile(`(?i)^([.]?[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)([.][a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*$`)
	cookiePath   = regexp.MustCompile(`^[ -:=-~]*$`)
)

// cookieText makes a Set-Cookie line as Express's res.cookie does. options may be nil.
func cookieText(name string, value any, options *msg.Object, now time.Time) (string, error) {
	text, err := cookieValueText(value)
	if err != nil {
		return "", err
	}
	if msg.ToBool(options.Value("signed")) {
		return "", &msg.Error{Name: "Error", Message: `cookieParser("secret") required for signed cookies`}
	}
	expires, maxAge := options.Value("expires"), options.Value("maxAge")
	if maxAge != nil && maxAge != msg.Undefined {
		if ms := msg.ToNumber(maxAge); !math.IsNaN(ms) {
			expires = &msg.Date{Ms: float64(now.UnixMilli()) + ms}
			maxAge = math.Floor(ms / 1000)
		}
	}
	if !cookieName.MatchString(name) {
		return "", typeErrorf("argument name is invalid")
	}
	if encode := options.Value("encode"); msg.ToBool(encode) {
		if text, err = encodeWith(encode, text); err != nil {
			return "", err
		}
	} else {
		if text != msg.ToUTF8(text) { // half of a surrogate pair
			return "", &msg.Error{Name: "URIError", Message: "URI malformed", Stack: "URIError: URI malformed"}
		}
		text = encodeURIComponent(text)
	}
	if !cookieValue.MatchString(text) {
		return "", typeErrorf("argument val is invalid")
	}
	var b strings.Builder
	b.WriteString(name + "=" + text)
	if maxAge != nil && maxAge != msg.Undefined {
		seconds := math.Floor(msg.ToNumber(maxAge))
		if math.IsNaN(seconds) || math.IsInf(seconds, 0) {
			return "", typeErrorf("option maxAge is invalid")
		}
		b.WriteString("; Max-Age=" + msg.FormatNumber(seconds))
	}
	if err := cookieAttributes(&b, options, expires); err != nil {
		return "", err
	}
	return b.String(), nil
}

// encodeWith calls the encode option, which is a function of a flow.
func encodeWith(encode any, text string) (string, error) {
	if !msg.IsFunction(encode) {
		return "", typeErrorf("option encode is invalid")
	}
	v, err := msg.Call(encode, msg.Undefined, text)
	return msg.ToString(v), err
}

func cookieValueText(value any) (string, error) {
	if msg.TypeOf(value) != "object" {
		return msg.ToString(value), nil
	}
	text, ok, err := msg.Stringify(value, "")
	if err == nil && !ok {
		text = "undefined"
	}
	return "j:" + text, err
}

func cookieAttributes(b *strings.Builder, options *msg.Object, expires any) error {
	if domain := options.Value("domain"); msg.ToBool(domain) {
		if !cookieDomain.MatchString(msg.ToString(domain)) {
			return typeErrorf("option domain is invalid")
		}
		b.WriteString("; Domain=" + msg.ToString(domain))
	}
	path := options.Value("path")
	if path == nil || path == msg.Undefined {
		path = "/"
	}
	if msg.ToBool(path) {
		if !cookiePath.MatchString(msg.ToString(path)) {
			return typeErrorf("option path is invalid")
		}
		b.WriteString("; Path=" + msg.ToString(path))
	}
	if msg.ToBool(expires) {
		date, ok := expires.(*msg.Date)
		if !ok || !date.Valid() {
			return typeErrorf("option expires is invalid")
		}
		b.WriteString("; Expires=" + time.UnixMilli(int64(date.Ms)).UTC().Format("Mon, 02 Jan 2006 15:04:05 GMT"))
	}
	for _, flag := range [...][2]string{{"httpOnly", "; HttpOnly"}, {"secure", "; Secure"}, {"partitioned", "; Partitioned"}} {
		if msg.ToBool(options.Value(flag[0])) {
			b.WriteString(flag[1])
		}
	}
	if err := oneOf(b, "Priority", options.Value("priority"), "low", "medium", "high"); err != nil {
		return err
	}
	sameSite := options.Value("sameSite")
	if sameSite == true {
		sameSite = "strict"
	}
	return oneOf(b, "SameSite", sameSite, "lax", "strict", "none")
}

// oneOf writes an attribute that has a few possible values.
func oneOf(b *strings.Builder, name string, v any, values ...string) error {
	if !msg.ToBool(v) {
		return nil
	}
	s, _ := v.(string)
	for _, value := range values {
		if strings.EqualFold(s, value) {
			b.WriteString("; " + name + "=" + strings.ToUpper(value[:1]) + value[1:])
			return nil
		}
	}
	return typeErrorf("option %s is invalid", strings.ToLower(name[:1])+name[1:])
}

// encodeURIComponent is JavaScript's function; lone surrogates become U+FFFD where that throws.
func encodeURIComponent(s string) string {
	s = msg.ToUTF8(s)
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		c := s[i]
		if isWordByte(c) || strings.IndexByte("-.!~*'()", c) >= 0 {
			b.WriteByte(c)
			continue
		}
		b.WriteByte('%')
		b.WriteString(strings.ToUpper(strconv.FormatUint(0x100|uint64(c), 16)[1:]))
	}
	return b.String()
}
