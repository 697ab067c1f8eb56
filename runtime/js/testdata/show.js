// What a probe's answer looks like in the *.probes files; run by Node to record them and by the tests.
(function (run) {
  function show(x) {
    if (typeof x === 'bigint') return x + 'n'
    if (typeof x === 'function') return 'function'
    if (x === undefined) return 'undefined'
    if (Object.is(x, -0)) return '-0'
    if (typeof x === 'number') return String(x)
    if (typeof x === 'symbol') return 'symbol'
    if (x && x.constructor && x.constructor.name === 'Buffer') return '<' + x.toString('hex') + '>'
    if (x instanceof Error) return 'Error ' + x
    return JSON.stringify(x)
  }
  try { return show(run()) } catch (e) { return 'throws ' + e.name + (e.code ? ' ' + e.code : '') + ': ' + e.message }
})
