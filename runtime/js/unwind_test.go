package js

import (
	"strings"
	"testing"
	"time"
)

func TestRecursionIsAnErrorThatCanBeCaught(t *testing.T) {
	const want = `sent {"payload":["RangeError","Maximum call stack size exceeded"]}; done`
	for _, tc := range []struct{ name, body string }{
		{"functions", `const f = () => f() + 1; try { f() } catch (e) { msg.payload = [e.name, e.message] } return msg`},
		{"methods called back", `const f = () => [1].map(() => f()); try { f() } catch (e) { msg.payload = [e.name, e.message] } return msg`},
		{"async functions", `const f = async n => 1 + await f(n + 1); try { await f(0) } catch (e) { msg.payload = [e.name, e.message] } return msg`},
		{"async methods", `const o = { async f () { await this.f() } }; try { await o.f() } catch (e) { msg.payload = [e.name, e.message] } return msg`},
		{"generators", `function * g () { yield * g() } try { [...g()] } catch (e) { msg.payload = [e.name, e.message] } return msg`},
		{"lowered bodies", `async function * g () { yield 1 } for await (const x of g()) ; const f = () => f() + 1; try { f() } catch (e) { msg.payload = [e.name, e.message] } return msg`},
		{"lowered async functions", `for await (const x of [1]) ; const f = async () => 1 + await f(); try { await f() } catch (e) { msg.payload = [e.name, e.message] } return msg`},
		{"texts of nested arrays", `let a = []; for (let i = 0; i < 20000; i++) a = [a]; try { String(a) } catch (e) { msg.payload = [e.name, e.message] } return msg`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if got := newBench(t).run(tc.body, `{}`); got != want {
				t.Errorf("got %s, want %s", got, want)
			}
		})
	}
}

func TestWhatIsStoppedLeavesTheVMWhole(t *testing.T) {
	for _, tc := range []struct{ name, body, want string }{
		{"too deep", `x = 1; const f = () => f() + 1; f()`, "done RangeError: Maximum call stack size exceeded"},
		{"too deep, async", `const f = async n => 1 + await f(n + 1); await f(0)`, "done RangeError: Maximum call stack size exceeded"},
		{"too long", `x = 1; for (;;) ;`, "done Error: Script execution timed out after 50ms"},
		{"too long, async", `await 1; for (;;) ;`, "done Error: Script execution timed out after 50ms"},
		{"too long, in nested async functions", `const f = async n => n ? await f(n - 1) : (() => { for (;;) ; })(); await f(20)`, "done Error: Script execution timed out after 50ms"},
		{"too long, in a generator", `x = 1; function * g () { for (;;) ; } [...g()]`, "done Error: Script execution timed out after 50ms"},
		{"promises without end", `x = 1; const f = () => Promise.resolve().then(f); f()`, "done Error: Script execution timed out after 50ms"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			b := newBench(t)
			f := b.compile(Source{Body: tc.body, Timeout: 50 * time.Millisecond})
			g, err := b.e.Compile(Source{Node: b, Body: `kept = await (async () => 7)(); const f = n => n && f(n - 1); f(5000); return {payload: kept}`})
			if err != nil {
				t.Fatal(err)
			}
			for range 3 {
				f.probation.until = time.Time{}
				if got := b.call(f, `{}`).String(); got != tc.want {
					t.Fatalf("got %s, want %s", got, tc.want)
				}
			}
			if n := b.e.main.callStack.Len(); n > 0 {
				t.Errorf("%d frames are left", n)
			}
			if got := b.call(g, `{"_msgid":"1"}`).String(); got != `sent {"payload":7,"_msgid":"1"}; done` {
				t.Errorf("afterwards: %s", got)
			}
		})
	}
}

func TestATimerThatRunsTooLongIsAnError(t *testing.T) {
	b := newBench(t)
	c := b.call(b.compile(Source{Body: `setTimeout(() => { for (;;) ; }, 1)`, Timeout: 20 * time.Millisecond}), `{}`)
	for range 2 {
		if got := c.String(); !strings.Contains(got, "error Error: Script execution timed out after 20ms with {}") {
			t.Errorf("got %s", got)
		}
		c = b.call(b.f, `{}`)
	}
}

func TestDelegationIsThatOfGenerators(t *testing.T) {
	got := newBench(t).run(`
		const log = []
		function * inner () { try { log.push(yield 1); log.push(yield 2); return 'r' } catch (e) { log.push('caught ' + e); yield 3 } finally { log.push('finally') } }
		function * outer () { log.push(yield * inner()); yield * [4, 5]; yield * 'ab' }
		const a = outer(); log.push(a.next().value, a.next('x').value, a.next('y').value, [...a])
		const b = outer(); b.next(); log.push(b.throw('t').value, b.return('q').value)
		return {payload: log}`, `{"_msgid":"1"}`)
	if want := `sent {"payload":["x","y","finally","r",1,2,4,[5,"a","b"],"caught t","finally",3,"q"],"_msgid":"1"}; done`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}
