// util.inspect and util.format, for logs and debugging: the classes that a flow meets;
// no colours, no proxies' insides. Quoting and layout are Go's, as for messages.
(function (host) {
  const custom = Symbol.for('nodejs.util.inspect.custom')

  const key = k => typeof k === 'symbol' ? k.toString() : host.key(k)
  const className = x => {
    for (let p = x; p; p = Object.getPrototypeOf(p)) {
      const c = Object.getOwnPropertyDescriptor(p, 'constructor')
      if (c && typeof c.value === 'function' && c.value.name !== '') return c.value.name
    }
    return null
  }
  const isNumber = x => typeof x === 'number' || typeof x === 'bigint'
  const indented = (s, o) => s.replace(/\n/g, '\n' + ' '.repeat(o.indent))

  function primitive (x, o) {
    if (typeof x === 'string') return host.text(x, o)
    if (typeof x === 'bigint') return x + 'n'
    if (Object.is(x, -0)) return '-0'
    return String(x)
  }

  function show (x, o, depth, stack) {
    if (typeof x !== 'function' && (typeof x !== 'object' || x === null)) return primitive(x, o)
    if (typeof x[custom] === 'function' && o.customInspect !== false) {
      const r = x[custom](o.depth === null ? null : o.depth - depth, { ...o, indent: 0, circular: undefined }, inspect)
      return typeof r === 'string' ? indented(r, o) : show(r, o, depth, stack)
    }
    if (Buffer.isBuffer(x)) return host.bytes(x)
    const at = stack.indexOf(x)
    if (at >= 0) {
      o.circular = o.circular || new Map()
      if (!o.circular.has(x)) o.circular.set(x, o.circular.size + 1)
      return '[Circular *' + o.circular.get(x) + ']'
    }
    stack.push(x)
    const r = parts(x, o, depth, stack)
    stack.pop()
    if (typeof r === 'string') return r
    if (o.circular && o.circular.has(x)) r.base = ('<ref *' + o.circular.get(x) + '> ' + r.base).trim()
    return r.texts.length === 0 ? r.base || r.open + r.shut : host.layout(r, o)
  }

  // parts is what x consists of, printed, or all of x where that has no parts.
  function parts (x, o, depth, stack) {
    const name = className(x)
    const deep = o.depth !== null && depth > o.depth
    const r = { base: '', open: '{', shut: '}', texts: [], indent: o.indent, list: false, numbers: false }
    let visited = false
    const sub = y => {
      if (!visited) o.deepest = depth
      visited = true
      o.indent += 2
      const s = show(y, o, depth + 1, stack)
      o.indent -= 2
      return s
    }
    let keys = o.showHidden ? Object.getOwnPropertyNames(x) : Object.keys(x)
    keys = keys.concat(Object.getOwnPropertySymbols(x).filter(s => Object.prototype.propertyIsEnumerable.call(x, s)))
    const tag = x[Symbol.toStringTag]
    let head = name === null ? '[Object: null prototype] ' : name === 'Object' ? '' : name + ' '
    if (typeof tag === 'string' && tag !== '' && tag !== name) head = (head || 'Object ') + '[' + tag + '] '
    if (Array.isArray(x) || (ArrayBuffer.isView(x) && !(x instanceof DataView))) {
      keys = keys.filter(k => typeof k === 'symbol' || !/^\d+$/.test(k))
      head = name === 'Array' ? '' : name + '(' + x.length + ') '
      r.open = '['
      r.shut = ']'
      if (deep && x.length + keys.length > 0) return '[' + (name || 'Array') + ']'
      r.texts = elements(x, o, sub)
      r.list = true
      r.numbers = r.texts.length + keys.length <= x.length && r.texts.every((_, i) => isNumber(x[i]))
    } else if (x instanceof Map || x instanceof Set) {
      head = name + '(' + x.size + ') '
      if (deep && x.size > 0) return '[' + name + ']'
      x.forEach((v, k) => r.texts.push(x instanceof Map ? sub(k) + ' => ' + sub(v) : sub(v)))
    } else if (typeof x === 'function') {
      r.base = functionText(x, name)
    } else if (x instanceof Error) {
      const text = x.stack ? String(x.stack) : Error.prototype.toString.call(x)
      r.base = indented(/\n\s+at /.test(text) ? text : '[' + text + ']', o)
      if (Object.hasOwn(x, 'cause') && !keys.includes('cause')) keys.push('cause')
    } else if (x instanceof RegExp || x instanceof Date) {
      r.base = x instanceof RegExp ? String(x) : isNaN(x) ? 'Invalid Date' : x.toISOString()
    } else if (deep && (x instanceof Promise || x instanceof ArrayBuffer)) {
      return '[' + name + ']'
    } else if (x instanceof Promise) {
      r.texts.push(host.promise(x, sub))
    } else if (x instanceof Number || x instanceof String || x instanceof Boolean) {
      return '[' + name + ': ' + primitive(x.valueOf(), o) + ']'
    } else if (x instanceof WeakMap || x instanceof WeakSet) {
      return name + ' { <items unknown> }'
    } else if (x instanceof ArrayBuffer) {
      r.texts.push('[Uint8Contents]: ' + host.bytes(new Uint8Array(x)).replace('Buffer ', ''), '[byteLength]: ' + x.byteLength)
    }
    if (deep && keys.length) return '[' + (head.trim() || 'Object') + ']'
    if (!r.base) r.open = head + r.open
    if (!visited && keys.length + r.texts.length) o.deepest = depth
    visited = true
    for (const k of keys) {
      const d = Object.getOwnPropertyDescriptor(x, k) || { value: x[k] }
      const v = d.get ? (d.set ? '[Getter/Setter]' : '[Getter]') : d.set ? '[Setter]' : sub(d.value)
      r.texts.push((d.enumerable === false ? '[' + String(k) + ']' : key(k)) + ': ' + v)
    }
    r.levels = o.deepest - depth
    return r
  }

  function elements (x, o, sub) {
    const max = o.maxArrayLength === null ? Infinity : o.maxArrayLength
    const texts = []
    let holes = 0
    const gap = () => { if (holes) texts.push('<' + holes + ' empty item' + (holes > 1 ? 's>' : '>')); holes = 0 }
    let i = 0
    for (; i < x.length && texts.length < max; i++) {
      if (!(i in x)) { holes++; continue }
      gap()
      texts.push(sub(x[i]))
    }
    gap()
    if (i < x.length) texts.push('... ' + (x.length - i) + ' more item' + (x.length - i > 1 ? 's' : ''))
    return texts
  }

  function functionText (f, name) {
    if (!/^class\b/.test(Function.prototype.toString.call(f))) return '[' + (name || 'Function') + (f.name ? ': ' + f.name : ' (anonymous)') + ']'
    const parent = Object.getPrototypeOf(f).name
    return '[class ' + (f.name || '(anonymous)') + (parent ? ' extends ' + parent : '') + ']'
  }

  function inspect (x, options, depth) {
    const o = { depth: 2, maxArrayLength: 100, indent: 0 }
    if (typeof options === 'boolean') { o.showHidden = options; if (depth !== undefined) o.depth = depth } else Object.assign(o, options)
    if (o.depth === Infinity) o.depth = null
    return show(x, o, 0, [])
  }
  inspect.custom = custom
  inspect.defaultOptions = {}

  function format (first, ...rest) {
    if (typeof first !== 'string') return [first, ...rest].map(x => typeof x === 'string' ? x : inspect(x)).join(' ')
    let i = 0
    let s = rest.length === 0 ? first : first.replace(/%[sdifjoOc%]/g, m => {
      if (m === '%%') return '%'
      if (i >= rest.length) return m
      const x = rest[i++]
      switch (m) {
        case '%s':
          if (typeof x === 'bigint') return x + 'n'
          if (Object.is(x, -0)) return '-0'
          if (typeof x === 'object' && x !== null && x.toString === Object.prototype.toString) return inspect(x, { depth: 0 })
          if (Array.isArray(x)) return inspect(x, { depth: 0 })
          return String(x)
        case '%d': return typeof x === 'bigint' ? x + 'n' : typeof x === 'symbol' ? 'NaN' : primitive(Number(x))
        case '%i': return typeof x === 'bigint' ? x + 'n' : primitive(parseInt(x))
        case '%f': return primitive(parseFloat(x))
        case '%j': try { return JSON.stringify(x) } catch (e) { return '[Circular]' }
        case '%o': return inspect(x, { showHidden: true, depth: 4 })
        case '%O': return inspect(x)
      }
      return ''
    })
    for (; i < rest.length; i++) s += ' ' + (typeof rest[i] === 'string' ? rest[i] : inspect(rest[i]))
    return s
  }

  return { inspect, format }
})
