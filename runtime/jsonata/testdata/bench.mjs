// Times npm jsonata on the expressions of bench.json and prints one JSON object:
// name -> nanoseconds for an evaluation, the best of five rounds.
//
//   node bench.mjs DIR/node_modules/jsonata/jsonata.js
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';

const jsonata = createRequire(import.meta.url)(path.resolve(process.argv[2]));
const cases = JSON.parse(readFileSync(new URL('bench.json', import.meta.url), 'utf8'));
const out = {};
for (const { name, expr, input } of cases) {
  const compiled = jsonata(expr);
  const run = async (ms) => {
    const end = performance.now() + ms;
    const start = performance.now();
    let n = 0;
    while (performance.now() < end) {
      for (let i = 0; i < 5; i++, n++) await compiled.evaluate(input);
    }
    return ((performance.now() - start) * 1e6) / n;
  };
  await run(500); // let the JIT warm up
  let best = Infinity;
  for (let i = 0; i < 5; i++) best = Math.min(best, await run(300));
  out[name] = best;
}
console.log(JSON.stringify(out));
