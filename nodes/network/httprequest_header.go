package network

import (
	"iter"
	"strconv"
	"strings"
	"unicode/utf16"

	"sluice/runtime"
	"sluice/runtime/msg"
)

// requestHeader is one line of the node's header list.
type requestHeader struct {
	KeyType   string `json:"keyType"` // "other", "msg", or the name itself
	KeyValue  string `json:"keyValue"`
	ValueType string `json:"valueType"` // "other", "msg", or the value itself
	Value     string `json:"valueValue"`
}

// headerSource is a requestHeader made ready. Names and values may come from the message.
type headerSource struct{ name, value runtime.Input }

func (n *requestNode) prepareHeaders() {
	input := func(kind, value string) runtime.Input {
		t := runtime.TypedInput{Value: kind, Type: "str"}
		switch kind {
		case "other":
			t.Value = value
		case "msg":
			t = runtime.TypedInput{Value: value, Type: "msg"}
		}
		in, _ := n.inst.Typed(t) // a faulty expression fails with each message, and is passed over
		return in
	}
	for _, h := range n.Headers {
		n.headers = append(n.headers, headerSource{input(h.KeyType, h.KeyValue), input(h.ValueType, h.Value)})
	}
}

// readHeaders gathers the headers of the message and, over them, those of the node.
func (n *requestNode) readHeaders(m *msg.Object, header *headerList) (fault error) {
	given := m.Value("headers")
	if o, ok := given.(*msg.Object); ok {
		mark, marked := o.Get(requestNodeHeader)
		o.Delete(requestNodeHeader)
		if marked && mark == hashSum(o) {
			m.Delete("headers")
			given = nil
		} else {
			*header = make(headerList, 0, o.Len()+len(n.headers)+4)
		}
	}
	put := func(name string, v any) {
		if len(name) == len("cookie") && strings.EqualFold(name, "cookie") {
			v, fault = cookieLine(name, v)
		}
		header.replace(name, v)
	}
	for name, v := range properties(given) {
		put(name, v)
	}
	for _, h := range n.headers {
		name, err := h.name.Eval(m)
		if err != nil || !msg.ToBool(name) {
			continue
		}
		value, err := h.value.Eval(m)
		if err != nil {
			value = msg.Undefined
		}
		put(msg.ToString(name), value)
	}
	header.del("transfer-encoding") // see setBody
	return fault
}

// cookieLine is the value of a Cookie header that a flow gives. Node joins several
// to one line; spelled in lower case they are parsed first, which takes text alone.
func cookieLine(name string, v any) (any, error) {
	if _, text := v.(string); !text && name == "cookie" && msg.ToBool(v) {
		return nil, typeErrorf("argument str must be a string")
	}
	list, ok := v.(*msg.Array)
	if !ok || list.Len() < 2 {
		return v, nil
	}
	var parts []string
	for _, e := range list.All() {
		parts = append(parts, msg.ToString(e))
	}
	return strings.Join(parts, "; "), nil
}

// properties are what JavaScript's for-in finds in a value: the properties of an
// object, the elements of an array, the UTF-16 units of a text.
func properties(v any) iter.Seq2[string, any] {
	return func(yield func(string, any) bool) {
		switch v := v.(type) {
		case *msg.Object:
			v.All()(yield)
		case *msg.Array:
			for i, e := range v.All() {
				if !yield(strconv.Itoa(i), e) {
					return
				}
			}
		case string:
			for i, unit := range utf16.Encode([]rune(v)) {
				if !yield(strconv.Itoa(i), string(rune(unit))) { // half of a pair becomes U+FFFD, which no header takes either
					return
				}
			}
		}
	}
}

// spellings returns the lines of header whose order restore changes.
func spellings(header headerList) [2]string {
	var given [2]string
	for _, f := range header {
		switch {
		case f.name != "content-type" && strings.EqualFold(f.name, "content-type"):
			given[0] = f.name
		case f.name != "content-length" && strings.EqualFold(f.name, "content-length"):
			given[1] = f.name
		}
	}
	return given
}

// restore moves the lines of given names to the end, where Node-RED puts back
// their spelling after it has looked at them in lower case.
func (h *headerList) restore(given [2]string) {
	for _, name := range given {
		if v, ok := h.get(name); ok && name != "" {
			h.del(name)
			*h = append(*h, headerField{name, v})
		}
	}
}
