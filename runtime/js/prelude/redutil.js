// RED.util of @node-red/util/lib/util.js, as far as function bodies can use it.
(function (host) {
  const has = Object.hasOwn

  // parts splits an expression that host.checkPath has accepted.
  function parts (text, msg) {
    const out = []
    let word = ''
    const flush = () => { if (word !== '') out.push(/^\d+$/.test(word) && out.dot !== false ? parseInt(word) : word); word = '' }
    for (let i = 0; i < text.length; i++) {
      const c = text[i]
      if (c === '.') {
        flush()
      } else if (c === '"' || c === "'") {
        const end = text.indexOf(c, i + 1)
        out.push(text.substring(i + 1, end))
        i = end
      } else if (c === '[') {
        if (word !== '') { out.push(word); word = '' }
        if (/^msg[.[]/.test(text.substring(i + 1))) {
          let depth = 1
          let j = i + 1
          for (; depth > 0; j++) depth += text[j] === '[' ? 1 : text[j] === ']' ? -1 : 0
          const ref = text.substring(i + 1, j - 1)
          if (msg) {
            let v
            try { v = getMessageProperty(msg, ref) } catch (e) { invalid('Invalid expression started at position ' + (i + 1)) }
            if (v === undefined) invalid('Invalid expression started at position ' + (i + 1))
            out.push(v)
          } else {
            out.push(parts(ref))
          }
          i = j - 1
        }
      } else if (c === ']') {
        if (word !== '') out.push(parseInt(word))
        word = ''
      } else {
        word += c
      }
    }
    if (word !== '') out.push(word)
    return out
  }

  function invalid (message) {
    const e = new Error(message)
    e.code = 'INVALID_EXPR'
    throw e
  }

  function normalisePropertyExpression (text, msg, asText) {
    host.checkPath(text)
    const p = parts(text, msg)
    if (!asText) return p
    return p.reduce((s, k) => s + '[' + (typeof k !== 'string' ? k : /"/.test(k) ? "'" + k + "'" : '"' + k + '"') + ']')
  }

  const strip = text => text.indexOf('msg.') === 0 ? text.substring(4) : text

  function getObjectProperty (o, text) {
    return normalisePropertyExpression(text, o).reduce((at, k) => at[k], o)
  }
  function getMessageProperty (msg, text) { return getObjectProperty(msg, strip(text)) }

  function setObjectProperty (o, text, value, create) {
    if (create === undefined) create = value !== undefined
    const p = normalisePropertyExpression(text, o)
    const last = p.pop()
    let next = p.slice(1).concat([last])
    for (const [i, k] of p.entries()) {
      const item = typeof k === 'number' && Array.isArray(o)
      if (item ? o[k] !== undefined : has(o, k)) {
        if (!item && (o[k] === null || (typeof o[k] !== 'object' && typeof o[k] !== 'function'))) return false
      } else if (create) {
        o[k] = typeof next[i] === 'string' ? {} : []
      } else {
        return false
      }
      o = o[k]
    }
    if (value === undefined) {
      if (typeof last === 'number' && Array.isArray(o)) o.splice(last, 1)
      else delete o[last]
      return true
    }
    if (typeof o !== 'object' || o === null) return false
    o[last] = value
    return true
  }
  function setMessageProperty (msg, text, value, create) { return setObjectProperty(msg, strip(text), value, create) }

  function ensureString (x) {
    if (Buffer.isBuffer(x)) return x.toString()
    return typeof x === 'object' ? JSON.stringify(x) : '' + x
  }
  function ensureBuffer (x) { return Buffer.isBuffer(x) ? x : Buffer.from(ensureString(x)) }

  function cloneMessage (msg) {
    if (msg === undefined || msg === null) return msg
    if (host.isView(msg)) return host.cloneMessage(msg)
    const { req, res } = msg
    delete msg.req
    delete msg.res
    const m = host.deep(msg)
    if (req) m.req = msg.req = req
    if (res) m.res = msg.res = res
    return m
  }

  function compareObjects (a, b) {
    if (a === b) return true
    if (a == null || b == null || Array.isArray(a) !== Array.isArray(b) || Buffer.isBuffer(a) !== Buffer.isBuffer(b)) return false
    if (Array.isArray(a)) return a.length === b.length && a.every((x, i) => compareObjects(x, b[i]))
    if (Buffer.isBuffer(a)) return a.equals(b)
    if (typeof a !== 'object' || typeof b !== 'object') return false
    const keys = Object.keys(a)
    return keys.length === Object.keys(b).length && keys.every(k => compareObjects(a[k], b[k]))
  }

  function parseContextStore (key) {
    const m = /^#:\((\S+?)\)::(.*)$/.exec(key)
    return m ? { store: m[1], key: m[2] } : { key }
  }

  function envValue (text) {
    let v
    if (/^\${[^}]+}$/.test(text)) v = host.env(text.slice(2, -1))
    else if (!/\${\S+}/.test(text)) v = host.env(text)
    else return text.replace(/\${([^}]+)}/g, (_, name) => { const x = host.env(name); return x === undefined ? '' : x })
    return v === undefined ? '' : v
  }

  function evaluate (value, type, node, msg) {
    switch (type) {
      case 'str': return '' + value
      case 'num': return Number(value)
      case 'json': return JSON.parse(value)
      case 're': return new RegExp(value)
      case 'bool': return /^true$/i.test(value)
      case 'date':
        if (!value) return Date.now()
        if (value === 'object') return new Date()
        if (value === 'iso') return new Date().toISOString()
        return host.date(value)
      case 'bin': {
        const data = JSON.parse(value)
        if (Array.isArray(data) || typeof data === 'string') return Buffer.from(data)
        const e = new Error('Not string or array')
        e.code = 'INVALID_BUFFER_DATA'
        throw e
      }
      case 'msg': return msg ? getMessageProperty(msg, value) : value
      case 'env': return envValue(value)
      case 'flow':
      case 'global': {
        const key = parseContextStore(value)
        if (/\[msg/.test(key.key)) key.key = normalisePropertyExpression(key.key, msg, true)
        return host.context(type).get(key.key, key.store)
      }
      case 'jsonata': throw new Error('Calls to RED.util.evaluateJSONataExpression must include a callback.')
    }
    return value
  }

  function evaluateNodeProperty (value, type, node, msg, callback) {
    if (!callback) return evaluate(value, type, node, msg)
    if (type === 'jsonata') return void evaluateJSONata(value, msg, callback)
    let r
    try { r = evaluate(value, type, node, msg) } catch (e) { callback(e); return }
    callback(null, r)
  }

  function evaluateJSONata (text, msg, callback) {
    let expr
    try { expr = host.prepare(text) } catch (e) { callback(e); return }
    host.jsonata(expr, msg, callback)
  }

  function normaliseNodeTypeName (name) {
    const words = name.replace(/[^a-zA-Z0-9]/g, ' ').trim().replace(/ +/g, ' ').replace(/ ./g, s => s.charAt(1).toUpperCase())
    return words.charAt(0).toLowerCase() + words.slice(1)
  }

  const typeOf = x => x && x.constructor ? x.constructor.name : ''
  const isError = x => x instanceof Error || /Error/.test(x?.__proto__?.name)
  const enc = (type, data, length) => length === undefined ? { __enc__: true, type, data } : { __enc__: true, type, data, length }

  function encodedError (x) {
    const data = { name: x.name, message: has(x, 'message') ? x.message : x.toString() }
    if (x.code !== undefined) data.code = x.code
    if (x.cause !== undefined) data.cause = x.cause + ''
    data.stack = x.stack
    return enc('error', data)
  }

  // encoder is the replacer that keeps what JSON would lose.
  const encoder = max => function (key, x) {
    if (key === '_req' || key === '_res') return { __enc__: true, type: 'internal' }
    if (isError(x)) return encodedError(x)
    if (Array.isArray(x)) return x.length > max ? enc('array', x.slice(0, max), x.length) : x
    switch (typeof x) {
      case 'string': return x.length > max ? x.substring(0, max) + '...' : x
      case 'function': return { __enc__: true, type: 'function' }
      case 'number': return isFinite(x) ? x : enc('number', x.toString())
      case 'bigint': return enc('bigint', x.toString())
      case 'undefined': return { __enc__: true, type: 'undefined' }
    }
    if (!x || !x.constructor) return x
    if (x.type === 'Buffer' && x.data) return { type: 'Buffer', data: x.data.slice(0, max), __enc__: true, length: x.data.length }
    if (ArrayBuffer.isView(x)) return enc(x.length > max ? typeOf(x) : 'array', Array.from(x).slice(0, max), x.length)
    switch (typeOf(x)) {
      case 'Set': return enc('set', Array.from(x).slice(0, max), x.size)
      case 'Map': return enc('map', Object.fromEntries(Array.from(x.entries()).slice(0, max)), x.size)
      case 'RegExp': return enc('regexp', x.toString())
    }
    return x
  }

  // safeJSON writes '[Circular ~.a.b]' where an object contains itself.
  function safeJSON (x, replace) {
    const stack = []
    const keys = []
    return JSON.stringify(x, function (key, value) {
      if (stack.length > 0) {
        const at = stack.indexOf(this)
        at < 0 ? stack.push(this) : stack.splice(at + 1)
        at < 0 ? keys.push(key) : keys.splice(at, Infinity, key)
        const up = stack.indexOf(value)
        if (up >= 0) value = stack[0] === value ? '[Circular ~]' : '[Circular ~.' + keys.slice(0, up).join('.') + ']'
      } else {
        stack.push(value)
      }
      return replace.call(this, key, value)
    })
  }

  function encodeObject (o, opts) {
    const max = opts && has(opts, 'maxLength') ? opts.maxLength : 1000
    const x = o.msg
    if (isError(x)) {
      o.format = 'error'
      o.msg = JSON.stringify(encodedError(x))
    } else if (Buffer.isBuffer(x)) {
      o.format = 'buffer[' + x.length + ']'
      o.msg = x.toString('hex').substring(0, max)
    } else if (x && typeof x === 'object') {
      o.format = typeOf(x) || 'Object'
      if (o.format === 'RegExp') { o.format = 'regexp'; o.msg = x.toString(); return o }
      if (Array.isArray(x) || ArrayBuffer.isView(x)) {
        const name = Array.isArray(x) ? 'array' : typeOf(x)
        o.format = name + '[' + x.length + ']'
        o.msg = safeJSON(x.length > max ? enc(name, x.slice(0, max), x.length) : x, encoder(max))
      } else if (o.format === 'Set') {
        o.format = 'set[' + x.size + ']'
        o.msg = safeJSON(enc('set', Array.from(x).slice(0, max), x.size), encoder(max))
      } else if (o.format === 'Map') {
        o.format = 'map'
        o.msg = safeJSON(enc('map', Object.fromEntries(Array.from(x.entries()).slice(0, max)), x.size), encoder(max))
      } else if (o.format === 'Object') {
        o.msg = safeJSON(x, encoder(max))
      } else {
        o.msg = x.toString()
      }
    } else if (typeof x === 'string') {
      o.format = 'string[' + x.length + ']'
      if (x.length > max) o.msg = x.substring(0, max) + '...'
    } else if (x === null || x === undefined) {
      o.format = String(x)
      o.msg = '(undefined)'
    } else {
      o.format = typeof x
      o.msg = typeof x === 'function' ? '[function]' : typeof x === 'bigint' ? enc('bigint', x.toString()) : x.toString()
    }
    return o
  }

  return {
    encodeObject, ensureString, ensureBuffer, cloneMessage, compareObjects,
    generateId: host.generateId,
    getMessageProperty, setMessageProperty, getObjectProperty, setObjectProperty,
    evaluateNodeProperty, normalisePropertyExpression, normaliseNodeTypeName,
    prepareJSONataExpression: host.prepare, evaluateJSONataExpression: host.jsonata,
    parseContextStore,
    getSetting () {} // Node-RED gives function nodes none
  }
})
