// Generates expressions and inputs from a seed, evaluates them with npm jsonata
// and writes one JSON line for each: {expr, input, outcome}. TestDifferences
// reads them and compares.
//
//   node difffuzz.mjs --jsonata DIR/node_modules/jsonata/jsonata.js \
//        --seed 1 --count 20000 [--corpus suite.json] > pairs.jsonl
//   go test ./runtime/jsonata -run TestDifferences -v -pairs pairs.jsonl
//
// A corpus (a JSON array of objects with an expr) is mutated for half of the pairs.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';

const args = {};
for (let i = 2; i < process.argv.length; i += 2) args[process.argv[i].slice(2)] = process.argv[i + 1];
const require = createRequire(import.meta.url);
const jsonata = require(path.resolve(args.jsonata ?? 'node_modules/jsonata/jsonata.js'));
const corpus = args.corpus ? JSON.parse(readFileSync(args.corpus, 'utf8')).map((c) => c.expr) : [];

let state = Number(args.seed ?? 1) >>> 0 || 1;
const random = () => { // mulberry32
  state = (state + 0x6d2b79f5) >>> 0;
  let t = state;
  t = Math.imul(t ^ (t >>> 15), t | 1);
  t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
  return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
};
const below = (n) => Math.floor(random() * n);
const pick = (list) => list[below(list.length)];
const chance = (p) => random() < p;
const times = (n, f) => Array.from({ length: n }, f);

const names = ['a', 'b', 'c', 'd', 'items', 'name', 'price', 'qty', 'tags', 'sub', 'x', '`odd key`', 'nothing', '"a"'];
const keys = ['a', 'b', 'c', 'd', 'items', 'name', 'price', 'qty', 'tags', 'sub', 'x', 'odd key', '1', '0', 'é'];
const texts = ['', 'a', 'abc', 'Hello World', 'a,b,c', ' x  y ', '12', '-1.5e3', '0x1F', 'é😀z', '2018-03-01T10:20:30.456Z', 'true', 'aXbXc', '%41%zz', 'tESt', '1,234', 'MMXX', 'twenty-one'];
const numbers = ['0', '1', '2', '-1', '3.7', '-2.5', '10', '100', '1e3', '0.1', '1234567.891', '1e21', '1e-7', '255', '2.5', '1520000000000', '12345'];
const pictures = ['0', '#,##0.00', '#0.###', '00.00e0', '0%', '#,##0;(#,##0)', '000', '##,##,##0', '0.0,0', '1', 'I', 'i', 'a', 'A', 'w', 'W', 'Ww', 'w;o', '#;o', '0;o', "#'##0", '٠', 'x', '', '#', '0‰', 'b0e', '#.#e0'];
const datePictures = ['[Y]-[M]-[D]', '[Y0001]-[M01]-[D01]T[H01]:[m01]:[s01].[f001]Z', '[D1o] [MNn] [Y]', '[FNn], [D] [MNn,3-3] [Y,2-2]', '[h]:[m01] [P]', '[H01]:[m]:[s] [z]', '[W]/[w] [X] [x] [d]', '[[x]] [Y]', '[Yi]', '[Dw]', '[Z]', '[Z0101t]', '[q]', '[Y', '[E] [C]', '[f]', '[Y,*-4]', '[M,2]/[D,2]'];
const zones = ['"+0100"', '"-0530"', '"0000"', '"x"', '"+1245"'];
const regexes = ['/a/', '/[a-c]+/', '/(a)(b)?/i', '/X/', '/\\s+/', '/(\\w)(\\w*)/', '/^./', '/\\d+/', '/o/m', '/b*/', '/(?:l+)(o)/', '/(?<n>e)/', '/a|b|/', '/.$/', '/[^a]/', '/(?=b)/', '/(x)|(y)/'];

const str = (s) => JSON.stringify(s);
const text = () => str(pick(texts));
const number = () => pick(numbers);
const lambda = (d, params = 1 + below(3)) => `function(${['$v', '$i', '$l', '$q'].slice(0, params).join(',')}){${chance(0.5) ? expr(d - 1) : pick(['$v', '$v.a', '$v > 1', '$v & "!"', '$v.price * 2', '$string($v)', '$i', '$v + $i', '$uppercase($v)', '$v = 2', '$count($l)'])}}`;

const calls = {
  string: (d) => [any(d), ...opt(() => 'true')], substring: (d) => [strArg(d), numArg(d), ...opt(() => numArg(d))],
  substringBefore: (d) => [strArg(d), strArg(d)], substringAfter: (d) => [strArg(d), strArg(d)],
  lowercase: (d) => [strArg(d)], uppercase: (d) => [strArg(d)], length: (d) => [strArg(d)], trim: (d) => [strArg(d)],
  pad: (d) => [strArg(d), pick(['5', '-5', '8.5', '2', '-10']), ...opt(() => pick(['"-"', '"ab"', '""', '"😀"']))],
  match: (d) => [strArg(d), pick(regexes), ...opt(() => pick(['1', '2', '0', '-1']))],
  contains: (d) => [strArg(d), pick([pick(regexes), text()])],
  replace: (d) => [strArg(d), pick([pick(regexes), text()]), pick(['"-"', '"[$1]"', '"$0$0"', '"$$"', '"$2x"', 'function($m){$m.match & "?"}', '""']), ...opt(() => pick(['1', '0', '2']))],
  split: (d) => [strArg(d), pick([pick(regexes), text()]), ...opt(() => pick(['1', '2', '0']))],
  join: (d) => [pick(['["a","b"]', 'tags', arr(d)]), ...opt(() => text())],
  formatNumber: (d) => [numArg(d), str(pick(pictures)), ...opt(() => pick(['{"decimal-separator":","}', '{"grouping-separator":"."}', '{"zero-digit":"٠"}', '{"minus-sign":"~"}', '{}']), 0.15)],
  formatBase: (d) => [numArg(d), ...opt(() => pick(['2', '16', '36', '1', '2.5']))],
  formatInteger: (d) => [numArg(d), str(pick(pictures))], parseInteger: (d) => [strArg(d), str(pick(pictures))],
  number: (d) => [any(d)], floor: (d) => [numArg(d)], ceil: (d) => [numArg(d)], abs: (d) => [numArg(d)],
  round: (d) => [numArg(d), ...opt(() => pick(['1', '2', '-1', '0']))], sqrt: (d) => [numArg(d)], power: (d) => [numArg(d), pick(['2', '0', '-1', '3', '10'])],
  boolean: (d) => [any(d)], not: (d) => [any(d)], exists: (d) => [any(d)], type: (d) => [any(d)],
  sum: (d) => [arr(d)], count: (d) => [any(d)], max: (d) => [arr(d)], min: (d) => [arr(d)], average: (d) => [arr(d)],
  append: (d) => [any(d), any(d)], reverse: (d) => [arr(d)], sort: (d) => [arr(d), ...opt(() => pick(['function($l,$r){$l>$r}', 'function($l,$r){$l.price<$r.price}']))],
  distinct: (d) => [any(d)], zip: (d) => times(1 + below(3), () => arr(d)),
  map: (d) => [any(d), fn(d)], filter: (d) => [any(d), fn(d)], single: (d) => [any(d), ...opt(() => fn(d))], reduce: (d) => [any(d), pick([lambda(d, 2), 'function($p,$c){$p & $c}', 'function($p,$c){$p + $c}', fn(d)]), ...opt(() => any(d))],
  keys: (d) => [any(d)], lookup: (d) => [any(d), str(pick(keys))], spread: (d) => [any(d)], merge: (d) => [any(d)],
  sift: (d) => [pick(['$', 'sub', '{"a":1,"b":null}', any(d)]), lambda(d)], each: (d) => [pick(['$', 'sub', any(d)]), lambda(d)],
  error: () => opt(() => '"oops"'), assert: (d) => [pick(['true', 'false', any(d)]), ...opt(() => '"bad"')],
  base64encode: (d) => [strArg(d)], base64decode: (d) => [pick(['"SGVsbG8="', strArg(d)])],
  encodeUrl: (d) => [strArg(d)], encodeUrlComponent: (d) => [strArg(d)], decodeUrl: (d) => [strArg(d)], decodeUrlComponent: (d) => [strArg(d)],
  eval: (d) => [pick(['"a"', '"1+1"', '"$"', '"["', '"a.b[0]"', '"1 + \\"x\\""']), ...opt(() => any(d))],
  fromMillis: (d) => [pick(['1520000000123', '0', '-1e12', numArg(d)]), ...opt(() => str(pick(datePictures)), 0.7), ...opt(() => pick(zones), 0.3)],
  toMillis: (d) => [pick([text(), '"2018-03-01"', '"2020"', '"1st March 2018"', '"10:20 pm"', '"2018-3-1"', '"Monday, 5 Mar 18"']), ...opt(() => str(pick(datePictures)))],
  clone: (d) => [any(d)], nope: (d) => [any(d)],
};
const opt = (f, p = 0.4) => (chance(p) ? [f()] : []);
const call = (d, f = pick(Object.keys(calls))) => {
  const list = calls[f](d);
  if (chance(0.05)) list.pop();
  if (chance(0.03)) list.push(any(d));
  if (chance(0.03) && list.length) list[below(list.length)] = '?';
  return `$${f}(${list.join(', ')})`;
};
const strArg = (d) => (chance(0.8) ? pick([text(), text(), 'name', 'items.name', '$v']) : any(d));
const numArg = (d) => (chance(0.8) ? pick([number(), number(), 'price', 'qty', '-' + number()]) : any(d));
const arr = (d) => (chance(0.75) ? pick(['items', 'items.price', 'tags', 'items.tags', '[1..5]', '[3,1,2]', '["b","a"]', '[]', 'items.sub', 'qty', 'd']) : any(d));
const any = (d) => (d <= 0 ? leaf() : expr(d - 1));
const fn = (d) => (chance(0.7) ? lambda(d) : pick(['$string', '$uppercase', '$sum', '$boolean', '$count', '$f', '$not', '$number', '$append', '$length']));

const leaf = () => pick([name, name, name, text, number, () => pick(['$', '$$', 'true', 'false', 'null', '*', '**', '$v', '$x', '$i', '[]', '{}', '%', 'items', 'items.price'])])();
const name = () => pick(names);
const pathStep = (d) => {
  let s = pick([name, name, name, name, () => '*', () => '$', () => '**', () => '%', () => `(${expr(d - 1)})`, () => `[${expr(d - 1)}]`, () => `{${pair(d)}}`, () => call(d - 1), () => '"a"'])();
  if (chance(0.25)) s += `[${pick([number(), expr(d - 1), '$i = 1', 'price > 2', '-1', '0', '[0,1]', '[1..2]'])}]`;
  if (chance(0.08)) s += '[]';
  if (chance(0.07)) s += `@$${pick(['v', 'x'])}`;
  if (chance(0.07)) s += `#$${pick(['i', 'x'])}`;
  if (chance(0.04)) s += `[${expr(d - 1)}]`;
  return s;
};
const pair = (d) => `${pick([str(pick(keys)), str(pick(keys)), 'name', expr(d - 1)])}: ${expr(d - 1)}`;
const operators = ['+', '-', '*', '/', '%', '=', '!=', '<', '<=', '>', '>=', '&', 'and', 'or', 'in', '&', '?:', '??', '~>'];
const kinds = [
  [30, (d) => times(1 + below(4), () => pathStep(d)).join('.')],
  [6, (d) => `${times(1 + below(3), () => pathStep(d)).join('.')}^(${pick(['', '<', '>'])}${pick([name(), 'price', '$', expr(d - 1)])}${chance(0.2) ? ', >name' : ''})${chance(0.3) ? '.' + pathStep(d) : ''}`],
  [5, (d) => `${times(1 + below(3), () => pathStep(d)).join('.')}{${pair(d)}${chance(0.3) ? ', ' + pair(d) : ''}}`],
  [15, (d) => `${any(d)} ${pick(operators)} ${any(d)}`],
  [25, (d) => call(d)],
  [5, (d) => `[${times(below(4), () => expr(d - 1)).join(', ')}]`],
  [3, (d) => `[${pick(numbers.slice(0, 4))}..${pick(['3', '5', 'qty', number()])}]`],
  [5, (d) => `{${times(below(3), () => pair(d)).join(', ')}}`],
  [4, (d) => `${any(d)} ? ${any(d)}${chance(0.8) ? ' : ' + any(d) : ''}`],
  [5, (d) => `($${pick(['v', 'x', 'f'])} := ${expr(d - 1)}; ${expr(d - 1)})`],
  [3, (d) => `-${any(d)}`],
  [3, (d) => `(${expr(d - 1)})${chance(0.4) ? `[${expr(d - 1)}]` : ''}`],
  [4, (d) => `${lambda(d)}(${times(below(3), () => any(d)).join(', ')})`],
  [3, (d) => `${any(d)} ~> ${pick(['$string', '$count()', '$map($string)', '$sum', '|items|{"z":1}|', '|$|{"k":name},["a"]|', lambda(d, 1), '$join("-")', '$uppercase ~> $trim'])}`],
  [2, (d) => `($f := ${lambda(d, 2)}; $f(${any(d)}, ${any(d)}))`],
  [1, (d) => `function($v)<${pick(['s', 'n', 'a<n>', 'o', 's-', 'n?', 'x+', '(sn)'])}:x>{${expr(d - 1)}}(${any(d)})`],
  [2, (d) => `(/${pick(['a', 'b+', '(x)'])}/)(${text()})${chance(0.5) ? '.next()' : ''}`],
];
const total = kinds.reduce((n, [w]) => n + w, 0);
function expr(d) {
  if (d <= 0 || chance(0.12)) return leaf();
  let n = random() * total;
  for (const [w, f] of kinds) if ((n -= w) < 0) return f(d);
  return leaf();
}

const value = (d) => {
  const k = below(d <= 0 ? 5 : 9);
  if (k < 2) return JSON.parse(pick(numbers));
  if (k < 4) return pick(texts);
  if (k === 4) return pick([true, false, null]);
  if (k < 7) return times(below(4), () => value(d - 1));
  return Object.fromEntries(times(below(4), () => [pick(keys), value(d - 1)]));
};
const input = () => {
  const item = (i) => ({ name: pick(texts), price: JSON.parse(pick(numbers)), qty: i, tags: times(below(3), () => pick(texts)), sub: value(1), a: value(1) });
  return pick([
    () => ({ a: value(2), b: value(3), c: [1, 2, 3], d: [[1], [2, [3]]], name: pick(texts), price: 3, qty: 2, tags: ['x', 'y'], items: times(below(4), (_, i) => item(i)), sub: { a: 1, b: { c: [{ d: 1 }, { d: 2 }] } }, 'odd key': value(1) }),
    () => ({ a: value(2), b: value(3), c: [1, 2, 3], name: pick(texts), items: [item(1), item(2), item(3)], sub: value(2), x: value(2) }),
    () => value(3), () => times(3, (_, i) => item(i)), () => undefined,
  ])();
};

// mutate changes an expression of the corpus by its tokens.
const token = /"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|`[^`]*`|\$?[\p{L}\d_]+|\s+|[.:!<>=?~*]{2}|./gsu;
const mutate = () => {
  const list = pick(corpus).match(token) ?? [];
  if (list.length > 200) return expr(2);
  const other = pick(corpus).match(token) ?? ['a'];
  for (let n = below(4); n > 0; n--) {
    const i = below(list.length + 1);
    switch (below(6)) {
      case 0: list.splice(i, 1); break;
      case 1: list.splice(i, 1, pick(other)); break;
      case 2: list.splice(i, 0, pick(other)); break;
      case 3: list.splice(i, 1, pick([leaf(), `(${expr(1)})`, number(), text()])); break;
      case 4: list.splice(i, 0, pick(['[]', '[0]', '.', '~>', '%', '[', ')', ',', '-', '&', '^(a)', '@$v', '#$i'])); break;
      case 5: { const j = below(list.length + 1); const t = list[i]; if (t !== undefined && list[j] !== undefined) { list[i] = list[j]; list[j] = t; } }
    }
  }
  return list.join('');
};
const unstable = /\$(now|millis|random|shuffle)\b|\[\s*\d+\s*\.\.\s*\d{5,}|\d{6,}\)?\s*\]|\$f\w*\(\$n|inf|\/.*(\?:|\?\?)/s; // a regular expression before ?: may never end

const encode = (v) => {
  if (v === undefined) return { $: 'undefined' };
  if (typeof v === 'function' || (v && (v._jsonata_function || v._jsonata_lambda))) return { $: 'function' };
  if (typeof v === 'number') return Number.isFinite(v) ? v : { $: String(v) };
  if (Array.isArray(v)) return Array.from(v, encode);
  if (v && typeof v === 'object') return Object.fromEntries(Object.keys(v).map((k) => [k, encode(v[k])]));
  return v;
};
// The library leaves the place of the last call on its functions, for errors of
// later evaluations to pick up: cleared, so that each pair stands alone.
const natives = await Promise.all(Object.keys(calls).filter((f) => f !== 'nope').map((f) => jsonata('$' + f).evaluate()));
const outcome = async (text, data) => {
  for (const f of natives) { delete f.token; delete f.position; }
  try {
    return { value: encode(await jsonata(text, { timeout: 1500, stack: 1500 }).evaluate(data)) };
  } catch (e) {
    return { error: { code: e.code, position: e.position, token: encode(e.token), message: e.message, name: e instanceof Error ? e.name : undefined } };
  }
};

// With --mode calls: built-in functions with arguments that are likely to mean
// something to them, and pictures and patterns made up at random.
const some = (alphabet, n) => times(1 + below(n), () => pick(alphabet)).join('');
const randomNumber = () => pick([number(), String((random() - 0.5) * 10 ** below(12)), String(Math.floor(random() * 10 ** below(16))), String(random())]);
const special = [
  () => `$formatNumber(${randomNumber()}, ${str(some(['0', '#', ',', '.', ';', '%', '‰', 'e', '-', 'x', '0', '#', '0'], 10))}${chance(0.15) ? ', {"decimal-separator": ",", "grouping-separator": ".", "zero-digit": "٠", "exponent-separator": "E"}' : ''})`,
  () => `$formatInteger(${randomNumber()}, ${str(chance(0.5) ? some(['0', '#', ',', '1', '.', ';o', '٠', 'x'], 8) : pick(pictures))})`,
  () => `$parseInteger(${pick([text(), `$formatInteger(${Math.floor(random() * 10 ** below(9))}, ${str(pick(['w', 'Ww', 'w;o', 'I', 'a', '#,##0', '0;o']))})`])}, ${str(pick(['w', 'Ww', 'w;o', 'I', 'i', 'a', 'A', '#,##0', '0;o', '٠', '0.000']))})`,
  () => `$fromMillis(${Math.floor((random() - 0.3) * 10 ** (5 + below(10)))}, ${str(times(1 + below(4), () => `[${pick('YMDdFWwXxHhPmsfZzCE'.split(''))}${pick(['', '', '1', '01', '001', '0001', 'n', 'N', 'Nn', 'i', 'I', 'w', 'Ww', 'a', 'A', '1o', 'wo', '01:01', '#,##0', '٠'])}${pick(['', '', '', ',2', ',3-3', ',2-2', ',*-2', ',4-*', ',1-4'])}${chance(0.1) ? 't' : ''}]${pick(['-', ' ', '', ':', '/', 'T'])}`).join(''))}${chance(0.4) ? ', ' + str(pick(['+0100', '-0500', '0530', '-0330', '1200', '00', 'z'])) : ''})`,
  () => { const p = str(times(1 + below(4), () => `[${pick('YMDdFWHhPmsfZzX'.split(''))}${pick(['', '', '01', '0001', 'Nn', 'i', 'w', '1o', '01:01'])}${pick(['', '', ',2', ',3-3', ',2-2'])}]${pick(['-', ' ', '', ':', '/'])}`).join('')); return `$toMillis($fromMillis(${Math.floor(random() * 2e12)}, ${p}), ${p})`; },
  () => `$toMillis("${1000 + below(2000)}${chance(0.7) ? '-' + String(below(15)).padStart(2, '0') : ''}${chance(0.6) ? '-' + String(below(33)).padStart(2, '0') : ''}${chance(0.5) ? `T${String(below(26)).padStart(2, '0')}:${String(below(60)).padStart(2, '0')}:${String(below(60)).padStart(2, '0')}` : ''}${chance(0.3) ? '.' + below(100000) : ''}${pick(['', 'Z', '+01:00', '-0530'])}")`,
  () => `$round(${randomNumber()}, ${pick(['0', '1', '2', '-1', '-2', '5', '15', '1.5'])})`,
  () => `$formatBase(${randomNumber()}, ${2 + below(35)})`,
  () => `$number(${str(some(['1', '0', '.', '-', 'e', '+', 'x', 'F', 'b', 'o', '7', ' '], 6))})`,
  () => `$string(${pick([randomNumber(), `[${randomNumber()}, ${text()}, null]`, `{"a": ${randomNumber()}, "b": [${text()}]}`])}${chance(0.3) ? ', true' : ''})`,
  () => `$substring(${text()}, ${pick(['0', '1', '-2', '-20', '2.5', '3', '20'])}${chance(0.6) ? ', ' + pick(['0', '1', '2.5', '-1', '100']) : ''})`,
  () => { const re = `/${some(['a', 'b', '.', '\\w', '\\s', '[a-z]', '[^b]', '(a)', '(?:b|c)', '(\\w+)', '*', '+', '?', '{2}', '|', '^', '$', '\\b', 'é', '(l)(o)?'].map((s) => s.replace('\\\\', '\\')), 5)}/${pick(['', '', 'i', 'm', 'im'])}`; return pick([`$match(${text()}, ${re})`, `$replace(${text()}, ${re}, ${pick(['"<$1>"', '"$0-$2"', 'function($m){$string($m.start) & $m.groups[0]}'])})`, `$split(${text()}, ${re})`, `$contains(${text()}, ${re})`]); },
  () => `${pick(['$encodeUrl', '$encodeUrlComponent', '$decodeUrl', '$decodeUrlComponent', '$base64encode', '$base64decode'])}(${str(some(['a', ' ', '%', '%4', '%20', '%C3%A9', '%F0%9F%98%80', '%80', 'é', '😀', '/', '?', '&', '=', '#', '+', '"', '\n', 'YQ==', '_-'], 6))})`,
  () => `$pad(${text()}, ${pick(['3', '-7', '12', '0', '5.7'])}, ${pick(['"-"', '"ab"', '"é😀"'])})`,
  () => `$split(${text()}, ${pick(['""', '","', '"X"', '" "'])}${chance(0.4) ? ', ' + pick(['0', '1', '2', '2.7']) : ''})`,
  () => `${pick(['$uppercase', '$lowercase', '$trim', '$length'])}(${str(some(['a', 'ß', 'É', 'ǆ', 'İ', 'ı', 'Σ', 'ΑΣ', ' ', '\t', '😀', 'ﬁ', '\u00a0', 'K'], 6))})`,
];

const suites = args.corpus ? JSON.parse(readFileSync(path.join(path.dirname(args.corpus), 'datasets.json'), 'utf8')) : {};
const datasets = Object.values(suites);
const count = Number(args.count ?? 1000);
for (let n = 0; n < count; ) {
  const fromCorpus = corpus.length > 0 && chance(0.5);
  const text = args.mode === 'calls' ? pick(special)() : fromCorpus ? mutate() : expr(1 + below(4));
  if (unstable.test(text) || text.length > 600) continue;
  const data = fromCorpus && chance(0.8) ? pick(datasets) : input();
  const json = data === undefined ? undefined : JSON.stringify(data);
  const result = await outcome(text, json === undefined ? undefined : JSON.parse(json));
  if (result.error && /^D101[12]$/.test(result.error.code)) continue;
  if (result.error?.name === 'RangeError' && /call stack|string length/.test(result.error.message)) continue;
  process.stdout.write(JSON.stringify({ expr: text, input: data, outcome: result }) + '\n');
  n++;
}
