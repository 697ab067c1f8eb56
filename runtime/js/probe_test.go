package js

import (
	_ "embed"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

//go:embed testdata/show.js
var showSource string

// TestNodeAnswers evaluates expressions whose answers Node 24 has given: a
// file has an expression a line, and under it the answer.
func TestNodeAnswers(t *testing.T) {
	files, _ := filepath.Glob("testdata/*.probes")
	if len(files) == 0 {
		t.Fatal("no probes")
	}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		lines := strings.Split(strings.TrimRight(string(data), "\n"), "\n")
		for i := 0; i+1 < len(lines); i += 2 {
			expr, want := lines[i], lines[i+1][2:]
			t.Run(expr, func(t *testing.T) {
				if got := evaluate(t, expr); got != want {
					t.Errorf("\n got %s\nwant %s", got, want)
				}
			})
		}
	}
}

// evaluate returns what show.js makes of an expression in a function node.
func evaluate(t *testing.T, expr string) string {
	b := newBench(t)
	f := b.compile(Source{Libs: probeLibs, Body: "const require = n => ({path, url, events, os, assert, string_decoder, zlib, util})[n];return {show: " + strings.TrimSpace(showSource[strings.Index(showSource, "(function"):]) +
		"(function () { return (" + expr + "\n) })}"})
	c := b.call(f, `{}`)
	if len(c.sent) != 1 {
		return c.String()
	}
	s, _ := c.sent[0][0][0].Value("show").(string)
	return strings.ReplaceAll(s, "\n", `\n`)
}

var probeLibs = []Lib{{"querystring", "querystring"}, {"path", "node:path"}, {"url", "url"}, {"events", "events"}, {"os", "os"}, {"assert", "assert"},
	{"string_decoder", "string_decoder"}, {"zlib", "zlib"}}
