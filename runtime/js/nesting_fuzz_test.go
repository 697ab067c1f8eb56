package js

import (
	"runtime/debug"
	"strings"
	"testing"

	"github.com/dop251/goja"
	"github.com/dop251/goja/parser"
)

// maxParseStack is what parsing and compiling may take of the stack for a text that
// passes, in bytes: 2,500 arrow functions in one another take half of it, 40,000 brackets twice
// as much. Go ends the process at a gigabyte.
const maxParseStack = 64 << 20

// FuzzNesting holds that no text passes that overflows the stack of goja or esbuild:
// of what is repeated often enough to matter, each time around the last. (Where one
// does, Go ends the process, and the fuzzer tells the text.) Of brackets alone,
// it holds that they are counted.
func FuzzNesting(f *testing.F) {
	for _, s := range [][4]string{{"", "(", "1", ")"}, {"a", "[", "", "]"}, {"a=", "{a:", "1", "}"}, {"", "!", "1", ""}, {"", "a=>", "1", ""},
		{"", "if(0)", ";", ""}, {"", "else if(1){}", "", ""}, {"", "`${", "1", "}`"}, {"", "/[(]/(", "", ")"}, {"a", "?1:", "1", ""}, {"", "new ", "a", ""},
		{"", "1**", "1", ""}, {"if(1)/\"/;", "(", "1", ")"}, {"", "a\n(", "1", ")"}, {"", "async()=>{", "", "}"}, {"", "for await(x of", "y", ")"},
		{"", "class extends ", "a", "{}"}, {"", "x:", ";", ""}, {"", "do ", ";", "while(0)"}, {"", "await ", "a", ""}, {"a", "?.[", "b", "]"},
		{"", "case 1:", "", ""}, {"", "let[", "", "]=1"}, {"", "get a(){", "", "}"}, {"", "\\u0061(", "", ")"}, {"", "<!--", "", "-->"}, {"a", "", "", "++"}} {
		f.Add(s[0], s[1], s[2], s[3])
	}
	f.Fuzz(func(t *testing.T, head, unit, middle, end string) {
		if len(head)+len(unit)+len(middle)+len(end) > 32 {
			return
		}
		const times = 16 * maxNesting
		text := head + strings.Repeat(unit, times) + middle + strings.Repeat(end, times)
		if text += strings.Repeat(" ", max(0, doubtfulText+1-len(text))); checkNesting(text) == nil {
			defer debug.SetMaxStack(debug.SetMaxStack(maxParseStack))
			if prg, err := parser.ParseFile(nil, "", "(async function(){"+text+"\n})", 0, parser.WithDisableSourceMaps); err == nil {
				breakChains(prg)
				_, _ = goja.CompileAST(prg, false)
			}
			_, _ = lower("(async function(){" + text + "\n})")
		}

		var open, closed strings.Builder
		for range maxNesting/max(1, len(unit)) + 1 {
			for _, c := range []byte(unit) {
				open.WriteByte("([{"[c%3])
				closed.WriteByte(")]}"[c%3])
			}
		}
		back := []byte(closed.String())
		for i, j := 0, len(back)-1; i < j; i, j = i+1, j-1 {
			back[i], back[j] = back[j], back[i]
		}
		for _, n := range []int{maxNesting, maxNesting + 1} {
			if len(back) < n {
				return
			}
			brackets := open.String()[:n] + string(back[len(back)-n:]) + strings.Repeat(" ", flatText)
			if deep := checkNesting(brackets) != nil; deep != (n > maxNesting) {
				t.Errorf("%d brackets, %.20s…: too deep: %v", n, brackets, deep)
			}
		}
	})
}
