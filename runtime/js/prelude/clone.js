// Deep copies of native values. host.clone copies what is seen through a view.
(function (host) {
  const plain = Object.prototype
  function copy (x, seen, refuse) {
    if (typeof x === 'function' && refuse) refuse(x)
    if (typeof x !== 'object' || x === null) return x
    if (host.isView(x)) return host.clone(x)
    if (seen.has(x)) return seen.get(x)
    let r
    if (Array.isArray(x)) {
      r = new Array(x.length)
      seen.set(x, r)
      for (let i = 0; i < x.length; i++) if (i in x) r[i] = copy(x[i], seen, refuse)
      return r
    }
    if (Buffer.isBuffer(x)) r = refuse ? new Uint8Array(x) : Buffer.from(x)
    else if (ArrayBuffer.isView(x) && !(x instanceof DataView)) r = x.slice()
    else if (x instanceof ArrayBuffer) r = x.slice(0)
    else if (x instanceof Date) r = new Date(x.getTime())
    else if (x instanceof RegExp) { r = new RegExp(x.source, x.flags); r.lastIndex = x.lastIndex }
    else if (x instanceof Map) {
      seen.set(x, r = new Map())
      x.forEach((v, k) => r.set(copy(k, seen, refuse), copy(v, seen, refuse)))
      return r
    } else if (x instanceof Set) {
      seen.set(x, r = new Set())
      x.forEach(v => r.add(copy(v, seen, refuse)))
      return r
    } else if (x instanceof Error) {
      if (!refuse) return seen.size ? x : {}
      r = new x.constructor(x.message)
      r.stack = x.stack
    } else if (x instanceof Promise || x instanceof WeakMap || x instanceof WeakSet) {
      if (refuse) refuse(x)
      return seen.size ? x : {}
    } else if (x instanceof Number || x instanceof String || x instanceof Boolean) r = Object(x.valueOf())
    if (r) { seen.set(x, r); return r }
    r = Object.create(refuse ? plain : Object.getPrototypeOf(x))
    seen.set(x, r)
    for (const k of Object.keys(x)) r[k] = copy(x[k], seen, refuse)
    if (!refuse) for (const k of Object.getOwnPropertySymbols(x)) r[k] = copy(x[k], seen, refuse)
    return r
  }
  return {
    deep: x => typeof x === 'function' ? {} : copy(x, new Map(), null),
    structured: x => copy(x, new Map(), y => {
      const e = new Error((typeof y === 'function' ? String(y) : Object.prototype.toString.call(y).replace('[object ', '#<').replace(']', '>')) + ' could not be cloned.')
      e.name = 'DataCloneError'
      e.code = 25
      throw e
    })
  }
})
