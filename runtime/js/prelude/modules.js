// Node's path (POSIX) and events modules.
(function () {
  const str = (x, name) => {
    if (typeof x === 'string') return x
    throw Object.assign(new TypeError('The "' + name + '" argument must be of type string. Received ' + (x === null || x === undefined ? x : 'type ' + typeof x)), { code: 'ERR_INVALID_ARG_TYPE' })
  }
  const path = {
    sep: '/', delimiter: ':',
    normalize (p) {
      str(p, 'path')
      if (p === '') return '.'
      const abs = p[0] === '/'
      const out = []
      for (const s of p.split('/')) {
        if (s === '' || s === '.') continue
        if (s !== '..') out.push(s)
        else if (out.length && out[out.length - 1] !== '..') out.pop()
        else if (!abs) out.push('..')
      }
      let r = out.join('/')
      if (r === '' && !abs) r = '.'
      if (r !== '' && p.endsWith('/')) r += '/'
      return (abs ? '/' : '') + r
    },
    join (...parts) {
      const joined = parts.filter(p => str(p, 'path') !== '').join('/')
      return joined === '' ? '.' : path.normalize(joined)
    },
    resolve (...parts) {
      let r = ''
      for (let i = parts.length - 1; i >= 0 && r[0] !== '/'; i--) if (str(parts[i], 'paths[' + i + ']') !== '') r = parts[i] + (r === '' ? '' : '/' + r)
      if (r[0] !== '/') r = '/' + r
      r = path.normalize(r)
      return r.length > 1 ? r.replace(/\/$/, '') : r
    },
    isAbsolute: p => str(p, 'path')[0] === '/',
    dirname (p) {
      str(p, 'path')
      const s = p.replace(/\/+$/, '')
      if (s === '') return p[0] === '/' ? '/' : '.'
      const i = s.lastIndexOf('/')
      return i < 0 ? '.' : i === 0 ? '/' : s.slice(0, i).replace(/\/+$/, '') || '/'
    },
    basename (p, ext) {
      const b = str(p, 'path').replace(/\/+$/, '').replace(/^.*\//s, '')
      return ext !== undefined && b !== ext && b.endsWith(ext) ? b.slice(0, b.length - ext.length) : b
    },
    extname (p) {
      const b = path.basename(p)
      const i = b.lastIndexOf('.')
      return i <= 0 || b === '..' ? '' : b.slice(i)
    },
    relative (from, to) {
      const a = path.resolve(from).split('/').filter(Boolean)
      const b = path.resolve(to).split('/').filter(Boolean)
      let i = 0
      while (i < a.length && i < b.length && a[i] === b[i]) i++
      return [...a.slice(i).map(() => '..'), ...b.slice(i)].join('/')
    },
    parse (p) {
      const base = path.basename(p)
      const ext = path.extname(p)
      const root = p[0] === '/' ? '/' : ''
      const dir = path.dirname(p)
      return { root, dir: dir === '.' && !p.startsWith('./') ? '' : dir, base, ext, name: ext ? base.slice(0, -ext.length) : base }
    },
    format (o) {
      const dir = o.dir || o.root || ''
      const base = o.base || (o.name || '') + (o.ext ? o.ext.replace(/^\.?/, '.') : '')
      return !dir ? base : dir === o.root ? dir + base : dir + '/' + base
    },
    toNamespacedPath: p => p
  }
  path.posix = path

  // Older packages call the constructor without new, or never.
  const listeners = new WeakMap()
  const of = e => {
    if (!listeners.has(e)) listeners.set(e, new Map())
    return listeners.get(e)
  }
  function EventEmitter () {}
  class Methods {
    _add (name, f, wrapped, first) {
      if (typeof f !== 'function') throw Object.assign(new TypeError('The "listener" argument must be of type function. Received ' + (f === null || f === undefined ? f : 'type ' + typeof f)), { code: 'ERR_INVALID_ARG_TYPE' })
      if (!of(this).has(name)) of(this).set(name, [])
      of(this).get(name)[first ? 'unshift' : 'push']({ f, run: wrapped || f })
      return this
    }

    _once (name, f, first) {
      const run = (...args) => { this.off(name, f); return f.apply(this, args) }
      return this._add(name, f, run, first)
    }

    on (name, f) { return this._add(name, f) }
    addListener (name, f) { return this._add(name, f) }
    prependListener (name, f) { return this._add(name, f, null, true) }
    once (name, f) { return this._once(name, f) }
    prependOnceListener (name, f) { return this._once(name, f, true) }
    off (name, f) {
      const list = of(this).get(name) || []
      const i = list.findLastIndex(l => l.f === f)
      if (i >= 0) of(this).set(name, list.toSpliced(i, 1))
      if (of(this).has(name) && of(this).get(name).length === 0) of(this).delete(name)
      return this
    }

    removeListener (name, f) { return this.off(name, f) }
    removeAllListeners (name) { name === undefined ? of(this).clear() : of(this).delete(name); return this }
    emit (name, ...args) {
      const list = of(this).get(name)
      if (!list) {
        if (name !== 'error') return false
        throw args[0] instanceof Error ? args[0] : new Error('Unhandled error. (' + args[0] + ')')
      }
      for (const l of [...list]) l.run.apply(this, args)
      return true
    }

    listeners (name) { return (of(this).get(name) || []).map(l => l.f) }
    listenerCount (name) { return (of(this).get(name) || []).length }
    eventNames () { return [...of(this).keys()] }
    setMaxListeners () { return this }
    getMaxListeners () { return 10 }
  }
  for (const k of Object.getOwnPropertyNames(Methods.prototype)) {
    if (k !== 'constructor') Object.defineProperty(EventEmitter.prototype, k, { value: Methods.prototype[k], writable: true, configurable: true, enumerable: k[0] !== '_' })
  }
  EventEmitter.defaultMaxListeners = 10
  EventEmitter.EventEmitter = EventEmitter
  EventEmitter.once = (e, name) => new Promise((resolve, reject) => {
    e.once(name, (...args) => resolve(args))
    if (name !== 'error') e.once('error', reject)
  })
  return { path, events: EventEmitter }
})
