package js

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"sluice/runtime/msg"
)

func TestMessagesWaitForSetup(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t)
		f := b.compile(Source{Setup: `context.set("n", 1); await new Promise(r => setTimeout(r, 1000)); ready = true; node.send({payload: "up"})`,
			Body: `return {payload: [context.get("n"), ready]}`})
		done := make(chan error, 1)
		f.Setup(func(err error) { done <- err })
		c := newCall(b)
		f.Run(c, parse(t, `{"_msgid":"1"}`))
		c.drain()
		if err := <-done; err != nil {
			t.Fatal(err)
		}
		if got := c.String(); got != `sent {"payload":[1,true],"_msgid":"1"}; done` {
			t.Error(got)
		}
		b.events.Wait()
		if got := b.setup[0].String(); !strings.HasPrefix(got, `sent {"payload":"up","_msgid":"`) {
			t.Error(got)
		}
		b.close()
	})
}

func TestFailedSetupIgnoresMessages(t *testing.T) {
	b := newBench(t)
	f := b.compile(Source{Setup: `throw new Error("no")`, Body: `return msg`})
	done := make(chan error, 1)
	f.Setup(func(err error) { done <- err })
	if err := <-done; err == nil || err.Error() != "Error: no" {
		t.Error(err)
	}
	if got := b.call(f, `{}`).String(); got != "" {
		t.Error(got)
	}
}

func TestTimersFireInOrderAndSendForTheirMessage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t)
		f := b.compile(Source{Body: `
			setTimeout(a => { node.send({payload: "b" + a}) }, 20, 1);
			setTimeout(() => { node.send({payload: "a"}) }, 10);
			let n = 0;
			const id = setInterval(() => { node.send({payload: n}); if (++n === 3) clearInterval(id) }, 15);
			clearTimeout(setTimeout(() => node.send({payload: "never"}), 5));
			setImmediate(() => { throw new Error("in a timer") });
			return null`})
		c := b.call(f, `{"_msgid":"1"}`)
		var got []string
		for _, s := range c.sent {
			got = append(got, show(s[0][0].Value("payload")))
		}
		if want := []string{`"a"`, `0`, `"b1"`, `1`, `2`}; !slices.Equal(got, want) {
			t.Errorf("got %v, want %v", got, want)
		}
		if len(c.errors) != 1 || errorText(c.errors[0].err) != "Error: in a timer" {
			t.Error(c.errors)
		}
		if s := c.sent[0][0][0].String(msg.ID); s != "1" {
			t.Error("timers must send under their message's id, not", s)
		}
		b.close()
	})
}

func TestTimersWithoutFunctionFailWhenTheirTimeComes(t *testing.T) {
	for call, want := range map[string]string{
		"setTimeout(null, 5)":         "TypeError: Cannot read properties of null (reading 'apply')",
		"setTimeout(undefined)":       "TypeError: Cannot read properties of undefined (reading 'apply')",
		"setTimeout('node.warn()')":   "TypeError: func.apply is not a function",
		"i = setInterval({}, 40)":     "TypeError: func.apply is not a function",
		"setImmediate(undefined, {})": "",
	} {
		synctest.Test(t, func(t *testing.T) {
			b := newBench(t)
			c := b.call(b.compile(Source{Body: "let i; " + call + "; setTimeout(() => { clearInterval(i); node.send(msg) }, 50)"}), `{"_msgid":"1"}`)
			if want == "" { // not wrapped: fails at once
				if len(c.sent) != 0 {
					t.Errorf("%s: sent %v", call, c.sent)
				}
				return
			}
			if len(c.sent) != 1 || len(c.errors) != 1 || errorText(c.errors[0].err) != want {
				t.Errorf("%s: sent %d, errors %v, want %s", call, len(c.sent), c.errors, want)
			}
			b.close()
		})
	}
}

func TestCloseStopsTimersAndRunsCleanup(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t)
		f := b.compile(Source{Setup: `setInterval(() => node.send({payload: 1}), 1000); n = 5`,
			Body:    `node.on("close", (removed, done) => { node.warn("closed " + removed); done() }); node.on("close", () => { node.warn("also") }); node.status({text: "x"}); return null`,
			Cleanup: `node.log("bye " + n); node.send({payload: 1}); throw new Error("late")`})
		ready := make(chan error, 1)
		f.Setup(func(err error) { ready <- err })
		<-ready
		b.call(f, `{}`)
		time.Sleep(2500 * time.Millisecond)
		synctest.Wait()
		f.Close(context.Background(), true)
		f.Close(context.Background(), true)
		time.Sleep(5 * time.Second)
		b.events.Wait()
		if len(b.setup) != 3 { // the setup and two ticks
			t.Errorf("%d events", len(b.setup))
		}
		want := []string{"info: bye 5", "error: Cannot send from close function", "error: Error: late", "warn: closed true", "warn: also"}
		if !slices.Equal(b.logs, want) {
			t.Errorf("got %q, want %q", b.logs, want)
		}
		if len(b.status) != 2 || show(b.status[1]) != "{}" {
			t.Errorf("the status must be cleared: %v", b.status)
		}
		b.close()
	})
}

func TestLinkCall(t *testing.T) {
	b := newBench(t)
	b.link = func(target string, m *msg.Object) (*msg.Object, error) {
		if target != "sub" {
			return nil, errors.New("Error: timeout")
		}
		m.Set("payload", m.Value("payload").(float64)*2)
		return m, nil
	}
	for _, tc := range []struct{ body, want string }{
		{`const r = await node.linkcall("sub", msg); return [r, msg].map(m => ({payload: m.payload})).slice(0, 1)`, `sent {"payload":4,"_msgid":"1"}; done`},
		{`try { await node.linkcall("other", msg) } catch (e) { return {payload: e.message} }`, `sent {"payload":"timeout","_msgid":"1"}; done`},
		{`await node.linkcall("", msg)`, `done Error: Error link call target parameter is not valid, expected a string`},
		{`await node.linkcall("sub")`, `done Error: Error link call msg parameter is not valid, expected an object`},
	} {
		if got := b.run(tc.body, `{"_msgid":"1","payload":2}`); got != tc.want {
			t.Errorf("%s\n got %s\nwant %s", tc.body, got, tc.want)
		}
	}
}

func TestPromisesOfAnotherEventCompleteTheirOwn(t *testing.T) {
	b := newBench(t)
	f := b.compile(Source{Body: `if (msg.wait) { await new Promise(r => { release = r }); node.send({payload: "late"}); return msg } release(); return msg`})
	first, second := newCall(b), newCall(b)
	f.Run(first, parse(t, `{"_msgid":"1","wait":true}`))
	f.Run(second, parse(t, `{"_msgid":"2"}`))
	second.drain()
	first.drain()
	if got := second.String(); got != `sent {"_msgid":"2"}; done` {
		t.Error(got)
	}
	if got := first.String(); got != `sent {"payload":"late","_msgid":"1"}; sent {"_msgid":"1","wait":true}; done` {
		t.Error(got)
	}
}

func TestContextCallbacksAndErrors(t *testing.T) {
	for _, tc := range []struct{ name, body, want string }{
		{"keys", `flow.set("a", 1); flow.set("b", {}); return {payload: flow.keys()}`, `{"payload":["a","b"]}`},
		{"lists of keys", `flow.set(["a", "b", "c"], [1, 2]); return {payload: flow.get(["a", "b", "c", "d"])}`, `{"payload":[1,2,null,null]}`},
		{"callbacks", `let r; flow.set("a", 1, e => { flow.get("a", (e, v) => { r = [e === undefined, v] }) }); return {payload: r}`, `{"payload":[true,1]}`},
		{"paths", `flow.set("a.b[1]", 5); return {payload: flow.get("a"), n: flow.get("a.b[1]"), u: typeof flow.get("x.y")}`, `{"payload":{"b":[null,5]},"n":5,"u":"undefined"}`},
		{"a bad key", `try { flow.get("") } catch (e) { return {payload: e.message} }`, `{"payload":"Invalid context key"}`},
		{"a bad key with a callback", `let r; flow.get(5, e => { r = e.message }); return {payload: r}`, `{"payload":"Invalid context key"}`},
		{"a bad callback", `try { flow.get("a", "default", 5) } catch (e) { return {payload: e.message} }`, `{"payload":"Callback must be a function"}`},
		{"a bad expression", `try { flow.get("a..b") } catch (e) { return {payload: e.code} }`, `{"payload":"INVALID_EXPR"}`},
		{"without this", `const {get, set} = context.flow; set("a", 2); return {payload: get("a"), n: flow.get("a")}`, `{"payload":2,"n":2}`},
		{"env", `return {payload: [env.get("A"), typeof env.get("B")]}`, `{"payload":["x","undefined"]}`},
		{"node properties", `return {payload: [node.id, node.name, node.path, node.outputCount]}`, `{"payload":["n1","my node","t1/n1",1]}`},
		{"RED.util with contexts", `flow.set("a", 3); return {payload: RED.util.evaluateNodeProperty("a", "flow", node, msg)}`, `{"payload":3}`},
		{"RED.util.cloneMessage of a view", `const m = RED.util.cloneMessage(msg); m.x = {}; return {payload: [m !== msg, 'x' in msg, m._msgid]}`, `{"payload":[true,false,"1"]}`},
		{"RED.util.setMessageProperty of a view", `RED.util.setMessageProperty(msg, "a.b", 1, true); return {payload: msg.a}`, `{"payload":{"b":1}}`},
		{"syntax goja lacks", `async function * g () { yield 1; yield 2 } let n = 0; for await (const x of g()) n += x; return {payload: n}`, `{"payload":3}`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			b := newBench(t)
			b.env["A"] = "x"
			got := b.run(tc.body, `{"_msgid":"1"}`)
			if want := "sent " + strings.TrimSuffix(tc.want, "}") + `,"_msgid":"1"}; done`; got != want {
				t.Errorf("%s\n got %s\nwant %s", tc.body, got, want)
			}
		})
	}
}

func TestCompileErrors(t *testing.T) {
	for _, tc := range []struct {
		src  Source
		want string
	}{
		{Source{Body: "var a = 1;\nif (a {\n}"}, "SyntaxError: Unexpected token '{' (body:line 2)"},
		{Source{Body: "a b"}, "SyntaxError: Unexpected identifier 'b' (body:line 1)"},
		{Source{Body: "await 1;\nvar x = ;"}, "SyntaxError: Unexpected token ';' (body:line 2)"},
		{Source{Setup: "x ="}, "SyntaxError: Unexpected token '}' (setup:line 2)"},
		{Source{Cleanup: "\n)"}, "SyntaxError: Unexpected token ')' (cleanup:line 1)"},
		{Source{Libs: []Lib{{"x", "axios"}}}, `module "axios" of function node n1 is not available: install it with npm in the user directory, ` +
			`or remove it from the node's Setup tab; built in are ` + moduleList},
		{Source{Libs: []Lib{{"flow", "os"}}}, "Invalid module variable name: flow"},
		{Source{Libs: []Lib{{"a){", "os"}}}, "Invalid module variable name: a){"},
	} {
		b := newBench(t)
		tc.src.Node = b
		if _, err := b.e.Compile(tc.src); err == nil || err.Error() != tc.want {
			t.Errorf("got %v, want %s", err, tc.want)
		}
	}
}

func TestCloseLetsGoOfWhatWaits(t *testing.T) {
	b := newBench(t)
	f := b.compile(Source{Body: `await new Promise(() => {}); return msg`})
	c := newCall(b)
	f.Run(c, parse(t, `{}`))
	f.Close(context.Background(), false)
	c.drain() // ends only if nothing is held
	if got := c.String(); got != "" {
		t.Error(got)
	}
}

func TestGlobalsAreSeedsOfTheGlobalContext(t *testing.T) {
	b := newBench(t)
	b.e.Close()
	b.e = New(Options{Lock: &b.mu, Globals: msg.NewObject("conf", msg.NewObject("a", "x"))})
	if got := b.run(`global.set("b", 1); const c = global.get("conf"); c.n = 1; return {payload: [global.keys(), global.get("conf.a"), c]}`, `{"_msgid":"1"}`); got != `sent {"payload":[["conf","b"],"x",{"a":"x","n":1}],"_msgid":"1"}; done` {
		t.Error(got)
	}
	if got := b.run(`return {payload: global.get("conf").n}`, `{"_msgid":"1"}`); got != `sent {"payload":1,"_msgid":"1"}; done` {
		t.Error(got)
	}
}
