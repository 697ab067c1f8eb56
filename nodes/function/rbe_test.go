package function

import (
	"strings"
	"testing"

	"sluice/nodes/nodetest"
	"sluice/runtime/msg"
)

func TestRBE(t *testing.T) {
	for _, tc := range []struct{ name, config, in, want string }{
		{"passes the first value and changes", `{}`, `a a b b a`, `a b a`},
		{"tells a number from its text", `{}`, `1 "1" 1`, `1 "1" 1`},
		{"rbei keeps the first value back", `{"func":"rbei"}`, `a a b a`, `b a`},
		{"compares contents", `{}`, `{"b":1} {"b":1} {"b":[2]} {"b":[2]}`, `{"b":1} {"b":[2]}`},
		{"takes null for a value, once", `{}`, `null null 1 null`, `null 1 null`},
		{"takes an empty object for the beginning", `{}`, `{} 1 {}`, `1`},
		{"deadband passes what moved further than the gap", `{"func":"deadband","gap":"10"}`, `0 2 4 10 11 15 20 22`, `0 11 22`},
		{"deadbandEq passes the gap itself", `{"func":"deadbandEq","gap":"10"}`, `0 9 10 20 29`, `0 10 20`},
		{"deadband of in compares with the last value", `{"func":"deadband","gap":"10","inout":"in"}`, `0 9 18 29`, `0 29`},
		{"deadband in percent", `{"func":"deadband","gap":"10%"}`, `100 95 105 111 135`, `100 111 135`},
		{"narrowband drops what moved further", `{"func":"narrowband","gap":"10","start":"1"}`, `100 0 5 100 15 10`, `0 5 15 10`},
		{"narrowband begins with its first value", `{"func":"narrowband","gap":"10"}`, `50 61 60`, `50 60`},
		{"narrowband of in follows steps", `{"func":"narrowband","gap":"10","inout":"in"}`, `50 80 85`, `50 85`},
		{"narrowbandEq drops the gap itself", `{"func":"narrowbandEq","gap":"10"}`, `50 60 59`, `50 59`},
		{"a gap that is no number passes nothing", `{"func":"deadband","gap":"x"}`, `1 100`, ``},
		{"reads the number at the beginning of a text", `{"func":"deadband","gap":"1"}`, `"5kg" "7kg"`, `"5kg" "7kg"`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			var in []string
			for _, v := range strings.Fields(tc.in) {
				in = append(in, `{"payload":`+quoteLetter(v)+`}`)
			}
			var want []string
			for _, v := range strings.Fields(tc.want) {
				want = append(want, `{"payload":`+quoteLetter(v)+`}`)
			}
			if got := nodetest.Run(t, RBE, tc.config, in...).String(); got != strings.Join(want, "\n") {
				t.Errorf("%s to %s:\n got %s\nwant %s", tc.config, tc.in, got, want)
			}
		})
	}
}

func quoteLetter(v string) string {
	if len(v) == 1 && v[0] >= 'a' && v[0] <= 'z' {
		return `"` + v + `"`
	}
	return v
}

func TestRBETopics(t *testing.T) {
	a, b := `{"topic":"a","payload":1}`, `{"topic":"b","payload":1}`
	for _, tc := range []struct {
		name, config string
		in           []string
		want         int
	}{
		{"are kept apart", `{}`, []string{a, b, a, b}, 2},
		{"are ignored if told", `{"septopics":false}`, []string{a, b, a, b}, 1},
		{"may be any property", `{"topi":"key.name"}`, []string{`{"key":{"name":1},"payload":1}`, `{"key":{"name":2},"payload":1}`, a, b}, 3},
		{"are reset one by one", `{}`, []string{a, b, `{"topic":"a","reset":1}`, a, b}, 3},
		{"are reset together without a topic", `{}`, []string{a, b, `{"reset":1}`, a, b}, 4},
		{"are reset together when ignored", `{"septopics":false}`, []string{a, `{"topic":"x","reset":1}`, a}, 2},
		{"are reset by the message that is compared", `{}`, []string{a, `{"topic":"a","payload":1,"reset":1}`}, 2},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if got := len(nodetest.Run(t, RBE, tc.config, tc.in...).Sent); got != tc.want {
				t.Errorf("%d of %d messages passed, want %d", got, len(tc.in), tc.want)
			}
		})
	}
}

func TestRBEWarnsOfWhatIsNoNumber(t *testing.T) {
	r := nodetest.Run(t, RBE, `{"func":"deadband","gap":"10"}`, `{"payload":"banana"}`, `{"other":1}`)
	if got := strings.Join(r.Log, "\n"); got != "WARN no number found in payload" || len(r.Sent) != 0 {
		t.Errorf("logged %q, sent %d", got, len(r.Sent))
	}
}

func TestSameContentsEndsOnCycles(t *testing.T) {
	a, b := &msg.Object{}, &msg.Object{}
	a.Set("self", a)
	b.Set("self", b)
	if sameContents(a, b, 0) {
		t.Error("two endless objects are the same")
	}
}
