package js

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"

	"sluice/runtime/msg"
)

// echo answers with what it was asked; hosts named down do not answer.
func echo(ctx context.Context, r FetchRequest) (FetchResponse, error) {
	switch {
	case strings.Contains(r.URL, "down"):
		return FetchResponse{}, errors.New("connect ECONNREFUSED")
	case strings.Contains(r.URL, "hangs"):
		<-ctx.Done()
		return FetchResponse{}, ctx.Err()
	}
	body := fmt.Sprintf(`{"method":%q,"url":%q,"headers":%q,"body":%q}`, r.Method, r.URL, fmt.Sprint(r.Headers), r.Body)
	return FetchResponse{Status: 201, StatusText: "Created", URL: r.URL, Headers: [][2]string{{"content-type", "application/json"}}, Body: []byte(body)}, nil
}

func TestFetch(t *testing.T) {
	for _, tc := range []struct{ name, body, want string }{
		{"answers", `const r = await fetch("http://h/a?b=1"); const j = await r.json(); return {payload: [r.ok, r.status, r.statusText, r.headers.get("Content-Type"), j.method, j.url]}`,
			`{"payload":[true,201,"Created","application/json","GET","http://h/a?b=1"]}`},
		{"sends", `const r = await fetch("http://h", {method: "post", headers: {"X-A": 1}, body: JSON.stringify({a: 1})}); const j = await r.json(); return {payload: [j.method, j.body, j.headers]}`,
			`{"payload":["POST","{\"a\":1}","[[x-a 1] [content-type text/plain;charset=UTF-8] [accept */*] [accept-language *] [sec-fetch-mode cors] [user-agent node] [accept-encoding gzip, deflate]]"]}`},
		{"forms", `const r = await fetch(new Request("http://h", {method: "PUT", body: new URLSearchParams({a: "b c"})})); return {payload: (await r.text()).includes("a=b+c")}`, `{"payload":true}`},
		{"fails", `try { await fetch("http://down/") } catch (e) { return {payload: [e.name, e.message, e.cause.message]} }`, `{"payload":["TypeError","fetch failed","connect ECONNREFUSED"]}`},
		{"aborts", `const c = new AbortController(); queueMicrotask(() => c.abort()); try { await fetch("http://hangs/", {signal: c.signal}) } catch (e) { return {payload: [e.name, c.signal.aborted]} }`,
			`{"payload":["AbortError",true]}`},
		{"times out", `try { await fetch("http://hangs/", {signal: AbortSignal.timeout(1)}) } catch (e) { return {payload: e.name} }`, `{"payload":"TimeoutError"}`},
		{"refuses other schemes", `try { await fetch("file:///etc/passwd") } catch (e) { return {payload: e.message} }`, `{"payload":"fetch failed"}`},
		{"reads a body once", `const r = await fetch("http://h/"); await r.text(); try { await r.text() } catch (e) { return {payload: [r.bodyUsed, e.name]} }`, `{"payload":[true,"TypeError"]}`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			b := newBench(t)
			b.e.Close()
			b.e = New(Options{Lock: new(sync.Mutex), Fetch: echo})
			got := b.run(tc.body, `{"_msgid":"1"}`)
			if want := "sent " + strings.TrimSuffix(tc.want, "}") + `,"_msgid":"1"}; done`; got != want {
				t.Errorf("\n got %s\nwant %s", got, want)
			}
		})
	}
	if got := newBench(t).run(`return {payload: typeof fetch}`, `{"_msgid":"1"}`); !strings.Contains(got, `"undefined"`) {
		t.Errorf("without a host there must be no fetch: %s", got)
	}
}

func TestJSONataAndDatesOfTheHost(t *testing.T) {
	b := newBench(t)
	b.e.Close()
	b.e = New(Options{Lock: new(sync.Mutex), Date: func(_ Node, f string) string { return "now in " + f },
		JSONata: func(_ Node, text string) (Expression, error) {
			if text == "(" {
				return nil, errors.New("Error: unexpected end")
			}
			return func(in any) (any, error) { return msg.NewObject("of", in.(*msg.Object).Value("n")), nil }, nil
		}})
	for _, tc := range []struct{ body, want string }{
		{`const x = RED.util.prepareJSONataExpression("n", node); RED.util.evaluateJSONataExpression(x, msg, (e, r) => { r.more = 1; node.send({payload: r}) })`, `sent {"payload":{"of":5,"more":1},"_msgid":"1"}`},
		{`const r = await new Promise(r => RED.util.evaluateNodeProperty("n", "jsonata", node, msg, (e, v) => r(v))); return {payload: r}`, `sent {"payload":{"of":5},"_msgid":"1"}; done`},
		{`try { RED.util.prepareJSONataExpression("(", node) } catch (e) { return {payload: e.message} }`, `sent {"payload":"unexpected end","_msgid":"1"}; done`},
		{`try { RED.util.evaluateNodeProperty("n", "jsonata", node, msg) } catch (e) { return {payload: e.message} }`,
			`sent {"payload":"Calls to RED.util.evaluateJSONataExpression must include a callback.","_msgid":"1"}; done`},
		{`return {payload: RED.util.evaluateNodeProperty("YYYY", "date", node, msg)}`, `sent {"payload":"now in YYYY","_msgid":"1"}; done`},
	} {
		got := b.run(tc.body, `{"_msgid":"1","n":5}`)
		got = strings.TrimPrefix(got, "done; ") // the callback may come later
		if !strings.Contains(got, tc.want) {
			t.Errorf("%s\n got %s\nwant %s", tc.body, got, tc.want)
		}
	}
}
