package nodes

import (
	"encoding/json"
	"os"
	"slices"
	"testing"

	"sluice/runtime"
)

// Properties that no node has a field for.
var (
	// Node-RED's nodes do not read these either.
	editorOnly = map[string][]string{
		"comment":       {"info"},
		"complete":      {"uncaught"},
		"file in":       {"chunk"},
		"global-config": {"modules"},
		"split":         {"arraySpltType"},
		"switch":        {"outputs"},
		"template":      {"format"},
		"tls-config":    {"caname", "certname", "keyname", "p12name"},
		"unknown":       {"modules"},
	}
	// The engine reads these, or a node's Init where it matters whether they are there.
	readElsewhere = map[string][]string{
		"change":        {"reg"},
		"global-config": {"env"},
		"link in":       {"links"},
		"link out":      {"links"},
	}
)

// TestEveryPropertyOfTheEditorIsRead holds the nodes against the forms of the
// editor, see testdata/editor.mjs.
func TestEveryPropertyOfTheEditorIsRead(t *testing.T) {
	text, err := os.ReadFile("testdata/editor.json")
	if err != nil {
		t.Fatal(err)
	}
	var editor map[string][]string
	if err := json.Unmarshal(text, &editor); err != nil {
		t.Fatal(err)
	}
	for _, typ := range Palette {
		fields, _ := runtime.PropertyNames(typ)
		for _, name := range editor[typ.Name] {
			field := name == "name" || slices.Contains(fields, name) // every node has a name
			listed := slices.Contains(editorOnly[typ.Name], name) || slices.Contains(readElsewhere[typ.Name], name)
			if field == listed {
				t.Errorf("%s: %s has a field: %v, is listed as one without: %v", typ.Name, name, field, listed)
			}
		}
		delete(editor, typ.Name)
	}
	for name := range editor {
		t.Errorf("Node-RED has a node %q, which is not in the palette", name)
	}
}
