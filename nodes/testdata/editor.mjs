// Records the properties that Node-RED's editor saves for each node type, from the
// forms of the nodes:
//   node editor.mjs /path/to/node_modules/@node-red/nodes > editor.json
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import vm from "node:vm";

// anything stands for whatever else the forms talk to while they are read.
const anything = new Proxy(function () {}, {
  get: (_, key) => (key === Symbol.toPrimitive ? () => "" : anything),
  apply: () => anything,
  construct: () => anything,
});

const types = {};
const editor = new Proxy({}, {
  get: (_, key) => key === "nodes" ? new Proxy({}, { get: (_, name) => name === "registerType" ? register : anything }) : anything,
});
function register(type, definition) {
  types[type] = Object.keys(definition.defaults || {}).sort();
}

const core = join(process.argv[2], "core");
for (const family of readdirSync(core)) {
  if (family === "lib") continue;
  for (const file of readdirSync(join(core, family)).filter((name) => name.endsWith(".html"))) {
    const html = readFileSync(join(core, family, file), "utf8");
    for (const [, attributes, script] of html.matchAll(/<script([^>]*)>([\s\S]*?)<\/script>/g)) {
      if (/type="text\/(html|x-red)/.test(attributes)) continue;
      vm.runInNewContext(script, { RED: editor, $: anything, window: {}, document: anything, console });
    }
  }
}
process.stdout.write("{\n" + Object.keys(types).sort().map((t) => "  " + JSON.stringify(t) + ": " + JSON.stringify(types[t])).join(",\n") + "\n}\n");
