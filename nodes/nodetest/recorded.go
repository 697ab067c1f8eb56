package nodetest

import (
	"os"
	"path/filepath"
	"testing"

	"sluice/runtime/msg"
)

// Recorded reads a table of testdata that was recorded from the packages Node-RED
// uses: a list of objects, or one under "rows" behind what tells how it was made.
func Recorded(t testing.TB, name string) []*msg.Object {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	v, err := msg.ParseBytes(text)
	if err != nil {
		t.Fatal(err)
	}
	if o, ok := v.(*msg.Object); ok {
		v = o.Value("rows")
	}
	list, ok := v.(*msg.Array)
	if !ok || list.Len() == 0 {
		t.Fatalf("%s holds no cases", name)
	}
	var rows []*msg.Object
	for _, row := range list.All() {
		rows = append(rows, row.(*msg.Object))
	}
	return rows
}

// JSON prints a value as JSON, or why it cannot be.
func JSON(v any) string {
	b, err := msg.AppendJSON(nil, v)
	if err != nil {
		return err.Error()
	}
	return string(b)
}
