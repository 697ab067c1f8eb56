// Modules of Node that are not there: packages may name them and their
// functions and inherit from these, but not call them.
(function () {
  function absent (what) {
    const refuse = () => { throw Object.assign(new Error("sluice does not have Node's " + what + ', which a package calls'), { code: 'ERR_SLUICE_ABSENT' }) }
    const parts = new Map()
    const f = function () {}
    return new Proxy(f, {
      get (_, key) {
        if (key in f || typeof key === 'symbol' || key === 'then' || key === 'default' || key === '__esModule') return f[key]
        if (!parts.has(key)) parts.set(key, absent(what + '.' + key))
        return parts.get(key)
      },
      apply: refuse,
      construct: refuse
    })
  }
  const channel = name => ({ name, hasSubscribers: false, publish () {}, subscribe () {}, unsubscribe: () => false, bindStore () {}, runStores: (_, f, t, ...a) => f.apply(t, a) })
  const tracing = name => Object.fromEntries(['start', 'end', 'asyncStart', 'asyncEnd', 'error'].map(k => [k, channel(name + ':' + k)]))
  return { module: absent, channels: { channel, tracingChannel: tracing, hasSubscribers: () => false, subscribe () {}, unsubscribe: () => false } }
})
