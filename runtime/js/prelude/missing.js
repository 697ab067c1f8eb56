// What goja lacks of ECMAScript 2024 to 2025. Runs once in a VM, before any body.
(function (host) {
  const add = (o, name, value) => {
    if (!(name in o)) Object.defineProperty(o, name, { value, writable: true, configurable: true, enumerable: false })
  }
  add(Symbol, 'asyncIterator', Symbol.for('Symbol.asyncIterator')) // the key that esbuild's helpers use
  add(Error, 'captureStackTrace', function captureStackTrace (o) { if (!o.stack) Object.defineProperty(o, 'stack', { value: new Error().stack, writable: true, configurable: true }) })
  add(Object, 'groupBy', function groupBy (items, f) {
    const r = Object.create(null)
    let i = 0
    for (const x of items) (r[f(x, i++)] ??= []).push(x)
    return r
  })
  add(Map, 'groupBy', function groupBy (items, f) {
    const r = new Map()
    let i = 0
    for (const x of items) { const k = f(x, i++); r.has(k) ? r.get(k).push(x) : r.set(k, [x]) }
    return r
  })
  add(Promise, 'withResolvers', function withResolvers () {
    let resolve, reject
    const promise = new this((a, b) => { resolve = a; reject = b })
    return { promise, resolve, reject }
  })
  add(Promise, 'try', function (f, ...args) { return new this(resolve => resolve(f(...args))) })
  add(Array, 'fromAsync', async function fromAsync (items, f) {
    const r = []
    const it = items[Symbol.asyncIterator] ? items[Symbol.asyncIterator]() : null
    if (it) for (let n; !(n = await it.next()).done;) r.push(f ? await f(n.value, r.length) : n.value)
    else for (const x of Array.from(items)) r.push(f ? await f(await x, r.length) : await x)
    return r
  })
  add(String.prototype, 'isWellFormed', function isWellFormed () { return !/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/.test(this) })
  add(String.prototype, 'toWellFormed', function toWellFormed () { return this.replace(/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g, '\ufffd') })
  add(RegExp, 'escape', function escape (s) {
    return s.replace(/^[0-9a-zA-Z]/, c => '\\x' + c.charCodeAt(0).toString(16)).replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')
      .replace(/[,\-=<>#&!%:;@~'`"]/g, c => '\\x' + c.charCodeAt(0).toString(16)).replace(/ /g, '\\x20').replace(/\n/g, '\\n')
  })

  // goja's RegExp knows neither \p{…} nor the flags d and v.
  const Native = RegExp
  const RegExpP = function RegExp (pattern, flags) {
    const foreign = pattern instanceof Native && /[dv]/.test(pattern.flags)
    if (new.target === undefined && foreign && flags === undefined) return pattern
    const all = foreign && flags === undefined ? pattern.flags : flags
    if (all !== undefined && /[dv]/.test(all)) {
      const source = pattern instanceof Native ? pattern.source : pattern === undefined ? '' : String(pattern)
      return host.make(source, String(all), new.target === undefined || new.target === RegExpP ? undefined : new.target.prototype)
    }
    if (foreign) pattern = pattern.source
    if (typeof pattern === 'string' && flags !== undefined && String(flags).includes('u')) pattern = host.expand(pattern)
    if (new.target === undefined && pattern instanceof Native && flags === undefined) return pattern
    if (new.target === undefined || new.target === RegExpP) return host.guard(new Native(pattern, flags))
    return Reflect.construct(Native, [pattern, flags], new.target)
  }
  for (const k of Reflect.ownKeys(Native)) {
    if (k !== 'prototype' && k !== 'length' && k !== 'name') Object.defineProperty(RegExpP, k, Object.getOwnPropertyDescriptor(Native, k))
  }
  Object.defineProperty(RegExpP, 'prototype', { value: Native.prototype, writable: false })
  Object.defineProperty(Native.prototype, 'constructor', { value: RegExpP, writable: true, configurable: true, enumerable: false })
  Object.defineProperty(globalThis, 'RegExp', { value: RegExpP, writable: true, configurable: true, enumerable: false })

  for (const name of ['hasIndices', 'unicodeSets']) {
    Object.defineProperty(Native.prototype, name, { get () { return this === Native.prototype ? undefined : false }, configurable: true, enumerable: false })
  }

  // Iterator helpers, on the prototype all iterators share.
  const proto = Object.getPrototypeOf(Object.getPrototypeOf([][Symbol.iterator]()))
  const helper = (name, f) => add(proto, name, f)
  helper('map', function * map (f) { let i = 0; for (const x of this) yield f(x, i++) })
  helper('filter', function * filter (f) { let i = 0; for (const x of this) if (f(x, i++)) yield x })
  helper('take', function * take (n) { if (n > 0) for (const x of this) { yield x; if (--n <= 0) return } })
  helper('drop', function * drop (n) { for (const x of this) if (n-- <= 0) yield x })
  helper('flatMap', function * flatMap (f) { let i = 0; for (const x of this) yield * f(x, i++) })
  helper('toArray', function toArray () { return [...this] })
  helper('forEach', function forEach (f) { let i = 0; for (const x of this) f(x, i++) })
  helper('some', function some (f) { let i = 0; for (const x of this) if (f(x, i++)) return true; return false })
  helper('every', function every (f) { let i = 0; for (const x of this) if (!f(x, i++)) return false; return true })
  helper('find', function find (f) { let i = 0; for (const x of this) if (f(x, i++)) return x })
  helper('reduce', function reduce (f, ...init) {
    let i = 0
    let acc = init[0]
    let any = init.length > 0
    for (const x of this) { acc = any ? f(acc, x, i) : x; any = true; i++ }
    if (!any) throw new TypeError('Reduce of a done iterator with no initial value')
    return acc
  })
  if (typeof globalThis.Iterator === 'undefined') {
    const Iterator = function Iterator () {}
    Iterator.prototype = proto
    Iterator.from = o => o[Symbol.iterator] ? o[Symbol.iterator]() : Object.setPrototypeOf(o, proto)
    Object.defineProperty(globalThis, 'Iterator', { value: Iterator, writable: true, configurable: true, enumerable: false })
  }
  if (typeof globalThis.WeakRef === 'undefined') {
    // Holds strongly: correct, if not thrifty.
    class WeakRef { #x; constructor (x) { this.#x = x } deref () { return this.#x } }
    Object.defineProperty(globalThis, 'WeakRef', { value: WeakRef, writable: true, configurable: true, enumerable: false })
  }
  return {}
})
