package msg

import (
	"math/rand/v2"
	"unsafe"
)

// NewID returns a fresh message or node id: 16 hexadecimal digits. Ids are
// unique, not secret.
func NewID() string {
	text := newID()
	return string(text[:])
}

// NewIDValue is NewID as a value of a message: text and value are one piece of memory.
func NewIDValue() (v any) {
	id := &struct {
		value string
		text  [16]byte
	}{text: newID()}
	id.value = unsafe.String(&id.text[0], len(id.text))
	*(*boxed)(unsafe.Pointer(&v)) = boxed{stringType, unsafe.Pointer(&id.value)}
	return v
}

func newID() (text [16]byte) {
	n := rand.Uint64()
	for i := range text {
		text[i] = hexDigits[n&15]
		n >>= 4
	}
	return text
}
