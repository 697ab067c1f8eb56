package network

import (
	"strings"

	"sluice/runtime/msg"
)

// requestMethods are Express's methods of a request; they are called without its lock.
var requestMethods map[string]func(q *request, args []any) (any, error)

func init() { // the table and its functions refer to each other
	requestMethods = map[string]func(q *request, args []any) (any, error){
		"get":    headerMethod,
		"header": headerMethod,
		"param": func(q *request, args []any) (any, error) {
			name := textArg(args, 0)
			for _, from := range [...]string{"params", "body", "query"} {
				if o, ok := q.value(from).(*msg.Object); ok {
					if v, ok := o.Get(name); ok && v != nil && v != msg.Undefined {
						return v, nil
					}
				}
			}
			return arg(args, 1), nil
		},
		"is":               isType,
		"range":            rangeOf,
		"accepts":          acceptsTypes,
		"acceptsCharsets":  acceptsNames("Accept-Charset", "*", plainFit),
		"acceptsEncodings": acceptsNames("Accept-Encoding", "identity", plainFit),
		"acceptsLanguages": acceptsNames("Accept-Language", "*", languageFit),
		"acceptsCharset":   acceptsNames("Accept-Charset", "*", plainFit),
		"acceptsEncoding":  acceptsNames("Accept-Encoding", "identity", plainFit),
		"acceptsLanguage":  acceptsNames("Accept-Language", "*", languageFit),
		"on":               requestListener, "once": requestListener, "addListener": requestListener, "removeListener": requestListener, "off": requestListener,
	}
}

// requestListener accepts listeners; the body has been read, so that there is nothing to tell but the end of all.
func requestListener(q *request, args []any) (any, error) {
	if textArg(args, 0) == "close" {
		_, _ = q.ex.res.listen(args) // it takes any
	}
	return q, nil
}

func headerMethod(q *request, args []any) (any, error) {
	if len(args) == 0 {
		return nil, typeErrorf("name argument is required to req.get")
	}
	name, ok := args[0].(string)
	if !ok {
		return nil, typeErrorf("name must be a string to req.get")
	}
	name = strings.ToLower(name)
	headers, ok := q.value("headers").(*msg.Object)
	if !ok {
		return msg.Undefined, nil
	}
	if name == "referer" || name == "referrer" {
		if v := headers.Value("referrer"); v != msg.Undefined {
			return v, nil
		}
		return headers.Value("referer"), nil
	}
	return headers.Value(name), nil
}

// arg returns argument i, or Undefined.
func arg(args []any, i int) any {
	if i < len(args) {
		return args[i]
	}
	return msg.Undefined
}

func textArg(args []any, i int) string { return msg.ToString(arg(args, i)) }
