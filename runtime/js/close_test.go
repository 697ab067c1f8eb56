package js

import (
	"context"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

func TestCloseWaitsForListenersThatAreDoneLater(t *testing.T) {
	for _, tc := range []struct{ name, setup, want string }{
		{"with done", `node.on("close", done => { setTimeout(() => { node.warn("closed"); done() }, 1000) })`, "warn: closed"},
		{"with removed and done", `node.on("close", (removed, done) => { setTimeout(() => { node.warn("removed " + removed); done(); done() }, 1000) })`, "warn: removed true"},
		{"which await", `node.on("close", async (removed, done) => { await new Promise(r => setTimeout(r, 1000)); node.warn("awaited"); done() })`, "warn: awaited"},
		{"two of them", `for (const ms of [2000, 1000]) node.on("close", done => setTimeout(() => { node.warn("after " + ms); done() }, ms))`, "warn: after 1000|warn: after 2000"},
		{"without", `node.on("close", () => { node.warn("at once"); setTimeout(() => node.warn("too late"), 1000) })`, "warn: at once"},
		{"which throw", `node.on("close", done => { throw new Error("no") })`, "error: Error: no"},
		{"which never are", `node.on("close", done => { node.warn("begun") })`, "warn: begun|error: Close timed out"},
		{"which never end", `node.on("close", done => { for (;;) ; })`, "error: Error: Script execution timed out after 50ms"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			test := func(t *testing.T) {
				b := newBench(t)
				f := b.compile(Source{Body: `return msg`, Setup: tc.setup, Timeout: 50 * time.Millisecond})
				f.Setup(func(err error) {
					if err != nil {
						t.Error(err)
					}
				})
				b.events.Wait()
				ctx, cancel := context.WithTimeout(t.Context(), 15*time.Second)
				defer cancel()
				f.Close(ctx, true)
				if got := strings.Join(slices.DeleteFunc(b.logs, func(l string) bool { return strings.HasPrefix(l, "warn: stopped") }), "|"); got != tc.want {
					t.Errorf("logged %s, want %s", got, tc.want)
				}
				b.e.Close()
			}
			if strings.Contains(tc.setup, "for (;;)") { // real time: it computes
				test(t)
				return
			}
			synctest.Test(t, test)
		})
	}
}
