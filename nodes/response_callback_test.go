package nodes

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"sluice/nodes/nodetest"
	"sluice/runtime"
	"sluice/runtime/msg"
)

// endpoint is GET /x with a function node on it, and http response behind that.
func endpoint(t *testing.T, body string, options ...func(*runtime.Options)) http.Handler {
	t.Helper()
	text, err := msg.AppendJSON(nil, body)
	if err != nil {
		t.Fatal(err)
	}
	h := nodetest.Flow(t, Palette, `[
		{"id":"in","type":"http in","method":"get","url":"/x","wires":[["f"]]},
		{"id":"f","type":"function","outputs":1,"func":`+string(text)+`,"wires":[["out"]]},
		{"id":"out","type":"http response","wires":[]}]`, options...)
	return h.Engine.Router()
}

func TestResponsesCallFunctionsOfBodies(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "a.txt"), []byte("text of a"), 0o600); err != nil {
		t.Fatal(err)
	}
	inDir := func(o *runtime.Options) { o.UserDir = dir }
	for _, tc := range []struct{ name, body, want string }{
		{"format", `msg.res._res.format({html: () => {}, json(req, res) { res.status(201).send({q: req.query.q, this: typeof this.json}) }})`,
			`201 {"q":"1","this":"function"}`},
		{"format of the wrapper", `msg.res.format({json: () => msg.res._res.send({a: 1})})`, `200 {"a":1}`},
		{"format that throws", `try { msg.res._res.format({json() { throw new RangeError("x") }}) } catch (e) { msg.payload = e.name; return msg }`, `200 RangeError`},
		{"cookie", `msg.res._res.cookie("a", "b c", {encode: v => v.replace(" ", "_")}); return msg`, `200 {"q":"1"} a=b_c; Path=/`},
		{"cookies of http response", `msg.cookies = {a: {value: "x=y", encode: String}, b: {value: "z", encode: v => { msg.res._res.set("X", "1"); return v }}}; return msg`,
			`200 {"q":"1"} a=x=y; Path=/ b=z; Path=/`},
		{"sendFile", `flow.set("done", 0); msg.res._res.sendFile("a.txt", {root: "` + dir + `"}, e => flow.set("done", String(e)))`, `200 text of a`},
		{"sendFile without the file", `msg.res._res.sendFile("b.txt", {root: "` + dir + `"}, e => msg.res._res.status(410).send(e.code + e.status))`, `410 ENOENT404`},
		{"sendFile without file and callback", `msg.res._res.sendFile("b.txt", {root: "` + dir + `"})`, `404 Not Found`},
		{"download", `msg.res._res.download("a.txt", "b.txt", e => {})`, `200 text of a`},
		{"write", `const r = msg.res._res; r.write("a", () => { r.write("b"); r.end("c") })`, `200 abc`},
		{"dynamic names in a VM of the pool", `const r = msg.res._res; r["wri" + "te"]("a", () => { r["e" + "nd"]("c") })`, `200 ac`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			w := httptest.NewRecorder()
			r := httptest.NewRequestWithContext(t.Context(), "GET", "/x?q=1", nil)
			r.Header.Set("Accept", "application/json")
			endpoint(t, tc.body, inDir).ServeHTTP(w, r)
			body := w.Body.String()
			if _, page, ok := strings.Cut(body, "<pre>"); ok {
				body, _, _ = strings.Cut(page, "</pre>")
			}
			got := strings.Join(append([]string{strings.TrimSpace(body)}, w.Header()["Set-Cookie"]...), " ")
			if got = msg.FormatNumber(float64(w.Code)) + " " + got; got != tc.want {
				t.Errorf("got %s, want %s", got, tc.want)
			}
		})
	}
}

func TestListenersOfAResponseAreTold(t *testing.T) {
	h := endpoint(t, `
		if (msg.payload.q === "2") {
			for (let i = 0; i < 200 && !flow.get("told"); i++) await new Promise(r => setTimeout(r, 5))
			return {...msg, payload: flow.get("told")}
		}
		const never = () => flow.set("told", "never")
		msg.res._res.on("finish", never).off("finish", never)
		await new Promise(r => { msg.res._res.once("finish", r); msg.res._res.send("sent") })
		flow.set("told", "after " + msg.payload.q)`)
	for _, tc := range []struct{ q, want string }{{"1", "sent"}, {"2", "after 1"}} {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), "GET", "/x?q="+tc.q, nil))
		if got := w.Body.String(); got != tc.want {
			t.Errorf("request %s got %q, want %q", tc.q, got, tc.want)
		}
	}
}

func TestRequestsInParallelLoseNoUpdateOfAContext(t *testing.T) {
	h := endpoint(t, `
		for (const [name, c] of Object.entries({flow, global, context})) {
			c.set("n", (c.get("n") || 0) + 1)
			const o = c.get("o") || {n: 0, list: []}
			o.n++
			o.list.push(name)
			c.set("o", o)
		}
		if (msg.payload.async) { await new Promise(r => setTimeout(r, 1)); flow.set("late", (flow.get("late") || 0) + 1) }
		msg.payload = [flow, global, context].map(c => [c.get("n"), c.get("o").n, c.get("o").list.length]).concat(flow.get("late"))
		return msg`)
	get := func(target string) string {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), "GET", target, nil))
		return w.Body.String()
	}
	const clients, each = 50, 10
	var wg sync.WaitGroup
	for range clients {
		wg.Go(func() {
			for range each {
				if got := get("/x?async=1"); !strings.HasPrefix(got, "[[") {
					t.Error(got)
				}
			}
		})
	}
	wg.Wait()
	if got, want := get("/x"), "[[501,501,501],[501,501,501],[501,501,501],500]"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}
