package parsers

import (
	"strings"
	"testing"

	"sluice/runtime/msg"
)

func BenchmarkCSV(b *testing.B) {
	text := strings.Repeat("12,some text,\"quoted, cell\",3.5\r\n", 100)
	n := &csvNode{Separator: ",", Multi: "mult", numbers: true}
	for _, c := range []struct {
		name    string
		columns csvColumns
	}{{"legacy", &legacyColumns{n: n, template: []string{""}}}, {"rfc", &rfcColumns{n: n}}} {
		b.Run(c.name, func(b *testing.B) {
			b.SetBytes(int64(len(text)))
			for b.Loop() {
				if _, err := c.columns.parse(text, csvPart{}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkXML(b *testing.B) {
	text := "<list>" + strings.Repeat("<item id='1'><name>some text &amp; more</name><n>5</n></item>", 50) + "</list>"
	options := msg.NewObject("attrkey", "$", "charkey", "_")
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		if _, err := parseXML(text, options); err != nil {
			b.Fatal(err)
		}
	}
}
