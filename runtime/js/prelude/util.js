// Node's util module.
(function (host) {
  const { inspect, format } = host.inspect()
  const kPromisify = Symbol.for('nodejs.util.promisify.custom')

  function promisify (f) {
    if (typeof f !== 'function') {
      const e = new TypeError('The "original" argument must be of type function.')
      e.code = 'ERR_INVALID_ARG_TYPE'
      throw e
    }
    if (f[kPromisify]) return f[kPromisify]
    if (f.name === 'setTimeout' || f.name === 'setImmediate') {
      return (...args) => new Promise(resolve => f.name === 'setTimeout' ? f(resolve, args[0], args[1]) : f(resolve, args[0]))
    }
    return function (...args) {
      return new Promise((resolve, reject) => f.call(this, ...args, (err, ...vals) => err ? reject(err) : resolve(vals[0])))
    }
  }
  promisify.custom = kPromisify

  function callbackify (f) {
    return function (...args) {
      const cb = args.pop()
      f.apply(this, args).then(v => cb(null, v), e => cb(e || new Error('Promise was rejected with falsy value')))
    }
  }

  function inherits (ctor, base) {
    ctor.super_ = base
    Object.setPrototypeOf(ctor.prototype, base.prototype)
  }

  function deprecate (f) { return f }

  const tag = x => Object.prototype.toString.call(x).slice(8, -1)
  const is = (...cs) => x => cs.some(c => x instanceof c)
  const types = {
    isDate: is(Date), isRegExp: is(RegExp), isMap: is(Map), isSet: is(Set), isWeakMap: is(WeakMap), isWeakSet: is(WeakSet),
    isPromise: is(Promise), isNativeError: is(Error), isArrayBuffer: is(ArrayBuffer), isAnyArrayBuffer: is(ArrayBuffer), isDataView: is(DataView),
    isTypedArray: x => ArrayBuffer.isView(x) && !(x instanceof DataView), isArrayBufferView: x => ArrayBuffer.isView(x),
    isUint8Array: is(Uint8Array), isInt8Array: is(Int8Array), isUint16Array: is(Uint16Array), isInt16Array: is(Int16Array),
    isUint32Array: is(Uint32Array), isInt32Array: is(Int32Array), isFloat32Array: is(Float32Array), isFloat64Array: is(Float64Array),
    isUint8ClampedArray: is(Uint8ClampedArray),
    isGeneratorFunction: x => tag(x) === 'GeneratorFunction', isGeneratorObject: x => tag(x) === 'Generator',
    isAsyncFunction: x => tag(x) === 'AsyncFunction', isProxy: () => false,
    isNumberObject: is(Number), isStringObject: is(String), isBooleanObject: is(Boolean),
    isBoxedPrimitive: is(Number, String, Boolean)
  }

  function same (a, b, seen) {
    if (Object.is(a, b)) return true
    if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false
    if (Object.getPrototypeOf(a) !== Object.getPrototypeOf(b) || tag(a) !== tag(b)) return false
    if (seen.get(a) === b) return true
    seen.set(a, b)
    if (a instanceof Date) { if (!Object.is(a.getTime(), b.getTime())) return false }
    else if (a instanceof RegExp) { if (String(a) !== String(b) || a.lastIndex !== b.lastIndex) return false }
    else if (a instanceof Error) { if (a.message !== b.message || a.name !== b.name) return false }
    else if (a instanceof Number || a instanceof String || a instanceof Boolean) { if (!Object.is(a.valueOf(), b.valueOf())) return false }
    else if (a instanceof Map) {
      if (a.size !== b.size) return false
      for (const [k, v] of a) {
        if (b.has(k) ? !same(v, b.get(k), seen) : typeof k !== 'object' || ![...b].some(([l, w]) => same(k, l, seen) && same(v, w, seen))) return false
      }
    } else if (a instanceof Set) {
      if (a.size !== b.size) return false
      for (const x of a) if (!b.has(x) && (typeof x !== 'object' || ![...b].some(y => same(x, y, seen)))) return false
    } else if (ArrayBuffer.isView(a)) {
      return a.length === b.length && a.every((x, i) => Object.is(x, b[i]))
    } else if (Array.isArray(a) && a.length !== b.length) return false
    const keys = Object.keys(a)
    return keys.length === Object.keys(b).length && keys.every(k => Object.hasOwn(b, k) && same(a[k], b[k], seen))
  }

  return {
    inspect, format, promisify, callbackify, inherits, deprecate, types,
    formatWithOptions: (o, ...args) => format(...args),
    isDeepStrictEqual: (a, b) => same(a, b, new Map()),
    isArray: Array.isArray,
    isRegExp: types.isRegExp, isDate: types.isDate, isError: types.isNativeError,
    isString: x => typeof x === 'string', isNumber: x => typeof x === 'number', isBoolean: x => typeof x === 'boolean',
    isFunction: x => typeof x === 'function', isObject: x => x !== null && typeof x === 'object',
    isUndefined: x => x === undefined, isNull: x => x === null, isNullOrUndefined: x => x == null,
    isPrimitive: x => x === null || (typeof x !== 'object' && typeof x !== 'function'),
    stripVTControlCharacters: s => s.replace(/\x1b\[[0-9;]*[A-Za-z]/g, ''),
    toUSVString: s => host.usv(s),
    TextEncoder: host.encoder(), TextDecoder: host.decoder(),
    debuglog: () => () => {}
  }
})
