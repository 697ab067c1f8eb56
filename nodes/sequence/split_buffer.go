package sequence

import (
	"bytes"

	"sluice/runtime/msg"
)

// splitBuffer cuts a buffer at its delimiters. The counts are Node-RED's: a
// delimiter at the very end is counted as if a part followed, but none is sent.
func (n *splitNode) splitBuffer(s *splitting, b []byte) error {
	s.parts.Set("ch", n.ch)
	// An empty delimiter, for which Node-RED would search without end, never matches.
	count := 1
	for pos := n.find(b, 0); pos >= 0; pos = n.find(b, pos+n.skip) {
		count++
	}
	if !n.stream {
		s.parts.Set("count", msg.Number(float64(count)))
		n.count = 0
	}
	from := 0
	for pos := n.find(b, 0); pos >= 0; pos = n.find(b, from) {
		if err := n.sendNext(s, &msg.Buffer{B: b[from:max(from, pos):max(from, pos)]}); err != nil {
			return err
		}
		from = pos + n.skip
	}
	if n.stream && from < len(b) {
		if count > 1 {
			n.finishWaiting(s.d)
		}
		n.buffer = b[from:]
		n.wait(s.d)
		return nil
	}
	if from < len(b) {
		index := n.count
		n.count += 2
		s.parts.Set("index", msg.Number(index))
		s.parts.Set("count", msg.Number(index+1))
		if err := s.send(&msg.Buffer{B: b[from:]}, index); err != nil {
			return err
		}
	}
	return n.finishAll(s.d, nil)
}

// find returns where the next delimiter begins at or after from, or -1.
func (n *splitNode) find(b []byte, from int) int {
	if n.skip == 0 || from > len(b) {
		return -1
	}
	pos := bytes.Index(b[from:], n.delimiter)
	if pos < 0 {
		return -1
	}
	return from + pos
}
