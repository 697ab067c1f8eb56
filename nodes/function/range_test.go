package function

import (
	"testing"

	"sluice/nodes/nodetest"
)

func TestRange(t *testing.T) {
	const tenfold = `{"minin":"0","maxin":"100","minout":0,"maxout":1000}`
	for _, tc := range []struct{ name, config, in, want string }{
		{"scales", tenfold, `{"payload":50}`, `{"payload":500}`},
		{"scales beyond the range", tenfold, `{"payload":-50}`, `{"payload":-500}`},
		{"reads text as a number", tenfold, `{"payload":" 5 "}`, `{"payload":50}`},
		{"ends what is not a number", tenfold, `{"payload":"x"}`, ``},
		{"passes on a message without the property", tenfold, `{"topic":"a"}`, `{"topic":"a"}`},
		{"works on any property", `{"minin":0,"maxin":1,"minout":0,"maxout":2,"property":"a.b"}`, `{"a":{"b":1}}`, `{"a":{"b":2}}`},
		{"clamps", `{"action":"clamp","minin":0,"maxin":10,"minout":0,"maxout":100}`, `{"payload":111}`, `{"payload":100}`},
		{"rolls round", `{"action":"roll","minin":0,"maxin":10,"minout":0,"maxout":100}`, `{"payload":-13}`, `{"payload":70}`},
		{"drops what is outside", `{"action":"drop","minin":0,"maxin":10,"minout":0,"maxout":100}`, `{"payload":11}`, ``},
		{"rounds halves up", `{"round":"true","minin":0,"maxin":10,"minout":0,"maxout":-10}`, `{"payload":2.5}`, `{"payload":-2}`},
		{"rounds the bounds inwards", `{"round":true,"minin":0,"maxin":10,"minout":0.5,"maxout":9.9}`, `{"payload":10}`, `{"payload":9}`},
		{"turns a reversed range", `{"action":"clamp","minin":10,"maxin":0,"minout":0,"maxout":100}`, `{"payload":12}`, `{"payload":0}`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if got := nodetest.Run(t, Range, tc.config, tc.in).String(); got != tc.want {
				t.Errorf("%s to %s:\n got %s\nwant %s", tc.config, tc.in, got, tc.want)
			}
		})
	}
}

func TestRangeCompletesEvenWhatItDrops(t *testing.T) {
	r := nodetest.Run(t, Range, `{"action":"drop","minin":0,"maxin":1,"minout":0,"maxout":1}`, `{"payload":5}`)
	if len(r.Completed) != 1 || len(r.Sent) != 0 {
		t.Errorf("completed %d, sent %d messages", len(r.Completed), len(r.Sent))
	}
}

func TestRangeReportsAPropertyOfNothing(t *testing.T) {
	r := nodetest.Run(t, Range, `{"property":"a.b","minin":0,"maxin":1,"minout":0,"maxout":1}`, `{"payload":5}`)
	const want = "TypeError: Cannot read properties of undefined (reading 'b')"
	if r.Error() != want {
		t.Errorf("got %q, want %q", r.Error(), want)
	}
}
