// TextEncoder, TextDecoder, atob and btoa.
(function (host) {
  class TextEncoder {
    get encoding () { return 'utf-8' }
    encode (s = '') { return host.encode(String(s)) }
    encodeInto (s, into) {
      const bytes = this.encode(s)
      const n = Math.min(bytes.length, into.length)
      let end = n
      while (end > 0 && end < bytes.length && (bytes[end] & 0xC0) === 0x80) end--
      into.set(bytes.subarray(0, end))
      return { read: host.decode(bytes.subarray(0, end), 'utf8').length, written: end }
    }
  }

  const labels = { utf8: 'utf-8', 'utf-8': 'utf-8', 'unicode-1-1-utf-8': 'utf-8', 'utf-16le': 'utf-16le', 'utf-16': 'utf-16le', latin1: 'windows-1252', 'iso-8859-1': 'windows-1252', ascii: 'windows-1252', 'us-ascii': 'windows-1252', 'windows-1252': 'windows-1252' }
  class TextDecoder {
    #rest = []
    constructor (label = 'utf-8', options = {}) {
      const name = labels[String(label).trim().toLowerCase()]
      if (!name) {
        const e = new RangeError('The "' + label + '" encoding is not supported')
        e.code = 'ERR_ENCODING_NOT_SUPPORTED'
        throw e
      }
      this.encoding = name
      this.fatal = !!options.fatal
      this.ignoreBOM = !!options.ignoreBOM
    }

    decode (input, options = {}) {
      let b = input === undefined ? new Uint8Array(0) : ArrayBuffer.isView(input) ? new Uint8Array(input.buffer, input.byteOffset, input.byteLength) : new Uint8Array(input)
      if (this.#rest.length) { const all = new Uint8Array(this.#rest.length + b.length); all.set(this.#rest); all.set(b, this.#rest.length); b = all }
      this.#rest = []
      if (options.stream && this.encoding === 'utf-8') {
        let i = b.length
        while (i > 0 && b.length - i < 3 && (b[i - 1] & 0xC0) === 0x80) i--
        if (i > 0 && b[i - 1] >= 0xC0) {
          const need = b[i - 1] >= 0xF0 ? 4 : b[i - 1] >= 0xE0 ? 3 : 2
          if (b.length - i + 1 < need) { this.#rest = Array.from(b.subarray(i - 1)); b = b.subarray(0, i - 1) }
        }
      }
      if (this.fatal && !host.valid(b)) {
        const e = new TypeError('The encoded data was not valid for encoding ' + this.encoding)
        e.code = 'ERR_ENCODING_INVALID_ENCODED_DATA'
        throw e
      }
      const s = host.decode(b, this.encoding === 'utf-8' ? 'utf8' : this.encoding === 'utf-16le' ? 'utf16le' : 'latin1')
      return !this.ignoreBOM && s.charCodeAt(0) === 0xFEFF ? s.slice(1) : s
    }
  }

  function invalidCharacter (m) {
    const e = new Error(m)
    e.name = 'InvalidCharacterError'
    e.code = 5
    throw e
  }
  function btoa (s) {
    s = String(s)
    if (/[^\0-\xff]/.test(s)) invalidCharacter('Invalid character')
    return Buffer.from(s, 'latin1').toString('base64')
  }
  function atob (s) {
    s = String(s).replace(/[\t\n\f\r ]/g, '')
    if (s.length % 4 === 0) s = s.replace(/==?$/, '')
    if (s.length % 4 === 1 || /[^A-Za-z0-9+/]/.test(s)) invalidCharacter('The string to be decoded is not correctly encoded.')
    return Buffer.from(s, 'base64').toString('latin1')
  }
  return { TextEncoder, TextDecoder, atob, btoa }
})
