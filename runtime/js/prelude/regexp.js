// Objects of the patterns that have one of the flags d and v, which goja does not know: host finds their matches.
// What is particular to such an object is its own, so that it shares the prototype of all others.
(function (host) {
  const Common = RegExp.prototype

  // common tells whether an object has what all patterns have, not what its class has in its place.
  const common = (o, name) => {
    while (o !== Common && !Object.hasOwn(o, name)) o = Object.getPrototypeOf(o)
    return o === Common
  }

  const grouped = (names, list) => {
    if (!names.some(Boolean)) return undefined
    const groups = Object.create(null)
    names.forEach((name, i) => { if (name) groups[name] = list[i] })
    return groups
  }

  function make (source, flags, proto = Common) {
    const [re, find, names, literal] = host.compile(source, flags)
    const has = flag => flags.includes(flag)
    if (Object.getPrototypeOf(re) !== proto) Object.setPrototypeOf(re, proto)

    const exec = function exec (text) {
      text = String(text)
      const moves = has('g') || has('y')
      const from = Math.max(Math.trunc(re.lastIndex) || 0, 0)
      const start = moves ? from : 0
      const found = start > text.length ? null : find(text, start)
      if (!found || (has('y') && found[0] !== start)) {
        if (moves) re.lastIndex = 0
        return null
      }
      if (moves) re.lastIndex = found[1]
      const match = []
      const indices = []
      for (let i = 0; i < found.length; i += 2) {
        const any = found[i] >= 0
        match.push(any ? text.slice(found[i], found[i + 1]) : undefined)
        if (has('d')) indices.push(any ? [found[i], found[i + 1]] : undefined)
      }
      match.index = found[0]
      match.input = text
      match.groups = grouped(names, match)
      if (has('d')) {
        indices.groups = grouped(names, indices)
        match.indices = indices
      }
      return match
    }

    const own = (name, property) => {
      if (common(re, name)) Object.defineProperty(re, name, { ...property, configurable: true, enumerable: false })
    }
    own('exec', { value: exec, writable: true })
    own('test', { value: function test (text) { return this.exec(text) !== null }, writable: true })
    own('source', { get: () => literal })
    own('flags', { get: () => [...'dgimsuvy'].filter(has).join('') })
    own('hasIndices', { get: () => has('d') })
    own('unicode', { get: () => has('u') })
    own('unicodeSets', { get: () => has('v') })
    return re
  }

  return { make }
})
