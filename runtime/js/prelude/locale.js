// toLocaleString and the part of Intl that flows use. English is whole; some
// other languages have their numeric forms, and any other is shown as English.
(function (host) {
  const region = {
    'en-US': { dec: '.', group: ',', date: 'M/D/Y', h12: true },
    'en-GB': { dec: '.', group: ',', date: 'DD/MM/Y', h12: false },
    'en-CA': { dec: '.', group: ',', date: 'Y-MM-DD', h12: true, am: 'a.m.', pm: 'p.m.' },
    'de-DE': { dec: ',', group: '.', date: 'D.M.Y', h12: false },
    'de-CH': { dec: '.', group: '’', date: 'D.M.Y', h12: false },
    'fr-FR': { dec: ',', group: '\u202f', date: 'DD/MM/Y', h12: false, join: ' ' },
    'es-ES': { dec: ',', group: '.', date: 'D/M/Y', h12: false, min: 5, hour: 'H' },
    'it-IT': { dec: ',', group: '.', date: 'D/M/Y', h12: false, min: 5 },
    'nl-NL': { dec: ',', group: '.', date: 'D-M-Y', h12: false },
    'pt-BR': { dec: ',', group: '.', date: 'DD/MM/Y', h12: false },
    'sv-SE': { dec: ',', group: '\xa0', date: 'Y-MM-DD', h12: false, join: ' ' },
    'ru-RU': { dec: ',', group: '\xa0', date: 'DD.MM.Y', h12: false },
    'pl-PL': { dec: ',', group: '\xa0', date: 'D.MM.Y', h12: false, min: 5 }
  }
  const byLanguage = { en: 'en-US', de: 'de-DE', fr: 'fr-FR', es: 'es-ES', it: 'it-IT', nl: 'nl-NL', pt: 'pt-BR', sv: 'sv-SE', ru: 'ru-RU', pl: 'pl-PL' }
  const symbols = { USD: '$', EUR: '€', GBP: '£', JPY: '¥', INR: '₹', CNY: 'CN¥', KRW: '₩', BRL: 'R$', CAD: 'CA$', AUD: 'A$', MXN: 'MX$' }

  function locale (l) {
    if (Array.isArray(l)) l = l[0]
    if (l === undefined) return 'en-US'
    l = String(l)
    if (!/^[a-zA-Z]{2,8}([-_][a-zA-Z0-9]{1,8})*$/.test(l)) throw new RangeError('Incorrect locale information provided')
    return region[l] ? l : byLanguage[l.slice(0, 2).toLowerCase()] || 'en-US'
  }

  function number (x, l, o = {}) {
    const r = region[l]
    if (typeof x !== 'bigint') x = Number(x)
    if (Number.isNaN(x)) return 'NaN'
    const money = o.style === 'currency'
    const percent = o.style === 'percent'
    if (money && !o.currency) throw new TypeError('Currency code is required with currency style.')
    const base = money ? (/^(JPY|KRW)$/.test(o.currency) ? 0 : 2) : 0
    let min = o.minimumFractionDigits
    let max = o.maximumFractionDigits
    for (const [k, v] of [['minimumFractionDigits', min], ['maximumFractionDigits', max]]) {
      if (v !== undefined && !(v >= 0 && v <= 100)) throw new RangeError(k + ' value is out of range.')
    }
    if (min === undefined) min = max === undefined ? base : Math.min(base, max)
    if (max === undefined) max = Math.max(min, money ? base : percent ? 0 : 3)
    if (min > max) throw new RangeError('maximumFractionDigits value is out of range.')
    let sign = x < 0 || Object.is(x, -0) ? '-' : ''
    let whole
    let frac = ''
    if (x === Infinity || x === -Infinity) whole = '∞'
    else {
      const text = typeof x === 'bigint' ? String(x < 0n ? -x : x) : host.round(Math.abs(percent ? x * 100 : x), max, o.maximumSignificantDigits || 0)
      ;[whole, frac = ''] = text.split('.')
      frac = frac.replace(/0+$/, '').padEnd(min, '0')
      whole = whole.padStart(o.minimumIntegerDigits || 1, '0')
      if (o.useGrouping !== false && whole.length >= (r.min || 4)) whole = whole.replace(/\B(?=(\d{3})+$)/g, r.group)
    }
    let s = whole + (frac ? r.dec + frac : '')
    if (percent) s += l.startsWith('en') ? '%' : '\xa0%'
    if (money) {
      const c = String(o.currency).toUpperCase()
      const sym = o.currencyDisplay === 'code' ? c + '\xa0' : symbols[c] || c + '\xa0'
      s = l.startsWith('en') ? sym + s : s + '\xa0' + sym.trim()
    }
    return sign + s
  }

  const months = ['January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September', 'October', 'November', 'December']
  const days = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday']
  const two = n => String(n).padStart(2, '0')
  const dateKeys = ['weekday', 'year', 'month', 'day', 'dateStyle']
  const timeKeys = ['hour', 'minute', 'second', 'fractionalSecondDigits', 'timeStyle']

  // date formats what the options ask for; kind tells what is shown if they ask for nothing.
  function date (d, l, o = {}, kind) {
    const ms = Number(d)
    if (Number.isNaN(ms)) return 'Invalid Date'
    const p = host.parts(ms, o.timeZone === undefined ? '' : String(o.timeZone))
    if (!p) throw new RangeError('Invalid time zone specified: ' + o.timeZone)
    const [Y, M, D, h, m, s, wd, zone] = p
    const asked = keys => keys.some(k => o[k] !== undefined)
    let { weekday, year, month, day, hour, minute, second } = o
    const style = o.dateStyle || o.timeStyle
    if (style) {
      if (o.dateStyle) {
        year = o.dateStyle === 'short' ? '2-digit' : 'numeric'
        day = 'numeric'
        month = { full: 'long', long: 'long', medium: 'short', short: 'numeric' }[o.dateStyle]
        if (o.dateStyle === 'full') weekday = 'long'
      }
      if (o.timeStyle) { hour = minute = 'numeric'; if (o.timeStyle !== 'short') second = 'numeric' }
    } else if (!(kind !== 'time' && asked(dateKeys)) && !(kind !== 'date' && asked(timeKeys))) {
      if (kind !== 'time') year = month = day = 'numeric'
      if (kind !== 'date') hour = minute = second = 'numeric'
    }
    const r = region[l]
    const english = l.startsWith('en')
    const year2 = year === '2-digit' ? two(Y % 100) : Y
    let text = ''
    if (month === 'long' || month === 'short' || (weekday && !month)) {
      const mon = month && (month === 'short' ? months[M - 1].slice(0, 3) : months[M - 1])
      const w = weekday && (weekday === 'long' ? days[wd] : days[wd].slice(0, 3))
      const dd = day && (day === '2-digit' ? two(D) : D)
      text = l === 'en-US' || !english
        ? [w, [mon, dd].filter(x => x !== undefined).join(' '), year && (mon && dd === undefined ? undefined : year2)].filter(Boolean).join(', ') + (year && mon && dd === undefined ? ' ' + year2 : '')
        : [w, [dd, mon, year && year2].filter(x => x !== undefined).join(' ')].filter(Boolean).join(l === 'en-GB' && w && dd !== undefined ? ' ' : ', ')
    } else if (year || month || day) {
      const pad = month === '2-digit' || day === '2-digit'
      const sep = /[^DMY]/.exec(r.date)[0]
      text = r.date.split(sep).map(f => {
        if (f === 'Y') return year && year2
        const opt = f[0] === 'M' ? month : day
        return opt && (f.length === 2 || opt === '2-digit' || (pad && opt === '2-digit') ? two(f[0] === 'M' ? M : D) : f[0] === 'M' ? M : D)
      }).filter(x => x !== undefined).join(sep)
      if (weekday) text = (weekday === 'long' ? days[wd] : days[wd].slice(0, 3)) + ', ' + text
    }
    let time = ''
    if (hour !== undefined || minute !== undefined || second !== undefined) {
      const h12 = o.hour12 !== undefined ? o.hour12 : o.hourCycle ? /^h1[12]$/.test(o.hourCycle) : r.h12
      const hh = h12 ? h % 12 || 12 : h === 0 && o.hour12 === false && l === 'en-US' && !o.hourCycle ? 24 : h
      const parts = []
      if (hour !== undefined) parts.push(hour === '2-digit' || (!h12 && r.hour !== 'H') ? two(hh) : hh)
      if (minute !== undefined) parts.push(parts.length || second !== undefined ? two(m) : m)
      if (second !== undefined) parts.push(parts.length ? two(s) : s)
      time = parts.join(':')
      if (o.fractionalSecondDigits) time += '.' + String(Math.floor(((ms % 1000) + 1000) % 1000)).padStart(3, '0').slice(0, o.fractionalSecondDigits)
      if (h12 && hour !== undefined) time += ' ' + (h < 12 ? r.am || (l === 'en-GB' ? 'am' : 'AM') : r.pm || (l === 'en-GB' ? 'pm' : 'PM'))
      if (o.timeZoneName || o.timeStyle === 'full' || o.timeStyle === 'long') time += ' ' + zone
    }
    const join = style && /^(full|long)$/.test(o.dateStyle) ? ' at ' : r.join || ', '
    return text && time ? text + join + time : text || time
  }

  class NumberFormat {
    #l
    #o
    constructor (l, o) { this.#l = locale(l); this.#o = { ...o } }
    get format () { return x => number(x, this.#l, this.#o) }
    resolvedOptions () { return { locale: this.#l, numberingSystem: 'latn', style: 'decimal', ...this.#o } }
  }
  class DateTimeFormat {
    #l
    #o
    constructor (l, o) { this.#l = locale(l); this.#o = { ...o }; date(0, this.#l, this.#o, 'date') }
    get format () { return d => date(d === undefined ? Date.now() : d, this.#l, this.#o, Object.keys(this.#o).some(k => timeKeys.includes(k)) ? 'any' : 'date') }
    resolvedOptions () { return { locale: this.#l, calendar: 'gregory', numberingSystem: 'latn', timeZone: host.zone(), ...this.#o } }
  }
  class Collator {
    #o
    constructor (l, o) { locale(l); this.#o = { ...o } }
    get compare () { return (a, b) => compare(String(a), String(b), this.#o) }
    resolvedOptions () { return { locale: 'en-US', ...this.#o } }
  }
  const nativeCompare = String.prototype.localeCompare
  function compare (a, b, o = {}) {
    if (o.sensitivity === 'base' || o.sensitivity === 'accent') { a = a.toLowerCase(); b = b.toLowerCase() }
    if (o.sensitivity === 'base') { a = a.normalize('NFD').replace(/[\u0300-\u036f]/g, ''); b = b.normalize('NFD').replace(/[\u0300-\u036f]/g, '') }
    if (!o.numeric) return nativeCompare.call(a, b)
    const split = s => s.match(/\d+|\D+/g) || []
    const x = split(a)
    const y = split(b)
    for (let i = 0; i < x.length && i < y.length; i++) {
      const c = /^\d/.test(x[i]) && /^\d/.test(y[i]) ? Math.sign(x[i] - y[i]) : nativeCompare.call(x[i], y[i])
      if (c) return c
    }
    return Math.sign(x.length - y.length)
  }
  // Intl's constructors work without new.
  const callable = C => {
    const F = { [C.name]: function (l, o) { return new C(l, o) } }[C.name]
    F.prototype = C.prototype
    F.prototype.constructor = F
    F.supportedLocalesOf = l => [].concat(l)
    return F
  }

  return {
    Intl: { NumberFormat: callable(NumberFormat), DateTimeFormat: callable(DateTimeFormat), Collator: callable(Collator), getCanonicalLocales: l => [].concat(l) },
    number: (x, l, o) => number(x, locale(l), o === undefined ? {} : o),
    date: (d, l, o, kind) => date(d, locale(l), o === undefined ? {} : o, kind),
    compare: (a, b, l, o) => compare(a, b, o)
  }
})
