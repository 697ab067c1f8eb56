package network

import (
	"strings"

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
func (n *requestNode) readHeaders(m *msg.Object, header *headerList) {
	if given, ok := m.Value("headers").(*msg.Object); ok {
		mark, marked := given.Get(requestNodeHeader)
		given.Delete(requestNodeHeader)
		if marked && mark == hashSum(given) {
			m.Delete("headers")
		} else {
			*header = make(headerList, 0, given.Len()+len(n.headers)+4)
			for name, v := range given.All() {
				header.replace(name, v)
			}
		}
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
		header.replace(msg.ToString(name), value)
	}
	header.del("transfer-encoding") // see setBody
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
