// Blob, File and FormData.
(function (host) {
  const tag = (c, name) => Object.defineProperty(c.prototype, Symbol.toStringTag, { value: name, configurable: true })

  let bytesOf
  class Blob {
    #bytes
    #type
    static { bytesOf = b => b.#bytes }
    constructor (parts = [], o = {}) {
      if (typeof parts !== 'object' || parts === null || !parts[Symbol.iterator]) throw new TypeError('The "sources" argument must be a sequence')
      this.#bytes = Buffer.concat(Array.from(parts, p => p instanceof Blob ? bytesOf(p)
        : ArrayBuffer.isView(p) ? Buffer.from(p.buffer, p.byteOffset, p.byteLength)
          : p instanceof ArrayBuffer ? Buffer.from(p) : Buffer.from(String(p))))
      this.#type = /[^ -~]/.test(o.type || '') ? '' : String(o.type || '').toLowerCase()
    }

    get size () { return this.#bytes.length }
    get type () { return this.#type }
    async text () { return new TextDecoder().decode(this.#bytes) }
    async arrayBuffer () { return new Uint8Array(this.#bytes).buffer }
    async bytes () { return new Uint8Array(this.#bytes) }
    slice (from, to, type = '') { return new Blob([this.#bytes.subarray(from, to)], { type }) }
  }
  class File extends Blob {
    constructor (parts, name, o = {}) {
      super(parts, o)
      Object.defineProperty(this, 'name', { value: String(name) })
      Object.defineProperty(this, 'lastModified', { value: o.lastModified === undefined ? Date.now() : Number(o.lastModified) })
    }
  }

  let listOf
  class FormData {
    #list = []
    static { listOf = f => f.#list }
    constructor (form) {
      if (form !== undefined) throw new TypeError('FormData constructor: Argument 1 could not be converted to: undefined.')
    }

    #entry (name, value, file) {
      if (!(value instanceof Blob)) return [String(name), String(value)]
      return [String(name), value instanceof File && file === undefined ? value : new File([value], file === undefined ? 'blob' : file, { type: value.type })]
    }

    append (name, value, file) { this.#list.push(this.#entry(name, value, file)) }
    set (name, value, file) {
      const e = this.#entry(name, value, file)
      const i = this.#list.findIndex(x => x[0] === e[0])
      this.#list = this.#list.filter((x, j) => x[0] !== e[0] || j === i)
      i < 0 ? this.#list.push(e) : this.#list[i] = e
    }

    delete (name) { this.#list = this.#list.filter(e => e[0] !== String(name)) }
    get (name) { const e = this.#list.find(e => e[0] === String(name)); return e ? e[1] : null }
    getAll (name) { return this.#list.filter(e => e[0] === String(name)).map(e => e[1]) }
    has (name) { return this.#list.some(e => e[0] === String(name)) }
    forEach (f, self) { for (const [k, v] of this) f.call(self, v, k, this) }
    * entries () { for (const [k, v] of this.#list) yield [k, v] }
    * keys () { for (const e of this.#list) yield e[0] }
    * values () { for (const e of this.#list) yield e[1] }
    [Symbol.iterator] () { return this.entries() }
  }
  tag(Blob, 'Blob')
  tag(File, 'File')
  tag(FormData, 'FormData')

  const escape = s => s.replace(/\n/g, '%0A').replace(/\r/g, '%0D').replace(/"/g, '%22')
  const lines = s => s.replace(/\r?\n|\r/g, '\r\n')

  // encode makes multipart/form-data of a form (RFC 7578).
  function encode (form) {
    const boundary = '----formdata-' + Array.from({ length: 12 }, () => Math.floor(Math.random() * 10)).join('')
    const parts = []
    for (const [name, value] of listOf(form)) {
      const head = '--' + boundary + '\r\nContent-Disposition: form-data; name="' + escape(lines(name)) + '"'
      if (value instanceof Blob) parts.push(Buffer.from(head + '; filename="' + escape(value.name) + '"\r\nContent-Type: ' + (value.type || 'application/octet-stream') + '\r\n\r\n'), bytesOf(value), Buffer.from('\r\n'))
      else parts.push(Buffer.from(head + '\r\n\r\n' + lines(value) + '\r\n'))
    }
    parts.push(Buffer.from('--' + boundary + '--\r\n'))
    return { type: 'multipart/form-data; boundary=' + boundary, bytes: Buffer.concat(parts) }
  }

  // decode reads the form in a body of the given type.
  function decode (bytes, type) {
    const form = new FormData()
    if (/^application\/x-www-form-urlencoded\b/i.test(type)) {
      for (const [k, v] of new URLSearchParams(bytes.toString())) form.append(k, v)
      return form
    }
    const m = /^multipart\/form-data\b.*;\s*boundary=(?:"([^"]+)"|([^;\s]+))/i.exec(type)
    if (!m) throw new TypeError('Content-Type was not one of "multipart/form-data" or "application/x-www-form-urlencoded".')
    const parts = ('\r\n' + bytes.toString('latin1')).split('\r\n--' + (m[1] || m[2]))
    if (parts.length < 2 || !parts[parts.length - 1].startsWith('--')) throw new TypeError('Failed to parse body as FormData.')
    for (const part of parts.slice(1, -1)) {
      const at = part.indexOf('\r\n\r\n')
      const head = Buffer.from(part.slice(0, at), 'latin1').toString()
      const body = Buffer.from(part.slice(at + 4), 'latin1')
      const name = /name="([^"]*)"/i.exec(head)
      const file = /filename="([^"]*)"/i.exec(head)
      if (at < 0 || !name) throw new TypeError('Failed to parse body as FormData.')
      const kind = /^content-type:\s*(.*)$/im.exec(head)
      form.append(name[1].replace(/%22/g, '"'), file ? new File([body], file[1], { type: kind ? kind[1].trim() : 'text/plain' }) : body.toString())
    }
    return form
  }
  return { Blob, File, FormData, bytes: b => bytesOf(b), encode, decode }
})
