package js

import (
	"runtime"
	"testing"
)

func TestOnlyWhatIsKeptIsGrowth(t *testing.T) {
	runtime.GC()
	g := growthUpTo(32 << 20)
	if g.exceeded() {
		t.Error("nothing has grown")
	}
	for range 4 {
		garbage = make([]byte, 16<<20)
	}
	if g.exceeded() {
		t.Error("garbage is no growth")
	}
	kept := make([]byte, 64<<20)
	if !g.exceeded() {
		t.Error("what is kept is growth")
	}
	if again := growthUpTo(32 << 20); again.exceeded() {
		t.Error("what was there before is no growth")
	}
	if unlimited := growthUpTo(0); unlimited.exceeded() {
		t.Error("0 is no limit")
	}
	runtime.KeepAlive(kept)
}

var garbage []byte
