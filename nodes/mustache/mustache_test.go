package mustache

import (
	"fmt"
	"strings"
	"testing"

	"sluice/runtime/msg"
)

func parse(t testing.TB, text string) any {
	t.Helper()
	v, err := msg.Parse(text)
	if err != nil {
		t.Fatalf("view %s: %v", text, err)
	}
	return v
}

// The answers are those of mustache.js 4.2.0.
func TestRender(t *testing.T) {
	for _, tc := range []struct{ name, text, view, want string }{
		{"escapes for HTML", `{{a}}`, `{"a":"&<>\"'/` + "`" + `="}`, `&amp;&lt;&gt;&quot;&#39;&#x2F;&#x60;&#x3D;`},
		{"leaves the triple mustache as it is", `{{{a}}}|{{&a}}|{{& a }}`, `{"a":"<"}`, `<|<|<`},
		{"prints values as JavaScript does", `{{n}} {{o}} {{l}} {{b}} {{z}}`, `{"n":1e21,"o":{},"l":[1,[2,null]],"b":false,"z":null}`, `1e+21 [object Object] 1,2, false `},
		{"prints nothing for what is not there", `<{{a}}{{a.b}}>`, `{}`, `<>`},
		{"follows dots, list indices and lengths", `{{a.b}} {{l.1}} {{l.length}} {{s.length}}`, `{"a":{"b":1},"l":[1,2],"s":"é😀"}`, `1 2 2 3`},
		{"falls back to an outer view", `{{#a}}{{x}}{{y.z}}{{/a}}`, `{"a":{"b":1},"x":1,"y":{"z":2}}`, `12`},
		{"does not take the length of a text for a name", `{{#length}}{{length}}{{/length}}`, `{"length":"100 yards"}`, `100 yards`},
		{"repeats a section for each element", `{{#l}}<{{.}}>{{/l}}`, `{"l":[1,"a",false]}`, `<1><a><false>`},
		{"enters an object, a text, a number", `{{#o}}{{x}}{{/o}}{{#s}}{{.}}{{/s}}{{#n}}{{.}}{{/n}}`, `{"o":{"x":1},"s":"t","n":2}`, `1t2`},
		{"skips a section of a falsy value", `{{#a}}1{{/a}}{{#b}}2{{/b}}{{#c}}3{{/c}}{{#d}}4{{/d}}`, `{"a":0,"b":"","c":null,"d":[]}`, ``},
		{"inverts for falsy values and empty lists", `{{^a}}1{{/a}}{{^b}}2{{/b}}{{^c}}3{{/c}}`, `{"a":0,"b":[],"c":{}}`, `12`},
		{"leaves no line for a tag alone on it", "a\n  {{#t}}  \nb\n{{/t}}\nc", `{"t":true}`, "a\nb\nc"},
		{"keeps the line of a tag that shows something", " {{a}} \n", `{}`, "  \n"},
		{"drops comments", `a{{! x }}b`, `{}`, `ab`},
		{"changes the tags", `{{=<% %>=}}<%a%>{{a}}<%={{ }}=%>{{a}}`, `{"a":1}`, `1{{a}}1`},
		{"renders no partials", `a{{> p }}b`, `{"p":"x"}`, `ab`},
		{"finds a name with a space in it", `{{ a b }}`, `{"a b":1}`, `1`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			tpl, err := Compile(tc.text)
			if err != nil {
				t.Fatal(err)
			}
			got, err := tpl.Render(parse(t, tc.view), Options{})
			if err != nil || got != tc.want {
				t.Errorf("%q over %s:\n got %q, %v\nwant %q", tc.text, tc.view, got, err, tc.want)
			}
		})
	}
}

func TestErrorsReadAsInMustacheJS(t *testing.T) {
	for _, tc := range []struct{ text, want string }{
		{"Hello {{payload!}", "Unclosed tag at 17"},
		{"é😀{{a", "Unclosed tag at 6"},
		{"{{#a}}x", `Unclosed section "a" at 7`},
		{"{{#a}}{{/b}}", `Unclosed section "a" at 6`},
		{"x{{/b}}", `Unopened section "b" at 1`},
		{"{{= x }}", "Unclosed tag at 8"},
		{"{{=a=}}", "Invalid tags: a"},
	} {
		if _, err := Compile(tc.text); err == nil || err.Error() != tc.want {
			t.Errorf("%q:\n got %v\nwant %s", tc.text, err, tc.want)
		}
	}
	tpl, err := Compile("{{#l}}{{x}}{{/l}}")
	if err != nil {
		t.Fatal(err)
	}
	const want = "Cannot read properties of null (reading 'x')"
	if _, err := tpl.Render(parse(t, `{"l":[null]}`), Options{}); err == nil || err.Error() != want {
		t.Errorf("a name in null:\n got %v\nwant %s", err, want)
	}
}

func TestMissingNamesAreAskedFor(t *testing.T) {
	tpl, err := Compile("{{a}}{{flow.x}}{{#l}}{{y}}{{/l}}")
	if err != nil {
		t.Fatal(err)
	}
	got, err := tpl.Render(parse(t, `{"a":"1","l":[{}]}`), Options{Missing: func(name string) (any, error) { return "<" + name + ">", nil }})
	if want := "1&lt;flow.x&gt;&lt;y&gt;"; got != want || err != nil {
		t.Errorf("got %q, %v; want %q", got, err, want)
	}
}

func TestEscapesForJSONOutsideOfSectionsOnly(t *testing.T) {
	tpl, err := Compile(`{{{a}}}{{#o}}{{{b}}}{{/o}}`)
	if err != nil {
		t.Fatal(err)
	}
	got, err := tpl.Render(parse(t, `{"a":"\\\n\"","o":{"b":"\n"}}`), Options{EscapeJSON: true})
	if want := `\\\n"` + "\n"; got != want || err != nil {
		t.Errorf("got %q, %v; want %q", got, err, want)
	}
}

func TestAppliedSectionsAreBounded(t *testing.T) {
	depth := 40
	tpl, err := Compile(strings.Repeat("{{#l}}", depth) + strings.Repeat("{{/l}}", depth))
	if err != nil {
		t.Fatal(err)
	}
	r := renderer{views: []any{parse(t, `{"l":[1,1]}`)}, sections: maxSections - 1000}
	if err := r.render(tpl.tokens); err != errSections {
		t.Errorf("2^40 sections: %v", err)
	}
}

func TestCacheForgetsWhatNobodyUses(t *testing.T) {
	var c Cache
	first, err := c.Compile("{{a}}")
	if err != nil {
		t.Fatal(err)
	}
	for i := range 10 * cacheSize {
		if _, err := c.Compile(fmt.Sprintf("{{a}}%d", i)); err != nil {
			t.Fatal(err)
		}
		if i%cacheSize == 0 {
			if again, _ := c.Compile("{{a}}"); again != first {
				t.Fatal("a template in use was forgotten")
			}
		}
	}
	if n := len(c.young) + len(c.old); n > 2*cacheSize {
		t.Errorf("the cache holds %d templates", n)
	}
}

func FuzzCompile(f *testing.F) {
	for _, text := range []string{"{{a}}", "{{#l}}{{.}}{{/l}}\n", "{{=<% %>=}}<%{a}%>", "{{{a}}}{{>p}}{{!c}}", "é{{^a.b}}\u2028 {{/a.b}}"} {
		f.Add(text)
	}
	view := parse(f, `{"a":"x","l":[1,{"a":null}]}`)
	f.Fuzz(func(t *testing.T, text string) {
		tpl, err := Compile(text)
		if err != nil {
			return
		}
		out, err := tpl.Render(view, Options{})
		if tpl.Literal() && err == nil && len(out) > len(text) {
			t.Errorf("a template without tags grew: %q gave %q", text, out)
		}
	})
}

func hundredRows(b *testing.B) (*Template, any) {
	tpl, err := Compile("<ul>\n{{#payload}}\n<li class=\"{{kind}}\">{{name}}: {{value.amount}}</li>\n{{/payload}}\n</ul>")
	if err != nil {
		b.Fatal(err)
	}
	rows := &msg.Array{}
	for i := range 100 {
		rows.Append(parse(b, fmt.Sprintf(`{"kind":"k%d","name":"row <%d>","value":{"amount":%d.5}}`, i%3, i, i)))
	}
	return tpl, msg.NewObject("payload", rows)
}

func BenchmarkRenderHundredRows(b *testing.B) {
	tpl, view := hundredRows(b)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := tpl.Render(view, Options{}); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkRenderShort(b *testing.B) {
	tpl, err := Compile("Hello {{payload.name}}, you are {{payload.age}}")
	if err != nil {
		b.Fatal(err)
	}
	view := parse(b, `{"payload":{"name":"Ann","age":7}}`)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := tpl.Render(view, Options{}); err != nil {
			b.Fatal(err)
		}
	}
}

func TestARenderingMayBeginAnother(t *testing.T) {
	outer, err := Compile("{{#list}}<{{missing}}>{{/list}}{{end}}")
	if err != nil {
		t.Fatal(err)
	}
	inner, err := Compile("{{#list}}{{.}}{{/list}}")
	if err != nil {
		t.Fatal(err)
	}
	view := parse(t, `{"list":[1,2],"end":"!"}`)
	got, err := outer.Render(view, Options{Missing: func(string) (any, error) { return inner.Render(view, Options{}) }})
	if want := "<12><12>!"; got != want || err != nil {
		t.Errorf("got %q, %v, want %q", got, err, want)
	}
}
