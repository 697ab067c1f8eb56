// What yield* goes through: a function for each step, whose frames goja counts.
// Its own delegation nests without a limit.
(function (host) {
  return function delegate (items) {
    const it = items[Symbol.iterator]()
    return {
      [Symbol.iterator] () { return this },
      next (v) { return it.next(v) },
      return (v) { return it.return ? it.return(v) : { done: true, value: v } },
      throw (e) {
        if (it.throw) return it.throw(e)
        if (it.return) it.return()
        throw new TypeError("The iterator does not provide a 'throw' method")
      }
    }
  }
})
