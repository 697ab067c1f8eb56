// DOMException, EventTarget and AbortController.
(function (host) {
  const tag = (c, name) => Object.defineProperty(c.prototype, Symbol.toStringTag, { value: name, configurable: true })

  const codes = { IndexSizeError: 1, NotFoundError: 8, NotSupportedError: 9, InvalidStateError: 11, SyntaxError: 12, InvalidAccessError: 15, NetworkError: 19, AbortError: 20, URLMismatchError: 21, QuotaExceededError: 22, TimeoutError: 23, DataCloneError: 25 }
  class DOMException extends Error {
    constructor (message = '', o = 'Error') {
      super(message)
      const name = typeof o === 'object' && o ? o.name || 'Error' : String(o)
      Object.defineProperty(this, 'name', { value: name, configurable: true, writable: true })
      Object.defineProperty(this, 'code', { value: codes[name] || 0, configurable: true, writable: true })
      if (typeof o === 'object' && o && 'cause' in o) Object.defineProperty(this, 'cause', { value: o.cause, configurable: true, writable: true })
    }
  }
  for (const k of Object.keys(codes)) {
    const name = k.replace(/Error$/, '').replace(/([a-z])([A-Z])/g, '$1_$2').toUpperCase() + '_ERR'
    Object.defineProperty(DOMException, name, { value: codes[k], enumerable: true })
  }
  tag(DOMException, 'DOMException')

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

  class AbortSignal extends EventTarget {
    aborted = false
    reason = undefined
    onabort = null
    throwIfAborted () { if (this.aborted) throw this.reason }
    static abort (reason) { const c = new AbortController(); c.abort(reason); return c.signal }
    static timeout (ms) {
      const c = new AbortController()
      host.later(() => c.abort(new DOMException('The operation was aborted due to timeout', 'TimeoutError')), ms)
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
      this.signal.reason = reason === undefined ? new DOMException('This operation was aborted', 'AbortError') : reason
      this.signal.dispatchEvent(new Event('abort'))
    }
  }
  tag(Event, 'Event')
  tag(EventTarget, 'EventTarget')
  tag(AbortSignal, 'AbortSignal')
  tag(AbortController, 'AbortController')
  return { DOMException, Event, EventTarget, AbortController, AbortSignal }
})
