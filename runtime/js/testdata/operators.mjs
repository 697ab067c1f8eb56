// Prints operators.txt anew: what Node makes of every expression for all pairs of values, as a hash.
// TZ=UTC node operators.mjs > new && mv new operators.txt
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";

const [values, body, ...lines] = readFileSync(new URL("operators.txt", import.meta.url), "utf8").trimEnd().split("\n");
const msg = { n: 7, o: { b: { c: [1, 2] }, a: 1, 1: "one" }, a: [3, 1, 2], l: [{ v: 2, k: "b" }], d: new Date(1.7e12), b: Buffer.from("b\xff\x00ytes", "latin1") };
console.log(values);
console.log(body);
for (const line of lines) {
  const expr = line.split("\t")[0];
  const out = new Function("msg", body.replace("VALUES", values).replace("EXPR", () => expr))(msg).payload;
  console.log(expr + "\t" + createHash("sha256").update(out).digest("hex").slice(0, 16));
}
