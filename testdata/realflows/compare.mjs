#!/usr/bin/env node
// Runs the same flow files in Node-RED and in sluice, sends both the same requests
// and compares the answers. See README.md beside this file.
import { spawn } from "node:child_process";
import { mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import http from "node:http";
import net from "node:net";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { parseArgs } from "node:util";

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    "node-red": { type: "string" },
    node: { type: "string", default: process.execPath },
    sluice: { type: "string" },
    port: { type: "string", default: "18790" },
    timeout: { type: "string", default: "3000" },
    verbose: { type: "boolean", default: false },
  },
});
if (!options["node-red"] || !options.sluice || positionals.length === 0) {
  console.error("usage: compare.mjs --node-red NODE_MODULES/node-red --sluice BINARY [--node NODE] FLOWS.json|FOLDER…");
  process.exit(2);
}
const port = Number(options.port);
const userDir = join(tmpdir(), `realflows-${process.pid}`); // the same path for both

// ---- which endpoints can be compared ----

const core = new Set(Object.keys(JSON.parse(readFileSync(join(import.meta.dirname, "../../nodes/testdata/editor.json"), "utf8"))));
// These reach outside the flow. Nobody runs strangers' commands, and what the
// network answers is not the runtime's doing.
const outside = /^(exec|http request|mqtt|tcp|udp|websocket|watch)/;
const listeners = new Set(["catch", "status", "complete"]);

/** reach returns the nodes that a message at start can come to. */
function reach(flows, start) {
  const byID = new Map(flows.map((n) => [n.id, n]));
  const seen = new Set();
  const containers = new Set();
  const visit = (node) => {
    if (!node || seen.has(node)) return;
    seen.add(node);
    for (const id of [...(node.wires || []).flat(), ...(node.type.startsWith("link ") ? node.links || [] : [])]) visit(byID.get(id));
    for (const value of Object.values(node)) if (typeof value === "string" && isConfig(byID.get(value))) visit(byID.get(value));
    if (node.type.startsWith("subflow:")) {
      visit(byID.get(node.type.slice(8)));
      flows.filter((n) => n.z === node.type.slice(8)).forEach(visit);
    }
    if (node.z && !containers.has(node.z)) {
      containers.add(node.z);
      flows.filter((n) => n.z === node.z && listeners.has(n.type)).forEach(visit);
    }
  };
  visit(start);
  return seen;
}

const isConfig = (node) => node && !node.wires && !["tab", "group", "subflow"].includes(node.type);
const blocking = (node) =>
  node.type.startsWith("subflow") || node.type === "group" ? false : !core.has(node.type) || outside.test(node.type);

/** reduce keeps the endpoints that can be compared, and what they need. */
function reduce(flows) {
  const kept = new Set(flows.filter((n) => n.type === "tab" && !n.disabled));
  const endpoints = [], skipped = [];
  for (const node of flows) {
    if (node.type !== "http in" || node.d || !node.url || flows.some((n) => n.id === node.z && n.disabled)) continue;
    const nodes = reach(flows, node);
    const blocked = [...nodes].find(blocking);
    if (blocked) {
      skipped.push(`${node.method} ${node.url}: ${blocked.type}`);
      continue;
    }
    nodes.forEach((n) => kept.add(n));
    endpoints.push(node);
  }
  for (const node of flows) { // what sets the scene
    if (node.type !== "inject" || !node.once || ![...kept].some((n) => n.id === node.z)) continue;
    const nodes = [...reach(flows, node)];
    if (!nodes.some(blocking)) nodes.forEach((n) => kept.add(n));
  }
  return { endpoints, skipped, flows: flows.filter((n) => kept.has(n)) };
}

// ---- what is asked ----

const bodies = [
  { type: "application/json", text: '{"a":1,"name":"x","list":[1,"b",null]}' },
  { type: "application/x-www-form-urlencoded", text: "a=1&name=x+y&list=1&list=2&o[p]=q" },
  { type: "text/plain", text: "some text" },
  { type: "application/json", text: "{broken" },
  { type: "application/octet-stream", text: "\u0001bytes" },
  {
    type: "multipart/form-data; boundary=frontier",
    text: '--frontier\r\nContent-Disposition: form-data; name="field"\r\n\r\nvalue\r\n--frontier\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\nContent-Type: text/plain\r\n\r\ncontent\r\n--frontier--\r\n',
  },
  {},
];

function requestsFor({ method, url }) {
  const path = ("/" + url).replace(/\/+/g, "/").replace(/:(\w+)(\([^)]*\))?[?*+]?/g, "a1").replace(/\(([^)]*)\)\??/g, "$1").replace(/\*/g, "x/y");
  const ask = (more) => ({ method: method.toUpperCase(), path, headers: {}, ...more });
  if (method === "get" || method === "delete" || method === "head") {
    return [ask(), ask({ path: path + "?a=1&name=x%20y&list=1&list=2&o[p]=q" }), ask({ headers: { accept: "application/json", cookie: "c=d" } })];
  }
  return bodies.map(({ type, text }) => ask({ headers: type ? { "content-type": type } : {}, body: text }));
}

/** plan asks for what is stored before and after it is changed and deleted. */
function plan(endpoints) {
  const of = (...methods) => endpoints.filter((e) => methods.includes(e.method)).flatMap(requestsFor);
  const reads = of("get", "head");
  return [...reads, ...of("put"), ...of("post"), ...of("patch"), ...reads, ...of("delete"), ...reads, { method: "GET", path: "/nothing-here", headers: {} }];
}

// ---- the runtimes ----

const runtimes = {
  "Node-RED": () => spawn(options.node, [join(options["node-red"], "red.js"), "-p", String(port), "-u", userDir], settings()),
  sluice: () => spawn(options.sluice, ["run", "--port", String(port), "--auth", "none", userDir], settings()),
};
const settings = () => ({ cwd: userDir, env: { PATH: process.env.PATH, HOME: userDir, TZ: "UTC", LANG: "C.UTF-8" } });

async function answers(start, flows, requests) {
  rmSync(userDir, { recursive: true, force: true });
  mkdirSync(userDir);
  writeFileSync(join(userDir, "flows.json"), JSON.stringify(flows));
  writeFileSync(join(userDir, "settings.js"),
    `module.exports = ${JSON.stringify({ uiPort: port, uiHost: "127.0.0.1", httpAdminRoot: "/admin", flowFile: "flows.json", credentialSecret: false })};\n`);
  const process = start();
  let log = "";
  process.stdout.on("data", (b) => (log += b));
  process.stderr.on("data", (b) => (log += b));
  const ended = new Promise((resolve) => process.on("close", resolve));
  try {
    await ready(() => /Started flows/i.test(log), () => log, process);
    const result = [];
    for (const request of requests) result.push(await ask(request));
    return result;
  } finally {
    process.kill();
    await ended;
    rmSync(userDir, { recursive: true, force: true });
  }
}

/** ready waits until the port is open; Node-RED opens it before its flows run. */
async function ready(started, log, process) {
  for (let i = 0; i < 300; i++) {
    if (process.exitCode !== null) break;
    const open = await new Promise((resolve) => {
      const socket = net.connect(port, "127.0.0.1", () => resolve(true)).on("error", () => resolve(false));
      socket.on("connect", () => socket.destroy());
    });
    if (open && (started() || process.spawnfile === options.sluice)) return new Promise((resolve) => setTimeout(resolve, 300)); // "once" injects
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error("did not start:\n" + log());
}

function ask({ method, path, headers, body }) {
  return new Promise((resolve) => {
    const failed = (e) => resolve({ status: e.message === "timeout" ? "no answer" : e.code || e.message, headers: {}, body: "" });
    const request = http.request({ host: "127.0.0.1", port, method, path, agent: false, headers: { host: "flows.example", ...headers } }, (response) => {
      const chunks = [];
      response.on("data", (c) => chunks.push(c)).on("error", failed);
      response.on("end", () => resolve({ status: response.statusCode, headers: response.headers, body: Buffer.concat(chunks).toString("latin1") }));
    });
    request.setTimeout(Number(options.timeout), () => request.destroy(new Error("timeout")));
    request.on("error", failed).end(body);
  });
}

// ---- the comparison ----

// Headers of the connection, of the moment and of the make.
const unimportant = new Set(["date", "connection", "keep-alive", "server", "x-powered-by"]);
const masks = [
  [/\b[0-9a-f]{16}\b/g, "<id>"],
  [/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z/g, "<time>"],
  [/\b1[5-9]\d{8}(\d{3})?\b/g, "<time>"],
  [/[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT/g, "<date>"],
  [/"remotePort":\d+/g, '"remotePort":0'],
];
const mask = (text) => masks.reduce((t, [pattern, by]) => t.replace(pattern, by), text);

function view(answer) {
  const body = mask(answer.body);
  const headers = Object.fromEntries(Object.entries(answer.headers).filter(([name]) => !unimportant.has(name)).sort());
  if (body !== answer.body) delete headers.etag, delete headers["content-length"]; // of what has been masked
  return { status: answer.status, headers: JSON.parse(mask(JSON.stringify(headers))), body };
}

function differences(want, got) {
  if (want.status === "no answer" && got.status === 500 && got.body.includes("flow_ended")) return [];
  const found = [];
  if (want.status !== got.status) found.push(["status", want.status, got.status]);
  for (const name of new Set([...Object.keys(want.headers), ...Object.keys(got.headers)])) {
    if (JSON.stringify(want.headers[name]) !== JSON.stringify(got.headers[name])) found.push([name, want.headers[name], got.headers[name]]);
  }
  if (want.body !== got.body) found.push(["body", want.body, got.body]);
  return found;
}

const files = positionals.flatMap(function find(path) {
  if (!statSync(path).isDirectory()) return [path];
  return readdirSync(path).sort().map((name) => join(path, name)).filter((p) => p.endsWith(".json") || statSync(p).isDirectory()).flatMap(find);
});

const short = (v) => { const text = JSON.stringify(v) ?? "none"; return text.length > 300 && !options.verbose ? text.slice(0, 300) + "…" : text; };
let total = 0, different = 0, unasked = 0;
for (const file of files) {
  const name = `${basename(dirname(file))}/${basename(file)}`;
  const { endpoints, skipped, flows } = reduce(JSON.parse(readFileSync(file, "utf8")));
  unasked += skipped.length;
  for (const reason of skipped) console.log(`${name}: skipped ${reason}`);
  if (endpoints.length === 0) continue;
  const requests = plan(endpoints);
  const want = await answers(runtimes["Node-RED"], flows, requests);
  const got = await answers(runtimes.sluice, flows, requests);
  let here = 0;
  requests.forEach((request, i) => {
    const found = differences(view(want[i]), view(got[i]));
    if (found.length === 0) return;
    here++;
    console.log(`${name}: ${request.method} ${request.path} ${request.headers["content-type"] || ""} ${short(request.body)}`);
    for (const [what, a, b] of found) console.log(`    ${what}\n      Node-RED ${short(a)}\n      sluice   ${short(b)}`);
  });
  total += requests.length;
  different += here;
  console.log(`${name}: ${endpoints.length} endpoints, ${requests.length} requests, ${here} different`);
}
console.log(`${files.length} files: ${total} requests, ${different} different; ${unasked} endpoints skipped`);
process.exit(different > 0 ? 1 : 0);
