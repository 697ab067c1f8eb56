package js

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"

	"github.com/dop251/goja"
	"github.com/dop251/goja/parser"
	"github.com/evanw/esbuild/pkg/api"
)

// packages bundles npm packages of the user directory's node_modules, once for
// each version. Nothing is downloaded: an operator installs packages with npm.
type packages struct {
	dir string // the user directory

	mu    sync.Mutex
	built map[string]*goja.Program // by module name and version
}

var (
	errNoPackage = errors.New("no such package")
	errNative    = errors.New("needs native code, which sluice cannot run: look for a package written in JavaScript only")
	packageName  = regexp.MustCompile(`^((?:@[\w.~-]+/)?[A-Za-z0-9_~][\w.~-]*)(?:@[^/]*)?((?:/[\w.~-]+)*)$`)
)

// split returns the package and the path in it that a module name such as @a/b@1.0/c stands for.
func splitPackage(module string) (name, sub string, ok bool) {
	m := packageName.FindStringSubmatch(module)
	if m == nil || strings.Contains(module, "..") {
		return "", "", false
	}
	return m[1], m[2], true
}

// program returns the bundle of a module. The error is errNoPackage, or says what the package needs in vain.
func (p *packages) program(module string, platform api.Platform) (*goja.Program, error) {
	name, sub, ok := splitPackage(module)
	if p == nil || p.dir == "" || !ok {
		return nil, errNoPackage
	}
	data, err := os.ReadFile(filepath.Join(p.dir, "node_modules", filepath.FromSlash(name), "package.json"))
	if err != nil {
		return nil, errNoPackage
	}
	var about struct {
		Version      string
		Gypfile      bool
		Dependencies map[string]string
	}
	_ = json.Unmarshal(data, &about) // without a version: bundled once
	for _, builder := range []string{"node-gyp-build", "bindings", "node-gyp", "prebuild-install", "@mapbox/node-pre-gyp"} {
		if about.Gypfile || about.Dependencies[builder] != "" {
			return nil, errNative
		}
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	key := fmt.Sprint(name, sub, "@", about.Version, " ", platform)
	if prg := p.built[key]; prg != nil {
		return prg, nil
	}
	prg, err := bundle(p.dir, name+sub, platform)
	if err != nil {
		return nil, err
	}
	if p.built == nil {
		p.built = map[string]*goja.Program{}
	}
	p.built[key] = prg
	return prg, nil
}

// bundle makes one script of a package and what it requires. The script is a
// function of require, which gets Node's modules.
func bundle(dir, name string, platform api.Platform) (*goja.Program, error) {
	quoted, _ := json.Marshal(name)
	r := api.Build(api.BuildOptions{
		Stdin: &api.StdinOptions{
			Contents:   fmt.Sprintf("import * as m from %s\nexport { m }", quoted),
			ResolveDir: dir, Sourcefile: "function.mjs", // .mjs: as Node's import() sees a CommonJS module
		},
		Bundle: true, Format: api.FormatCommonJS, Platform: platform, Target: api.ES2022,
		Supported: map[string]bool{"async-generator": false, "for-await": false, "dynamic-import": false, "regexp-set-notation": false,
			"regexp-match-indices": false},
		Define:   map[string]string{"global": "globalThis", "import.meta.url": `"file:///function.mjs"`, "process.env.NODE_ENV": `"production"`},
		LogLevel: api.LogLevelSilent,
	})
	if len(r.Errors) > 0 {
		e := r.Errors[0]
		switch {
		case strings.Contains(e.Text, `".node"`):
			return nil, errNative
		case strings.HasPrefix(e.Text, "Could not resolve"):
			return nil, fmt.Errorf("needs a module that is not installed: %s", strings.TrimPrefix(e.Text, "Could not resolve "))
		}
		return nil, errors.New("cannot be bundled: " + e.Text)
	}
	text := "(function(require,module,exports,__filename,__dirname){" + string(r.OutputFiles[0].Contents) + "\nreturn module.exports.m})"
	ast, err := parseScript(preludeName+name, text, parser.WithDisableSourceMaps)
	if err != nil {
		return nil, fmt.Errorf("uses syntax that sluice does not know: %w", err)
	}
	(&rewriter{unguarded: true}).rewrite(ast)
	breakChains(ast)
	return goja.CompileAST(ast, false)
}

// packageModule is the module of an installed package, evaluated once in a VM.
func (v *vm) packageModule(name string) (goja.Value, error) {
	if m, ok := v.modules[name]; ok {
		return m, nil
	}
	m, err := v.startPackage(name, api.PlatformNode)
	if err != nil && !errors.Is(err, errNoPackage) && !errors.Is(err, errNative) {
		// What a package has for browsers often needs less.
		if b, berr := v.startPackage(name, api.PlatformBrowser); berr == nil {
			m, err = b, nil
		}
	}
	if err != nil {
		return nil, err
	}
	if v.modules == nil {
		v.modules = map[string]goja.Value{}
	}
	v.modules[name] = m
	return m, nil
}

func (v *vm) startPackage(name string, platform api.Platform) (m goja.Value, err error) {
	prg, err := v.opts.packages.program(name, platform)
	if err != nil {
		return nil, err
	}
	v.installTimers()
	err = v.guard(func() error {
		fn, err := v.rt.RunProgram(prg)
		if err != nil {
			return err
		}
		require := v.rt.ToValue(func(c goja.FunctionCall) goja.Value { return v.requireBuiltin(c.Argument(0).String()) })
		module := v.object("exports", v.rt.NewObject())
		m = v.call(fn, v.undef, require, module, module.Get("exports"), v.str("/"+name), v.str("/"))
		if o, ok := m.(*goja.Object); ok { // as Node-RED: the default export if there is one
			if d := o.Get("default"); d != nil && d.ToBoolean() {
				m = d
			}
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("does not start: %w", v.failure(err, v.cur))
	}
	return m, nil
}

// requireBuiltin is require in a package: what is absent of Node fails when it is used.
func (v *vm) requireBuiltin(name string) goja.Value {
	if m := v.module(name); m != nil {
		return m
	}
	absent, _ := goja.AssertFunction(v.prelude("absent").Get("module"))
	m, err := absent(v.undef, v.str(trimNode(name)))
	if err != nil {
		panic(err)
	}
	return m
}
