// Times the expressions of bench.json natively, with npm jsonata on the Node.js
// that runs this, and with npm jsonata on goja; prints a table.
//
//   node testdata/bench.mjs DIR/node_modules/jsonata/jsonata.js    (in runtime/jsonata)
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';

const file = path.resolve(process.argv[2]);
const jsonata = createRequire(import.meta.url)(file);
const cases = JSON.parse(readFileSync(new URL('bench.json', import.meta.url), 'utf8'));

// The best of five rounds, in nanoseconds for an evaluation.
const timeHere = async ({ expr, input }) => {
  const compiled = jsonata(expr);
  const run = async (ms) => {
    const start = performance.now();
    let n = 0;
    while (performance.now() < start + ms) {
      for (let i = 0; i < 5; i++, n++) await compiled.evaluate(input);
    }
    return ((performance.now() - start) * 1e6) / n;
  };
  await run(500); // let the JIT warm up
  let best = Infinity;
  for (let i = 0; i < 5; i++) best = Math.min(best, await run(300));
  return best;
};

// The best of five runs of the Go benchmarks, by name.
const timeGo = (bench) => {
  const out = execFileSync('go', ['test', '-run', 'XXX', '-bench', `^Benchmark${bench}$`, '-benchtime', '300ms', '-count', '5', '.'],
    { cwd: path.dirname(path.dirname(new URL(import.meta.url).pathname)), env: { ...process.env, JSONATA_JS: file }, encoding: 'utf8' });
  const best = {};
  for (const [, name, ns] of out.matchAll(/^Benchmark\w+\/(\S+?)(?:-\d+)?\s+\d+\s+([\d.]+) ns\/op/gm)) {
    best[name] = Math.min(best[name] ?? Infinity, Number(ns));
  }
  return best;
};

const native = timeGo('Eval');
const goja = timeGo('Goja');
const show = (ns) => (ns < 1000 ? `${ns.toFixed(0)} ns` : ns < 1e6 ? `${(ns / 1000).toFixed(1)} µs` : `${(ns / 1e6).toFixed(2)} ms`);
console.log(`| expression | native | Node ${process.versions.node} | goja | native to Node | native to goja |\n|---|---|---|---|---|---|`);
for (const c of cases) {
  const name = c.name.replaceAll(' ', '_');
  const [n, v, g] = [native[name], await timeHere(c), goja[name]];
  console.log(`| ${c.name} | ${show(n)} | ${show(v)} | ${show(g)} | ${(v / n).toFixed(1)}x | ${(g / n).toFixed(0)}x |`);
}
