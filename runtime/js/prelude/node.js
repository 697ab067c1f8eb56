// Node's assert and string_decoder modules.
(function (host) {
  const util = host.util()
  class AssertionError extends Error {
    constructor ({ message, actual, expected, operator }) {
      super(message)
      Object.defineProperty(this, 'name', { value: 'AssertionError', configurable: true, writable: true })
      Object.assign(this, { code: 'ERR_ASSERTION', actual, expected, operator, generatedMessage: false })
    }
  }
  const fail = (message, text, actual, expected, operator) => {
    if (message instanceof Error) throw message
    throw new AssertionError({ message: message === undefined ? text : String(message), actual, expected, operator })
  }
  const show = x => util.inspect(x)
  const strictDeep = util.isDeepStrictEqual
  const looseDeep = (a, b) => {
    // eslint-disable-next-line eqeqeq
    if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return a == b || (a !== a && b !== b)
    if (strictDeep(a, b)) return true
    const keys = Object.keys(a)
    return Array.isArray(a) === Array.isArray(b) && keys.length === Object.keys(b).length && keys.every(k => Object.hasOwn(b, k) && looseDeep(a[k], b[k]))
  }
  const matches = (e, want) => want === undefined || (want instanceof RegExp ? want.test(String(e))
    : typeof want === 'function' ? (want.prototype !== undefined && e instanceof want) || (!Error.isPrototypeOf(want) && want.prototype === undefined && want(e) === true)
      : Object.keys(want).every(k => want[k] instanceof RegExp ? want[k].test(e[k]) : strictDeep(e[k], want[k])))
  function make () {
    const assert = function (value, message) { assert.ok(value, message) }
    const check = (name, test, text) => { assert[name] = (a, b, message) => { if (!test(a, b)) fail(message, text(a, b), a, b, name) } }
    assert.ok = (value, message) => { if (!value) fail(message, 'The expression evaluated to a falsy value', value, true, '==') }
    // eslint-disable-next-line eqeqeq
    check('equal', (a, b) => a == b || (a !== a && b !== b), (a, b) => show(a) + ' == ' + show(b))
    // eslint-disable-next-line eqeqeq
    check('notEqual', (a, b) => a != b, (a, b) => show(a) + ' != ' + show(b))
    check('strictEqual', Object.is, (a, b) => 'Expected values to be strictly equal:\n\n' + show(a) + ' !== ' + show(b) + '\n')
    const strictEqual = assert.strictEqual
    assert.strictEqual = (a, b, message) => { // Node 24 adds the values to a text given
      const plain = x => x === null || (typeof x !== 'object' && typeof x !== 'function')
      strictEqual(a, b, typeof message === 'string' && plain(a) && plain(b) ? message + '\n\n' + show(a) + ' !== ' + show(b) + '\n' : message)
    }
    check('notStrictEqual', (a, b) => !Object.is(a, b), (a, b) => 'Expected "actual" to be strictly unequal to: ' + show(b))
    check('deepEqual', looseDeep, (a, b) => 'Expected values to be loosely deep-equal:\n\n' + show(a) + '\n\nshould loosely deep-equal\n\n' + show(b))
    check('notDeepEqual', (a, b) => !looseDeep(a, b), (a, b) => 'Expected "actual" not to be loosely deep-equal to: ' + show(b))
    check('deepStrictEqual', strictDeep, (a, b) => 'Expected values to be strictly deep-equal:\n\n' + show(a) + '\n\nshould equal\n\n' + show(b))
    check('notDeepStrictEqual', (a, b) => !strictDeep(a, b), (a, b) => 'Expected "actual" not to be strictly deep-equal to: ' + show(b))
    check('match', (s, re) => re.test(s), (s, re) => 'The input did not match the regular expression ' + re + '. Input:\n\n' + show(s) + '\n')
    check('doesNotMatch', (s, re) => !re.test(s), (s, re) => 'The input was expected to not match the regular expression ' + re + '. Input:\n\n' + show(s) + '\n')
    assert.fail = message => fail(message, 'Failed', undefined, undefined, 'fail')
    assert.ifError = e => { if (e !== null && e !== undefined) throw e }
    const wanted = (e, want, message) => { if (typeof want !== 'string' && !matches(e, want)) { if (message === undefined) throw e; fail(message, '', e, want, 'throws') } }
    assert.throws = (f, want, message) => {
      try { f() } catch (e) { return wanted(e, want, message) }
      fail(typeof want === 'string' ? want : message, 'Missing expected exception.', undefined, want, 'throws')
    }
    assert.doesNotThrow = (f, message) => { try { f() } catch (e) { fail(message, 'Got unwanted exception.\nActual message: "' + (e && e.message) + '"', e, undefined, 'doesNotThrow') } }
    assert.rejects = async (p, want, message) => {
      try { await (typeof p === 'function' ? p() : p) } catch (e) { return wanted(e, want, message) }
      fail(typeof want === 'string' ? want : message, 'Missing expected rejection.', undefined, want, 'rejects')
    }
    assert.AssertionError = AssertionError
    return assert
  }
  const assert = make()
  assert.strict = make()
  assert.strict.strict = assert.strict
  for (const name of ['equal', 'notEqual', 'deepEqual', 'notDeepEqual']) assert.strict[name] = assert.strict[name.replace(/^(not)?(deep)?equal$/i, (_, n = '', d = '') => n ? d ? 'notDeepStrictEqual' : 'notStrictEqual' : d ? 'deepStrictEqual' : 'strictEqual')]

  // how many bytes at the end begin a character that is not whole yet
  function unfinished (b, enc) {
    const n = b.length
    if (enc === 'utf16le') return n % 2 || (n >= 2 && (b[n - 1] & 0xfc) === 0xd8 ? 2 : 0)
    if (enc === 'base64' || enc === 'base64url') return n % 3
    if (enc !== 'utf8') return 0
    for (let i = 1; i <= Math.min(3, n); i++) {
      const c = b[n - i]
      if (c >= 0xc0) return (c >= 0xf0 ? 4 : c >= 0xe0 ? 3 : 2) > i ? i : 0
      if (c < 0x80) return 0
    }
    return 0
  }
  const names = { 'utf-8': 'utf8', ucs2: 'utf16le', 'ucs-2': 'utf16le', 'utf-16le': 'utf16le', binary: 'latin1' }
  function StringDecoder (encoding = 'utf8') {
    const e = String(encoding).toLowerCase()
    this.encoding = names[e] || e
    if (!Buffer.isEncoding(e)) throw Object.assign(new TypeError('Unknown encoding: ' + encoding), { code: 'ERR_UNKNOWN_ENCODING' })
    Object.defineProperty(this, 'rest', { value: Buffer.alloc(0), writable: true })
  }
  StringDecoder.prototype.write = function (chunk) {
    if (typeof chunk === 'string') return chunk
    const b = Buffer.concat([this.rest, chunk])
    const n = b.length - unfinished(b, this.encoding)
    this.rest = b.subarray(n)
    return b.toString(this.encoding, 0, n)
  }
  StringDecoder.prototype.end = function (chunk) {
    const s = (chunk === undefined ? '' : this.write(chunk)) + this.rest.toString(this.encoding)
    this.rest = Buffer.alloc(0)
    return s
  }
  return { assert, string_decoder: { StringDecoder } }
})
