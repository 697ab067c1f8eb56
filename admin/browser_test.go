package admin

import (
	"os"
	"os/exec"
	"testing"
)

// TestBrowserWalk walks through the pages with a real browser. It needs node,
// chromium and the npm package playwright-core, whose folder SLUICE_PLAYWRIGHT
// names; SLUICE_PICTURES may name a folder for pictures of the pages.
func TestBrowserWalk(t *testing.T) {
	playwright := os.Getenv("SLUICE_PLAYWRIGHT")
	node, nodeErr := exec.LookPath("node")
	chromium, chromiumErr := exec.LookPath("chromium")
	if playwright == "" || nodeErr != nil || chromiumErr != nil {
		t.Skip("no browser to walk with: set SLUICE_PLAYWRIGHT")
	}
	s := newSite(t)
	cmd := exec.CommandContext(t.Context(), node, "testdata/walk.mjs", s.URL, playwright, chromium, os.Getenv("SLUICE_PICTURES"))
	if out, err := cmd.CombinedOutput(); err != nil || string(out) != "ok\n" {
		t.Errorf("%v\n%s\nlog:\n%s", err, out, s.log)
	}
}
