package sequence

import (
	"strings"
	"testing"

	"sluice/nodes/nodetest"
	"sluice/runtime"
	"sluice/runtime/msg"
)

// What Node-RED 5.0.7 was seen to send and complete.
func TestSequencesBehaveAsObserved(t *testing.T) {
	payloads := func(list []*msg.Object) string {
		var texts []string
		for _, m := range list {
			texts = append(texts, nodetest.Text(msg.NewObject("p", m.Value("payload")))[5:])
		}
		return strings.Join(texts, " ")
	}
	for _, tc := range []struct {
		name            string
		typ             runtime.Type
		config          string
		in              []string
		sent, completed string // payloads, each followed by a brace
	}{
		{"a batch of no size has one message", Batch, `{"mode":"count","count":0}`, []string{`{"payload":1}`, `{"payload":2}`}, `1} 2}`, `1} 2}`},
		{"what a buffer cannot take is completed with it", Join, `{"mode":"custom","build":"buffer","count":"2"}`,
			[]string{`{"payload":"a"}`, `{"payload":1}`, `{"payload":"b"}`}, `{"type":"Buffer","data":[97,98]}}`, `"a"} 1} "b"}`},
		{"keys that are no numbers contradict each other", Sort, `{"order":"ascending","as_num":true,"target":"payload","targetType":"msg","msgKey":"a","msgKeyType":"jsonata"}`,
			[]string{`{"payload":[{"a":3},{"a":1},{"b":1},{"a":"2"}]}`}, `[{"a":"2"},{"b":1},{"a":1},{"a":3}]}`, `[{"a":"2"},{"b":1},{"a":1},{"a":3}]}`},
		{"undefined elements go last", Sort, `{"order":"descending","target":"payload","targetType":"msg"}`, []string{`{"payload":[1,null,3]}`}, `[3,1,null]}`, `[3,1,null]}`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			r := nodetest.Run(t, tc.typ, tc.config, tc.in...)
			var sent []*msg.Object
			for _, s := range r.Sent {
				sent = append(sent, s.Msg)
			}
			if payloads(sent) != tc.sent || payloads(r.Completed) != tc.completed {
				t.Errorf("sent %s, completed %s", payloads(sent), payloads(r.Completed))
			}
		})
	}
}
