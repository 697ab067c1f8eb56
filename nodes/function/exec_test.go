package function

import (
	"context"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"sluice/nodes/nodetest"
	"sluice/runtime"
	"sluice/runtime/msg"
)

var pid = regexp.MustCompile(`pid:\d+`)

func TestExec(t *testing.T) {
	for _, tc := range []struct{ name, config, in, want, status string }{
		{"appends the payload and more", `{"command":"echo","append":"c"}`, `{"payload":"b"}`,
			`0 {"payload":"b c\n","rc":{"code":0}}` + "\n" + `2 {"payload":{"code":0}}`,
			`{"fill":"blue","shape":"dot","text":"pid:N"}` + "\n" + `{}`},
		{"appends another property", `{"command":"echo","addpay":"topic"}`, `{"payload":"b","topic":"t"}`,
			`0 {"topic":"t","payload":"t\n","rc":{"code":0}}` + "\n" + `2 {"topic":"t","payload":{"code":0}}`, ``},
		{"appends nothing", `{"command":"echo","addpay":false}`, `{"payload":"b"}`,
			`0 {"payload":"\n","rc":{"code":0}}` + "\n" + `2 {"payload":{"code":0}}`, ``},
		{"runs in a shell", `{"command":"echo a | tr a b >&2; exit 3","addpay":""}`, `{}`,
			`0 {"payload":"","rc":{"code":3,"message":"Command failed: echo a | tr a b >&2; exit 3\nb\n"}}` + "\n" +
				`1 {"payload":"b\n","rc":{"code":3,"message":"Command failed: echo a | tr a b >&2; exit 3\nb\n"}}` + "\n" +
				`2 {"payload":{"code":3,"message":"Command failed: echo a | tr a b >&2; exit 3\nb\n"}}`,
			`{"fill":"blue","shape":"dot","text":"pid:N"}` + "\n" + `{}` + "\n" + `{"fill":"red","shape":"dot","text":"error:3"}`},
		{"tells no code of success in the old style", `{"command":"echo","oldrc":"true"}`, `{"payload":"b"}`,
			`0 {"payload":"b\n"}`, `{"fill":"blue","shape":"dot","text":"pid:N"}` + "\n{}\n{}"},
		{"tells bytes that are no text as a buffer", `{"command":"printf '\\377'","addpay":false}`, `{}`,
			`0 {"payload":{"type":"Buffer","data":[255]},"rc":{"code":0}}` + "\n" + `2 {"payload":{"code":0}}`, ``},
		{"spawns without a shell", `{"command":"printf","useSpawn":"true","append":"\"%s,\" \"a b\" $c d\"e f\""}`, `{}`,
			`0 {"payload":"a b,$c,d\"e f\","}` + "\n" + `2 {"payload":{"code":0}}`,
			`{"fill":"blue","shape":"dot","text":"pid:N"}` + "\n{}\n" + `{"fill":"yellow","shape":"dot","text":"rc:0"}`},
		{"spawns with the old style's code", `{"command":"false","useSpawn":"true","oldrc":true,"addpay":false}`, `{}`,
			`2 {"payload":1}`, `{"fill":"blue","shape":"dot","text":"pid:N"}` + "\n" + `{"fill":"yellow","shape":"dot","text":"rc:1"}`},
		{"tells errors as they are printed", `{"command":"sh -c \"echo x >&2\"","useSpawn":"true","addpay":false}`, `{}`,
			`1 {"payload":"x\n"}` + "\n" + `2 {"payload":{"code":0}}`, ``},
		{"tells of a command that is not there", `{"command":"/none/such","useSpawn":"true"}`, `{}`,
			`2 {"payload":{"code":-2}}`,
			`{"fill":"blue","shape":"dot","text":"pid:undefined"}` + "\n" + `{"fill":"red","shape":"dot","text":"rc:-2"}`},
		{"kills at the timeout", `{"command":"sleep 60; echo late","addpay":false,"timer":"0.01"}`, `{}`,
			`0 {"payload":"","rc":{"code":null,"message":"Command failed: sleep 60; echo late\n","signal":"SIGTERM"}}` + "\n" +
				`2 {"payload":{"code":null,"message":"Command failed: sleep 60; echo late\n","signal":"SIGTERM"}}`,
			`{"fill":"blue","shape":"dot","text":"pid:N"}` + "\n{}\n" + `{"fill":"red","shape":"dot","text":"killed"}`},
		{"kills what was spawned at the timeout", `{"command":"sleep 60","addpay":false,"timer":"0.01","useSpawn":"true"}`, `{}`,
			`2 {"payload":{"code":null,"signal":"SIGTERM"}}`,
			`{"fill":"blue","shape":"dot","text":"pid:N"}` + "\n" + `{"fill":"red","shape":"dot","text":"killed"}`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			r := nodetest.Run(t, Exec, tc.config, tc.in)
			if got := r.String(); got != tc.want {
				t.Errorf("sent\n%s\nwant\n%s", got, tc.want)
			}
			if got := pid.ReplaceAllString(r.Status(), "pid:N"); tc.status != "" && got != tc.status {
				t.Errorf("statuses\n%s\nwant\n%s", got, tc.status)
			}
			if len(r.Completed) != 1 {
				t.Errorf("completed %d messages", len(r.Completed))
			}
		})
	}
}

func TestExecRefuses(t *testing.T) {
	for _, tc := range []struct{ name, config, in, want string }{
		{"an empty command", `{"addpay":false}`, `{}`, "TypeError [ERR_INVALID_ARG_VALUE]: The argument 'file' cannot be empty. Received ''"},
		{"nothing to spawn", `{"useSpawn":"true"}`, `{}`, "TypeError: Cannot read properties of null (reading 'map')"},
		{"an empty name to spawn", `{"useSpawn":"true","command":"\"\" a"}`, `{}`, "TypeError [ERR_INVALID_ARG_VALUE]: The argument 'file' cannot be empty. Received ''"},
		{"a null byte", `{"command":"echo"}`, `{"payload":"a\u0000b"}`, "TypeError [ERR_INVALID_ARG_VALUE]: The command must be a string without null bytes"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if got := nodetest.Run(t, Exec, tc.config, tc.in).Error(); got != tc.want {
				t.Errorf("got %q, want %q", got, tc.want)
			}
		})
	}
}

const waiting = `[{"id":"n","type":"exec","command":"cat","useSpawn":"%","addpay":"","wires":[["out"],[],["rc"]]},
	{"id":"status","type":"status","wires":[]},{"id":"catch","type":"catch","wires":[]},
	{"id":"out","type":"sink","wires":[]},{"id":"rc","type":"sink","wires":[]}]`

func running(n *execNode) []*process {
	n.mu.Lock()
	defer n.mu.Unlock()
	return slices.Collect(maps.Values(n.active))
}

func TestExecKills(t *testing.T) {
	for _, tc := range []struct{ name, useSpawn, kill, want string }{
		{"the only process", "", `{"kill":""}`, "SIGTERM"},
		{"with the signal named", "true", `{"kill":"sigint"}`, "SIGINT"},
		{"the process named", "true", `{"kill":"SIGKILL","pid":"PID"}`, "SIGKILL"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			h := nodetest.Flow(t, []runtime.Type{Exec}, strings.Replace(waiting, "%", tc.useSpawn, 1))
			h.Send("n", `{}`)
			n := h.Instance("n").Node().(*execNode)
			h.Send("n", strings.Replace(tc.kill, "PID", strconv.Itoa(running(n)[0].pid()), 1))
			h.Wait()
			got := h.Got("rc")
			if len(got) != 1 || nodetest.Object(got[0].Value("payload")).String("signal") != tc.want {
				t.Errorf("got %s, want %s", nodetest.Texts(got), tc.want)
			}
		})
	}
}

func TestExecRefusesToKill(t *testing.T) {
	h := nodetest.Flow(t, []runtime.Type{Exec}, strings.Replace(waiting, "%", "", 1))
	h.Send("n", `{"kill":"SIGTERM"}`)
	h.Send("n", `{}`)
	h.Send("n", `{"kill":"SIGTERM","pid":"1"}`, `{"kill":"SIGNOT"}`)
	if got := h.Text("catch"); !strings.Contains(got, "TypeError [ERR_UNKNOWN_SIGNAL]: Unknown signal: SIGNOT") {
		t.Errorf("caught %s", got)
	}
	if len(running(h.Instance("n").Node().(*execNode))) != 1 {
		t.Error("the process is gone")
	}
}

func TestExecEndsItsProcessesWhenClosed(t *testing.T) {
	for _, useSpawn := range []string{"", "true"} {
		h := nodetest.Flow(t, []runtime.Type{Exec}, strings.Replace(waiting, "%", useSpawn, 1))
		h.Send("n", `{}`)
		n := h.Instance("n").Node().(*execNode)
		p := running(n)[0]
		if err := n.Close(context.Background(), true); err != nil {
			t.Fatal(err)
		}
		if p.cmd.ProcessState == nil {
			t.Error("the process is still there")
		}
	}
}

func TestExecBoundsOutput(t *testing.T) {
	h := nodetest.Flow(t, []runtime.Type{Exec}, `[{"id":"n","type":"exec","command":"yes","addpay":false,"wires":[["out"],[],["rc"]]},
		{"id":"out","type":"sink","wires":[]},{"id":"rc","type":"sink","wires":[]}]`, nodetest.Settings(`{"execMaxBufferSize":10}`))
	h.Send("n", `{}`)
	h.Wait()
	const want = `{"payload":{"code":"ERR_CHILD_PROCESS_STDIO_MAXBUFFER","message":"stdout maxBuffer length exceeded"}}`
	if got := h.Text("rc"); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if got := h.Got("out"); len(got) != 1 || got[0].Value("payload") != "y\ny\ny\ny\ny\n" {
		t.Errorf("got %s", nodetest.Texts(got))
	}
}

func FuzzSplitArgs(f *testing.F) {
	for _, s := range []string{`a b`, `"a b" c`, `a"b c"d`, `"`, `a "b`, "\u00a0a\u2003b", `""`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, line string) {
		args, err := splitArgs(msg.ToUTF8(line))
		if err != nil {
			return
		}
		for _, a := range args {
			if !strings.Contains(line, a) {
				t.Errorf("%q is no part of %q", a, line)
			}
		}
	})
}
