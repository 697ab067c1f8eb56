package admin

import (
	"regexp"
	"strings"
	"testing"
)

func TestStatusTellsWhatWasStopped(t *testing.T) {
	s := newSite(t)
	olga := s.as(t, "olga")
	page := olga.get(statusPath)
	rows := regexp.MustCompile(`<th scope="row" data-label="Limit">(\w+)</th><td data-label="Stopped">(\d+)</td>`).FindAllStringSubmatch(page.body, -1)
	var got []string
	for _, r := range rows {
		got = append(got, r[1]+" "+r[2])
	}
	if want := "Time 1204, Memory 2, Depth 0, Outputs 0, Patterns 1"; page.status != 200 || strings.Join(got, ", ") != want {
		t.Errorf("the page: %d %v, want %s", page.status, got, want)
	}
	if !strings.Contains(page.body, `<time datetime="2031-05-06T07:08:09Z">`) {
		t.Error("the page does not tell since when")
	}
	api := s.browser(t).do("GET", apiPath+"/status", "", "Authorization", "Bearer "+s.admin)
	want := `{"since":"2031-05-06T07:08:09Z","stopped":{"time":1204,"memory":2,"depth":0,"outputs":0,"patterns":1}}`
	if api.status != 200 || strings.TrimSpace(api.body) != want {
		t.Errorf("the API: %d %s, want %s", api.status, api.body, want)
	}
	if p := s.browser(t).do("GET", apiPath+"/status", ""); p.status != 401 {
		t.Errorf("nobody: %d", p.status)
	}
}

func TestStatusIsToldNowhereWithoutOne(t *testing.T) {
	s := newSite(t, func(_ *site, o *Options) { o.Status = nil })
	olga := s.as(t, "olga")
	if p := olga.get(statusPath); p.status == 200 {
		t.Errorf("the page: %d", p.status)
	}
	if p := olga.get(Prefix + "audit"); strings.Contains(p.body, statusPath) {
		t.Error("the menu leads to it")
	}
}
