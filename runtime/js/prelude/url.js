// URL, URLSearchParams, and Node's url and querystring modules.
(function (host) {
  const coded = (E, code, m) => Object.assign(new E(m), { code })

  // The set of application/x-www-form-urlencoded.
  const form = s => encodeURIComponent(String(s).toWellFormed()).replace(/[!'()~]/g, c => '%' + c.charCodeAt(0).toString(16).toUpperCase()).replace(/%20/g, '+')
  const unform = s => {
    s = s.replace(/\+/g, ' ')
    return s.includes('%') ? Buffer.from(s.replace(/[^\x00-\x7f]/g, c => encodeURIComponent(c)).replace(/%([0-9a-fA-F]{2})|([^])/g,
      (m, h, c) => h || c.charCodeAt(0).toString(16).padStart(2, '0')), 'hex').toString() : s
  }

  class URLSearchParams {
    #list = []
    #changed = () => {}
    constructor (init = '') {
      if (init !== null && (typeof init === 'object' || typeof init === 'function')) {
        if (typeof init[Symbol.iterator] === 'function') {
          for (const pair of init) {
            const p = typeof pair === 'object' && pair !== null ? [...pair] : []
            if (p.length !== 2) throw coded(TypeError, 'ERR_INVALID_TUPLE', 'Each query pair must be an iterable [name, value] tuple')
            this.#list.push([String(p[0]), String(p[1])])
          }
        } else {
          for (const k of Object.keys(init)) this.#list.push([k, String(init[k])])
        }
        return
      }
      this.#read(String(init).replace(/^\?/, ''))
    }

    #read (s) {
      this.#list = s.split('&').filter(p => p !== '').map(p => {
        const i = p.indexOf('=')
        return i < 0 ? [unform(p), ''] : [unform(p.slice(0, i)), unform(p.slice(i + 1))]
      })
    }

    static bind (p, search, changed) { p.#read(search.replace(/^\?/, '')); p.#changed = changed }
    get size () { return this.#list.length }
    append (k, v) { this.#list.push([String(k), String(v)]); this.#changed() }
    delete (k, v) { this.#list = this.#list.filter(p => p[0] !== String(k) || (v !== undefined && p[1] !== String(v))); this.#changed() }
    get (k) { const p = this.#list.find(p => p[0] === String(k)); return p ? p[1] : null }
    getAll (k) { return this.#list.filter(p => p[0] === String(k)).map(p => p[1]) }
    has (k, v) { return this.#list.some(p => p[0] === String(k) && (v === undefined || p[1] === String(v))) }
    set (k, v) {
      const i = this.#list.findIndex(p => p[0] === String(k))
      if (i < 0) return this.append(k, v)
      this.#list[i][1] = String(v)
      this.#list = this.#list.filter((p, j) => j <= i || p[0] !== String(k))
      this.#changed()
    }

    sort () { this.#list.sort((a, b) => a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : 0); this.#changed() }
    forEach (f, self) { for (const [k, v] of this.#list) f.call(self, v, k, this) }
    * entries () { for (const p of this.#list) yield [...p] }
    * keys () { for (const p of this.#list) yield p[0] }
    * values () { for (const p of this.#list) yield p[1] }
    [Symbol.iterator] () { return this.entries() }
    toString () { return this.#list.map(([k, v]) => form(k) + '=' + form(v)).join('&') }
    get [Symbol.toStringTag] () { return 'URLSearchParams' }
  }
  const bind = URLSearchParams.bind
  delete URLSearchParams.bind

  const props = ['protocol', 'username', 'password', 'host', 'hostname', 'port', 'pathname', 'search', 'hash']
  class URL {
    #parts
    #params
    constructor (text, base) {
      if (arguments.length === 0) throw coded(TypeError, 'ERR_MISSING_ARGS', 'The "url" argument must be specified')
      this.#parts = host.parse(String(text), base === undefined ? undefined : String(base))
      if (!this.#parts) {
        const e = coded(TypeError, 'ERR_INVALID_URL', 'Invalid URL')
        e.input = String(text)
        if (base !== undefined) e.base = String(base)
        throw e
      }
    }

    static canParse (text, base) { return host.parse(String(text), base === undefined ? undefined : String(base)) !== undefined }
    static parse (text, base) { return URL.canParse(text, base) ? new URL(text, base) : null }
    static change (u, prop, value) {
      u.#parts = host.set(u.#parts.href, prop, String(value))
      if (u.#params && prop === 'search') bind(u.#params, u.#parts.search, u.#sync)
    }

    static part (u, prop) { return u.#parts[prop] }
    #sync = () => { this.#parts = host.set(this.#parts.href, 'search', this.#params.toString()) }
    get href () { return this.#parts.href }
    set href (text) {
      const p = host.parse(String(text))
      if (!p) throw coded(TypeError, 'ERR_INVALID_URL', 'Invalid URL')
      this.#parts = p
      if (this.#params) bind(this.#params, p.search, this.#sync)
    }

    get origin () { return this.#parts.origin }
    get searchParams () {
      if (!this.#params) {
        this.#params = new URLSearchParams()
        bind(this.#params, this.#parts.search, this.#sync)
      }
      return this.#params
    }

    toString () { return this.href }
    toJSON () { return this.href }
    get [Symbol.toStringTag] () { return 'URL' }
    [Symbol.for('nodejs.util.inspect.custom')] (depth, options, inspect) {
      const o = { href: this.href, origin: this.origin }
      for (const p of props) o[p] = this[p]
      return 'URL ' + inspect(o, options)
    }
  }
  const { change, part } = URL
  delete URL.change
  delete URL.part
  for (const p of props) {
    Object.defineProperty(URL.prototype, p, { get () { return part(this, p) }, set (v) { change(this, p, v) }, enumerable: true, configurable: true })
  }

  const querystring = {
    escape: s => encodeURIComponent(s),
    unescape: s => { try { return decodeURIComponent(s) } catch (e) { return unform(s.replace(/\+/g, '%2B')) } },
    stringify (o, sep = '&', eq = '=', options) {
      const esc = (options && options.encodeURIComponent) || querystring.escape
      const text = x => typeof x === 'string' ? x : typeof x === 'number' && isFinite(x) ? '' + x : typeof x === 'bigint' || typeof x === 'boolean' ? '' + x : ''
      if (o === null || typeof o !== 'object') return ''
      return Object.keys(o).flatMap(k => (Array.isArray(o[k]) ? o[k] : [o[k]]).map(v => esc(k) + eq + esc(text(v)))).join(sep)
    },
    parse (s, sep = '&', eq = '=', options) {
      const o = Object.create(null)
      if (typeof s !== 'string' || s === '') return o
      const un = (options && options.decodeURIComponent) || querystring.unescape
      const max = options && typeof options.maxKeys === 'number' ? options.maxKeys : 1000
      const pairs = s.split(sep)
      for (const p of max > 0 ? pairs.slice(0, max) : pairs) {
        if (p === '') continue
        const i = p.indexOf(eq)
        const k = un((i < 0 ? p : p.slice(0, i)).replace(/\+/g, ' '))
        const v = i < 0 ? '' : un(p.slice(i + eq.length).replace(/\+/g, ' '))
        if (k in o) Array.isArray(o[k]) ? o[k].push(v) : o[k] = [o[k], v]
        else o[k] = v
      }
      return o
    }
  }
  querystring.encode = querystring.stringify
  querystring.decode = querystring.parse

  // The url module's legacy parser, for absolute and relative references.
  function Url () {}
  function parse (text, query) {
    const m = /^\s*([a-zA-Z][a-zA-Z0-9+.-]*:)?(\/\/)?(?:([^/?#\\]*)@)?([^/?#\\]*)?([^?#]*)(\?[^#]*)?(#.*)?$/.exec(text)
    const u = Object.assign(new Url(), { protocol: null, slashes: null, auth: null, host: null, port: null, hostname: null, hash: null, search: null, query: null, pathname: null, path: null, href: '' })
    let [, protocol, slashes, auth, authority, path, search, hash] = m
    if (protocol) u.protocol = protocol.toLowerCase()
    if (slashes) {
      u.slashes = true
      if (auth !== undefined) u.auth = decodeURIComponent(auth)
      const p = /^(.*?)(?::(\d*))?$/.exec(authority || '')
      u.hostname = p[1].toLowerCase()
      if (p[2]) u.port = p[2]
      u.host = u.hostname + (p[2] ? ':' + p[2] : '')
    } else {
      path = (auth !== undefined ? auth + '@' : '') + (authority || '') + path
    }
    u.pathname = path || (u.slashes && u.host ? '/' : null)
    if (search !== undefined) u.search = search
    u.query = search === undefined ? (query ? Object.create(null) : null) : query ? querystring.parse(search.slice(1)) : search.slice(1)
    if (query && search === undefined) u.search = ''
    if (hash !== undefined) u.hash = hash
    u.path = u.pathname === null && !u.search ? null : (u.pathname || '') + (u.search || '')
    u.href = url.format(u)
    return u
  }
  const url = {
    URL, URLSearchParams, Url, parse,
    format (u) {
      if (typeof u === 'string') u = parse(u)
      if (u instanceof URL) return u.href
      let search = u.search || (u.query && typeof u.query === 'object' && Object.keys(u.query).length ? '?' + querystring.stringify(u.query) : '')
      if (search && search[0] !== '?') search = '?' + search
      const protocol = u.protocol ? u.protocol.replace(/:?$/, ':') : ''
      const host = u.host || (u.hostname ? u.hostname + (u.port ? ':' + u.port : '') : '')
      const auth = u.auth ? encodeURIComponent(u.auth).replace(/%3A/i, ':') + '@' : ''
      const slashes = u.slashes || (host && /^(https?|ftp|file|wss?):$/.test(protocol)) ? '//' : ''
      const hash = u.hash ? u.hash.replace(/^#?/, '#') : ''
      return protocol + slashes + (host ? auth + host : '') + (u.pathname || '') + search + hash
    },
    resolve (from, to) {
      const base = new URL(from, 'resolve://')
      const u = new URL(to, base)
      return u.protocol === 'resolve:' ? u.pathname + u.search + u.hash : u.href
    },
    fileURLToPath: u => decodeURIComponent(new URL(u).pathname),
    pathToFileURL: p => new URL('file://' + encodeURI(p).replace(/[?#]/g, encodeURIComponent)),
    domainToASCII: d => { const u = host.parse('ws://' + d); return u ? u.hostname : '' }
  }
  return { URL, URLSearchParams, url, querystring }
})
