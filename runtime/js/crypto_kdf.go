package js

import (
	"crypto/hkdf"
	"crypto/pbkdf2"
	"hash"

	"github.com/dop251/goja"
	"golang.org/x/crypto/scrypt"
)

// Bounds on what a derivation may cost: it runs to its end, and nothing can stop it.
const (
	maxIterations = 2_000_000
	maxScryptCost = 1 << 20   // N
	maxScryptMem  = 128 << 20 // bytes
	maxKeyLength  = 1 << 16   // bytes
)

// installDerivations adds pbkdf2, scrypt and hkdf, each also with a callback.
func (v *vm) installDerivations(o *goja.Object) {
	both := func(name string, args int, f func(a []goja.Value) goja.Value) {
		v.defineBoth(o, name, args, "callback", func(c goja.FunctionCall) (r, fault goja.Value) { return f(filled(c, args)), nil })
	}
	both("pbkdf2", 5, func(a []goja.Value) goja.Value {
		n := a[2].ToInteger()
		if n < 1 || n > maxIterations {
			v.outOfRange("iterations", "a number of at most 2000000", a[2].ToFloat())
		}
		h := v.hashCode(a[4])
		key, err := pbkdf2.Key(h, string(v.data(a[0], v.undef, "password")), v.data(a[1], v.undef, "salt"), int(n), v.keyLength(a[3]))
		return v.derived(key, err)
	})
	both("scrypt", 4, func(a []goja.Value) goja.Value {
		n, r, p := int64(16384), int64(8), int64(1)
		if opts, ok := a[3].(*goja.Object); ok {
			for names, to := range map[[2]string]*int64{{"N", "cost"}: &n, {"r", "blockSize"}: &r, {"p", "parallelization"}: &p} {
				for _, name := range names {
					if x := opts.Get(name); x != nil && x != v.undef {
						*to = x.ToInteger()
					}
				}
			}
		}
		if n < 2 || n > maxScryptCost || r < 1 || p < 1 || p > 64 || r > 64 || 128*n*r > maxScryptMem {
			v.codeError("RangeError", "ERR_CRYPTO_INVALID_SCRYPT_PARAMS", "Invalid scrypt params: memory limit exceeded")
		}
		key, err := scrypt.Key(v.data(a[0], v.undef, "password"), v.data(a[1], v.undef, "salt"), int(n), int(r), int(p), v.keyLength(a[2]))
		return v.derived(key, err)
	})
	both("hkdf", 5, func(a []goja.Value) goja.Value {
		h := v.hashCode(a[0])
		key, err := hkdf.Key(h, v.data(a[1], v.undef, "ikm"), v.data(a[2], v.undef, "salt"), string(v.data(a[3], v.undef, "info")), v.keyLength(a[4]))
		if err != nil {
			v.throw(err)
		}
		return v.rt.ToValue(v.rt.NewArrayBuffer(key))
	})
}

// hashCode is hash with the error that derivations have.
func (v *vm) hashCode(name goja.Value) func() hash.Hash {
	h := hashes[hashName(name.String())]
	if h == nil {
		v.codeError("TypeError", "ERR_CRYPTO_INVALID_DIGEST", "Invalid digest: %s", name.String())
	}
	return h
}

// filled returns n arguments.
func filled(c goja.FunctionCall, n int) []goja.Value {
	a := make([]goja.Value, n)
	for i := range a {
		a[i] = c.Argument(i)
	}
	return a
}

func (v *vm) derived(key []byte, err error) goja.Value {
	if err != nil {
		v.throw(err)
	}
	return v.newBuffer(key)
}

func (v *vm) keyLength(x goja.Value) int {
	if !goja.IsNumber(x) {
		v.badType(`"keylen" argument`, "of type number", x)
	}
	n := x.ToInteger()
	if n < 0 || n > maxKeyLength {
		v.outOfRange("keylen", "a number of at most 65536", x.ToFloat())
	}
	return int(n)
}
