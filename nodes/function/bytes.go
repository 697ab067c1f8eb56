package function

import (
	"unicode/utf8"

	"sluice/runtime/msg"
)

// textOrBuffer gives bytes as text where they are some, else as a Buffer.
func textOrBuffer(b []byte) any {
	if isText(b) {
		return string(b)
	}
	return &msg.Buffer{B: b}
}

// isText is the check of the is-utf8 module: UTF-8 without control characters
// other than tab and line ends.
func isText(b []byte) bool {
	for _, c := range b {
		if c < 0x20 && c != '\t' && c != '\n' && c != '\r' || c == 0x7F {
			return false
		}
	}
	return utf8.Valid(b)
}
