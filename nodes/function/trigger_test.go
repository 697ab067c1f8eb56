package function

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"sluice/nodes/nodetest"
)

func TestTrigger(t *testing.T) {
	type sent struct {
		at int
		m  string
	}
	for _, tc := range []struct {
		name, config string
		in           []sent
		want, aside  string
	}{
		{"sends 1, then 0", `{"duration":"20"}`, []sent{{0, `{"payload":"x"}`}}, "1@0 0@20", ""},
		{"ignores what comes meanwhile", `{"duration":"20"}`, []sent{{0, `{}`}, {10, `{}`}, {30, `{}`}}, "1@0 0@20 1@30 0@50", ""},
		{"waits a quarter of a second without a duration", `{}`, []sent{{0, `{}`}}, "1@0 0@250", ""},
		{"knows units", `{"duration":"2","units":"min"}`, []sent{{0, `{}`}}, "1@0 0@120000", ""},
		{"sends numbers and JSON", `{"op1":"5","op1type":"num","op2":"[1]","op2type":"json","duration":5}`, []sent{{0, `{}`}}, "5@0 1@5", ""},
		{"sends texts of older flows", `{"op1":"true","op1type":"val","op2":"null","op2type":"val","duration":5}`, []sent{{0, `{}`}}, "true@0 null@5", ""},
		{"sends the message itself, then nothing", `{"op1type":"pay","op2type":"nul","duration":5}`, []sent{{0, `{"payload":"x"}`}, {2, `{"payload":"y"}`}, {9, `{"payload":"z"}`}}, "x@0 z@9", ""},
		{"sends nothing, then the first message", `{"op1type":"nul","op2type":"pay","duration":5}`, []sent{{0, `{"payload":"x"}`}, {2, `{"payload":"y"}`}}, "x@5", ""},
		{"sends nothing, then the last message", `{"op1type":"nul","op2type":"payl","duration":5}`, []sent{{0, `{"payload":"x"}`}, {2, `{"payload":"y"}`}}, "y@5", ""},
		{"fills in templates", `{"op1":"{{payload}}!","op2":"{{topic}}","duration":5}`, []sent{{0, `{"payload":"x","topic":"t"}`}}, "x!@0 t@5", ""},
		{"extends", `{"duration":20,"extend":"true"}`, []sent{{0, `{}`}, {10, `{}`}, {20, `{}`}}, "1@0 0@40", ""},
		{"sends the last of what extended", `{"op1type":"nul","op2type":"payl","duration":20,"extend":true}`, []sent{{0, `{"payload":"a"}`}, {10, `{"payload":"b"}`}}, "b@30", ""},
		{"sends the second aside", `{"duration":20,"outputs":2}`, []sent{{0, `{}`}}, "1@0", "0@20"},
		{"takes the time of the message", `{"duration":20,"overrideDelay":true}`, []sent{{0, `{"delay":50}`}}, "1@0 0@50", ""},
		{"is reset by msg.reset", `{"duration":20}`, []sent{{0, `{}`}, {10, `{"reset":0}`}, {15, `{}`}}, "1@0 1@15 0@35", ""},
		{"is reset by a payload", `{"duration":20,"reset":"stop"}`, []sent{{0, `{}`}, {10, `{"payload":"stop"}`}}, "1@0", ""},
		{"blocks until reset without a duration", `{"duration":"0"}`, []sent{{0, `{}`}, {1000, `{}`}, {2000, `{"reset":1}`}, {3000, `{}`}}, "1@0 1@3000", ""},
		{"keeps topics apart", `{"bytopic":"topics","op1type":"pay","op2type":"nul","duration":20}`,
			[]sent{{0, `{"topic":"a","payload":1}`}, {0, `{"topic":"b","payload":2}`}, {5, `{"topic":"a","payload":3}`}}, "1@0 2@0", ""},
		{"tells topics apart by any property", `{"bytopic":"topics","topic":"who","op1type":"pay","op2type":"nul","duration":20}`,
			[]sent{{0, `{"who":"a","payload":1}`}, {0, `{"who":"b","payload":2}`}}, "1@0 2@0", ""},
		{"repeats until reset", `{"op1type":"pay","op2type":"nul","duration":"-10"}`, []sent{{0, `{"payload":"x"}`}, {35, `{"reset":1}`}}, "x@0 x@10 x@20 x@30", ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				p := pace(t, Trigger, tc.config)
				for _, s := range tc.in {
					p.at(s.at, s.m)
				}
				p.Wait()
				synctest.Wait()
				if got := p.came("out"); got != tc.want {
					t.Errorf("got  %s\nwant %s", got, tc.want)
				}
				if got := p.came("aside"); got != tc.aside {
					t.Errorf("aside %s\nwant  %s", got, tc.aside)
				}
			})
		})
	}
}

func TestTriggerShowsHowManyTopicsWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := pace(t, Trigger, `{"bytopic":"topics","duration":20}`)
		p.at(0, `{"topic":"a"}`)
		p.at(0, `{"topic":"b"}`)
		p.Wait()
		var got []string
		for _, m := range p.Got("status") {
			s := nodetest.Object(m.Value("status"))
			s.Delete("source")
			got = append(got, nodetest.Text(s))
		}
		const want = `{"fill":"blue","shape":"dot"} {"fill":"blue","shape":"dot","text":"2"} {"fill":"blue","shape":"dot"} {}`
		if strings.Join(got, " ") != want {
			t.Errorf("got  %s\nwant %s", strings.Join(got, " "), want)
		}
	})
}

func TestTriggerHoldsTheEventUntilItHasSent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := pace(t, Trigger, `{"duration":20}`)
		p.at(0, `{}`)
		if p.Open() != 1 {
			t.Error("the event was over before the second message")
		}
		time.Sleep(time.Second)
		if p.Open() != 0 {
			t.Error("the event is still open after the second message")
		}
	})
}

func TestTriggerReportsAFaultyTemplate(t *testing.T) {
	p := pace(t, Trigger, `{"op1":"{{x","duration":20}`)
	p.Send("n", `{}`)
	errors := p.Got("catch")
	if len(errors) != 1 || nodetest.Object(errors[0].Value("error")).Value("message") != "Error: Unclosed tag at 3" {
		t.Errorf("got %s", nodetest.Texts(errors))
	}
}
