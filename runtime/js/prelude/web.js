// EventTarget, AbortController and, on host.send, fetch.
(function (host) {
  class Event {
    constructor (type, init = {}) {
      Object.assign(this, { type: String(type), bubbles: !!init.bubbles, cancelable: !!init.cancelable, defaultPrevented: false, target: null, timeStamp: Date.now() })
    }

    preventDefault () { if (this.cancelable) this.defaultPrevented = true }
    stopPropagation () {}
    stopImmediatePropagation () { this.stopped = true }
  }
  class EventTarget {
    #on = new Map()
    addEventListener (type, f, o) {
      if (typeof f !== 'function' && !(f && typeof f.handleEvent === 'function')) return
      const list = this.#on.get(type) || []
      if (!list.some(l => l.f === f)) this.#on.set(type, [...list, { f, once: !!(o && o.once) }])
    }

    removeEventListener (type, f) { this.#on.set(type, (this.#on.get(type) || []).filter(l => l.f !== f)) }
    dispatchEvent (e) {
      e.target = e.currentTarget = this
      const own = this['on' + e.type]
      if (typeof own === 'function') own.call(this, e)
      for (const l of this.#on.get(e.type) || []) {
        if (e.stopped) break
        if (l.once) this.removeEventListener(e.type, l.f)
        typeof l.f === 'function' ? l.f.call(this, e) : l.f.handleEvent(e)
      }
      return !e.defaultPrevented
    }
  }

  const fault = (name, text, code) => { const e = new Error(text); Object.defineProperty(e, 'name', { value: name, configurable: true }); e.code = code; return e }
  const aborted = () => fault('AbortError', 'This operation was aborted', 20)
  class AbortSignal extends EventTarget {
    aborted = false
    reason = undefined
    onabort = null
    throwIfAborted () { if (this.aborted) throw this.reason }
    static abort (reason) { const c = new AbortController(); c.abort(reason); return c.signal }
    static timeout (ms) {
      const c = new AbortController()
      host.later(() => c.abort(fault('TimeoutError', 'The operation was aborted due to timeout', 23)), ms)
      return c.signal
    }

    static any (list) {
      const c = new AbortController()
      for (const s of list) {
        if (s.aborted) { c.abort(s.reason); break }
        s.addEventListener('abort', () => c.abort(s.reason), { once: true })
      }
      return c.signal
    }
  }
  class AbortController {
    signal = new AbortSignal()
    abort (reason) {
      if (this.signal.aborted) return
      this.signal.aborted = true
      this.signal.reason = reason === undefined ? aborted() : reason
      this.signal.dispatchEvent(new Event('abort'))
    }
  }

  class Headers {
    #list = []
    constructor (init) {
      if (init instanceof Headers || Array.isArray(init)) for (const [k, v] of init) this.append(k, v)
      else if (init) for (const k of Object.keys(init)) this.append(k, init[k])
    }

    #name (k) {
      k = String(k).toLowerCase()
      if (!/^[!#$%&'*+.^_`|~0-9a-z-]+$/.test(k)) throw new TypeError('Headers.append: ' + k + ' is an invalid header name.')
      return k
    }

    append (k, v) {
      v = String(v).replace(/^[\t\n\r ]+|[\t\n\r ]+$/g, '')
      if (/[\0\r\n]/.test(v)) throw new TypeError('Headers.append: ' + v + ' is an invalid header value.')
      this.#list.push([this.#name(k), v])
    }

    set (k, v) { this.delete(k); this.append(k, v) }
    delete (k) { k = this.#name(k); this.#list = this.#list.filter(h => h[0] !== k) }
    has (k) { k = this.#name(k); return this.#list.some(h => h[0] === k) }
    get (k) { k = this.#name(k); const all = this.#list.filter(h => h[0] === k); return all.length ? all.map(h => h[1]).join(', ') : null }
    getSetCookie () { return this.#list.filter(h => h[0] === 'set-cookie').map(h => h[1]) }
    forEach (f, self) { for (const [k, v] of this) f.call(self, v, k, this) }
    * entries () {
      const names = [...new Set(this.#list.map(h => h[0]))].sort()
      for (const k of names) {
        if (k === 'set-cookie') for (const v of this.getSetCookie()) yield [k, v]
        else yield [k, this.get(k)]
      }
    }

    * keys () { for (const [k] of this) yield k }
    * values () { for (const [, v] of this) yield v }
    [Symbol.iterator] () { return this.entries() }
  }

  const bytes = b => b === null || b === undefined ? null
    : typeof b === 'string' ? Buffer.from(b)
      : ArrayBuffer.isView(b) ? Buffer.from(b.buffer, b.byteOffset, b.byteLength)
        : b instanceof ArrayBuffer ? Buffer.from(b) : Buffer.from(String(b))
  const typeOf = b => typeof b === 'string' ? 'text/plain;charset=UTF-8' : b instanceof URLSearchParams ? 'application/x-www-form-urlencoded;charset=UTF-8' : null
  class Body {
    #bytes
    bodyUsed = false
    _take (b) { this.#bytes = b; Object.defineProperty(this, 'bodyUsed', { enumerable: false, writable: true, value: false }) }
    _bytes () { return this.#bytes }
    #read () {
      if (this.bodyUsed) throw new TypeError('Body is unusable: Body has already been read')
      this.bodyUsed = true
      return this.#bytes || Buffer.alloc(0)
    }

    async text () { return new TextDecoder().decode(this.#read()) }
    async json () { return JSON.parse(new TextDecoder().decode(this.#read())) }
    async arrayBuffer () { const b = this.#read(); const r = new ArrayBuffer(b.length); new Uint8Array(r).set(b); return r }
    async bytes () { return new Uint8Array(this.#read()) }
  }
  class Request extends Body {
    constructor (input, o = {}) {
      super()
      const from = input instanceof Request ? input : null
      const url = new URL(from ? from.url : String(input))
      if (url.username || url.password) throw new TypeError('Request cannot be constructed from a URL that includes credentials: ' + input)
      this.url = url.href
      const method = o.method || (from && from.method) || 'GET'
      this.method = /^(get|head|post|put|delete|options)$/i.test(method) ? method.toUpperCase() : String(method)
      this.headers = new Headers(o.headers || (from && from.headers))
      const body = o.body !== undefined ? o.body : from ? from._bytes() : null
      if (body !== null && /^(GET|HEAD)$/.test(this.method)) throw new TypeError('Request with GET/HEAD method cannot have body.')
      this._take(bytes(body))
      const type = typeOf(body)
      if (type && !this.headers.has('content-type')) this.headers.set('content-type', type)
      this.redirect = o.redirect || (from && from.redirect) || 'follow'
      this.signal = o.signal || (from && from.signal) || null
    }

    clone () { return new Request(this) }
  }
  class Response extends Body {
    constructor (body = null, o = {}) {
      super()
      this.status = o.status === undefined ? 200 : o.status
      if (!(this.status >= 200 && this.status <= 599)) throw new RangeError('init["status"] must be in the range of 200 to 599, inclusive.')
      this.statusText = o.statusText === undefined ? '' : String(o.statusText)
      this.headers = new Headers(o.headers)
      this.url = ''
      this.redirected = false
      this.type = 'default'
      this._take(bytes(body))
      const type = typeOf(body)
      if (type && !this.headers.has('content-type')) this.headers.set('content-type', type)
    }

    get ok () { return this.status >= 200 && this.status < 300 }
    get body () { return null }
    clone () {
      if (this.bodyUsed) throw new TypeError('Response.clone: Body has already been consumed.')
      return Object.assign(new Response(this._bytes(), { status: this.status, statusText: this.statusText, headers: this.headers }), { url: this.url, redirected: this.redirected, type: this.type })
    }

    static json (x, o = {}) { const r = new Response(JSON.stringify(x), o); r.headers.set('content-type', 'application/json'); return r }
    static error () { return Object.assign(new Response(), { status: 0, type: 'error' }) }
  }

  function fetch (input, o) {
    return new Promise((resolve, reject) => {
      const r = new Request(input, o)
      const url = new URL(r.url)
      if (url.protocol !== 'http:' && url.protocol !== 'https:') throw Object.assign(new TypeError('fetch failed'), { cause: new Error('unknown scheme') })
      const signal = r.signal
      if (signal && signal.aborted) throw signal.reason
      if (!r.headers.has('accept')) r.headers.set('accept', '*/*')
      if (!r.headers.has('user-agent')) r.headers.set('user-agent', 'node')
      const cancel = host.send({ url: r.url, method: r.method, redirect: r.redirect, headers: [...r.headers], body: r._bytes() }, (e, a) => {
        if (e) return reject(Object.assign(new TypeError('fetch failed'), { cause: e }))
        const answer = new Response(null, { statusText: a.statusText, headers: a.headers })
        Object.assign(answer, { status: a.status, url: a.url, redirected: a.redirected, type: 'basic' })
        answer._take(a.body)
        resolve(answer)
      })
      if (signal) signal.addEventListener('abort', () => { reject(signal.reason); cancel() }, { once: true })
    })
  }
  return { Event, EventTarget, AbortController, AbortSignal, Headers, Request, Response, fetch }
})
