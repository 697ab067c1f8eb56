package admin

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"testing"

	"sluice/authz"
)

// TestBrowserWalk walks through the pages with a real browser. It needs node, curl,
// chromium and the npm package playwright-core, whose folder SLUICE_PLAYWRIGHT
// names. SLUICE_PICTURES may name a folder for pictures of the pages, SLUICE_AXE that
// of the npm package axe-core, which then judges how accessible each page is.
func TestBrowserWalk(t *testing.T) {
	browser := needBrowser(t)
	s, _ := newOIDCSite(t, person("petra"), authz.Accounts{})
	if _, err := s.store.AddUser(ctx, test, authz.NewUser{Username: "petra"}); err != nil {
		t.Fatal(err)
	}
	walk(t, s, "walk.mjs", append(browser, s.URL, os.Getenv("SLUICE_PICTURES"), os.Getenv("SLUICE_AXE")))
}

// needBrowser returns where playwright and chromium are, as the scripts want them,
// or skips the test.
func needBrowser(t *testing.T) []string {
	t.Helper()
	playwright := os.Getenv("SLUICE_PLAYWRIGHT")
	_, nodeErr := exec.LookPath("node")
	chromium, chromiumErr := exec.LookPath("chromium")
	if playwright == "" || nodeErr != nil || chromiumErr != nil {
		t.Skip("no browser to walk with: set SLUICE_PLAYWRIGHT")
	}
	return []string{playwright, chromium}
}

// walk runs a script of testdata.
func walk(t *testing.T, s *site, script string, args []string) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "node", append([]string{"testdata/" + script}, args...)...)
	if out, err := cmd.CombinedOutput(); err != nil || string(out) != "ok\n" {
		t.Errorf("%v\n%s\nlog:\n%s", err, out, s.log)
	}
}

// TestEmbeddedBrowserWalk signs in within a frame of another site, once it is named,
// and nowhere within one that is not.
func TestEmbeddedBrowserWalk(t *testing.T) {
	browser := needBrowser(t)
	var flows string
	portal := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprintf(w, `<!DOCTYPE html><title>portal</title><iframe src="%s/hello" width="600" height="600"></iframe>`, flows)
	}))
	defer portal.Close()
	named := "https://localhost:" + portal.URL[strings.LastIndexByte(portal.URL, ':')+1:]
	s := newGuardedSite(t, authz.GuardOptions{Embed: []string{named}})
	secure := httptest.NewTLSServer(s.Config.Handler)
	defer secure.Close()
	flows = secure.URL
	walk(t, s, "embedded.mjs", append(browser, named, portal.URL))
}
