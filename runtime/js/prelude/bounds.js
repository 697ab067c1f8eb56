// Bounds on what one call can ask for: Go cannot refuse memory, it ends the
// process. A constructor gets its bounds when a text names it.
(function (host) {
  const range = m => { throw new RangeError(m) }
  const wrap = (o, name, check) => {
    const native = o[name]
    const f = { [name] (...args) { check(this, args); return native.apply(this, args) } }[name]
    Object.defineProperty(f, 'length', { value: native.length, configurable: true })
    Object.defineProperty(o, name, { value: f, writable: true, configurable: true, enumerable: false })
  }
  // replace puts C, which calls Native, in its place.
  function replace (name, Native, C) {
    for (const k of Reflect.ownKeys(Native)) {
      if (k !== 'prototype') Object.defineProperty(C, k, Object.getOwnPropertyDescriptor(Native, k))
    }
    Object.setPrototypeOf(C, Object.getPrototypeOf(Native))
    Object.defineProperty(C, 'prototype', { value: Native.prototype, writable: false })
    Object.defineProperty(Native.prototype, 'constructor', { value: C, writable: true, configurable: true, enumerable: false })
    Object.defineProperty(globalThis, name, { value: C, writable: true, configurable: true, enumerable: false })
  }

  function array () {
    wrap(Array, 'from', (_, [x]) => { if (x != null && typeof x === 'object' && x.length > host.max) range('Invalid array length') })
    // Methods of longer arrays, sparse ones too, would run for minutes in Go code that nothing can interrupt.
    const NativeArray = Array
    const BoundArray = function (...args) {
      if (args.length === 1 && args[0] > host.max && typeof args[0] === 'number') range('Invalid array length')
      return Reflect.construct(NativeArray, args, new.target === undefined || new.target === BoundArray ? NativeArray : new.target)
    }
    replace('Array', NativeArray, BoundArray)
    // map, filter and their like make their arrays with the native one.
    Object.defineProperty(BoundArray, Symbol.species, { get: host.species(BoundArray, NativeArray), configurable: true })
  }

  function bytes (name) {
    const Native = globalThis[name]
    const size = Native.BYTES_PER_ELEMENT || 1
    const C = function (...args) {
      if (new.target === undefined) throw new TypeError("Constructor " + name + " requires 'new'")
      const n = args[0]
      const count = typeof n === 'number' ? n : n !== null && typeof n === 'object' && !ArrayBuffer.isView(n) && typeof n.length === 'number' ? n.length : 0
      if (count * size > host.bytes) range(name === 'ArrayBuffer' ? 'Array buffer allocation failed' : 'Invalid typed array length: ' + count)
      return Reflect.construct(Native, args, new.target === C ? Native : new.target)
    }
    replace(name, Native, C)
  }
  return { bound: name => { name === 'Array' ? array() : bytes(name) } }
})
