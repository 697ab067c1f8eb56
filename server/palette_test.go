package server

import (
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"sluice/config"
	"sluice/nodes"
)

func TestEveryNodeTypeCanBeSwitchedOffByItsFile(t *testing.T) {
	var listed []string
	for _, types := range files {
		listed = append(listed, types...)
	}
	for _, typ := range nodes.Palette {
		if !slices.Contains(listed, typ.Name) {
			t.Errorf("%s is in no file", typ.Name)
		}
	}
}

func TestWhatIsSwitchedOffDoesNotRun(t *testing.T) {
	const flow = `[{"id":"t","type":"tab"},{"id":"in","type":"http in","z":"t","url":"/x","method":"get","x":1,"y":1,"wires":[["n"]]},
		{"id":"n","type":"exec","z":"t","command":"id","x":1,"y":1,"wires":[["out"],[],[]]},{"id":"out","type":"http response","z":"t","x":1,"y":1,"wires":[]}]`
	for name, tc := range map[string]struct {
		files map[string]string
		runs  bool
		fault string
	}{
		"nothing":       {nil, true, ""},
		"by its file":   {map[string]string{"settings.js": `module.exports = {nodesExcludes: ["90-exec.js", "x.js"]}`}, false, ""},
		"in the editor": {map[string]string{".config.nodes.json": `{"node-red":{"nodes":{"exec":{"types":["exec"],"enabled":false},"file":{"types":["file"],"enabled":true}}}}`}, false, ""},
		"in an old one": {map[string]string{".config.json": `{"nodes":{"node-red":{"nodes":{"exec":{"types":["exec"],"enabled":false}}}}}`}, false, ""},
		"on again": {map[string]string{".config.nodes.json": `{"node-red":{"nodes":{"exec":{"types":["exec"],"enabled":true}}}}`,
			".config.json": `{"nodes":{"node-red":{"nodes":{"exec":{"types":["exec"],"enabled":false}}}}}`}, true, ""},
		"unreadable": {map[string]string{".config.nodes.json": `{"node-red":`}, false, "switched off, cannot be read"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			if tc.files == nil {
				tc.files = map[string]string{}
			}
			tc.files["flows.json"] = flow
			for name, text := range tc.files {
				if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			cfg, err := config.Load(dir, config.Flags{}, func(string) (string, bool) { return "", false })
			if tc.fault != "" {
				if err == nil || !strings.Contains(err.Error(), tc.fault) {
					t.Errorf("error %v", err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			checked, err := Check(cfg, slog.New(slog.DiscardHandler))
			if err != nil {
				t.Fatal(err)
			}
			if routes := checked.Flows.Routes(); len(routes) != 1 || (routes[0].Blocked == nil) != tc.runs {
				t.Errorf("%+v", routes)
			}
		})
	}
}
