package flows

import (
	"fmt"
	"reflect"
	"strings"
	"testing"
)

const diffBase = `[{"id":"t","type":"tab","label":"T"},{"id":"u","type":"tab"},{"id":"off","type":"tab","disabled":true},
{"id":"a","type":"x","z":"t","x":1,"y":1,"wires":[["b"]]},
{"id":"b","type":"x","z":"t","x":1,"y":1,"wires":[["c"]]},
{"id":"c","type":"x","z":"t","x":1,"y":1,"server":"conf","wires":[]},
{"id":"d","type":"x","z":"u","x":1,"y":1,"o":{"k":1,"l":2},"wires":[]},
{"id":"e","type":"x","z":"off","x":1,"y":1,"wires":[]},
{"id":"conf","type":"broker","port":1},
{"id":"g","type":"group","z":"t","nodes":["m"],"w":10},
{"id":"m","type":"x","z":"t","g":"g","x":1,"y":1,"wires":[]},
{"id":"gc","type":"global-config","env":[]},
{"id":"s","type":"subflow","name":"S"},
{"id":"f","type":"x","z":"s","x":1,"y":1,"wires":[]},
{"id":"i","type":"subflow:s","z":"u","x":1,"y":1,"wires":[]}]`

// The wants were checked against diffConfigs of Node-RED 5.0.7.
func TestDiff(t *testing.T) {
	for _, tc := range []struct {
		name, from, to string
		want           Changes
	}{
		{"nothing", ``, ``, Changes{}},
		{"place and layout do not count", `"id":"a","type":"x","z":"t","x":1`, `"id":"a", "type":"x","z":"t","x":200`, Changes{}},
		{"the order of keys does not count", `{"k":1,"l":2}`, `{"l":2.0,"k":1}`, Changes{}},
		{"the name of a tab does not count", `"label":"T"`, `"label":"New"`, Changes{}},
		{"a property", `"id":"a",`, `"id":"a","p":1,`, Changes{Changed: []string{"a", "t"}, Linked: []string{"b", "c"}}},
		{"wires", `[["b"]]`, `[["c"]]`, Changes{Rewired: []string{"a"}, Changed: []string{"t"}, Linked: []string{"b", "c"}}},
		{"a config node changes its users", `"port":1`, `"port":2`, Changes{Changed: []string{"c", "conf", "t"}, Linked: []string{"a", "b"}}},
		{"a node goes", `{"id":"b","type":"x","z":"t","x":1,"y":1,"wires":[["c"]]},`, ``,
			Changes{Removed: []string{"b"}, Changed: []string{"t"}, Linked: []string{"a", "c"}}},
		{"a node comes", `{"id":"conf"`, `{"id":"n","type":"x","z":"u","x":1,"y":1,"wires":[["d"]]},{"id":"conf"`,
			Changes{Added: []string{"n"}, Changed: []string{"u"}, Linked: []string{"d"}}},
		{"a node is disabled", `"id":"a",`, `"id":"a","d":true,`,
			Changes{Removed: []string{"a"}, Changed: []string{"a", "t"}, Linked: []string{"b", "c"}}},
		{"a tab is disabled", `"id":"u","type":"tab"`, `"id":"u","type":"tab","disabled":true`, Changes{Removed: []string{"d", "i", "u"}}},
		{"a tab is enabled", `,"disabled":true`, ``, Changes{Added: []string{"e", "off"}}},
		{"env of a tab", `"label":"T"`, `"label":"T","env":[{"name":"A"}]`, Changes{FlowChanged: []string{"t"}}},
		{"a global-config node", `"env":[]`, `"env":[{}]`, Changes{Changed: []string{"gc"}, GlobalConfigChanged: true}},
		{"the looks of a group do not count", `"w":10`, `"w":20,"style":{}`, Changes{}},
		{"a group changes its nodes", `"w":10`, `"env":[{}]`, Changes{Changed: []string{"g", "m", "t"}}},
		{"inside a subflow its instances change", `"id":"f",`, `"id":"f","p":1,`, Changes{Changed: []string{"i", "s", "u"}}},
		{"a definition", `"name":"S"`, `"name":"S2"`, Changes{Changed: []string{"i", "s", "u"}}},
		{"credentials", `"id":"d",`, `"id":"d","credentials":{"p":"q"},`, Changes{Changed: []string{"d", "u"}}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			to := strings.Replace(diffBase, tc.from, tc.to, 1)
			if to == diffBase && tc.from != tc.to {
				t.Fatal("the case changes nothing")
			}
			got, want := Diff(mustParse(t, diffBase), mustParse(t, to)), tc.want
			for _, list := range []*[]string{&got.Added, &got.Changed, &got.Removed, &got.Rewired, &got.Linked, &got.FlowChanged} {
				if len(*list) == 0 {
					*list = nil
				}
			}
			if !reflect.DeepEqual(got, want) {
				t.Errorf("got\n%+v\nwant\n%+v", got, want)
			}
		})
	}
}

func TestDiffAgainstNothingAddsAll(t *testing.T) {
	c := Diff(nil, mustParse(t, diffBase))
	if len(c.Added) != 14 || len(c.Removed)+len(c.Rewired) != 0 { // f stands for itself as a change of s
		t.Errorf("got %+v", c)
	}
}

func TestPlanStops(t *testing.T) {
	for _, tc := range []struct {
		name, from, to string
		want           map[DeployKind]string
	}{
		{"a property", `"id":"a",`, `"id":"a","p":1,`, map[DeployKind]string{
			ModifiedNodes: "a", ModifiedFlows: "a b c", "odd": "conf gc a b c m d i i-f", Full: "conf gc a b c m d i i-f"}},
		{"wires", `[["b"]]`, `[["c"]]`, map[DeployKind]string{ModifiedNodes: "", ModifiedFlows: "a b c"}},
		{"inside a subflow", `"id":"f",`, `"id":"f","p":1,`, map[DeployKind]string{ModifiedNodes: "i i-f"}},
		{"env of a tab", `"label":"T"`, `"env":[{}]`, map[DeployKind]string{ModifiedNodes: "a b c m"}},
		{"a tab is disabled", `"id":"u","type":"tab"`, `"id":"u","type":"tab","disabled":true`, map[DeployKind]string{ModifiedNodes: "d- i- i-f-"}},
		{"a global-config node", `"env":[]`, `"env":[{}]`, map[DeployKind]string{ModifiedNodes: "conf gc a b c m d i i-f"}},
		{"a node is disabled", `"id":"d",`, `"id":"d","d":true,`, map[DeployKind]string{ModifiedNodes: "d-"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			old := mustParse(t, diffBase)
			changes := Diff(old, mustParse(t, strings.Replace(diffBase, tc.from, tc.to, 1)))
			running, _ := Resolve(old)
			for kind, want := range tc.want {
				plan := changes.Plan(kind)
				var got []string
				for _, inst := range running.Instances {
					if !plan.Stops(inst) {
						continue
					}
					id := inst.ID
					if plan.Removes(inst) {
						id += "-"
					}
					got = append(got, id)
				}
				if fmt.Sprint(got) != "["+want+"]" {
					t.Errorf("%s stops %v, want %s", kind, got, want)
				}
			}
		})
	}
}
