package js

import (
	"errors"
	"fmt"
	"regexp"
	"sort"
	"strings"

	"github.com/dop251/goja"
	"github.com/dop251/goja/ast"
	"github.com/dop251/goja/parser"
)

// compiled is a function node's text as one program: a function of the values
// its names stand for, which returns the body and the setup and cleanup code.
// Names assigned without declaration are variables of that outer function, so
// they last between messages and are the node's own, as in Node-RED.
type compiled struct {
	prg     *goja.Program
	params  []string // the names the outer function is called with
	body    *usage
	needs   []string
	copies  bool   // the body runs on native copies of its message
	retains bool   // something of a message may outlive the call
	node    bool   // the text names node
	global  bool   // the text uses this or globalThis
	async   bool   // the body awaits
	this    bool   // the text uses this
	regexps bool   // there are patterns to be rewritten
	depth   bool   // the depth of functions is counted
	deep    bool   // async functions and generators look how deep they are
	placed  string // what keeps the body in the main VM; "" for nothing
	quiet   bool   // see quick.go
	direct  directly
}

// nodeNames are what a body reaches of its node; each is given to the outer function only if it is named.
var nodeNames = []string{"context", "flow", "global", "env", "setTimeout", "clearTimeout", "setInterval", "clearInterval",
	"setImmediate", "clearImmediate", "globalThis"}

// copyNames need property features that views do not have.
var copyNames = []string{"freeze", "seal", "preventExtensions", "defineProperty", "defineProperties", "Symbol", "setPrototypeOf"}

// retainNames can keep a value beyond the call it came with.
var retainNames = []string{"Map", "Set", "WeakMap", "WeakSet", "setTimeout", "setInterval", "setImmediate", "queueMicrotask",
	"then", "on", "once", "addListener", "sendFile", "sendfile", "download", "end", "write", "globalThis", "prototype", "eval", "Function", "Object.prototype"}

// captures are the globals that become variables of the outer function, which goja
// finds by number and not by name through all scopes. (A text that assigns one has a
// variable for it anyhow.)
var captures = strings.Fields("Math JSON Object Array String Number Boolean Date parseInt parseFloat isNaN isFinite undefined NaN Infinity " +
	"encodeURIComponent decodeURIComponent Error TypeError RangeError RegExp")

func compile(src Source) (*compiled, error) {
	parts := []struct{ kind, head, text string }{
		{"body", "function(msg,node){", src.Body},
		{"setup", "async function(node){", strings.TrimSpace(src.Setup)},
		{"cleanup", "function(node){", strings.TrimSpace(src.Cleanup)},
	}
	c := &compiled{}
	uses := make([]*usage, 0, len(parts))
	var text strings.Builder
	var body *ast.Program
	text.WriteString("return [")
	for i, p := range parts {
		if i > 0 && p.text == "" {
			text.WriteString("undefined,")
			continue
		}
		if err := checkNesting(p.text); err != nil {
			return nil, err
		}
		prg, async, err := parsePart(p.text, p.kind)
		if err != nil {
			return nil, err
		}
		if async && p.kind == "body" {
			p.head = "async " + p.head
			c.async = true
		}
		u := scan(prg)
		uses = append(uses, u)
		if p.kind == "body" {
			body = prg
		}
		c.regexps = c.regexps || u.regexps
		c.this = c.this || u.this
		c.deep = c.deep || u.resumes
		if c.depth = c.depth || u.functions && (u.catches || u.props["catch"] || u.props["then"]); c.depth {
			p.head += depthName + "=0;"
		}
		fmt.Fprintf(&text, "%s\n%s\n},", p.head, p.text)
	}
	text.WriteString("];")
	c.body = uses[0]
	if !src.inVM {
		c.direct = compileDirect(body, src, uses)
	}
	// Node-RED looks closer only at a text that has node.done() without arguments.
	c.body.nodeDone = c.body.nodeDone && plainDone.MatchString(src.Body)
	c.decide(src, uses)
	c.placed = c.state(src)
	c.quiet = !c.copies && (c.placed == "" || !c.body.functions && c.state(src, contextNames) == "")
	c.needs = needs(uses, len(src.Libs) > 0)

	var vars []string
	for _, u := range uses {
		for name := range u.outer {
			vars = append(vars, name)
		}
	}
	sort.Strings(vars)
	whole := "(function(" + strings.Join(c.params, ",") + "){" + outerVars(vars, c.params) + text.String() + "})"
	prg, err := parseScript(fileName(src.Node), whole, parser.WithDisableSourceMaps)
	if err != nil {
		if whole, err = lower(whole); err == nil {
			prg, err = parseScript(fileName(src.Node), whole)
		}
	}
	if err == nil {
		breakChains(prg)
		if r := (&rewriter{depth: c.depth, deep: c.deep, this: c.this}); c.depth || c.deep || c.regexps || c.this {
			if r.rewrite(prg); r.err != nil {
				line := prg.File.Position(int(r.errAt) - prg.File.Base()).Line
				return nil, &SyntaxError{r.err.Error(), "body", line - 1}
			}
		}
		c.prg, err = goja.CompileAST(prg, false)
	}
	if err != nil {
		return nil, syntaxError(err, "body", 1, whole)
	}
	return c, nil
}

// parseScript is goja.Parse with errors that tell their place.
func parseScript(name, text string, opts ...parser.Option) (*ast.Program, error) {
	return parser.ParseFile(nil, name, text, 0, opts...)
}

// parsePart parses one part for scan, as an async function if it awaits.
func parsePart(text, kind string) (prg *ast.Program, async bool, err error) {
	plain := "(function(){\n" + text + "\n})"
	prg, err = parseScript("", plain, parser.WithDisableSourceMaps)
	awaits := awaitWord.MatchString(text)
	if err == nil && (!awaits || !scan(prg).await) {
		return prg, false, nil
	}
	prg, aerr := parseScript("", "(async "+plain[1:], parser.WithDisableSourceMaps)
	if aerr == nil {
		return prg, true, nil
	}
	if lowered, lerr := lower("(async " + plain[1:]); lerr == nil {
		if prg, lerr = parseScript("", lowered, parser.WithDisableSourceMaps); lerr == nil {
			return prg, true, nil
		}
	}
	if awaits || err == nil {
		err = aerr
	}
	return nil, false, syntaxError(err, kind, 1, plain)
}

var plainDone = regexp.MustCompile(`node\.done\s*\(\s*\)`)

var awaitWord = regexp.MustCompile(`\bawait\b`)

// outerVars declares the undeclared names. One that is a global keeps the global's value until it is assigned.
func outerVars(names, params []string) string {
	var b strings.Builder
	seen := map[string]bool{"msg": true, "node": true, "arguments": true, "eval": true, "undefined": true, "NaN": true, "Infinity": true}
	for _, p := range params {
		seen[p] = true
	}
	for _, n := range names {
		if !seen[n] {
			seen[n] = true
			fmt.Fprintf(&b, "var %s=globalThis.%s;", n, n)
		}
	}
	return b.String()
}

// decide chooses how the body runs.
func (c *compiled) decide(src Source, uses []*usage) {
	named := func(n string) bool {
		for _, u := range uses {
			if u.names[n] || u.outer[n] {
				return true
			}
		}
		return false
	}
	for _, n := range nodeNames {
		if named(n) {
			c.params = append(c.params, n)
		}
	}
	for _, n := range captures {
		if named(n) && !named("eval") && !named("globalThis") {
			c.params = append(c.params, n)
		}
	}
	if c.regexps {
		c.params = append(c.params, regexpGuard)
	}
	if c.this {
		c.params = append(c.params, ownThis)
	}
	if c.depth {
		c.params = append(c.params, tooDeepName, depthName)
	}
	if c.deep {
		c.params = append(c.params, deepName, delegateName)
	}
	c.node = named("node")
	for _, u := range uses {
		c.retains = c.retains || u.keeps() || u.this || u.made != ""
		c.global = c.global || u.this || u.names["globalThis"]
		for _, n := range retainNames {
			c.retains = c.retains || u.names[n] || u.props[n]
		}
	}
	for _, n := range copyNames {
		c.copies = c.copies || c.body.names[n] || c.body.props[n]
	}
	for _, l := range src.Libs {
		if l.Var != "" {
			c.params = append(c.params, l.Var)
		}
	}
}

func fileName(n Node) string { return "Function node:" + n.ID() }

// SyntaxError is what keeps a function node's text from being compiled. Its
// text is what Node-RED logs, with the line that Node-RED counts.
type SyntaxError struct {
	Message string
	Part    string // body, setup or cleanup
	Line    int
}

func (e *SyntaxError) Error() string {
	return fmt.Sprintf("SyntaxError: %s (%s:line %d)", e.Message, e.Part, e.Line)
}

// syntaxError is err for a text of which skip lines are not the author's.
func syntaxError(err error, part string, skip int, text string) error {
	if list, ok := errors.AsType[parser.ErrorList](err); ok && len(list) > 0 {
		at := list[0].Position
		return &SyntaxError{v8Syntax(list[0].Message) + identifierAt(list[0].Message, text, at.Line, at.Column), part, at.Line - skip}
	}
	if e, ok := errors.AsType[*goja.CompilerSyntaxError](err); ok && e.File != nil {
		return &SyntaxError{v8Syntax(e.Message), part, e.File.Position(e.Offset).Line - skip}
	}
	return &SyntaxError{err.Error(), part, 0}
}

var word = regexp.MustCompile(`^[\p{L}_$][\p{L}\p{N}_$]*`)

// identifierAt is the identifier that V8 names where one was not expected.
func identifierAt(message, text string, line, col int) string {
	lines := strings.Split(text, "\n")
	if message != "Unexpected identifier" || line < 1 || line > len(lines) || col < 1 || col > len(lines[line-1]) {
		return ""
	}
	if w := word.FindString(lines[line-1][col-1:]); w != "" {
		return " '" + w + "'"
	}
	return ""
}
