// Headers, Request, Response and fetch, as Node's undici has them.
(function (host) {
  const { AbortSignal } = host.web()
  const { Blob, FormData, bytes: blobBytes, encode, decode } = host.form()
  const tag = (c, name) => Object.defineProperty(c.prototype, Symbol.toStringTag, { value: name, configurable: true })
  const byteString = s => {
    for (let i = 0; i < s.length; i++) if (s.charCodeAt(i) > 255) throw new TypeError('Cannot convert argument to a ByteString because the character at index ' + i + ' has a value of ' + s.charCodeAt(i) + ' which is greater than 255.')
    return s
  }

  let freeze, lines
  class Headers {
    #list = []
    #frozen = false
    static {
      freeze = h => { h.#frozen = true; return h }
      lines = h => h.#list // in the order they were set, as they are sent
    }

    constructor (init) {
      if (init === undefined) return
      if (init === null || typeof init !== 'object') throw new TypeError('Headers constructor: init was given by webidl conversion, which must be one of: sequence<sequence<ByteString>>, record<ByteString, ByteString>.')
      if (init[Symbol.iterator]) {
        for (const pair of init) {
          const p = Array.from(pair)
          if (p.length !== 2) throw new TypeError('Headers constructor: expected name/value pair to be length 2, found ' + p.length + '.')
          this.append(p[0], p[1])
        }
      } else for (const k of Object.keys(init)) this.append(k, init[k])
    }

    #name (k, of) {
      k = byteString(String(k))
      if (!/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(k)) throw new TypeError('Headers.' + of + ': "' + k + '" is an invalid header name.')
      return k.toLowerCase()
    }

    #value (v, of) {
      v = byteString(String(v)).replace(/^[\t\n\r ]+|[\t\n\r ]+$/g, '')
      if (/[\0\r\n]/.test(v)) throw new TypeError('Headers.' + of + ': "' + v + '" is an invalid header value.')
      return v
    }

    #change () { if (this.#frozen) throw new TypeError('immutable') }
    append (k, v) {
      const e = [this.#name(k, 'append'), this.#value(v, 'append')]
      this.#change()
      this.#list.push(e)
    }

    set (k, v) {
      const e = [this.#name(k, 'set'), this.#value(v, 'set')]
      this.#change()
      const i = this.#list.findIndex(h => h[0] === e[0])
      this.#list = this.#list.filter((h, j) => h[0] !== e[0] || j === i)
      i < 0 ? this.#list.push(e) : this.#list[i] = e
    }

    delete (k) { k = this.#name(k, 'delete'); this.#change(); this.#list = this.#list.filter(h => h[0] !== k) }
    has (k) { k = this.#name(k, 'has'); return this.#list.some(h => h[0] === k) }
    get (k) {
      k = this.#name(k, 'get')
      const all = this.#list.filter(h => h[0] === k)
      return all.length ? all.map(h => h[1]).join(k === 'cookie' ? '; ' : ', ') : null
    }

    getSetCookie () { return this.#list.filter(h => h[0] === 'set-cookie').map(h => h[1]) }
    forEach (f, self) { for (const [k, v] of this) f.call(self, v, k, this) }
    * entries () {
      for (const k of [...new Set(this.#list.map(h => h[0]))].sort()) {
        if (k === 'set-cookie') for (const v of this.getSetCookie()) yield [k, v]
        else yield [k, this.get(k)]
      }
    }

    * keys () { for (const [k] of this) yield k }
    * values () { for (const [, v] of this) yield v }
    [Symbol.iterator] () { return this.entries() }
  }

  // ReadableStream gives a body that has arrived as its one chunk.
  class ReadableStream {
    #state
    #locked = false
    constructor (state) { this.#state = state }
    get locked () { return this.#locked }
    #take () {
      const s = this.#state
      s.used = true
      const b = s.bytes
      s.bytes = null
      if (b && b.length) return { done: false, value: new Uint8Array(b) }
      if (s.fault) throw new TypeError('terminated', { cause: s.fault })
      return { done: true, value: undefined }
    }

    getReader () {
      if (this.#locked) throw Object.assign(new TypeError('Invalid state: ReadableStream is locked'), { code: 'ERR_INVALID_STATE' })
      this.#locked = true
      return { read: async () => this.#take(), releaseLock: () => { this.#locked = false }, cancel: async () => { this.#state.used = true; this.#state.bytes = null }, closed: Promise.resolve() }
    }

    async cancel () { this.#state.used = true; this.#state.bytes = null }
    values () {
      const r = this.getReader()
      return { next: r.read, return: async value => { await r.cancel(); return { done: true, value } }, [Symbol.asyncIterator] () { return this } }
    }

    [Symbol.asyncIterator] () { return this.values() }
  }

  // extract gives the bytes of a body and the type that they bring along.
  function extract (b) {
    if (b === null || b === undefined) return { bytes: null }
    if (typeof b === 'string') return { bytes: Buffer.from(b), type: 'text/plain;charset=UTF-8' }
    if (ArrayBuffer.isView(b)) return { bytes: Buffer.from(Buffer.from(b.buffer, b.byteOffset, b.byteLength)) }
    if (b instanceof ArrayBuffer) return { bytes: Buffer.from(new Uint8Array(b)) }
    if (b instanceof URLSearchParams) return { bytes: Buffer.from(b.toString()), type: 'application/x-www-form-urlencoded;charset=UTF-8' }
    if (b instanceof Blob) return { bytes: blobBytes(b), type: b.type || undefined }
    if (b instanceof FormData) return encode(b)
    if (b instanceof ReadableStream) throw new TypeError('A stream cannot be sent: give its bytes.')
    return { bytes: Buffer.from(String(b)), type: 'text/plain;charset=UTF-8' }
  }

  let of
  class Body {
    #state = { bytes: null, used: false, fault: null, stream: null }
    static { of = b => b.#state }
    get body () {
      const s = this.#state
      if (s.bytes === null && !s.stream && !s.fault) return null
      return (s.stream ||= new ReadableStream(s))
    }

    get bodyUsed () { return this.#state.used }
    #read () {
      const s = this.#state
      if (s.used || (s.stream && s.stream.locked)) throw new TypeError('Body is unusable: Body has already been read')
      const b = s.bytes
      if (b === null && !s.fault) return Buffer.alloc(0)
      s.used = true
      if (s.fault) throw new TypeError('terminated', { cause: s.fault })
      return b
    }

    async text () { return new TextDecoder().decode(this.#read()) }
    async json () { return JSON.parse(new TextDecoder().decode(this.#read())) }
    async arrayBuffer () { return new Uint8Array(this.#read()).buffer }
    async bytes () { return new Uint8Array(this.#read()) }
    async blob () { return new Blob([this.#read()], { type: this.headers.get('content-type') || '' }) }
    async formData () { return decode(this.#read(), this.headers.get('content-type') || '') }
  }

  const parse = url => { try { return new URL(url) } catch (e) { throw new TypeError('Failed to parse URL from ' + url, { cause: e }) } }
  const modes = ['follow', 'manual', 'error']
  class Request extends Body {
    #init
    constructor (input, o = {}) {
      super()
      const from = input instanceof Request ? input : null
      const url = parse(from ? from.url : String(input))
      if (url.username || url.password) throw new TypeError('Request cannot be constructed from a URL that includes credentials: ' + input)
      o = o || {}
      let method = o.method !== undefined ? String(o.method) : from ? from.method : 'GET'
      if (!/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(method)) throw new TypeError("'" + method + "' is not a valid HTTP method.")
      if (/^(connect|trace|track)$/i.test(method)) throw new TypeError("'" + method + "' HTTP method is unsupported.")
      if (/^(get|head|post|put|delete|options)$/i.test(method)) method = method.toUpperCase()
      const redirect = o.redirect !== undefined ? String(o.redirect) : from ? from.redirect : 'follow'
      if (!modes.includes(redirect)) throw new TypeError('undefined: ' + redirect + ' is not an accepted type. Expected one of ' + modes.join(', ') + '.')
      const signal = o.signal !== undefined ? o.signal : from ? from.signal : null
      if (signal !== null && !(signal instanceof AbortSignal)) throw new TypeError('RequestInit: Expected signal ("' + JSON.stringify(signal) + '") to be an instance of AbortSignal.')
      const headers = new Headers(o.headers !== undefined ? o.headers : from ? from.headers : undefined)
      const own = o.body !== undefined && o.body !== null
      if ((own || (from && of(from).bytes)) && /^(GET|HEAD)$/.test(method)) throw new TypeError('Request with GET/HEAD method cannot have body.')
      if (own) {
        const { bytes, type } = extract(o.body)
        of(this).bytes = bytes
        if (type && !headers.has('content-type')) headers.set('content-type', type)
      } else if (from && of(from).bytes) {
        if (of(from).used) throw new TypeError('Cannot construct a Request with a Request object that has already been used.')
        of(this).bytes = of(from).bytes
        of(from).used = true
      }
      this.#init = { url: url.href, method, headers, redirect, signal }
    }

    get url () { return this.#init.url }
    get method () { return this.#init.method }
    get headers () { return this.#init.headers }
    get redirect () { return this.#init.redirect }
    get signal () { return this.#init.signal }
    clone () {
      if (this.bodyUsed) throw new TypeError('unusable')
      const r = new Request(this.url, { ...this.#init })
      of(r).bytes = of(this).bytes
      return r
    }
  }

  let settle
  class Response extends Body {
    #init = { status: 200, statusText: '', headers: new Headers(), url: '', redirected: false, type: 'default' }
    static { settle = (r, set) => Object.assign(r.#init, set) }
    constructor (body = null, o = {}) {
      super()
      o = o || {}
      const status = o.status === undefined ? 200 : Number(o.status)
      if (!(status >= 200 && status <= 599)) throw new RangeError('init["status"] must be in the range of 200 to 599, inclusive.')
      settle(this, { status, statusText: o.statusText === undefined ? '' : String(o.statusText), headers: new Headers(o.headers) })
      if (body === null || body === undefined) return
      if ([204, 205, 304].includes(status)) throw new TypeError('Response constructor: Invalid response status code ' + status)
      const { bytes, type } = extract(body)
      of(this).bytes = bytes
      if (type && !this.headers.has('content-type')) this.headers.set('content-type', type)
    }

    get status () { return this.#init.status }
    get statusText () { return this.#init.statusText }
    get ok () { return this.status >= 200 && this.status <= 299 }
    get headers () { return this.#init.headers }
    get url () { return this.#init.url }
    get redirected () { return this.#init.redirected }
    get type () { return this.#init.type }
    clone () {
      if (this.bodyUsed || (of(this).stream && of(this).stream.locked)) throw new TypeError('Response.clone: Body has already been consumed.')
      const r = new Response()
      settle(r, { ...this.#init, headers: new Headers(this.headers) })
      Object.assign(of(r), { bytes: of(this).bytes, fault: of(this).fault })
      return r
    }

    static json (x, o = {}) {
      const text = JSON.stringify(x)
      if (text === undefined) throw new TypeError('Value is not JSON serializable')
      const r = new Response(text, o)
      if (!new Headers(o.headers).has('content-type')) r.headers.set('content-type', 'application/json')
      return r
    }

    static error () { const r = new Response(); settle(r, { status: 0, type: 'error', headers: freeze(new Headers()) }); return r }
    static redirect (url, status = 302) {
      const to = parse(String(url))
      if (![301, 302, 303, 307, 308].includes(status)) throw new RangeError('Invalid status code ' + status)
      const r = new Response(null, { headers: { location: to.href } })
      settle(r, { status, headers: freeze(r.headers) })
      return r
    }
  }
  tag(Headers, 'Headers')
  tag(ReadableStream, 'ReadableStream')
  tag(Request, 'Request')
  tag(Response, 'Response')

  // Ports that fetch refuses (WHATWG Fetch, 2.9).
  const badPorts = new Set('0 1 7 9 11 13 15 17 19 20 21 22 23 25 37 42 43 53 69 77 79 87 95 101 102 103 104 109 110 111 113 115 117 119 123 135 137 139 143 161 179 389 427 465 512 513 514 515 526 530 531 532 540 548 554 556 563 587 601 636 989 990 993 995 1719 1720 1723 2049 3659 4045 4190 5060 5061 6000 6566 6665 6666 6667 6668 6669 6679 6697 10080'.split(' '))
  const failed = cause => new TypeError('fetch failed', { cause })

  function fetch (input, o = undefined) {
    return new Promise((resolve, reject) => {
      const r = new Request(input, o)
      const url = new URL(r.url)
      const signal = r.signal
      if (signal && signal.aborted) throw signal.reason
      if (url.protocol === 'data:') return resolve(dataURL(url))
      if (url.protocol !== 'http:' && url.protocol !== 'https:') throw failed(new Error('unknown scheme'))
      if (badPorts.has(url.port)) throw failed(new Error('bad port'))
      const headers = new Headers(lines(r.headers))
      for (const [k, v] of [['accept', '*/*'], ['accept-language', '*'], ['sec-fetch-mode', 'cors'], ['user-agent', 'node'], ['accept-encoding', 'gzip, deflate']]) {
        if (!headers.has(k)) headers.append(k, v)
      }
      if (headers.has('transfer-encoding')) throw failed(Object.assign(new Error('invalid transfer-encoding header'), { name: 'InvalidArgumentError', code: 'UND_ERR_INVALID_ARG' }))
      const aborted = () => { reject(signal.reason); cancel() }
      const cancel = host.send({ url: r.url, method: r.method, redirect: r.redirect, headers: lines(headers), body: of(r).bytes }, (e, a) => {
        if (signal) signal.removeEventListener('abort', aborted)
        if (e) return reject(failed(e))
        const answer = new Response()
        settle(answer, { status: a.status, statusText: a.statusText, url: a.url, redirected: a.redirected, type: 'basic', headers: freeze(new Headers(a.headers)) })
        if (r.method !== 'HEAD' && ![101, 204, 205, 304].includes(a.status)) Object.assign(of(answer), { bytes: a.body, fault: a.fault })
        resolve(answer)
      })
      if (r.body) of(r).used = true
      if (input instanceof Request && input.body) of(input).used = true
      if (signal) signal.addEventListener('abort', aborted, { once: true })
    })
  }

  function dataURL (url) {
    const m = /^data:([^,]*?)(;\s*base64)?,(.*)$/is.exec(url.href.replace(/#.*$/s, ''))
    if (!m) throw failed(new Error('invalid data: URL'))
    const text = unescape(m[3])
    const answer = new Response(Buffer.from(text, m[2] ? 'base64' : 'latin1'), { statusText: 'OK', headers: { 'content-type': m[1] || 'text/plain;charset=US-ASCII' } })
    settle(answer, { type: 'basic', url: url.href, headers: freeze(answer.headers) })
    return answer
  }
  return { Headers, Request, Response, fetch }
})
