// util.inspect and util.format, for logs and debugging: nesting, quoting, line
// breaking and the classes a flow meets; no colours, no proxies' insides.
(function (host) {
  const ident = /^[a-zA-Z_][a-zA-Z_0-9]*$/
  const custom = Symbol.for('nodejs.util.inspect.custom')

  function quote (s) {
    const q = !s.includes("'") ? "'" : !s.includes('"') ? '"' : !s.includes('`') && !s.includes('${') ? '`' : "'"
    return q + s.replace(/[\x00-\x1f\x7f-\x9f\\]/g, c => {
      const named = { '\b': '\\b', '\t': '\\t', '\n': '\\n', '\f': '\\f', '\r': '\\r', '\\': '\\\\' }[c]
      return named || '\\x' + c.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')
    }).replace(q === "'" ? /'/g : /$^/, "\\'") + q
  }

  const key = k => typeof k === 'symbol' ? k.toString() : ident.test(k) ? k : quote(k)
  const className = x => {
    for (let p = x; p; p = Object.getPrototypeOf(p)) {
      const c = Object.getOwnPropertyDescriptor(p, 'constructor')
      if (c && typeof c.value === 'function' && c.value.name !== '') return c.value.name
    }
    return null
  }

  function primitive (x) {
    if (typeof x === 'string') return quote(x)
    if (typeof x === 'bigint') return x + 'n'
    if (Object.is(x, -0)) return '-0'
    return String(x)
  }

  function show (x, o, depth, stack) {
    if (typeof x !== 'function' && (typeof x !== 'object' || x === null)) return primitive(x)
    if (typeof x[custom] === 'function' && o.customInspect !== false) {
      const r = x[custom](o.depth === null ? null : o.depth - depth, o, inspect)
      return typeof r === 'string' ? r : show(r, o, depth, stack)
    }
    if (Buffer.isBuffer(x)) return host.bytes(x)
    const at = stack.indexOf(x)
    if (at >= 0) {
      o.circular = o.circular || new Map()
      if (!o.circular.has(x)) o.circular.set(x, o.circular.size + 1)
      return '[Circular *' + o.circular.get(x) + ']'
    }
    const name = className(x)
    const deep = o.depth !== null && depth > o.depth
    stack.push(x)
    let r = body(x, name, deep, o, depth, stack)
    stack.pop()
    if (o.circular && o.circular.has(x)) r = '<ref *' + o.circular.get(x) + '> ' + r
    return r
  }

  function body (x, name, deep, o, depth, stack) {
    let visited = false
    const sub = y => {
      if (!visited) o.deepest = depth
      visited = true
      o.indent += 2
      const r = show(y, o, depth + 1, stack)
      o.indent -= 2
      return r
    }
    let keys = o.showHidden ? Object.getOwnPropertyNames(x) : Object.keys(x)
    keys = keys.concat(Object.getOwnPropertySymbols(x).filter(s => Object.prototype.propertyIsEnumerable.call(x, s)))
    const tag = x[Symbol.toStringTag]
    let head = name === null ? '[Object: null prototype] ' : name === 'Object' ? '' : name + ' '
    if (typeof tag === 'string' && tag !== '' && tag !== name) head = (head || 'Object ') + '[' + tag + '] '
    let open = '{'
    let close = '}'
    let items = []
    let list = false
    if (Array.isArray(x) || (ArrayBuffer.isView(x) && !(x instanceof DataView))) {
      list = true
      open = '['
      close = ']'
      head = name === 'Array' ? '' : name + '(' + x.length + ') '
      keys = keys.filter(k => typeof k === 'symbol' || !/^\d+$/.test(k))
      if (deep) return '[' + (name || 'Array') + ']'
      const max = o.maxArrayLength === null ? Infinity : o.maxArrayLength
      let holes = 0
      const gap = () => { if (holes) items.push('<' + holes + ' empty item' + (holes > 1 ? 's>' : '>')); holes = 0 }
      let i = 0
      for (; i < x.length && items.length < max; i++) {
        if (!(i in x)) { holes++; continue }
        gap()
        items.push(sub(x[i]))
      }
      gap()
      if (i < x.length) items.push('... ' + (x.length - i) + ' more item' + (x.length - i > 1 ? 's' : ''))
    } else if (x instanceof Map) {
      head = name + '(' + x.size + ') '
      if (deep) return '[' + name + ']'
      x.forEach((v, k) => items.push(sub(k) + ' => ' + sub(v)))
    } else if (x instanceof Set) {
      head = name + '(' + x.size + ') '
      if (deep) return '[' + name + ']'
      x.forEach(v => items.push(sub(v)))
    } else if (typeof x === 'function') {
      const cls = /^class\b/.test(Function.prototype.toString.call(x))
      const kind = cls ? 'class' : name || 'Function'
      const base = '[' + kind + (cls ? ' ' + (x.name || '(anonymous)') : x.name ? ': ' + x.name : ' (anonymous)') + ']'
      if (keys.length === 0) return base
      head = base + ' '
    } else if (x instanceof Error) {
      const stack = x.stack ? String(x.stack) : ''
      let base = stack || '[' + Error.prototype.toString.call(x) + ']'
      if (depth > 0) base = base.replace(/\n/g, '\n' + ' '.repeat(o.indent))
      if (Object.hasOwn(x, 'cause') && !keys.includes('cause')) keys.push('cause')
      if (keys.length === 0) return base
      return base + ' {\n' + keys.map(k => '  ' + (k === 'cause' ? '[cause]' : key(k)) + ': ' + sub(x[k])).join(',\n') + '\n}'
    } else if (x instanceof RegExp || x instanceof Date) {
      const base = x instanceof RegExp ? String(x) : isNaN(x) ? 'Invalid Date' : x.toISOString()
      if (keys.length === 0) return base
      head = base + ' '
    } else if (x instanceof Promise) {
      head = 'Promise '
      items.push(host.promise(x, sub))
    } else if (x instanceof Number || x instanceof String || x instanceof Boolean) {
      return '[' + name + ': ' + primitive(x.valueOf()) + ']'
    } else if (x instanceof WeakMap || x instanceof WeakSet) {
      return name + ' { <items unknown> }'
    } else if (x instanceof ArrayBuffer) {
      return 'ArrayBuffer { [Uint8Contents]: ' + host.bytes(new Uint8Array(x)).replace('Buffer ', '') + ', byteLength: ' + x.byteLength + ' }'
    } else if (deep && keys.length) {
      return '[' + (head.trim() || 'Object') + ']'
    }
    if (!visited && keys.length) { visited = true; o.deepest = depth }
    for (const k of keys) {
      const d = Object.getOwnPropertyDescriptor(x, k) || { value: x[k] }
      const v = d.get ? (d.set ? '[Getter/Setter]' : '[Getter]') : d.set ? '[Setter]' : sub(d.value)
      items.push((d.enumerable === false ? '[' + String(k) + ']' : key(k)) + ': ' + v)
    }
    if (items.length === 0) return head + open + close
    return layout(items, head + open, close, o, depth, list)
  }

  // layout joins on one line what is short, lists of many short things in columns, all else line by line.
  function layout (items, open, close, o, depth, list) {
    const grouped = list && items.length > 6 && o.compact !== false ? columns(items, o) : items
    // As in Node, how deep the object visited last lies decides, not the deepest.
    if (o.compact !== false && grouped === items && o.deepest - depth < (o.compact === true ? 1 : o.compact)) {
      const flat = items.join(', ')
      const width = items.reduce((n, s) => n + s.length, 0) + 2 * items.length + o.indent + open.length + 10
      if (width <= o.breakLength && !flat.includes('\n')) return open + ' ' + flat + ' ' + close
    }
    return open + '\n' + grouped.map(s => '  ' + s.replace(/\n/g, '\n  ')).join(',\n') + '\n' + close
  }

  function columns (items, o) {
    let out = items
    let extra = 0
    if (/^\.\.\. \d+ more item/.test(items[items.length - 1])) extra = 1
    const n = items.length - extra
    const lens = items.slice(0, n).map(s => s.length + 2)
    const longest = Math.max(...lens)
    const total = lens.reduce((a, b) => a + b, 0)
    if (longest * 3 + o.indent < o.breakLength && (total / longest > 5 || longest - 2 <= 6)) {
      const biased = Math.max(Math.sqrt(longest - total / items.length), 1)
      const cols = Math.min(Math.round(Math.sqrt(2.5 * biased * n) / biased), Math.floor((o.breakLength - o.indent) / longest), o.compact * 4, 15)
      if (cols <= 1) return items
      const widths = []
      for (let c = 0; c < cols; c++) {
        let w = 0
        for (let i = c; i < n; i += cols) w = Math.max(w, lens[i])
        widths.push(w)
      }
      const numeric = items.slice(0, n).every(s => /^-?[\d.]/.test(s))
      out = []
      for (let i = 0; i < n; i += cols) {
        const row = []
        const end = Math.min(i + cols, n)
        for (let j = i; j < end; j++) {
          const cell = items[j] + (j < end - 1 ? ', ' : '')
          row.push(numeric ? (j < end - 1 ? cell.padStart(widths[j - i]) : cell.padStart(widths[j - i] - 2)) : j < end - 1 ? cell.padEnd(widths[j - i]) : cell)
        }
        out.push(row.join(''))
      }
      if (extra) out.push(items[items.length - 1])
    }
    return out
  }

  function inspect (x, options, depth) {
    const o = { depth: 2, maxArrayLength: 100, breakLength: 80, compact: 3, indent: 0 }
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
