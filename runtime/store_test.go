package runtime_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"sluice/flows"
	"sluice/runtime"
	"sluice/runtime/msg"
)

func storeEngine(t *testing.T, dir, settings string) *runtime.Engine {
	t.Helper()
	v, err := msg.Parse(settings)
	if err != nil {
		t.Fatal(err)
	}
	e, err := runtime.New(runtime.Options{
		Types:    []runtime.Type{{Name: "in", New: func() runtime.Node { return &inNode{} }}},
		UserDir:  dir,
		Settings: v.(*msg.Object),
	})
	if err != nil {
		t.Fatal(err)
	}
	file, err := flows.Parse([]byte(`[` + tab + `{"id":"in","type":"in","z":"t","x":1,"y":1,"wires":[]}]`))
	if err != nil {
		t.Fatal(err)
	}
	e.Deploy(t.Context(), file, flows.Full)
	return e
}

func node(t *testing.T, e *runtime.Engine) *runtime.Instance {
	t.Helper()
	inst, ok := e.Flows().ByID("in")
	if !ok {
		t.Fatal("no node")
	}
	return inst
}

func get(t *testing.T, c *runtime.Context, store, key string) string {
	t.Helper()
	v, err := c.Get(store, key)
	if err != nil {
		t.Fatal(err)
	}
	text, _, err := msg.Stringify(v, "")
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func TestContextsKeepWhatIsTheirs(t *testing.T) {
	e := storeEngine(t, "", `{"functionGlobalContext":{"seed":{"a":1}}}`)
	defer e.Close(t.Context())
	inst := node(t, e)
	list := msg.NewArray(1.0)
	flow := inst.Context("flow")
	for _, set := range []struct {
		key string
		v   any
	}{{"list", list}, {"deep.er[1]", "x"}, {"gone", 1.0}, {"gone", msg.Undefined}} {
		if err := flow.Set("", set.key, set.v); err != nil {
			t.Fatal(err)
		}
	}
	list.Append(2.0) // the message goes on; the context has its own
	for _, tc := range []struct{ scope, key, want string }{
		{"flow", "list", `[1]`}, {"flow", "deep", `{"er":[null,"x"]}`}, {"flow", "gone", ``}, {"node", "list", ``},
		{"global", "list", ``}, {"global", "seed.a", `1`}, {"flow", "a.b.c", ``},
	} {
		if got := get(t, inst.Context(tc.scope), "", tc.key); got != tc.want {
			t.Errorf("%s %s: %s, want %s", tc.scope, tc.key, got, tc.want)
		}
	}
	if _, err := flow.Get("", "a[["); err == nil {
		t.Error("a faulty key is no error")
	}
}

const fileSettings = `{"contextStorage":{"default":"file","file":{"module":"localfilesystem","config":{"flushInterval":3600}},"memory":{"module":"memory"}}}`

func TestFileContextsSurviveARestartInNodeREDsLayout(t *testing.T) {
	dir := t.TempDir()
	e := storeEngine(t, dir, fileSettings)
	inst := node(t, e)
	for _, scope := range []string{"global", "flow", "node"} {
		if err := inst.Context(scope).Set("", "where", scope); err != nil {
			t.Fatal(err)
		}
	}
	if err := inst.Context("flow").Set("memory", "lost", true); err != nil {
		t.Fatal(err)
	}
	if err := e.Close(t.Context()); err != nil { // writes what the interval has not
		t.Fatal(err)
	}
	for _, path := range []string{"global/global.json", "t/flow.json", "t/in.json"} {
		if _, err := os.Stat(filepath.Join(dir, "context", path)); err != nil {
			t.Error(err)
		}
	}
	e = storeEngine(t, dir, fileSettings)
	defer e.Close(t.Context())
	for _, scope := range []string{"global", "flow", "node"} {
		if got := get(t, node(t, e).Context(scope), "", "where"); got != `"`+scope+`"` {
			t.Errorf("%s: %s", scope, got)
		}
	}
	if got := get(t, node(t, e).Context("flow"), "memory", "lost"); got != "" {
		t.Errorf("memory survived: %s", got)
	}
}

func TestAContextFileThatCannotBeReadIsNeverOverwritten(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "context", "global", "global.json")
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(`{"a":`), 0o644); err != nil {
		t.Fatal(err)
	}
	settings, err := msg.Parse(fileSettings)
	if err != nil {
		t.Fatal(err)
	}
	_, err = runtime.New(runtime.Options{UserDir: dir, Settings: settings.(*msg.Object)})
	if err == nil || !strings.Contains(err.Error(), path) {
		t.Errorf("error %v", err)
	}
	if text, _ := os.ReadFile(path); string(text) != `{"a":` {
		t.Errorf("the file now holds %q", text)
	}
}

func TestContextKeysCannotLeaveTheStoresFolder(t *testing.T) {
	dir := t.TempDir()
	e, err := runtime.New(runtime.Options{
		Types:   []runtime.Type{{Name: "in", New: func() runtime.Node { return &inNode{} }}},
		UserDir: dir,
		Settings: msg.NewObject("contextStorage", msg.NewObject("file",
			msg.NewObject("module", "localfilesystem"))),
	})
	if err != nil {
		t.Fatal(err)
	}
	file, err := flows.Parse([]byte(`[{"id":"../../t","type":"tab"},{"id":"in","type":"in","z":"../../t","x":1,"y":1,"wires":[]}]`))
	if err != nil {
		t.Fatal(err)
	}
	e.Deploy(t.Context(), file, flows.Full)
	if err := node(t, e).Context("flow").Set("", "a", 1.0); err != nil {
		t.Fatal(err)
	}
	if err := e.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	outside, err := filepath.Glob(filepath.Join(filepath.Dir(dir), "t*"))
	if err != nil || len(outside) > 0 {
		t.Errorf("written outside: %v %v", outside, err)
	}
}

func TestSettingsOfContextStoresAreChecked(t *testing.T) {
	for _, tc := range []struct{ storage, want string }{
		{`{"a b":{"module":"memory"}}`, `"a b" is no name for a store`},
		{`{"default":"x"}`, `names the store "x"`},
		{`{"x":{"module":"redis"}}`, `module "redis" is not known`},
		{`{"x":{}}`, `has no module`},
	} {
		v, err := msg.Parse(`{"contextStorage":` + tc.storage + `}`)
		if err != nil {
			t.Fatal(err)
		}
		_, err = runtime.New(runtime.Options{Settings: v.(*msg.Object)})
		if err == nil || !strings.Contains(err.Error(), tc.want) {
			t.Errorf("%s: %v, want %q", tc.storage, err, tc.want)
		}
	}
}

func TestAValueThatCannotBeSavedCostsOnlyItself(t *testing.T) {
	dir := t.TempDir()
	e := storeEngine(t, dir, fileSettings)
	circle := msg.NewObject("a", 1.0)
	circle.Set("self", circle)
	flow := node(t, e).Context("flow")
	for key, v := range map[string]any{"circle": circle, "kept": "yes"} {
		if err := flow.Set("", key, v); err != nil {
			t.Fatal(err)
		}
	}
	if err := e.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(filepath.Join(dir, "context", "t", "flow.json"))
	if err != nil || string(text) != "{\n    \"kept\": \"yes\"\n}" {
		t.Errorf("%q, %v", text, err)
	}
}

func TestWhatIsGoneLeavesNoContextBehind(t *testing.T) {
	for _, config := range []string{`{}`, `{"cache":false}`} {
		dir := t.TempDir()
		files := map[string]bool{ // and whether they stay
			"context/global/global.json": true, "context/t/flow.json": true, "context/t/in.json": true,
			"context/t/other.json": false, "context/u/flow.json": false, "context/t/.flow.json.123.tmp": false,
		}
		for name := range files {
			path := filepath.Join(dir, name)
			if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, []byte(`{"a":1}`), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		e := storeEngine(t, dir, `{"contextStorage":{"file":{"module":"localfilesystem","config":`+config+`}}}`)
		if err := e.Close(t.Context()); err != nil {
			t.Fatal(err)
		}
		for name, stays := range files {
			if _, err := os.Stat(filepath.Join(dir, name)); (err == nil) != stays {
				t.Errorf("config %s: %s: %v, stays %v", config, name, err, stays)
			}
		}
	}
}
