// Times the bodies of bodies.json in a vm context, as function nodes of Node-RED run them, less what Node-RED
// itself does around the call (a clone, an async function, a node object and a script run in the context each time):
//   node bodies.mjs [milliseconds a body]
import { readFileSync } from 'node:fs'
import vm from 'node:vm'

const lasts = Number(process.argv[2] ?? 1000)
for (const { name, body, msg, global = {} } of JSON.parse(readFileSync(new URL('bodies.json', import.meta.url)))) {
  const store = { ...global }
  const context = vm.createContext({
    node: { status () {}, error () {} },
    global: { get: (key) => store[key], set: (key, value) => { store[key] = value } }
  })
  const f = vm.runInContext('(function (msg) {\n' + body + '\n})', context)
  const input = structuredClone(msg)
  const run = (n) => { for (let i = 0; i < n; i++) f(Object.assign(input, msg)) }
  run(20000)
  let runs = 0
  const start = process.cpuUsage()
  for (const end = Date.now() + lasts; Date.now() < end; runs += 1000) run(1000)
  const used = process.cpuUsage(start)
  console.log(`${name}: ${((used.user + used.system) * 1000 / runs).toFixed(0)} ns`)
}
