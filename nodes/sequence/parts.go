package sequence

import (
	"fmt"
	"strings"

	"sluice/runtime/msg"
)

// partsKey is the property that tells a message's place in a sequence.
const partsKey = "parts"

// partsOf returns msg.parts, and whether there is such a property at all. One that
// is no object reads as an empty one; of null nothing can be read, as in JavaScript.
func partsOf(m *msg.Object) (parts *msg.Object, ok bool, err error) {
	v, ok := m.Get(partsKey)
	if !ok {
		return nil, false, nil
	}
	if v == nil || v == msg.Undefined {
		return nil, true, &msg.TypeError{Message: fmt.Sprintf("Cannot read properties of %s (reading 'id')", msg.ToString(v))}
	}
	parts, _ = v.(*msg.Object)
	return parts, true, nil
}

// unescape replaces the escapes of a split or join character as Node-RED does,
// where \e is the letter e.
var unescape = strings.NewReplacer(`\n`, "\n", `\r`, "\r", `\t`, "\t", `\e`, "e", `\f`, "\f", `\0`, "\x00")

// parseBytes reads the JSON array of bytes that a "bin" split or join character is.
func parseBytes(text string) (list *msg.Array, bytes []byte, err error) {
	v, err := msg.Parse(text)
	if err != nil {
		return nil, nil, err
	}
	list, ok := v.(*msg.Array)
	if !ok {
		return nil, nil, fmt.Errorf("not an array")
	}
	return list, bytesOf(list), nil
}

func bytesOf(list *msg.Array) []byte {
	b := make([]byte, list.Len())
	for i, v := range list.All() {
		b[i] = byte(msg.ToInt32(v))
	}
	return b
}
