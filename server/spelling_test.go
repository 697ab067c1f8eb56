package server

import (
	"net/http"
	"strings"
	"testing"
)

// spellings of /token-demo, or of what a lenient reader would take for it.
var spellings = strings.Fields(`/token-demo /TOKEN-DEMO /Token-Demo/ /token-demo/ /token-demo// //token-demo ///token-demo /./token-demo /.//token-demo /x/../token-demo
	/hooks/../token-demo /hooks/1/../../token-demo /hooks/./../token-demo /hooks//../token-demo /hooks/%2e%2e/token-demo /hooks/%2E%2e/token-demo /hooks/.%2e/token-demo
	/hooks%2f..%2ftoken-demo /hooks/..%2ftoken-demo /hooks/..%5ctoken-demo /hooks/..\token-demo /hooks\..\token-demo /\token-demo \token-demo
	/%74oken-demo /token%2ddemo /token-dem%6F /%54OKEN-DEMO /token-demo;p /token-demo;p=1 /token-demo; /;/token-demo /token-demo;/hooks/1 /token-demo%3bp
	/token-demo%2f /token-demo%2F /token-demo%5c /token-demo%20 /token-demo%09 /token-demo+ /token-demo. /token-demo%2e /token-demo/. /token-demo/.. /token-demo/%2e
	/token-demo%00 /token-demo%00/hooks/1 /%00/token-demo /token-demo%0a /token-demo%0d%0a /token-demo%1f /token-demo%7f /%0atoken-demo
	/..;/token-demo /hooks/..;/token-demo /hooks/1/..;x/..;x/token-demo /hooks;/../token-demo /%2e%2e;/token-demo /../token-demo /../../token-demo /%2e%2e/token-demo /%2e/token-demo
	/%252e%252e/token-demo /hooks/%252e%252e/token-demo /hooks/%252e%252e%252ftoken-demo /hooks/1%252f..%252f..%252ftoken-demo /%2574oken-demo
	/%c0%ae%c0%ae/token-demo /hooks/%c0%ae%c0%ae/token-demo /hooks/%c0%af..%c0%aftoken-demo /%e0%80%ae/token-demo /%f0%80%80%ae/token-demo /token-demo%c0%80 /token-demo%ff /token-demo%ed%a0%80
	/token-demo%c2%a0 /token-demo%e2%80%8b /%ef%bc%8ftoken-demo /token-demo%e2%81%84 /to%e2%84%aaen-demo /to%E2%84%AAen-demo /%EF%BB%BF/token-demo
	/token-demo? /token-demo?? /token-demo?/hooks/1 /token-demo?a=/../hooks/1 /token-demo# /token-demo#/hooks/1 /token-demo%23 /token-demo%3f /hooks/1#/../../token-demo /hooks/#/../token-demo
	/%zz/token-demo /token-demo% /token-demo%2 /token-demo%u0061 /%u0074oken-demo /token-demo%%20
	/_sluice/../token-demo /_sluice/health/../../token-demo /_sluice/%2e%2e/token-demo /_sluice/assets/..%2f..%2ftoken-demo /_sluice/login/../../token-demo /_sluice//../token-demo
	http://h/token-demo http://h//token-demo http:///token-demo http://h/hooks/../token-demo HTTP://H/Token-Demo https://h/token-demo ftp://h/token-demo http://h:80/token-demo http://h/%74oken-demo
	http://h?/token-demo http://h#/token-demo http:/token-demo http:token-demo token-demo ./token-demo ../token-demo ?/token-demo #/token-demo * h:80 h/token-demo @h/token-demo`)

// T1, T2: no spelling of a guarded path reaches its flow, none is redirected, and none
// tells whether there is a flow, whatever is public beside it.
func TestNoSpellingPassesTheGuard(t *testing.T) {
	for _, mode := range []string{"bearer", "basic", "team", "team,basic"} {
		p := demo(t, "auth:\n  mode: ["+mode+"]\n  policies:\n    - {path: /hooks/*, modes: [none]}\n    - {path: /pub/:id, modes: [none]}\n", "")
		before := p.runs()
		for _, method := range []string{"GET", "HEAD", "POST", "OPTIONS"} {
			for _, target := range spellings {
				for _, raw := range []string{target, strings.ReplaceAll(target, "%e2%84%aa", "\u212a")} {
					c := p.say(t, request(method+" "+raw))
					if len(c.answers) != 1 {
						t.Fatalf("%s %s: %d answers", method, raw, len(c.answers))
					}
					a := c.answers[0]
					if a.StatusCode != 401 && a.StatusCode != 400 {
						t.Errorf("%s: %s %s: %d %s", mode, method, raw, a.StatusCode, a.body)
					}
					if a.StatusCode == 400 && c.open {
						p.refused(t, a)
					}
				}
			}
		}
		if after := p.runs(); after != before {
			t.Errorf("%s: flows ran: %s, before %s", mode, after, before)
		}
	}
}

// The same spellings do reach flows where nothing is guarded, and with a token: the
// test before would see what gets in.
func TestSpellingsReachFlowsWhereTheyMay(t *testing.T) {
	for _, yaml := range []string{"auth: {mode: none}\n", "auth: {mode: bearer}\n"} {
		p := demo(t, yaml, "")
		for _, target := range []string{"/token-demo", "/TOKEN-DEMO", "/token-demo/", "/token-demo?a=/../hooks/1", "http://h/token-demo"} {
			if a := p.ask(t, "GET "+target, "Authorization: Bearer VALID"); a.StatusCode != 200 {
				t.Errorf("%s: %s: %d", yaml, target, a.StatusCode)
			}
		}
	}
}

// A rule that is looser than the default counts for plain paths alone (1.3).
func TestLooseRulesHoldForPlainPathsAlone(t *testing.T) {
	rules := "auth:\n  mode: bearer\n  policies:\n    - {path: ROOT/hooks/*, modes: [none]}\n    - {path: ROOT/files/open/*, modes: [none]}\n    - {path: ROOT/post, methods: [POST], modes: [none]}\n"
	for _, tc := range []struct{ root, setting string }{{"", ""}, {"/api", "httpNodeRoot: '/api'"}, {"/API/v1", "httpNodeRoot: 'API/v1/'"}} {
		p := demo(t, strings.ReplaceAll(rules, "ROOT", strings.ToLower(tc.root)), tc.setting)
		for _, row := range strings.Split(strings.TrimSpace(`
			GET /hooks/1 200
			GET /HOOKS/1 200
			GET /hooks/1/ 200
			GET /hooks/%31 200
			GET /hooks/1;x 200
			HEAD /hooks/1 200
			GET /hooks 404
			GET /hooks/1/2 404
			POST /post 200
			GET /post 401
			GET /hooksx 401
			GET /hooks%2f1 401
			GET /hooks//1 401
			GET //hooks/1 401
			GET /./hooks/1 401
			GET /hooks/./1 401
			GET /hooks/%2e/1 401
			GET /hooks/x/../1 401
			GET /x/../hooks/1 401
			GET /hooks/1%2f2 401
			GET /hooks/1%5c2 401
			GET /hooks/1\2 401
			GET /hooks/1%2e2 401
			GET /hooks/1%252e2 401
			GET /hooks/1%00 400
			GET /hooks/%zz 400
			GET /hooks/%ff 400
			OPTIONS /hooks/1 200`), "\n") {
			f := strings.Fields(row)
			line, want := f[0]+" "+tc.root+f[1], f[2]
			if a := p.ask(t, line); want != http.StatusText(0)+a.Status[:3] {
				t.Errorf("%s: got %s, want %s", line, a.Status, want)
			}
		}
		if a := p.ask(t, "GET "+tc.root+"/token-demo"); a.StatusCode != 401 {
			t.Errorf("%s/token-demo: %d", tc.root, a.StatusCode)
		}
		if tc.root != "" {
			for _, outside := range []string{"/", "/hooks/1", "/token-demo", tc.root + "x/hooks/1", tc.root} {
				if a := p.ask(t, "GET "+outside); a.StatusCode != 401 {
					t.Errorf("%s: %d", outside, a.StatusCode)
				}
			}
		}
	}
}
