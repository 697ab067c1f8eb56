package main

import (
	"bytes"
	"encoding/json"
	"flag"
	"go/ast"
	"go/doc"
	"go/parser"
	"go/token"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"sluice/nodes"
)

var update = flag.Bool("update", false, "rewrite nodes_summaries.txt and docs/nodes.md")

// TestTheDocumentedNodesAreCurrent fails when a node's comment, properties or ports
// have changed since make docs.
func TestTheDocumentedNodesAreCurrent(t *testing.T) {
	found := summariesOf(t)
	var lines strings.Builder
	for _, typ := range nodes.Palette {
		summary := found[typ.Name]
		if summary == "" {
			t.Errorf("no variable with a comment makes the type %q", typ.Name)
		}
		lines.WriteString(typ.Name + "\t" + summary + "\n")
	}
	var page bytes.Buffer
	if err := printTypesMarkdown(&page, describeTypes(nodes.Palette, found)); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{
		"nodes_summaries.txt": lines.String(),
		"../../docs/nodes.md": page.String(),
	} {
		if *update {
			if err := os.WriteFile(path, []byte(want), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		if got, err := os.ReadFile(path); err != nil || string(got) != want {
			t.Errorf("%s is not current (%v): run make docs", path, err)
		}
	}
}

// summariesOf reads the first sentences of the comments of variables like
//
//	var Range = runtime.Type{Name: "range", …
func summariesOf(t *testing.T) map[string]string {
	t.Helper()
	paths, err := filepath.Glob("../../nodes/*/*.go")
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]string{}
	for _, path := range paths {
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range file.Decls {
			decl, ok := d.(*ast.GenDecl)
			if !ok || decl.Tok != token.VAR {
				continue
			}
			for _, s := range decl.Specs {
				spec := s.(*ast.ValueSpec)
				comment := spec.Doc
				if comment == nil {
					comment = decl.Doc
				}
				if len(spec.Values) == 1 {
					if name := typeName(spec.Values[0]); name != "" {
						found[name] = summary(spec.Names[0].Name, comment.Text())
					}
				}
			}
		}
	}
	return found
}

// typeName is the name in a runtime.Type literal; "" for other values.
func typeName(value ast.Expr) string {
	literal, ok := value.(*ast.CompositeLit)
	if !ok {
		return ""
	}
	if of, ok := literal.Type.(*ast.SelectorExpr); !ok || of.Sel.Name != "Type" {
		return ""
	}
	for _, elem := range literal.Elts {
		if pair, ok := elem.(*ast.KeyValueExpr); ok {
			if key, ok := pair.Key.(*ast.Ident); ok && key.Name == "Name" {
				if text, ok := pair.Value.(*ast.BasicLit); ok {
					name, _ := strconv.Unquote(text.Value)
					return name
				}
			}
		}
	}
	return ""
}

// summary is the first sentence of a comment without the variable's name: "Range
// maps a number" says "Maps a number".
func summary(variable, comment string) string {
	text := new(doc.Package).Synopsis(comment)
	rest, ok := strings.CutPrefix(text, variable+" ")
	if !ok || rest == "" {
		return text
	}
	return strings.ToUpper(rest[:1]) + rest[1:]
}

func TestEveryListedDifferenceIsOfANode(t *testing.T) {
	known := map[string]bool{}
	for _, typ := range nodes.Palette {
		known[typ.Name] = true
	}
	for name := range differences {
		if !known[name] {
			t.Errorf("the table of differences names %q, which is no node", name)
		}
	}
}

func TestNodesListsThePalette(t *testing.T) {
	var stdout, stderr bytes.Buffer
	if code := run(t.Context(), []string{"nodes", "--json"}, &stdout, &stderr); code != 0 {
		t.Fatalf("exit code %d: %s", code, &stderr)
	}
	var types []nodeType
	if err := json.Unmarshal(stdout.Bytes(), &types); err != nil {
		t.Fatal(err)
	}
	if len(types) != len(nodes.Palette) {
		t.Errorf("got %d types, want %d", len(types), len(nodes.Palette))
	}
	stdout.Reset()
	run(t.Context(), []string{"nodes"}, &stdout, io.Discard)
	if !strings.Contains(stdout.String(), "http response") {
		t.Errorf("got %s", &stdout)
	}
}
