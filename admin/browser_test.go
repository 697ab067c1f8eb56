package admin

import (
	"os"
	"os/exec"
	"testing"

	"sluice/authz"
)

// TestBrowserWalk walks through the pages with a real browser. It needs node, curl,
// chromium and the npm package playwright-core, whose folder SLUICE_PLAYWRIGHT
// names. SLUICE_PICTURES may name a folder for pictures of the pages, SLUICE_AXE that
// of the npm package axe-core, which then judges how accessible each page is.
func TestBrowserWalk(t *testing.T) {
	playwright := os.Getenv("SLUICE_PLAYWRIGHT")
	node, nodeErr := exec.LookPath("node")
	chromium, chromiumErr := exec.LookPath("chromium")
	if playwright == "" || nodeErr != nil || chromiumErr != nil {
		t.Skip("no browser to walk with: set SLUICE_PLAYWRIGHT")
	}
	s, _ := newOIDCSite(t, person("petra"), authz.Accounts{})
	if _, err := s.store.AddUser(ctx, test, authz.NewUser{Username: "petra"}); err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), node, "testdata/walk.mjs", s.URL, playwright, chromium, os.Getenv("SLUICE_PICTURES"), os.Getenv("SLUICE_AXE"))
	if out, err := cmd.CombinedOutput(); err != nil || string(out) != "ok\n" {
		t.Errorf("%v\n%s\nlog:\n%s", err, out, s.log)
	}
}
