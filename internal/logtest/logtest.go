// Package logtest keeps what a test's server logs.
//
// It judges nothing: tests read the text.
package logtest

import (
	"bytes"
	"sync"
)

// Buffer is a log that handlers may write at once.
type Buffer struct {
	mu sync.Mutex // guards b
	b  bytes.Buffer
}

func (l *Buffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

// String is all that has been written.
func (l *Buffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}
