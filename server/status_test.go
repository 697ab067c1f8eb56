package server

import (
	"encoding/json"
	"path/filepath"
	"testing"

	"sluice/admin"
)

func TestTheStatusCountsWhatFunctionsWereStoppedFor(t *testing.T) {
	dir := layOut(t, map[string]string{"sluice.yaml": "auth: {mode: team}\n", "flows.json": `[{"id":"t","type":"tab"},
		{"id":"i","type":"http in","z":"t","url":"/:what","method":"get","x":1,"y":1,"wires":[["s"]]},
		{"id":"s","type":"switch","z":"t","property":"req.params.what","propertyType":"msg","rules":[{"t":"eq","v":"loop","vt":"str"},{"t":"eq","v":"deep","vt":"str"}],
			"checkall":"true","outputs":2,"x":1,"y":1,"wires":[["loop"],["deep"]]},
		{"id":"loop","type":"function","z":"t","x":1,"y":1,"wires":[["r"]],"timeout":0.01,"func":"for (;;);"},
		{"id":"deep","type":"function","z":"t","x":1,"y":1,"wires":[["r"]],"func":"const f = n => 1 + f(n + 1); f(0);"},
		{"id":"r","type":"http response","z":"t","x":1,"y":1,"wires":[]}]`})
	names := seed(t, filepath.Join(dir, "sluice.db"))
	p := listenIn(t, dir)
	p.names = names
	stopped := func() admin.Stopped {
		_, _, res := p.opened(t, "GET /_sluice/api/v1/status", "Authorization: Bearer ADMIN")
		defer res.Body.Close()
		var status struct{ Stopped admin.Stopped }
		if err := json.NewDecoder(res.Body).Decode(&status); err != nil || res.StatusCode != 200 {
			t.Fatal(res.Status, err)
		}
		return status.Stopped
	}
	if got := stopped(); got != (admin.Stopped{}) {
		t.Errorf("before: %+v", got)
	}
	for _, path := range []string{"/loop", "/deep", "/loop"} {
		if _, _, res := p.opened(t, "GET "+path, "Authorization: Bearer VALID"); res.StatusCode != 500 {
			t.Errorf("%s: %s", path, res.Status)
		}
	}
	if got, want := stopped(), (admin.Stopped{Time: 2, Depth: 1}); got != want {
		t.Errorf("after: %+v, want %+v", got, want)
	}
}
