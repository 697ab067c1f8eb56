// Keys, signatures and web crypto, on what host does with bytes.
(function (host) {
  const crypto = host.crypto()
  const secrets = new WeakMap() // KeyObject → { bytes } or { parsed }
  const err = (C, code, text) => Object.assign(new C(text), { code })

  class KeyObject {
    get [Symbol.toStringTag] () { return 'KeyObject' }
    get type () { const k = secrets.get(this); return k.bytes ? 'secret' : k.parsed.type }
    get symmetricKeySize () { const k = secrets.get(this); return k.bytes ? k.bytes.length : undefined }
    get asymmetricKeyType () { const k = secrets.get(this); return k.parsed && k.parsed.name }
    get asymmetricKeyDetails () {
      const k = secrets.get(this)
      const curves = { 'P-256': 'prime256v1', 'P-384': 'secp384r1', 'P-521': 'secp521r1' }
      return k.parsed && (k.parsed.bits ? { modulusLength: k.parsed.bits, publicExponent: 65537n } : k.parsed.curve ? { namedCurve: curves[k.parsed.curve] || k.parsed.curve } : {})
    }

    export (o = {}) {
      const k = secrets.get(this)
      if (!k.bytes) return o.format === 'jwk' && this.type === 'public' ? host.toJWK(k.parsed.key) : host.export(k.parsed.key, o.format)
      return o.format === 'jwk' ? { kty: 'oct', k: k.bytes.toString('base64url') } : Buffer.from(k.bytes)
    }

    equals (other) { return this.type === other.type && Buffer.from(this.export({ format: 'der' })).equals(Buffer.from(other.export({ format: 'der' }))) }
  }
  const make = k => { const o = new KeyObject(); secrets.set(o, k); return o }
  const parse = (k, wanted) => {
    if (k instanceof KeyObject) {
      const own = secrets.get(k)
      if (own.bytes) throw err(TypeError, 'ERR_CRYPTO_INVALID_KEY_OBJECT_TYPE', 'Invalid key object type secret, expected ' + wanted + '.')
      return wanted === 'public' && own.parsed.type === 'private' ? host.parse(host.export(own.parsed.key, 'der'), true) : own.parsed
    }
    if (k !== null && typeof k === 'object' && k.key !== undefined && !ArrayBuffer.isView(k)) return parse(k.format === 'jwk' ? jwk(k.key) : k.key, wanted)
    return host.parse(k, wanted === 'public')
  }
  const jwk = k => {
    if (k.d !== undefined) throw err(Error, 'ERR_CRYPTO_INVALID_JWK', 'Private keys in the form of a JWK cannot be read: give the key in PEM')
    return host.fromJWK(k)
  }
  const createSecretKey = (k, enc) => make({ bytes: typeof k === 'string' ? Buffer.from(k, enc) : Buffer.from(k) })
  const createPrivateKey = k => {
    const parsed = parse(k, 'private')
    if (parsed.type !== 'private') throw err(Error, 'ERR_OSSL_UNSUPPORTED', 'error:1E08010C:DECODER routines::unsupported')
    return make({ parsed })
  }
  const createPublicKey = k => make({ parsed: parse(k, 'public') })

  const data = (d, enc) => typeof d === 'string' ? Buffer.from(d, enc) : Buffer.from(d.buffer ? d : new Uint8Array(d))
  const PSS = 6
  const options = k => k !== null && typeof k === 'object' && !(k instanceof KeyObject) && !ArrayBuffer.isView(k) ? k : {}
  const sign = (alg, d, k, enc) => {
    const o = options(k)
    return host.sign(parse(k, 'private').key, data(d), alg || '', o.padding === PSS, o.dsaEncoding === 'ieee-p1363', o.saltLength > 0 ? o.saltLength : 0)
  }
  const verify = (alg, d, k, sig) => {
    const o = options(k)
    return host.verify(parse(k, 'public').key, data(d), data(sig), alg || '', o.padding === PSS, o.dsaEncoding === 'ieee-p1363')
  }
  class Signing {
    constructor (alg) {
      if (typeof alg !== 'string') throw err(TypeError, 'ERR_INVALID_ARG_TYPE', 'The "algorithm" argument must be of type string. Received ' + alg)
      this.alg = alg
      this.parts = []
    }

    update (d, enc) { this.parts.push(data(d, enc)); return this }
  }
  class Sign extends Signing { sign (k, enc) { const b = sign(this.alg, Buffer.concat(this.parts), k); return enc ? b.toString(enc) : b } }
  class Verify extends Signing { verify (k, sig, enc) { return verify(this.alg, Buffer.concat(this.parts), k, typeof sig === 'string' ? Buffer.from(sig, enc) : sig) } }

  // Web crypto: the operations on symmetric keys, and signatures by keys in spki and pkcs8.
  class CryptoKey {
    constructor (key, algorithm, extractable, usages) {
      Object.assign(this, { type: key.type, extractable: !!extractable, algorithm, usages: [...usages] })
      secrets.set(this, secrets.get(key))
      Object.freeze(this)
    }

    get [Symbol.toStringTag] () { return 'CryptoKey' }
  }
  const fault = (name, text) => { const e = new Error(text); e.name = name; return e }
  const alg = a => typeof a === 'string' ? { name: a } : { ...a }
  const hashOf = h => (typeof h === 'string' ? h : h.name).toLowerCase().replace('-', '')
  const ab = b => { const r = new ArrayBuffer(b.length); new Uint8Array(r).set(b); return r }
  const bytes = k => secrets.get(k).bytes
  const use = (k, usage) => { if (!k.usages.includes(usage)) throw fault('InvalidAccessError', 'Unable to use this key to ' + usage) }
  const sizes = { sha1: 64, sha256: 64, sha384: 128, sha512: 128 }
  const cipher = (a, k) => {
    const name = a.name.toUpperCase()
    const mode = { 'AES-CBC': 'cbc', 'AES-GCM': 'gcm', 'AES-CTR': 'ctr' }[name]
    if (!mode) throw fault('NotSupportedError', 'Unrecognized algorithm name')
    return ['aes-' + bytes(k).length * 8 + '-' + mode, bytes(k), data(mode === 'ctr' ? a.counter : a.iv), mode]
  }
  const signature = (a, k) => {
    const name = k.algorithm.name
    if (name === 'RSASSA-PKCS1-v1_5') return [hashOf(k.algorithm.hash), false, false, 0]
    if (name === 'RSA-PSS') return [hashOf(k.algorithm.hash), true, false, a.saltLength]
    if (name === 'ECDSA') return [hashOf(a.hash), false, true, 0]
    if (name === 'Ed25519') return ['', false, false, 0]
    throw fault('NotSupportedError', 'Unrecognized algorithm name')
  }
  const derive = (a, k, bits) => {
    if (!(bits > 0) || bits % 8) throw fault('OperationError', 'length must be a multiple of 8')
    if (a.name.toUpperCase() === 'PBKDF2') return crypto.pbkdf2Sync(bytes(k), data(a.salt), a.iterations, bits / 8, hashOf(a.hash))
    if (a.name.toUpperCase() === 'HKDF') return Buffer.from(crypto.hkdfSync(hashOf(a.hash), bytes(k), data(a.salt), data(a.info), bits / 8))
    throw fault('NotSupportedError', 'Unrecognized algorithm name')
  }
  const subtle = {
    async digest (a, d) { return ab(crypto.createHash(hashOf(a)).update(data(d)).digest()) },
    async importKey (format, d, a, extractable, usages) {
      a = alg(a)
      if (a.hash) a.hash = alg(a.hash)
      let key
      if (format === 'raw') key = createSecretKey(data(d))
      else if (format === 'jwk' && d.kty === 'oct') key = createSecretKey(d.k, 'base64url')
      else if (format === 'spki' || format === 'pkcs8') key = make({ parsed: host.parse(data(d), false) })
      else if (format === 'jwk') key = make({ parsed: host.parse(jwk(d), true) })
      else throw fault('NotSupportedError', 'Unable to import a key in the format ' + format + (d && d.kty ? ' ' + d.kty : ''))
      if (/^(HMAC|AES)/i.test(a.name) && key.symmetricKeySize !== undefined) a.length = key.symmetricKeySize * 8
      if (/^RSA/i.test(a.name)) Object.assign(a, { modulusLength: secrets.get(key).parsed.bits, publicExponent: new Uint8Array([1, 0, 1]) })
      return new CryptoKey(key, a, extractable, usages)
    },
    async exportKey (format, k) {
      if (!k.extractable) throw fault('InvalidAccessError', 'key is not extractable')
      if (bytes(k)) return format === 'jwk' ? { kty: 'oct', k: bytes(k).toString('base64url'), key_ops: k.usages, ext: true } : ab(bytes(k))
      if (format === 'jwk' && k.type === 'public') return { ...host.toJWK(secrets.get(k).parsed.key), key_ops: k.usages, ext: true }
      return ab(host.export(secrets.get(k).parsed.key, 'der'))
    },
    async generateKey (a, extractable, usages) {
      a = alg(a)
      if (a.hash) a.hash = alg(a.hash)
      if (!/^(HMAC|AES-)/i.test(a.name)) throw fault('NotSupportedError', 'Unrecognized algorithm name')
      const n = a.length || sizes[hashOf(a.hash)] * 8
      return new CryptoKey(createSecretKey(crypto.randomBytes(n / 8)), { ...a, length: n }, extractable, usages)
    },
    async sign (a, k, d) {
      use(k, 'sign')
      a = alg(a)
      if (k.algorithm.name.toUpperCase() === 'HMAC') return ab(crypto.createHmac(hashOf(k.algorithm.hash), bytes(k)).update(data(d)).digest())
      return ab(host.sign(secrets.get(k).parsed.key, data(d), ...signature(a, k)))
    },
    async verify (a, k, sig, d) {
      use(k, 'verify')
      a = alg(a)
      if (k.algorithm.name.toUpperCase() === 'HMAC') {
        const mac = crypto.createHmac(hashOf(k.algorithm.hash), bytes(k)).update(data(d)).digest()
        return mac.length === sig.byteLength && crypto.timingSafeEqual(mac, data(sig))
      }
      return host.verify(secrets.get(k).parsed.key, data(d), data(sig), ...signature(a, k))
    },
    async encrypt (a, k, d) {
      use(k, 'encrypt')
      const [name, key, iv, mode] = cipher(alg(a), k)
      const c = crypto.createCipheriv(name, key, iv)
      if (a.additionalData) c.setAAD(data(a.additionalData))
      const out = [c.update(data(d)), c.final()]
      if (mode === 'gcm') out.push(c.getAuthTag())
      return ab(Buffer.concat(out))
    },
    async decrypt (a, k, d) {
      use(k, 'decrypt')
      const [name, key, iv, mode] = cipher(alg(a), k)
      const c = crypto.createDecipheriv(name, key, iv)
      if (a.additionalData) c.setAAD(data(a.additionalData))
      let text = data(d)
      if (mode === 'gcm') { c.setAuthTag(text.subarray(text.length - 16)); text = text.subarray(0, text.length - 16) }
      try { return ab(Buffer.concat([c.update(text), c.final()])) } catch (e) { throw fault('OperationError', 'The operation failed for an operation-specific reason') }
    },
    async deriveBits (a, k, bits) { use(k, 'deriveBits'); return ab(derive(alg(a), k, bits)) },
    async deriveKey (a, k, to, extractable, usages) {
      use(k, 'deriveKey')
      to = alg(to)
      return subtle.importKey('raw', derive(alg(a), k, to.length || sizes[hashOf(to.hash)] * 8), to, extractable, usages)
    }
  }
  const secret = k => k instanceof KeyObject || k instanceof CryptoKey ? secrets.get(k).bytes : undefined
  return {
    secret,
    add: {
      KeyObject, createSecretKey, createPrivateKey, createPublicKey, sign, verify,
      createSign: a => new Sign(a), createVerify: a => new Verify(a),
      constants: { RSA_PKCS1_PADDING: 1, RSA_PKCS1_PSS_PADDING: PSS, RSA_PSS_SALTLEN_DIGEST: -1, RSA_PSS_SALTLEN_MAX_SIGN: -2, RSA_PSS_SALTLEN_AUTO: -2 }
    },
    subtle,
    CryptoKey
  }
})
