package js

import "testing"

func TestBodyReturns(t *testing.T) {
	for _, tc := range []struct{ name, body, in, want string }{
		{"the message itself", `return msg;`, `{"_msgid":"1","payload":{"a":[1,2]}}`, `sent {"_msgid":"1","payload":{"a":[1,2]}}; done`},
		{"nothing", ``, `{"payload":1}`, `done`},
		{"null", `return null`, `{"payload":1}`, `done`},
		{"a nested write", `msg.payload.items[1].x = msg.payload.items.length; return msg`, `{"payload":{"items":[{},{}]}}`,
			`sent {"payload":{"items":[{},{"x":2}]}}; done`},
		{"a new object", `return {payload:[1,2,3].map(function (x) { return x*2; }), s: "ü€"}`, `{"_msgid":"7"}`,
			`sent {"payload":[2,4,6],"s":"ü€","_msgid":"7"}; done`},
		{"several outputs", `return [msg, null, [{payload:1},{payload:2}]]`, `{"_msgid":"7"}`,
			`sent {"_msgid":"7"} |  | {"payload":1,"_msgid":"7"},{"payload":2,"_msgid":"7"}; done`},
		{"a string", `return "x"`, `{}`, `error Function tried to send a message of type string; done`},
		{"an array in an array", `return [[[1],2,null,function(){}]]`, `{}`,
			`error Function tried to send a message of type Array; error Function tried to send a message of type number; error Function tried to send a message of type function; done`},
		{"an object it goes on writing to", `var p = {}; msg.payload = p; p.x = 1; return msg;`, `{"_msgid":"1"}`,
			`sent {"_msgid":"1","payload":{"x":1}}; done`},
		{"a promise", `return Promise.resolve(msg)`, `{"_msgid":"1"}`, `sent {"_msgid":"1"}; done`},
		{"after await", `const x = await Promise.resolve(2); msg.x = x; return msg`, `{"_msgid":"1"}`, `sent {"_msgid":"1","x":2}; done`},
		{"after a timer", `await new Promise(r => setTimeout(r, 1)); return msg`, `{"_msgid":"1"}`, `sent {"_msgid":"1"}; done`},
		{"after a promisified timer", `return {payload: await util.promisify(setTimeout)(1, "x")}`, `{"_msgid":"1"}`, `sent {"payload":"x","_msgid":"1"}; done`},
		{"a throw", `throw new TypeError("no")`, `{}`, `done TypeError: no`},
		{"a thrown string", `throw "no"`, `{}`, `done no`},
		{"a thrown object", `throw {a:1}`, `{}`, `done {"a":1}`},
		{"a ReferenceError", "var a = 1;\n  foo.bar()", `{}`, `done ReferenceError: ReferenceError: foo is not defined (line 2, col 3)`},
		{"recursion without end", `function f() { return f(); } f()`, `{}`, `done RangeError: Maximum call stack size exceeded`},
		{"node.send", `node.send({payload:1}); node.send([[{payload:2},{payload:3}]]); return null`, `{"_msgid":"1"}`,
			`sent {"payload":1,"_msgid":"1"}; sent {"payload":2,"_msgid":"1"},{"payload":3,"_msgid":"1"}; done`},
		{"node.send clones", `node.send(msg); msg.payload = 2; node.send(msg)`, `{"_msgid":"1","payload":1}`,
			`sent {"_msgid":"1","payload":1}; sent {"_msgid":"1","payload":2}; done`},
		{"node.error", `node.error("bad", msg); node.error("worse")`, `{"_msgid":"1"}`, `error bad with {"_msgid":"1"}; error worse; done`},
		{"node.done", `node.done(); node.done()`, `{"_msgid":"1"}`, `done`},
		{"node.done in a callback", `setTimeout(() => node.done(), 1)`, `{}`, `done`},
		{"a text that never calls node.done()", `if (false) node.done()`, `{}`, ``},
		{"node.done with an error only", `if (msg.bad) node.done("bad")`, `{}`, `done`},
		{"node.done with an error", `node.done(new Error("x")); node.done()`, `{}`, `done Error: x`},
		{"node.error of nothing", `node.error(); node.error(false, msg)`, `{"_msgid":"1"}`, `error ; error false with {"_msgid":"1"}; done`},
		{"node.send without a clone", `node.send(msg, false); msg.late = 1`, `{"_msgid":"1"}`, `sent {"_msgid":"1","late":1}; done`},
		{"node.send clones the first only", `node.send([msg, msg]); msg.late = 1`, `{"_msgid":"1"}`, `sent {"_msgid":"1"} | {"_msgid":"1","late":1}; done`},
		{"its own _msgid", `msg._msgid = "x"; node.send({}); return {}`, `{"_msgid":"1"}`, `sent {"_msgid":"1"}; sent {"_msgid":"x"}; done`},
		{"node properties that do not last", `node.n = (node.n || 0) + 1; return {n: node.n}`, `{"_msgid":"1"}`, `sent {"n":1,"_msgid":"1"}; done`},
		{"an input listener", `node.on("input", () => {})`, `{}`, `done Error: Cannot add listener to 'input' event within Function`},
		{"a status of nothing", `try { node.status() } catch (e) { msg.e = e.message }; try { node.status(null) } catch (e) { msg.f = e.name }; return msg`, `{"_msgid":"1"}`,
			`sent {"_msgid":"1","e":"Cannot read properties of undefined (reading 'hasOwnProperty')","f":"TypeError"}; done`},
		{"throws of nothing", `throw undefined`, `{}`, `done`},
		{"context", `var n = (flow.get("n") || 0) + 1; flow.set("n", n); return {payload: flow.get("n")}`, `{"_msgid":"1"}`,
			`sent {"payload":1,"_msgid":"1"}; done`},
		{"a live container", `flow.set("l", []); flow.get("l").push({a:1}); flow.get("l")[0].a++; return {payload: flow.get("l")}`, `{"_msgid":"1"}`,
			`sent {"payload":[{"a":2}],"_msgid":"1"}; done`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if got := newBench(t).run(tc.body, tc.in); got != tc.want {
				t.Errorf("%s\n got %s\nwant %s", tc.body, got, tc.want)
			}
		})
	}
}
