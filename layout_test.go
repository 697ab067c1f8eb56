package sluice

import (
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// picture says which of our packages each may import. A package that is not here
// is a decision nobody has made: add it, and to ARCHITECTURE.md.
var picture = map[string][]string{
	"flows":               {"internal/atomicfile"},
	"authz":               {"authz/jwt", "authz/oidc", "internal/atomicfile"},
	"authz/jwt":           {},
	"authz/oidc":          {"authz/jwt"},
	"authz/oidc/oidctest": {},
	"redact":              {},
	"runtime/msg":         {},
	"runtime/moment":      {},
	"runtime/jsonata":     {"runtime/msg", "runtime/moment"},
	"runtime/inspect":     {"runtime/msg"},
	"runtime/js/direct":   {"runtime/inspect", "runtime/msg"},
	"runtime/js":          {"internal/weburl", "runtime/js/direct", "runtime/msg", "runtime/inspect"},
	"runtime":             {"internal/atomicfile", "internal/http1", "flows", "runtime/msg", "runtime/inspect", "runtime/moment", "runtime/jsonata"},
	"nodes/jsonschema":    {"runtime/msg"},
	"nodes/yaml":          {"runtime/msg"},
	"nodes/mustache":      {"runtime/msg"},
	"nodes/nodetest":      {"flows", "runtime", "runtime/msg"},
	"nodes/link":          {"runtime", "runtime/msg"},
	"nodes/common":        {"runtime", "runtime/inspect", "runtime/msg", "nodes/link"},
	"nodes/function":      {"runtime", "runtime/msg", "runtime/js", "nodes/link", "nodes/mustache", "nodes/network", "nodes/yaml"},
	"nodes/network":       {"runtime", "runtime/msg", "authz", "redact", "internal/httpfile", "internal/http1", "internal/weburl", "nodes/mustache"},
	"nodes/parsers":       {"runtime", "runtime/msg", "nodes/jsonschema", "nodes/yaml"},
	"nodes/sequence":      {"runtime", "runtime/msg"},
	"nodes/storage":       {"runtime", "runtime/msg"},
	"nodes":               {"runtime", "nodes/*"},
	"config":              {"authz", "authz/jwt", "authz/oidc", "flows", "runtime/js", "runtime/msg"},
	"admin":               {"authz", "authz/oidc"},
	"server":              {"admin", "internal/httpfile", "internal/http1", "config", "flows", "authz", "authz/oidc", "redact", "nodes", "runtime", "runtime/msg"},
	"cmd/sluice":          {"server", "config", "flows", "authz", "redact", "nodes", "runtime", "runtime/msg"},
	"internal/atomicfile": {},
	"internal/http1":      {},
	"internal/httpfile":   {"runtime/msg"},
	"internal/logtest":    {},
	"internal/suites":     {},
	"internal/hostile":    {},
	"internal/profile":    {"config", "server"},
	"internal/soak":       {"config", "server"},
	"internal/standin":    {},
	"internal/weburl":     {},
}

func TestImportsFollowThePicture(t *testing.T) {
	err := filepath.WalkDir(".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() && path != "." && (entry.Name()[0] == '.' || entry.Name() == "testdata" || entry.Name() == "node_modules") {
			return filepath.SkipDir
		}
		folder := filepath.ToSlash(filepath.Dir(path))
		if !strings.HasSuffix(path, ".go") || folder == "." {
			return nil
		}
		may, known := picture[folder]
		if !known {
			t.Errorf("%s: the package %s is not in the picture", path, folder)
			return nil
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		for _, spec := range file.Imports {
			name, _ := strconv.Unquote(spec.Path.Value)
			name, ours := strings.CutPrefix(name, "sluice/")
			if !ours || name == folder || strings.HasSuffix(path, "_test.go") && allowedInTests(folder, name) {
				continue
			}
			if !allowed(may, name) {
				t.Errorf("%s imports sluice/%s, which the picture does not let %s do", path, name, folder)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// Tests of nodes and of the engine run small flows made of other nodes; any test may
// have people sign in and read a log.
func allowedInTests(folder, name string) bool {
	if name == "authz/oidc/oidctest" || name == "internal/logtest" {
		return true
	}
	above := folder == "runtime" || strings.HasPrefix(folder, "nodes")
	return above && (name == "nodes/nodetest" || strings.HasPrefix(name, "nodes/") || allowed(picture["nodes/nodetest"], name))
}

func allowed(may []string, name string) bool {
	for _, m := range may {
		if m == name || strings.HasSuffix(m, "/*") && strings.HasPrefix(name, strings.TrimSuffix(m, "*")) {
			return true
		}
	}
	return false
}

func TestEveryPackageSaysWhatItIsFor(t *testing.T) {
	for folder := range picture {
		files, _ := filepath.Glob(filepath.Join(folder, "*.go"))
		if len(files) == 0 {
			continue
		}
		if !documented(t, files) {
			t.Errorf("no file of %s has a package comment", folder)
		}
	}
}

func documented(t *testing.T, files []string) bool {
	for _, path := range files {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, text, parser.ParseComments|parser.PackageClauseOnly)
		if err == nil && file.Doc != nil && !strings.HasSuffix(path, "_test.go") {
			return true
		}
	}
	return false
}
