package js

import (
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"regexp"
	"strings"
	"testing"
	"time"

	"sluice/runtime/msg"
)

// FuzzDirect holds that a compiled body does what it does in a VM. The bytes
// choose a body of the grammar below and a message.
func FuzzDirect(f *testing.F) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 300 {
		seed := make([]byte, 40+r.IntN(200))
		for i := range seed {
			seed[i] = byte(r.Uint32())
		}
		f.Add(seed)
	}
	b := newBench(f)
	f.Fuzz(func(t *testing.T, data []byte) {
		w := writer{data: data}
		body := w.body()
		in := w.message(t)
		s := scene{body: body, in: func(testing.TB) *msg.Object { return msg.Clone(in).(*msg.Object) }, on: b, timeout: 5 * time.Second}
		want, _, _ := s.play(t, true)
		got, left, why := s.play(t, false)
		if halves.MatchString(got) || strings.Contains(want, "timed out") || strings.Contains(want, "memory") {
			return
		}
		if got, want := halves.ReplaceAllString(got, "�"), halves.ReplaceAllString(want, "�"); got != want {
			t.Errorf("%s\nfor %s\n%s", body, show(in), difference(want, got))
		}
		if left < 0 && why == "" {
			t.Errorf("%s\nwas refused without a reason", body)
		}
	})
}

// halves are those of characters, which some functions of a VM replace or lose.
var halves = regexp.MustCompile(`\\xed\\x[ab].\\x..|\\\\ud[89a-f]|%uD[89A-F]`)

// writer writes a body as its data chooses: 0, which it also reads at the end, is the simplest choice everywhere.
type writer struct {
	data       []byte
	out        strings.Builder
	vars       []declared
	names      int
	depth      int // of statements and expressions
	loops      int // around
	labels     []string
	inFunction bool
}

type declared struct {
	name     string
	kind     byte // as the letters of forms
	constant bool
}

func (w *writer) pick(n int) int {
	if len(w.data) == 0 || n <= 1 {
		return 0
	}
	x := int(w.data[0])
	w.data = w.data[1:]
	if n > 256 && len(w.data) > 0 {
		x = x<<8 | int(w.data[0])
		w.data = w.data[1:]
	}
	return x % n
}

func (w *writer) name() string {
	w.names++
	return fmt.Sprint("v", w.names)
}

func (w *writer) body() string {
	for n := 2 + w.pick(8); n > 0 && len(w.data) > 0; n-- {
		w.statement()
	}
	ends := []string{"return msg", "return {payload: @X}", "msg.payload = @X; return msg", "return {a: @X, b: @X, c: @A, d: @O}", "return [msg, {payload: @X}]", "return [[{payload: @X}, msg], null]", "return {payload: [@X, @X, @N, @S, @B]}"}
	w.fill(ends[w.pick(len(ends))])
	return w.out.String()
}

// forms are what an expression of a kind may be: N a number, S a text, B a boolean, A an array, O an object, D a Date,
// X anything; f is a function of an element, p one that tests it, c one that compares, r one for reduce. The first few are the simplest.
var forms = map[byte][]string{
	'N': {"(1)", "(0)", "(-1)", "(2)", "msg.n", "(7)", "(1.5)", "(-2.5)", "(10)", "(255)", "(NaN)", "(1e3)", "(2147483647)", "(4294967296)", "(0.1)", "msg.z", "msg.f", "(Infinity)",
		"(@N + @N)", "(@N - @N)", "(@N * @N + 0)", "(@N / @N)", "(@N % @N + 0)", "(@N % 65536 | @N % 65536)", "(@N % 65536 & @N % 65536)", "(@N % 65536 ^ @N % 9)", "(@N % 65536 << @N % 40)", "(@N % 65536 >> @N % 40)", "(@N % 65536 >>> @N % 40)", "~(@N % 65536)", "(-@N + 0)", "+@S", "+@X", "(@B ? @N : @N)",
		"@S.length", "@A.length", "@S.indexOf(@S)", "@S.lastIndexOf(@S)", "@S.indexOf(@S, @N)", "@S.charCodeAt(@N)", "@S.codePointAt(@N)", "@S.search(@E)", "@A.indexOf(@X)", "@A.lastIndexOf(@X)", "@A.findIndex(@p)", "@A.findLastIndex(@p)", "@A.push(@P)", "@A.unshift(@P)", "@L.reduce(@r, @N)", "@L.reduceRight(@r, @N)", "@S.localeCompare(@S)",
		"Math.floor(@N)", "Math.ceil(@N)", "Math.round(@N)", "Math.trunc(@N)", "Math.abs(@N)", "Math.sign(+@N)", "Math.max(@N, @N)", "Math.min(@N, @N, @N)", "Math.sqrt(@N)", "Math.max(...@L)", "Number(@X)", "(parseInt(@S) + 0)", "parseInt(@S, @N % 40)", "parseFloat(@S)", "Object.keys(@O).length", "@D.getTime()", "@D.getFullYear()", "@D.getMonth()", "@D.getDay()", "@D.getHours()", "@D.valueOf()", "(@D - @D)", "Date.UTC(2020, @N % 20, @N % 40)", "Number.parseFloat(@S)", "new Map(@W).size", "new Set(@A).size"},
	'S': {`"a"`, `""`, `"abc"`, "msg.s", "msg.topic", `"héllo"`, `"😀x"`, `"1,2,,3"`, `" pad "`, `"A-b-C"`, `"42"`, `"[1,{\"a\":2}]"`, `"2024-02-29T12:30:45Z"`, `"aaabbb"`, `"%41 é"`, `"ß\n\t"`,
		"(@S + @S).slice(0, 60)", "(@S + @X).slice(0, 60)", "(@N + @S)", "`${@X}-${@N}`.slice(0, 60)", "(@X + '')", "String(@X)", "@N.toString()", "(@N % 1000 | 0).toString(@N % 35 + 2 | 0)", "@N.toFixed(@N % 20)", "(@B ? @S : @S)", "typeof @X",
		"@S.slice(@N, @N)", "@S.slice(@N)", "@S.substring(@N, @N)", "@S.substr(@N, @N)", "@S.charAt(@N)", "@S.at(@N)", "@S[@N]", "@S.toUpperCase()", "@S.toLowerCase()", "@S.trim()", "@S.trimStart()", "@S.trimEnd()", "@S.padStart(@N % 20, @S)", "@S.padEnd(@N % 20)", "@S.repeat(@N % 4)", "@S.concat(@S, @N).slice(0, 60)", "@S.replace(@S, @S)", "@S.replace(@E, @S)", "@S.replace(@E, @u)", "@S.replaceAll(@S, @S).slice(0, 60)", "@S.replaceAll(/@e/g, @u).slice(0, 60)", "@S.normalize()", "String.fromCharCode(@N % 70000, @N % 300)",
		"@A.join(@S).slice(0, 60)", "@A.join().slice(0, 60)", "String(@A).slice(0, 60)", "JSON.stringify(@X)", "JSON.stringify(@O, null, @N % 5)", "@D.toISOString()", "@D.toString()", "@D.toJSON()", "encodeURIComponent(@S).slice(0, 60)", "decodeURIComponent(@S)", "(@B + '')", "@S.split(@S).reverse().join(@S).slice(0, 60)", "@O.toString()", "(@N).toPrecision(@N % 20 + 1)", "@N.toExponential(@N % 10)", "@S.toString()", "escape(@S).slice(0, 60)"},
	'B': {"true", "false", "msg.yes", "(@N < @N)", "(@N >= @N)", "(@S > @S)", "(@S === @S)", "(@X == @X)", "(@X != @X)", "(@X === @X)", "(@X !== @X)", "(@X < @X)", "(@X <= @X)", "!@X", "(@B && @B)", "(@B || @B)", "!!@X", "@S.includes(@S)", "@S.startsWith(@S)", "@S.endsWith(@S, @N)", "@E.test(@S)", "@A.includes(@X)", "@A.some(@p)", "@A.every(@p)", "Array.isArray(@X)", "isNaN(@X)", "isFinite(@N)", "Number.isInteger(@X)", "Number.isFinite(@X)",
		"(@K in @O)", "@O.hasOwnProperty(@K)", "Object.hasOwn(@O, @K)", "Object.is(@X, @X)", "(@X instanceof Array)", "(@X instanceof Date)", "(typeof @X === 'string')", "(typeof @X == 'object')", "(@X == null)", "(@X !== undefined)", "delete @O[@K]", "new Set(@A).has(@X)", "Number.isNaN(@X)", "Boolean(@X)", "Buffer.isBuffer(@X)"},
	'L': {"[1, 2, 3]", "msg.a", "[3, 1, 2, 10]", "[]", "[@N, @N]", "[...@L, @N].slice(0, 30)", "@L.map(x => x * 2 + 0)", "@L.filter(@p)", "@L.slice(@N)", "@L.sort((a, b) => a - b)", "@L.concat(@L).slice(0, 30)", "Object.values({a: @N, b: @N})", "@S.split('').map(s => s.length)"},
	'W': {"[['a', 1], ['b', 2]]", "Object.entries(@O)", "[[@S, @X]]", "[...msg.a.entries()]"},
	'A': {"[]", "[1, 2, 3]", "msg.a", "msg.l", "msg.words", "['b', 'a', 'c']", "msg.payload.list", "[@X]", "[@X, @P, @N]", "[...@A].slice(0, 30)", "[@P, ...@A, ...@S].slice(0, 30)", "@L", "@L", "@S.split(@S)", "@S.split(@E)", "@S.split(@S, @N % 5)", "(@S.match(@E) || [])", "@S.match(/@e/g)", "@A.map(@f)", "@A.filter(@p)", "@A.slice(@N, @N)", "@A.slice(@N)", "@A.splice(@N, @N)", "@A.splice(@N, 1, @P)", "@A.concat(@A).slice(0, 30)", "@A.concat(@X).slice(0, 30)", "@A.reverse()", "@A.sort()", "@A.toSorted()", "@A.sort(@c)", "@A.flat()", "@A.flat(@N % 3)", "@A.flatMap(@f)", "@A.fill(@P, @N, @N)", "@A.with(0, @P)", "@A.toReversed()", "@A.toSpliced(@N, 1)",
		"Object.keys(@X)", "Object.values(@O)", "Object.entries(@O)", "Array.from(@A)", "Array.from(@S)", "Array.from({length: @N % 5})", "Array.from(@A, @f)", "Array.of(@P, @P)", "new Array(@N % 5).fill(@P)", "[...@S]", "JSON.parse(JSON.stringify(@A))", "(@B ? @A : @A)", "flow.get('l')", "[...new Set(@A)]", "[...new Map(@W).keys()]", "[...new Map(@W)]", "[...@A.entries()].slice(0, 30)", "[...@A.keys()]", "[...@S.matchAll(/@e/g)].map(m => m[0])", "[...Buffer.from(@S)]"},
	'O': {"({})", "({a: 1})", "msg.o", "msg.payload", "({a: @X, b: @P})", "({...@O, c: @P})", "({[@K]: @X, 5: @P, 1: @N})", "Object.assign({}, @O)", "Object.assign(@O, {z: @P})", "Object.fromEntries(@W)", "JSON.parse(JSON.stringify(@O))", "(@B ? @O : @O)", "flow.get('o')", "RED.util.cloneMessage(@O)", "@A.reduce((o, x, i) => { o['k' + i % 5] = i; return o }, {})", "Object.fromEntries(new Map(@W))", "msg"},
	'D': {"new Date(0)", "msg.d", "new Date(@N)", "new Date(2024, 1, @N % 50)", "new Date(@D)"},
	'X': {"(1)", "null", "undefined", "@N", "@S", "@B", "@A", "@O", "@N", "@S", "@B", "@A", "@O", "@D", "msg[@K]", "@O[@K]", "@A[@N]", "@O?.[@K]?.a", "msg.payload?.[@K]?.length", "msg.nil?.x.y", "(@X || @X)", "(@X && @X)", "(@X ?? @X)", "(@B ? @X : @X)", "@A.find(@p)", "@A.findLast(@p)", "@A.pop()", "@A.shift()", "@A.at(@N)", "flow.get(@C)", "context.get('c')", "(@X, @X)", "@L.reduce(@r)", "@E.exec(@S)", "@S.match(@E)", "(@S.match(@E) || {}).index", "(@E.exec(@S) || [])[1]", "env.get('NAME')", "new Map(@W).get(@K)", "[@A].flat(9)", "msg.b", "msg.b[@N]", "RED.util.getMessageProperty(msg, 'payload.x')", "@G"},
	'P': {"1", "null", "@N", "@S", "@B", "undefined"},
	'K': {`"a"`, `"b"`, `"k"`, `"1"`, "0", `"payload"`, `"list"`, `"x"`, `"toString"`, `"length"`, "@S", "@N"},
	'C': {`"o"`, `"n"`, `"l"`, `"k1"`, `"k2"`, `"none"`, `"o.a"`, `"l[1].x"`, `"k3.x"`, `"k3"`, `"k-4"`},
	'E': {"/a/", "/@e/", "/@e/g", "/@e/i", "/@e/gi", "/@e/m", "/@e/u"},
	'e': {"a", "[a-c]+", `\d+`, `\s+`, "(a)(b)?", "b|c", "^.", ".$", `\w`, "[^a-z]", "(?:a|b)+", "x*", "é", `\b`, "(?<n>l+)", "a{2}", "a+?b", "l(?=o)", `[\s\S]`, `(.)\1`, "."},
	'f': {"x => x", "x => @X", "(x, i) => i", "(x, i, all) => all.length + i", "x => ({v: x})", "function (x) { return @X }", "x => { const y = x; return [y, @N] }", "x => String(x).slice(0, 9)", "x => typeof x", "([x]) => x", "({v}) => v", "x => { if (msg && @B) return @X; msg.n = @N }", "Number", "String", "parseFloat", "(x, i) => { @A.push(i); return x }"},
	'p': {"x => x", "x => x > @N", "x => @B", "(x, i) => i % 2", "x => x === @X", "x => x == @N", "function (x, i) { return i < @N }", "x => { if (x) return @X }", "Boolean", "x => x && x.v > 1", "({v}) => v"},
	'c': {"(a, b) => a - b", "(a, b) => b - a", "(a, b) => a < b ? -1 : a > b ? 1 : 0", "(a, b) => String(a).localeCompare(String(b))", "(a, b) => a.v - b.v"},
	'r': {"(s, x) => s + x", "(s, x, i) => s + i", "(s, x) => Math.max(s, x)", "(s, x) => { return @N + s }"},
	'u': {"@S", "m => m + m", "(m, a) => a", "m => @S", "(m, a, i) => m + i", "'$&$1'", "'[$`]'", "\"$'\"", "'$$'"},
	'G': {"1"},
}

const maxWritten = 6000 // bytes

// fill writes a form, choosing what stands for its places.
func (w *writer) fill(form string) {
	for {
		before, after, ok := strings.Cut(form, "@")
		w.out.WriteString(before)
		if !ok {
			return
		}
		w.expression(after[0])
		form = after[1:]
	}
}

func (w *writer) expression(kind byte) {
	list := forms[kind]
	var own []declared
	for _, v := range w.vars {
		if v.kind == kind || kind == 'X' && v.kind != 'F' || kind == 'A' && v.kind == 'L' {
			own = append(own, v)
		} else if kind == 'G' && v.kind == 'F' {
			own = append(own, declared{name: v.name + "(@X, @N)"})
		}
	}
	w.depth++
	defer func() { w.depth-- }()
	if w.depth > 6 || w.out.Len() > maxWritten {
		list = list[:1]
	}
	if len(own) > 0 && (w.pick(2) == 1 || kind == 'G') {
		name := own[w.pick(len(own))].name
		if w.depth > 6 {
			name = strings.NewReplacer("@X", "1", "@N", "2").Replace(name)
		}
		w.fill(name)
		return
	}
	w.fill(list[w.pick(len(list))])
}

func (w *writer) block(statements int) {
	n := len(w.vars)
	w.out.WriteString("{ ")
	for range statements {
		w.statement()
	}
	w.out.WriteString("} ")
	w.vars = w.vars[:n]
}

func (w *writer) declare(keyword string, kind byte) {
	v := declared{w.name(), kind, keyword == "const"}
	fmt.Fprintf(&w.out, "%s %s = ", keyword, v.name)
	w.expression(kind)
	w.out.WriteString("; ")
	w.vars = append(w.vars, v)
}

// line writes a form as a statement.
func (w *writer) line(form string) {
	w.fill(form)
	w.out.WriteString("; ")
}

var lines = []string{"msg.payload = @X", "msg.n = @N", "msg[@K] = @X", "@O[@K] = @P", "@O.k = @A", "@A.push(@P)", "@A[0] = @P", "@A[@A.length] = @P", "@O.n = (@O.n || 0) + 1", "@O.n += @N", "@A[1]++", "delete @O[@K]", "delete msg.o", "delete msg[@K]", "@A.forEach(x => { msg.n += 1 })", "@A.forEach((x, i) => { @O['f' + i % 7] = x })",
	"node.warn(@X)", "node.log(@S)", "node.status({text: @S})", "node.status(@S)", "node.error(@S, msg)", "node.send({payload: @P})", "node.send(msg)", "flow.set('k1', @P)", "flow.set('k3.x.y', @P)", "flow.set('o.z', @P)", "flow.set('k-4', @N)", "flow.set('k2', {...@O, k: 1})", "flow.set('o', JSON.parse(JSON.stringify(@O)))", "context.set('c', @N)", "flow.get('o').a = @P", "flow.get('l').push(@P)", "global.get('g').deep.x = @X", "@G", "@X", "@D.setDate(@N % 40)", "@D.setHours(@N % 30, 1)", "@A.sort()", "@A.splice(0, 1)", "@A.reverse()", "@A.pop()", "@A.length", "new Map(@W).forEach((v, k) => { msg.topic = k })", "Object.assign(msg, @O)", "msg.o ??= @O", "msg.s ||= @S", "msg.yes &&= @B", "console.log(@S)"}

func (w *writer) statement() {
	w.depth++
	defer func() { w.depth-- }()
	choice := w.pick(30)
	if w.depth > 4 || w.out.Len() > maxWritten || len(w.data) == 0 {
		choice %= 8
	}
	kinds := "NSBALODX"
	switch choice {
	default:
		w.line(lines[w.pick(len(lines))])
	case 4, 5:
		w.declare([]string{"let", "const", "var"}[w.pick(3)], kinds[w.pick(len(kinds))])
	case 6, 7:
		w.assign()
	case 8, 9:
		w.fill("if (msg && @B) ")
		w.block(1 + w.pick(3))
		if w.pick(2) == 1 {
			w.out.WriteString("else ")
			w.block(1 + w.pick(2))
		}
	case 10, 11, 12:
		w.loop()
	case 13:
		w.out.WriteString("switch (")
		w.expression('X')
		w.out.WriteString(") { ")
		for range 1 + w.pick(3) {
			w.fill([]string{"case @P: ", "case @X: ", "default: "}[w.pick(2)])
			n := len(w.vars)
			w.line(lines[w.pick(len(lines))])
			w.vars = w.vars[:n]
			if w.pick(2) == 1 {
				w.out.WriteString("break; ")
			}
		}
		if w.pick(2) == 1 {
			w.fill("default: msg.topic = @S; ")
		}
		w.out.WriteString("} ")
	case 14, 15, 16:
		w.function()
	case 17:
		w.branch()
	case 18:
		if w.inFunction {
			w.line("return @X")
		} else if w.depth > 1 {
			w.line("return {payload: @X}")
		}
	case 19:
		n := len(w.vars)
		names := []string{w.name(), w.name()}
		w.fill([]string{"const {a: " + names[0] + ", b: " + names[1] + " = @X} = @O; ", "let [" + names[0] + ", " + names[1] + " = @N] = @A; ", "const {" + names[0] + " = @N, payload: " + names[1] + "} = msg; "}[w.pick(3)])
		w.vars = append(w.vars[:n], declared{names[0], 'X', true}, declared{names[1], 'X', true})
	case 20:
		w.out.WriteString("try ")
		w.block(1 + w.pick(3))
		w.fill([]string{"catch { msg.caught = @N } ", "catch (e) { msg.caught = e.message } ", "finally { msg.fin = @N } "}[w.pick(3)])
	case 21:
		if w.pick(4) == 3 {
			w.line("throw new Error(@S)")
		}
	case 22:
		w.out.WriteString("{ ")
		n := len(w.vars)
		w.statement()
		w.statement()
		w.vars = w.vars[:n]
		w.out.WriteString("} ")
	}
}

func (w *writer) assign() {
	var own []declared
	for _, v := range w.vars {
		if !v.constant && v.kind != 'F' {
			own = append(own, v)
		}
	}
	if len(own) == 0 {
		w.line("msg.payload = @X")
		return
	}
	v := own[w.pick(len(own))]
	w.out.WriteString(v.name)
	switch v.kind {
	case 'N':
		w.line([]string{" = @N", "++", "--", " += @N", " -= @N", " |= 1", " ||= @N", " /= @N"}[w.pick(8)])
	case 'S':
		w.line([]string{" = @S", " += @S.slice(0, 5)", " += @N", " = " + v.name + ".slice(0, 50)", " ||= @S"}[w.pick(5)])
	default:
		w.line([]string{" = @" + string(v.kind), " ??= @" + string(v.kind)}[w.pick(2)])
	}
}

func (w *writer) loop() {
	if w.loops >= 2 {
		w.line("msg.payload = @X")
		return
	}
	n := len(w.vars)
	v, label, form := w.name(), "", w.pick(6)
	if form == 3 {
		fmt.Fprintf(&w.out, "let %s = 0; ", v)
	}
	if w.pick(3) == 2 {
		label = "l" + v
		w.out.WriteString(label + ": ")
	}
	switch form {
	case 0:
		fmt.Fprintf(&w.out, "for (let %s = 0; %s < %d; %s++) ", v, v, w.pick(5), v)
		w.vars = append(w.vars, declared{v, 'N', true})
	case 1:
		w.fill("for (const " + v + " of @A.slice(0, 5)) ")
		w.vars = append(w.vars, declared{v, 'X', true})
	case 2:
		w.fill("for (const " + v + " in @O) ")
		w.vars = append(w.vars, declared{v, 'S', true})
	case 3:
		fmt.Fprintf(&w.out, "while (%s++ < %d) ", v, w.pick(5))
		w.vars = append(w.vars, declared{v, 'N', true})
	case 4:
		w.fill("for (const [" + v + "k, " + v + "] of Object.entries(@O)) ")
		w.vars = append(w.vars, declared{v, 'X', true}, declared{v + "k", 'S', true})
	case 5:
		w.fill("for (const " + v + " of @S) ")
		w.vars = append(w.vars, declared{v, 'S', true})
	}
	labels := w.labels
	if label != "" {
		w.labels = append(w.labels, label)
	}
	w.loops++
	w.block(1 + w.pick(4))
	w.loops--
	w.labels = labels
	w.vars = w.vars[:n]
}

func (w *writer) branch() {
	if w.loops == 0 {
		return
	}
	w.fill("if (msg && @B) " + []string{"break", "continue"}[w.pick(2)])
	if len(w.labels) > 0 && w.pick(2) == 1 {
		w.out.WriteString(" " + w.labels[w.pick(len(w.labels))])
	}
	w.out.WriteString("; ")
}

func (w *writer) function() {
	if w.loops > 0 || w.inFunction {
		w.line("msg.payload = @X")
		return
	}
	name, x, y := w.name(), w.name(), w.name()
	heads := []string{"function %[1]s (%[2]s, %[3]s) ", "const %[1]s = (%[2]s, %[3]s) => ", "const %[1]s = function (%[2]s, %[3]s = 1) ", "const %[1]s = (%[2]s, ...%[3]s) => "}
	head := w.pick(len(heads))
	if head == 0 && w.depth > 1 {
		head = 1
	}
	fmt.Fprintf(&w.out, heads[head], name, x, y)
	n, labels := len(w.vars), w.labels
	w.vars = append(w.vars, declared{x, 'X', false}, declared{y, 'X', false})
	w.labels, w.inFunction = nil, true
	w.out.WriteString("{ ")
	for range 1 + w.pick(3) {
		w.statement()
	}
	w.line("return @X")
	w.out.WriteString("}; ")
	w.labels, w.inFunction = labels, false
	w.vars = append(w.vars[:n], declared{name, 'F', true})
}

// message makes a message like sample, of other values.
func (w *writer) message(t testing.TB) *msg.Object {
	numbers := []float64{7, 0, -1, 1.5, 1e21, -2.5, 255, 1 << 40, 0.1}
	texts := []string{"héllo😀", "", "abc abc", "1,2,3", `{"a":[1,2]}`, "2024-05-06", "a\nb\tc", " A b "}
	h := fnv.New32a()
	h.Write(w.data)
	r := rand.New(rand.NewPCG(uint64(h.Sum32()), 7))
	var anything func(depth int) any
	anything = func(depth int) any {
		switch n := r.IntN(9); {
		case n == 0:
			return nil
		case n == 1:
			return r.IntN(2) == 0
		case n < 5:
			return numbers[r.IntN(len(numbers))]
		case n < 7 || depth > 2:
			return texts[r.IntN(len(texts))]
		case n == 7:
			a := msg.NewArray()
			for range r.IntN(5) {
				a.Append(anything(depth + 1))
			}
			return a
		}
		o := msg.NewObject()
		for range r.IntN(5) {
			o.Set([]string{"a", "b", "k", "1", "x", "list"}[r.IntN(6)], anything(depth+1))
		}
		return o
	}
	m := sample(t)
	m.Delete("half")
	if w.pick(2) == 1 {
		m.Set("n", numbers[r.IntN(len(numbers))])
		m.Set("s", texts[r.IntN(len(texts))])
		m.Set("payload", anything(0))
		m.Set("o", anything(0))
	}
	return m
}
