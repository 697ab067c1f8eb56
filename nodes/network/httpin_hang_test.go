package network

import (
	"bufio"
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"sluice/nodes/nodetest"
	"sluice/runtime"
	"sluice/runtime/msg"
)

// testNode does to a message what a test wants.
type testNode struct {
	input func(d *runtime.Delivery) error
}

func (n *testNode) Init(*runtime.Instance) error    { return nil }
func (n *testNode) Input(d *runtime.Delivery) error { return n.input(d) }

// flowWith is an endpoint GET /x whose messages go to input and on to http response.
func flowWith(t testing.TB, input func(d *runtime.Delivery) error, options ...func(*runtime.Options)) http.Handler {
	t.Helper()
	h, _ := flowOn(t, input, options...)
	return h
}

func flowOn(t testing.TB, input func(d *runtime.Delivery) error, options ...func(*runtime.Options)) (http.Handler, *runtime.Engine) {
	t.Helper()
	types := append([]runtime.Type{{Name: "test", Inputs: 1, Outputs: 1, Parallel: true,
		New: func() runtime.Node { return &testNode{input} }}}, endpointTypes...)
	h := nodetest.Flow(t, types, `[
		{"id":"in","type":"http in","method":"get","url":"/x","wires":[["t"]]},
		{"id":"t","type":"test","wires":[["out"]]},
		{"id":"out","type":"http response","wires":[]}]`, options...)
	return h.Engine.Router(), h.Engine
}

// serve lets a handler answer a request; the request ends with the test.
func serve(ctx context.Context, h http.Handler, method, target string) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequestWithContext(ctx, method, target, nil))
	return w
}

func TestARequestNeverHangs(t *testing.T) {
	later := func(after time.Duration, then func(d *runtime.Delivery) error) func(d *runtime.Delivery) error {
		return func(d *runtime.Delivery) error {
			resume := d.Async()
			time.AfterFunc(after, func() { resume(func() error { return then(d) }) })
			return nil
		}
	}
	pass := func(d *runtime.Delivery) error { return d.Send(d.Msg) }
	drop := func(*runtime.Delivery) error { return nil }
	keep := func(d *runtime.Delivery) error { msg.CopyIn(d.Msg); return nil }
	for _, tc := range []struct {
		name   string
		input  func(d *runtime.Delivery) error
		status int
		body   string
		after  time.Duration
	}{
		{"answered at once", pass, 200, `{}`, 0},
		{"dropped at once", drop, 500, `{"error":"flow_ended","node":"in"}`, 0},
		{"answered later", later(time.Minute, pass), 200, `{}`, time.Minute},
		{"dropped later", later(time.Minute, drop), 500, `{"error":"flow_ended","node":"in"}`, time.Minute},
		{"not answered in time", later(time.Hour, pass), 504, `{"error":"timeout","node":"in"}`, 2 * time.Minute},
		{"kept in a context store", keep, 504, `{"error":"timeout","node":"in"}`, 2 * time.Minute},
		{"an error without a catch node", func(*runtime.Delivery) error { return runtime.Text("x") }, 500, `{"error":"flow_ended","node":"in"}`, 0},
		{"a payload that cannot be sent", func(d *runtime.Delivery) error { d.Msg.Set("payload", true); return d.Send(d.Msg) }, 500, `{"error":"flow_ended","node":"in"}`, 0},
	} {
		t.Run(tc.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				start := time.Now()
				w := serve(t.Context(), flowWith(t, tc.input), "GET", "/x")
				if w.Code != tc.status || w.Body.String() != tc.body || time.Since(start) != tc.after {
					t.Errorf("got %d %s after %v, want %d %s after %v", w.Code, w.Body, time.Since(start), tc.status, tc.body, tc.after)
				}
				time.Sleep(2 * time.Hour) // in the bubble's time: let timers end
			})
		})
	}
}

func TestTheTimeLimitIsASetting(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		h := flowWith(t, func(d *runtime.Delivery) error { msg.CopyIn(d.Msg); return nil }, nodetest.Settings(`{"requestTimeout":1500}`))
		if w := serve(t.Context(), h, "GET", "/x"); w.Code != 504 || time.Since(start) != 1500*time.Millisecond {
			t.Errorf("got %d after %v", w.Code, time.Since(start))
		}
	})
}

func TestStrictModeIsSilentAsNodeRED(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := flowWith(t, func(*runtime.Delivery) error { return nil }, nodetest.Settings(`{"nodeRedCompat":"strict"}`))
		ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
		defer cancel()
		start := time.Now()
		if w := serve(ctx, h, "GET", "/x"); w.Body.Len() != 0 || time.Since(start) != time.Hour {
			t.Errorf("got %d %q after %v", w.Code, w.Body, time.Since(start))
		}
	})
}

func TestARequestIsLeftWhenItsClientHasGone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var res *response
		h := flowWith(t, func(d *runtime.Delivery) error {
			msg.CopyIn(d.Msg)
			res, _ = responseIn(d.Msg.Value("res"))
			return nil
		})
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		start := time.Now()
		if w := serve(ctx, h, "GET", "/x"); time.Since(start) != time.Second || w.Body.Len() > 0 {
			t.Errorf("got %q after %v", w.Body, time.Since(start))
		}
		if _, err := res.call("send", []any{"late"}); err == nil {
			t.Error("an answer after the client has gone is taken")
		}
	})
}

func TestAKeptRequestEndsWithItsFlow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h, engine := flowOn(t, func(d *runtime.Delivery) error { msg.CopyIn(d.Msg); return nil })
		answers := make(chan *httptest.ResponseRecorder)
		go func() { answers <- serve(t.Context(), h, "GET", "/x") }()
		synctest.Wait()
		if err := engine.Close(t.Context()); err != nil {
			t.Error(err)
		}
		if w := <-answers; w.Code != 503 || w.Body.String() != `{"error":"flow_stopped","node":"in"}` {
			t.Errorf("got %d %s", w.Code, w.Body)
		}
	})
}

func TestPartsOfAnAnswerReachTheClientAtOnce(t *testing.T) {
	next := make(chan string)
	h := flowWith(t, func(d *runtime.Delivery) error {
		res, err := responseIn(d.Msg.Value("res"))
		if err != nil {
			return err
		}
		resume := d.Async()
		go func() {
			for part := range next {
				if _, err := res.call("write", []any{part}); err != nil {
					t.Error(err)
				}
			}
			_, _ = res.call("end", nil)
			resume(func() error { return nil })
		}()
		return nil
	})
	s := listen(t, h)
	r, err := http.NewRequestWithContext(t.Context(), "GET", s.URL+"/x", nil)
	if err != nil {
		t.Fatal(err)
	}
	go func() { next <- "one\n" }()
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	lines := bufio.NewReader(resp.Body)
	for i, want := range []string{"one\n", "two\n"} {
		if i > 0 {
			next <- want
		}
		if got, err := lines.ReadString('\n'); got != want {
			t.Errorf("got %q %v, want %q", got, err, want)
		}
	}
	close(next)
	if _, err := lines.ReadByte(); err == nil {
		t.Error("the answer does not end")
	}
}

func TestTheSecondAnswerIsAnError(t *testing.T) {
	h := flowWith(t, func(d *runtime.Delivery) error {
		second := msg.CloneMessage(d.Msg)
		second.Set("payload", "second")
		if err := d.Send(d.Msg); err != nil {
			return err
		}
		return d.Send(second)
	})
	if w := serve(t.Context(), h, "GET", "/x?a=1"); w.Code != 200 || w.Body.String() != `{"a":"1"}` {
		t.Errorf("got %d %s", w.Code, w.Body)
	}
}

func TestAFlowSeesTheRequestAsInExpress(t *testing.T) {
	got := map[string]string{}
	call := func(h msg.Host, name string, args ...any) any {
		v, _ := h.Get(name)
		if !msg.IsFunction(v) {
			return "no " + name
		}
		out, err := msg.Call(v, h, args...)
		if err != nil {
			return err.Error()
		}
		return out
	}
	h := flowWith(t, func(d *runtime.Delivery) error {
		req := d.Msg.Value("req").(msg.Host)
		for _, key := range []string{"url", "originalUrl", "baseUrl", "path", "method", "protocol", "secure", "ip", "hostname", "httpVersion", "xhr", "fresh"} {
			v, _ := req.Get(key)
			got[key] = msg.ToString(v)
		}
		got["same query"] = msg.ToString(req.(*request).value("query") == d.Msg.Value("payload"))
		for _, c := range []struct {
			name string
			args []any
		}{{"get", []any{"X-A"}}, {"header", []any{"Referrer"}}, {"is", []any{"json"}}, {"param", []any{"q"}}, {"param", []any{"n", "d"}},
			{"accepts", []any{"json", "html"}}, {"accepts", []any{"png"}}, {"acceptsLanguages", []any{"de", "en"}}, {"acceptsEncodings", []any{"gzip", "br"}}} {
			got[c.name+" "+msg.ToString(c.args[0])] = msg.ToString(call(req, c.name, c.args...))
		}
		req.Set("own", "x")
		v, _ := req.Get("own")
		got["own"] = msg.ToString(v)
		req.Delete("method")
		_, has := req.Get("method")
		got["deleted"] = msg.ToString(has)
		return d.Send(d.Msg)
	}, nodetest.Settings(`{"httpNodeRoot":"/n"}`))
	r := httptest.NewRequest("GET", "http://h.test:81/N/x?q=1", nil)
	r.RequestURI = "/N/x?q=1"
	for name, value := range map[string]string{"X-A": "\xe9", "Referer": "r", "Accept": "text/html, application/json;q=0.9", "Accept-Language": "en-GB", "X-Requested-With": "XMLHttpRequest"} {
		r.Header.Set(name, value)
	}
	h.ServeHTTP(httptest.NewRecorder(), r)
	for key, want := range map[string]string{
		"url": "/x?q=1", "originalUrl": "/N/x?q=1", "baseUrl": "/N", "path": "/x", "method": "GET", "protocol": "http", "secure": "false",
		"ip": "192.0.2.1", "hostname": "h.test", "httpVersion": "1.1", "xhr": "true", "fresh": "false", "same query": "true",
		"get X-A": "é", "header Referrer": "r", "is json": "null", "param q": "1", "param n": "d", "accepts json": "html", "accepts png": "false",
		"acceptsLanguages de": "en", "acceptsEncodings gzip": "false", "own": "x", "deleted": "false",
	} {
		if got[key] != want {
			t.Errorf("%s: got %s, want %s", key, got[key], want)
		}
	}
}

func TestMissingResponseIsAWarning(t *testing.T) {
	h := nodetest.Flow(t, endpointTypes, `[{"id":"out","type":"http response","wires":[]}]`)
	h.Send("out", `{"payload":1}`)
	h.Wait()
	if !strings.Contains(h.LogText(), "No response object") {
		t.Errorf("log: %s", h.LogText())
	}
}
