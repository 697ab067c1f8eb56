package flows

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// show writes instances as "id type scope wires", one a line.
func show(r *Resolved) string {
	var b strings.Builder
	for _, i := range r.Instances {
		var scopes []string
		for s := i.Scope; s != nil; s = s.Parent {
			scopes = append(scopes, s.ID)
		}
		fmt.Fprintf(&b, "%s %s %s %v\n", i.ID, i.Type, strings.Join(scopes, "<"), i.Wires)
	}
	return b.String()
}

func TestResolve(t *testing.T) {
	for _, tc := range []struct{ name, flow, want, problems string }{
		{"tabs in order, config nodes first",
			`[{"id":"t2","type":"tab"},{"id":"t1","type":"tab"},
			 {"id":"n","type":"inject","z":"t1","x":1,"y":1,"wires":[["m"]]},
			 {"id":"c","type":"conf","z":"t1"},
			 {"id":"m","type":"debug","z":"t1","x":1,"y":1,"wires":[]},
			 {"id":"g","type":"conf"},
			 {"id":"o","type":"debug","z":"t2","x":1,"y":1,"wires":[]}]`,
			`g conf global []
			 o debug t2<global []
			 c conf t1<global []
			 n inject t1<global [[m]]
			 m debug t1<global []`, ``},
		{"config nodes after those they refer to",
			`[{"id":"a","type":"conf","server":"b"},{"id":"b","type":"conf","list":["c"]},{"id":"c","type":"conf"}]`,
			`c conf global []
			 b conf global []
			 a conf global []`, ``},
		{"ids that are numbers come first, as keys of a JavaScript object do",
			`[{"id":"t","type":"tab"},{"id":"b","type":"x","z":"t","x":1,"y":1},{"id":"10","type":"x","z":"t","x":1,"y":1},{"id":9,"type":"x","z":"t","x":1,"y":1}]`,
			`9 x t<global []
			 10 x t<global []
			 b x t<global []`, ``},
		{"what is disabled, and wires to it, are gone",
			`[{"id":"t","type":"tab"},{"id":"off","type":"tab","disabled":true},
			 {"id":"a","type":"x","z":"t","x":1,"y":1,"wires":[["b","c","d","nope"],["a"]]},
			 {"id":"b","type":"x","z":"t","d":true,"x":1,"y":1},
			 {"id":"c","type":"x","z":"off","x":1,"y":1},
			 {"id":"d","type":"x","z":"t","x":1,"y":1,"d":"true"}]`,
			`a x t<global [[d] [a]]
			 d x t<global []`, ``},
		{"wires lead to other tabs too",
			`[{"id":"t","type":"tab"},{"id":"u","type":"tab"},
			 {"id":"a","type":"x","z":"t","x":1,"y":1,"wires":[["b"]]},{"id":"b","type":"x","z":"u","x":1,"y":1}]`,
			`a x t<global [[b]]
			 b x u<global []`, ``},
		{"links count from either side, each once",
			`[{"id":"t","type":"tab"},
			 {"id":"o","type":"link out","z":"t","x":1,"y":1,"links":["i"],"wires":[["x"]]},
			 {"id":"p","type":"link out","z":"t","x":1,"y":1,"links":[],"wires":[]},
			 {"id":"i","type":"link in","z":"t","x":1,"y":1,"links":["o"],"wires":[["x"]]},
			 {"id":"j","type":"link in","z":"t","x":1,"y":1,"links":["o","p"],"wires":[]},
			 {"id":"x","type":"x","z":"t","x":1,"y":1}]`,
			`o link out t<global [[i j]]
			 p link out t<global [[j]]
			 i link in t<global [[x]]
			 j link in t<global []
			 x x t<global []`, ``},
		{"groups nest",
			`[{"id":"t","type":"tab"},{"id":"in","type":"group","z":"t","g":"out"},{"id":"out","type":"group","z":"t"},
			 {"id":"a","type":"x","z":"t","g":"in","x":1,"y":1},{"id":"b","type":"x","z":"t","g":"nope","x":1,"y":1}]`,
			`a x in<out<t<global []
			 b x t<global []`, ``},
		{"groups that lie in each other lie in none",
			`[{"id":"t","type":"tab"},{"id":"g","type":"group","z":"t","g":"h"},{"id":"h","type":"group","z":"t","g":"g"},
			 {"id":"a","type":"x","z":"t","g":"g","x":1,"y":1}]`,
			`a x g<t<global []`, `group h that is not in its flow|group g that is not in its flow`},
		{"a subflow's outputs are wires of the nodes within",
			`[{"id":"t","type":"tab"},
			 {"id":"s","type":"subflow","in":[{"wires":[{"id":"a"}]}],"out":[{"wires":[{"id":"b","port":0},{"id":"s","port":0}]},{"wires":[{"id":"b","port":2}]}],"status":{"wires":[{"id":"a","port":1}]}},
			 {"id":"a","type":"x","z":"s","x":1,"y":1,"wires":[["b"]]},
			 {"id":"b","type":"x","z":"s","x":1,"y":1,"wires":[["z"]]},
			 {"id":"i","type":"subflow:s","z":"t","x":1,"y":1,"wires":[["z"],["z","i"]]},
			 {"id":"z","type":"x","z":"t","x":1,"y":1}]`,
			`i subflow:s t<global [[i-a z]]
			 i:status subflow-status t<global []
			 i-a x i<t<global [[i-b] [i:status]]
			 i-b x i<t<global [[z] [] [z i]]
			 z x t<global []`, ``},
		{"subflows nest and config nodes within are copied",
			`[{"id":"t","type":"tab"},{"id":"grp","type":"group","z":"t"},
			 {"id":"s","type":"subflow","in":[{"wires":[{"id":"i2"}]}],"out":[{"wires":[{"id":"i2","port":0}]}]},
			 {"id":"i2","type":"subflow:s2","z":"s","x":1,"y":1,"wires":[[]]},
			 {"id":"s2","type":"subflow","in":[{"wires":[{"id":"f"}]}],"out":[{"wires":[{"id":"f","port":0}]}]},
			 {"id":"c","type":"conf","z":"s2"},
			 {"id":"f","type":"x","z":"s2","x":1,"y":1,"wires":[[]],"server":"c"},
			 {"id":"i","type":"subflow:s","z":"t","g":"grp","x":1,"y":1,"wires":[["z"]]},
			 {"id":"z","type":"x","z":"t","x":1,"y":1}]`,
			`i subflow:s grp<t<global [[i-i2]]
			 i-i2 subflow:s2 i<grp<t<global [[i-i2-f]]
			 i-i2-c conf i-i2<i<grp<t<global []
			 i-i2-f x i-i2<i<grp<t<global [[z]]
			 z x t<global []`, ``},
		{"a subflow in itself is left out alone",
			`[{"id":"t","type":"tab"},{"id":"s","type":"subflow","name":"A"},{"id":"r","type":"subflow","name":"B"},
			 {"id":"b","type":"subflow:r","z":"s","x":1,"y":1},{"id":"a","type":"subflow:s","z":"r","x":1,"y":1},{"id":"f","type":"x","z":"s","x":1,"y":1},
			 {"id":"i","type":"subflow:s","z":"t","x":1,"y":1}]`,
			`i subflow:s t<global []
			 i-b subflow:r i<t<global []
			 i-f x i<t<global []`, `("A" in "B" in "A")`},
		{"faults leave out one node",
			`[{"id":"t","type":"tab"},
			 {"id":"a","type":"subflow:none","z":"t","x":1,"y":1},{"id":"b","z":"t","x":1,"y":1},{"id":"c","type":"x","x":1,"y":1},
			 {"id":"d","type":"x","z":"t","x":1,"y":1,"wires":{}},{"id":"e","type":"x","z":"t","x":1,"y":1,"wires":[null]},
			 {"id":"f","type":"x","z":"t","x":1,"y":1,"wires":[3,["f",{}]]},{"id":"g","type":"x","z":"t","x":1,"y":1,"wires":null}]`,
			`f x t<global [[] [f]]
			 g x t<global []`,
			`(it has no z)|its subflow none is not in the file|it has no type|wires is not a list, so|wires holds null|wires holds something that is not a node id, which leads nowhere`},
		{"what Node-RED runs in spite of a fault runs",
			`[{"id":"t","type":"tab"},{"type":"x","z":"t","x":1,"y":1},
			 {"id":"a","type":"old","z":"t","x":1,"y":1},{"id":"b","type":"x","z":"t","x":1,"y":1},{"id":"a","type":"new","z":"t","x":1,"y":1},
			 {"id":"c","type":"x","z":"lost","x":1,"y":1},{"id":"d","type":"conf","z":"gone"}]`,
			`d conf global []
			 undefined x t<global []
			 a new t<global []
			 b x t<global []
			 c x lost<global []`,
			`it has no id|flow lost that does not exist|runs as a global config node|another node further down has the same id`},
		{"an id used in two flows runs in both",
			`[{"id":"t","type":"tab"},{"id":"u","type":"tab"},
			 {"id":"a","type":"x","z":"t","x":1,"y":1,"wires":[["a"]]},{"id":"b","type":"x","z":"t","x":1,"y":1,"wires":[["a"]]},
			 {"id":"a","type":"y","z":"u","x":1,"y":1,"wires":[["a","b"]]}]`,
			`t-a x t<global [[t-a]]
			 b x t<global [[t-a]]
			 a y u<global [[a b]]`, `another flow has a node of the same id`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			r, problems := Resolve(mustParse(t, tc.flow))
			want := strings.ReplaceAll(tc.want, "\n\t\t\t ", "\n") + "\n"
			if got := show(r); got != want {
				t.Errorf("got\n%swant\n%s", got, want)
			}
			var wanted []string
			if tc.problems != "" {
				wanted = strings.Split(tc.problems, "|")
			}
			if len(problems) != len(wanted) {
				t.Fatalf("problems are %v, want %q", problems, wanted)
			}
			for i, p := range problems {
				if !strings.Contains(p.Message, wanted[i]) {
					t.Errorf("problem %d is %s, want %s", i, p, wanted[i])
				}
			}
		})
	}
}

func TestProblemSaysWhichNodeAndWhere(t *testing.T) {
	_, problems := Resolve(mustParse(t, "[\n{\"id\":\"t\",\"type\":\"tab\"},\n{\"id\":\"a\",\"type\":\"subflow:q\",\"name\":\"Mine\",\"z\":\"t\",\"x\":1,\"y\":1}]"))
	if len(problems) != 1 || !problems[0].LeftOut {
		t.Fatalf("problems are %v", problems)
	}
	const want = `node a [subflow:q] "Mine" line 3: its subflow q is not in the file, so it does not run`
	if got := problems[0].String(); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestSubflowRewritesReferences(t *testing.T) {
	r, _ := Resolve(mustParse(t, `[{"id":"t","type":"tab"},{"id":"s","type":"subflow"},{"id":"g","type":"group","z":"s","name":"G"},
		{"id":"c","type":"conf","z":"s"},{"id":"glob","type":"conf"},
		{"id":"n","type":"x","z":"s","x":1,"y":1,"g":"g","name":"c","a":"c","one":["c"],"two":["c","c"],"deep":{"a":"c"},"other":"glob"},
		{"id":"w","type":"catch","z":"s","x":1,"y":1,"g":"g","scope":["n","glob"],"a":"c"},
		{"id":"v","type":"catch","z":"s","x":1,"y":1,"g":"g","scope":"group","a":"c"},
		{"id":"i","type":"subflow:s","z":"t","x":1,"y":1}]`))
	for _, tc := range []struct{ node, property, want string }{
		{"n", "a", `"i-c"`},
		{"n", "name", `"i-c"`},
		{"n", "one", `"i-c"`}, // String(["c"]) is "c" in JavaScript
		{"n", "two", `["c","c"]`},
		{"n", "deep", `{"a":"c"}`},
		{"n", "other", `"glob"`},
		{"n", "id", `"n"`},
		{"w", "scope", `["i-n",""]`},
		{"w", "a", `"c"`}, // with a scope list nothing else is looked at
		{"v", "a", `"i-c"`},
	} {
		if got := r.Find("i-" + tc.node).Get(tc.property).Raw; got != tc.want {
			t.Errorf("%s of %s is %s, want %s", tc.property, tc.node, got, tc.want)
		}
	}
	n, w := r.Find("i-n"), r.Find("i-w")
	if n.Name != "i-c" || n.Alias != "n" || n.FileID() != "n" || n.Z != "i" || n.G != "i-g" || n.Scope.Kind != GroupScope || n.Path() != "t/i/n" {
		t.Errorf("got %+v", n)
	}
	if w.G != "g" || w.Scope.Kind != SubflowScope { // and so it has left its group
		t.Errorf("a catch node with a scope list lies in %s", w.Scope.ID)
	}
	if n.Node.Name != "c" || n.Node.Get("a").String() != "c" {
		t.Error("the node in the file has changed")
	}
}

func TestScopesAnswerBuiltinNames(t *testing.T) {
	r, _ := Resolve(mustParse(t, `[{"id":"t","type":"tab","label":"Tab"},{"id":"g","type":"group","z":"t","name":"Group"},{"id":"s","type":"subflow","name":"Sub"},
		{"id":"n","type":"x","z":"s","x":1,"y":1},{"id":"i","type":"subflow:s","name":"Inst","z":"t","g":"g","x":1,"y":1},{"id":"c","type":"conf","name":"C"}]`))
	walk := func(inst *Instance, name string) string {
		if v, defined, known := inst.Builtin(name); known {
			return fmt.Sprint(v, " ", defined)
		}
		for s := inst.Scope; s != nil; s = s.Parent {
			if v, defined, known := s.Builtin(name); known {
				return fmt.Sprint(v, " ", defined)
			}
		}
		return "none"
	}
	for _, tc := range []struct{ node, name, want string }{
		{"i-n", "NR_NODE_ID", "i-n true"},
		{"i-n", "NR_NODE_NAME", " false"},
		{"i-n", "NR_NODE_PATH", "t/i/n true"},
		{"i-n", "NR_SUBFLOW_ID", "i true"},
		{"i-n", "NR_SUBFLOW_NAME", "Inst true"},
		{"i-n", "NR_SUBFLOW_PATH", "t/i true"},
		{"i-n", "NR_GROUP_ID", "g true"},
		{"i-n", "NR_GROUP_NAME", "Group true"},
		{"i-n", "NR_FLOW_ID", "t true"},
		{"i-n", "NR_FLOW_NAME", "Tab true"},
		{"i-n", "HOME", "none"},
		{"c", "NR_NODE_PATH", "global/c true"},
		{"c", "NR_FLOW_ID", "global false"},
		{"c", "NR_GROUP_ID", "none"},
	} {
		if got := walk(r.Find(tc.node), tc.name); got != tc.want {
			t.Errorf("%s at %s is %s, want %s", tc.name, tc.node, got, tc.want)
		}
	}
}

func TestEnvDeclarations(t *testing.T) {
	r, _ := Resolve(mustParse(t, `[{"id":"t","type":"tab","env":[{"name":"T","type":"num","value":"1"},{"name":"P","type":"cred"}]},
		{"id":"gc","type":"global-config","env":[{"name":"A","type":"str","value":"x"},{"name":"K","type":"cred","value":""}]},
		{"id":"gd","type":"global-config","d":true,"env":[{"name":"A","type":"str","value":"y"}]},
		{"id":"s","type":"subflow","env":[{"name":"A","type":"str","value":"template"},{"name":"B","type":"cred"},{"name":"C","type":"cred","value":"not it"}]},
		{"id":"r","type":"subflow"},
		{"id":"i","type":"subflow:s","z":"t","x":1,"y":1,"env":[{"name":"D","type":"json","value":"{}"},{"name":"A","type":"num","value":"7"},{"name":"B","type":"cred"},{"name":"E","type":"cred"},"odd"]},
		{"id":"j","type":"subflow:r","z":"t","x":1,"y":1},
		{"id":"k","type":"subflow:s","z":"r","x":1,"y":1,"env":[{"name":"B","type":"cred"}]},
		{"id":"g","type":"group","z":"t","env":[{"name":"G","type":"cred","value":"v"}]}]`))
	byID := map[string]*Scope{}
	for _, s := range r.Scopes {
		byID[s.ID] = s
	}
	for id, want := range map[string]string{
		"global": `[{A str "x" [] false} {K cred "" [gc] true} {A str "y" [] false}]`,
		"t":      `[{T num "1" [] false} {P cred  [t] false}]`,
		"g":      `[{G cred "v" [g] false}]`,
		"i":      `[{A num "7" [] false} {B cred  [i s] false} {C cred  [i s] false} {D json "{}" [] false} {E cred  [i] false}]`,
		"j-k":    `[{A str "template" [] false} {B cred  [j-k k s] false} {C cred  [j-k s] false}]`,
		"j":      `[]`,
	} {
		if got := fmt.Sprint(byID[id].Env); got != want {
			t.Errorf("%s:\n got %s\nwant %s", id, got, want)
		}
	}
}

func TestResolveBoundsExpansion(t *testing.T) {
	var deep, wide strings.Builder
	deep.WriteString(`[{"id":"t","type":"tab"},{"id":"i","type":"subflow:s0","z":"t","x":1,"y":1}`)
	wide.WriteString(deep.String())
	for i := range MaxSubflowDepth + 10 {
		fmt.Fprintf(&deep, `,{"id":"s%d","type":"subflow"},{"id":"n%d","type":"subflow:s%d","z":"s%d","x":1,"y":1}`, i, i, i+1, i)
	}
	r, problems := Resolve(mustParse(t, deep.String()+`]`))
	if len(r.Instances) != MaxSubflowDepth || len(problems) != 1 || !strings.Contains(problems[0].Message, "more than 64 deep") {
		t.Errorf("%d instances, problems %v", len(r.Instances), problems)
	}
	for i := range 8 { // 16 in each of 16 in each of …
		fmt.Fprintf(&wide, `,{"id":"s%d","type":"subflow"}`, i)
		for j := range 16 {
			fmt.Fprintf(&wide, `,{"id":"n%d.%d","type":"subflow:s%d","z":"s%d","d":%v,"x":1,"y":1}`, i, j, i+1, i, i == 7)
		}
	}
	r, problems = Resolve(mustParse(t, wide.String()+`]`))
	full := func(p Problem) bool { return strings.Contains(p.Message, "more than 1000000 nodes") }
	if len(r.Instances) > MaxInstances || !slices.ContainsFunc(problems, full) {
		t.Errorf("%d instances, problems %v", len(r.Instances), problems)
	}
}

func TestProblemsAreBounded(t *testing.T) {
	var b strings.Builder
	b.WriteString(`[{"id":"t","type":"tab"}`)
	for i := range 3 * maxProblems {
		fmt.Fprintf(&b, `,{"id":"n%d","z":"t","x":1,"y":1}`, i)
	}
	_, problems := Resolve(mustParse(t, b.String()+`]`))
	if len(problems) != maxProblems+1 || !strings.Contains(problems[maxProblems].Message, "more problems") {
		t.Errorf("%d problems", len(problems))
	}
}
