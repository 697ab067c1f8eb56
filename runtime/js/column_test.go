package js

import (
	"fmt"
	"testing"
)

// The columns are Node 24's.
func TestUnknownNamesAreWhereV8SaysTheyAre(t *testing.T) {
	for body, col := range map[string]int{
		"retunr": 1, "  zz.bar": 3, "return zz.q": 1, "if (zz.q) {}": 1, "x = zz.q": 1, "return zz(1)": 1, "var x = zz": 9, "let a = zz + 1": 9, "x = 1 + zz": 1,
		"return zz + 1": 1, "msg.payload = zz": 15, "msg.payload = zz(2)": 1, "node.send(zz)": 11, "a = zz(1)": 1, "if (!zz) {}": 1, "if (zz && 1) {}": 1,
		"  return {a: zz}": 14, "return [zz]": 9, "const q = zz;": 11, "msg.payload = {a: zz(1)}": 19, "for (var i = 0; i < zz; i++) {}": 21,
		"var a = 1; zz(a);": 12, "while (zz) {}": 8, "throw zz": 1, "var f = function () { return zz }; f()": 23, "var f = () => { zz(1) }; f()": 17,
		"[1].forEach(x => zz(x))": 18, "return await zz": 1, "msg.payload = `a${zz}`": 19, "msg.payload = Math.max(1, zz)": 27, "new zz()": 1, "var b = 1 + zz(2);": 9,
	} {
		t.Run(body, func(t *testing.T) {
			want := fmt.Sprintf("done ReferenceError: ReferenceError: %s is not defined (line 2, col %d)", map[bool]string{true: "retunr", false: "zz"}[body == "retunr"], col)
			if got := newBench(t).run("// a comment\n"+body, `{}`); got != want {
				t.Errorf("got %s, want %s", got, want)
			}
		})
	}
}
