package runtime

import (
	"net/http"
	"regexp"
	"slices"
	"strings"

	"sluice/internal/http1"
	"sluice/runtime/msg"
)

const (
	corsOrigin      = "Access-Control-Allow-Origin"
	corsCredentials = "Access-Control-Allow-Credentials"
	corsMethods     = "Access-Control-Allow-Methods"
	corsHeaders     = "Access-Control-Allow-Headers"
	corsMaxAge      = "Access-Control-Max-Age"
	corsExpose      = "Access-Control-Expose-Headers"
)

// corsPolicy is the httpNodeCors setting, which npm's cors applies to every
// route and to every OPTIONS request. A nil policy does nothing.
type corsPolicy struct {
	any      bool   // every origin, by "*"
	fixed    string // one origin, named whoever asks
	reflect  bool   // every origin, by its name
	allowed  []string
	patterns []*regexp.Regexp
	methods  string
	allow    string // headers; "" repeats what is asked for
	expose   string
	maxAge   string
	creds    bool
	next     bool // preflightContinue
	success  int
}

// newCORS reads the setting; nil if it is off.
func newCORS(setting any) *corsPolicy {
	if !msg.ToBool(setting) {
		return nil
	}
	options, _ := setting.(*msg.Object)
	c := &corsPolicy{methods: "GET,HEAD,PUT,PATCH,POST,DELETE", success: http.StatusNoContent}
	origin, named := options.Get("origin")
	switch origin := origin.(type) {
	case string:
		c.any = origin == "*"
		c.fixed = origin
	case *msg.Array:
		for _, one := range origin.All() {
			c.addOrigin(one)
		}
	case *msg.RegExp:
		c.addOrigin(origin)
	default:
		c.any = !named || origin == msg.Undefined
		c.reflect = msg.ToBool(origin) && !c.any
	}
	if named && !msg.ToBool(origin) && origin != msg.Undefined {
		return nil
	}
	if v := joined(options.Value("methods")); v != "" {
		c.methods = v
	}
	if c.allow = joined(options.Value("allowedHeaders")); c.allow == "" {
		c.allow = joined(options.Value("headers"))
	}
	c.expose = joined(options.Value("exposedHeaders"))
	c.creds = options.Value("credentials") == true
	c.next = msg.ToBool(options.Value("preflightContinue"))
	switch v := options.Value("maxAge").(type) {
	case float64:
		c.maxAge = msg.FormatNumber(v)
	case string:
		c.maxAge = v
	}
	if n, ok := options.Value("optionsSuccessStatus").(float64); ok && n >= 200 && n <= 599 {
		c.success = int(n)
	}
	return c
}

func (c *corsPolicy) addOrigin(v any) {
	switch v := v.(type) {
	case string:
		c.allowed = append(c.allowed, v)
	case *msg.RegExp:
		source := v.Source
		if strings.Contains(v.Flags, "i") {
			source = "(?i)" + source
		}
		// One that RE2 cannot say allows nobody.
		if re, err := regexp.Compile(source); err == nil {
			c.patterns = append(c.patterns, re)
		}
	}
}

// joined is a list as the text of a header.
func joined(v any) string {
	if list := textsOf(v); len(list) > 0 {
		return strings.Join(list, ",")
	}
	s, _ := v.(string)
	return s
}

// apply sets the headers of an answer.
func (c *corsPolicy) apply(w http.ResponseWriter, r *http.Request) {
	if c == nil {
		return
	}
	h := w.Header()
	c.origin(h, r.Header.Get("Origin"))
	if c.expose != "" {
		h.Set(corsExpose, c.expose)
	}
}

func (c *corsPolicy) origin(h http.Header, origin string) {
	switch {
	case c.any:
		h.Set(corsOrigin, "*")
	case c.fixed != "":
		h.Set(corsOrigin, c.fixed)
		h.Add("Vary", "Origin")
	default:
		if origin != "" && c.allows(origin) {
			h.Set(corsOrigin, origin)
		}
		h.Add("Vary", "Origin")
	}
	if c.creds {
		h.Set(corsCredentials, "true")
	}
}

func (c *corsPolicy) allows(origin string) bool {
	return c.reflect || slices.Contains(c.allowed, origin) ||
		slices.ContainsFunc(c.patterns, func(re *regexp.Regexp) bool { return re.MatchString(origin) })
}

// preflight answers an OPTIONS request; done is false if the routes are to answer it.
func (c *corsPolicy) preflight(w http.ResponseWriter, r *http.Request) (done bool) {
	if c == nil {
		return false
	}
	h := w.Header()
	c.origin(h, r.Header.Get("Origin"))
	h.Set(corsMethods, c.methods)
	switch asked := strings.Join(r.Header["Access-Control-Request-Headers"], ", "); {
	case c.allow != "":
		h.Set(corsHeaders, c.allow)
	default:
		if vary := h.Get("Vary"); vary != "" {
			h.Set("Vary", vary+", Access-Control-Request-Headers")
		} else {
			h.Set("Vary", "Access-Control-Request-Headers")
		}
		if asked != "" {
			h.Set(corsHeaders, asked)
		}
	}
	if c.maxAge != "" {
		h.Set(corsMaxAge, c.maxAge)
	}
	if c.expose != "" {
		h.Set(corsExpose, c.expose)
	}
	if c.next {
		return false
	}
	h.Set("Content-Length", "0")
	http1.Of(r).Answer(http1.Answer{Names: c.preflightOrder(), Empty: true})
	w.WriteHeader(c.success)
	return true
}

// preflightOrder is how npm's cors orders the headers of a preflight's answer. Vary
// comes with the first header that depends on the request.
func (c *corsPolicy) preflightOrder() []string {
	if c.any {
		return preflightAny
	}
	return preflightNamed
}

var (
	preflightAny   = []string{"X-Powered-By", corsOrigin, corsCredentials, corsMethods, "Vary", corsHeaders, corsMaxAge, corsExpose, "Content-Length"}
	preflightNamed = []string{"X-Powered-By", corsOrigin, "Vary", corsCredentials, corsMethods, corsHeaders, corsMaxAge, corsExpose, "Content-Length"}
)

// CORS puts npm's cors with a setting such as httpStaticCors in front of next.
func CORS(setting any, next http.Handler) http.Handler {
	c := newCORS(setting)
	if c == nil {
		return next
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodOptions && c.preflight(w, r) {
			return
		}
		c.apply(w, r)
		next.ServeHTTP(w, r)
	})
}
