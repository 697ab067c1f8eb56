package network

import (
	"testing"

	"sluice/nodes/nodetest"
	"sluice/runtime/msg"
)

func TestQueriesParseAsInExpress(t *testing.T) {
	for _, row := range nodetest.Recorded(t, "querystrings.json") {
		s := row.String("s")
		got, err := parseQuery(s, urlQuery)
		if err != nil {
			t.Fatal(err)
		}
		if g, w := nodetest.JSON(got), nodetest.JSON(row.Value("url")); g != w {
			t.Errorf("%.60s as a query:\n got %.200s\nwant %.200s", s, g, w)
		}
	}
}

func TestFormsParseAsInBodyParser(t *testing.T) {
	for _, row := range nodetest.Recorded(t, "querystrings.json") {
		s := row.String("s")
		var got string
		form, err := parseFormBody(s)
		switch refused, _ := err.(*bodyError); {
		case refused == nil:
			got = nodetest.JSON(form)
		case refused.status == 413:
			got = `"too many"`
		default:
			got = `"error"`
		}
		if want := nodetest.JSON(row.Value("form")); got != want {
			t.Errorf("%.60s as a form:\n got %.200s\nwant %.200s", s, got, want)
		}
	}
}

func FuzzQueryString(f *testing.F) {
	for _, seed := range []string{"a=1&a[b]=2", "a[][b]=1&a[0]=2", "a[999][999]=x&a=1", "%5B%5D=1&[]=%ff", "a[b=1&]=2"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, s string) {
		query, err := parseQuery(s, urlQuery)
		if err != nil {
			t.Fatalf("a query never fails: %v", err)
		}
		if _, err := msg.AppendJSON(nil, query); err != nil {
			t.Errorf("%q makes something that JSON cannot say: %v", s, err)
		}
		if form, err := parseQuery(s, formQuery(1)); err == nil {
			if _, err := msg.AppendJSON(nil, form); err != nil {
				t.Errorf("%q as a form: %v", s, err)
			}
		}
	})
}

func BenchmarkQueryString(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if _, err := parseQuery("page=2&size=50&sort=name&filter[state]=open", urlQuery); err != nil {
			b.Fatal(err)
		}
	}
}
