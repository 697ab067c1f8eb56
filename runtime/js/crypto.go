package js

import (
	"crypto/hmac"
	"crypto/md5"
	"crypto/rand"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"crypto/subtle"
	"fmt"
	"hash"
	"math/big"
	"strings"

	"github.com/dop251/goja"

	"sluice/runtime/msg"
)

// hashes are the digests of createHash and createHmac. MD5 and SHA-1 are there
// because flows use them for checksums and old signatures.
var hashes = map[string]func() hash.Hash{
	"md5": md5.New, "sha1": sha1.New, "sha224": sha256.New224, "sha256": sha256.New, "sha384": sha512.New384,
	"sha512": sha512.New, "sha512-256": sha512.New512_256,
}

var hashNames = []string{"md5", "sha1", "sha224", "sha256", "sha384", "sha512", "sha512-256"}

// cryptoModule is what flows use of Node's crypto module.
func (v *vm) cryptoModule() goja.Value {
	if v.crypto != nil {
		return v.crypto
	}
	o := v.rt.NewObject()
	def := func(name string, f func(goja.FunctionCall) goja.Value) { define(v, o, name, 1, f) }
	def("randomUUID", func(goja.FunctionCall) goja.Value {
		var b [16]byte
		rand.Read(b[:])
		b[6], b[8] = b[6]&0x0F|0x40, b[8]&0x3F|0x80
		return v.str(fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:]))
	})
	def("randomBytes", func(c goja.FunctionCall) goja.Value {
		b := make([]byte, v.size(c.Argument(0), "size"))
		rand.Read(b)
		if cb := c.Argument(1); isCallable(cb) {
			v.call(cb, v.undef, v.null, v.newBuffer(b))
			return v.undef
		}
		return v.newBuffer(b)
	})
	random := func(c goja.FunctionCall) goja.Value {
		b, ok := v.viewBytes(c.Argument(0))
		if !ok {
			v.badType(`"buf" argument`, "an instance of ArrayBuffer, Buffer, TypedArray, or DataView", c.Argument(0))
		}
		rand.Read(b)
		return c.Argument(0)
	}
	def("randomFillSync", random)
	def("getRandomValues", random)
	def("randomInt", func(c goja.FunctionCall) goja.Value {
		lo, hi := 0.0, c.Argument(0).ToFloat()
		if goja.IsNumber(c.Argument(1)) {
			lo, hi = hi, c.Argument(1).ToFloat()
		}
		if !(hi > lo) || hi-lo >= 1<<48 {
			v.outOfRange("max", fmt.Sprintf(`greater than the value of "min" (%s)`, msg.FormatNumber(lo)), hi)
		}
		n, err := rand.Int(rand.Reader, big.NewInt(int64(hi-lo)))
		if err != nil {
			v.throw(err)
		}
		return v.rt.ToValue(float64(n.Int64()) + lo)
	})
	def("getHashes", func(goja.FunctionCall) goja.Value { return v.strings(hashNames) })
	def("createHash", func(c goja.FunctionCall) goja.Value {
		h := v.hash(c.Argument(0), "Digest method not supported")
		return v.digester(h())
	})
	def("createHmac", func(c goja.FunctionCall) goja.Value {
		h := v.hash(c.Argument(0), "Invalid digest: "+c.Argument(0).String())
		return v.digester(hmac.New(h, v.data(c.Argument(1), v.undef, "key")))
	})
	def("hash", func(c goja.FunctionCall) goja.Value {
		h := v.hash(c.Argument(0), "Digest method not supported")()
		h.Write(v.data(c.Argument(1), v.undef, "input"))
		enc := c.Argument(2)
		if enc == v.undef {
			enc = v.str("hex")
		}
		return v.digest(h, enc)
	})
	def("timingSafeEqual", func(c goja.FunctionCall) goja.Value {
		a, b := v.bytesOf(c.Argument(0), "buf1"), v.bytesOf(c.Argument(1), "buf2")
		if len(a) != len(b) {
			v.codeError("RangeError", "ERR_CRYPTO_TIMING_SAFE_EQUAL_LENGTH", "Input buffers must have the same byte length")
		}
		return v.rt.ToValue(subtle.ConstantTimeCompare(a, b) == 1)
	})
	v.installDerivations(o)
	v.installCiphers(o)
	v.crypto = o
	for _, name := range []string{"KeyObject", "createSecretKey", "createPrivateKey", "createPublicKey", "sign", "verify", "createSign", "createVerify", "constants"} {
		lazy(v, o, name, func() goja.Value { return v.prelude("keys").Get("add").(*goja.Object).Get(name) })
	}
	lazy(v, o, "subtle", func() goja.Value { return v.prelude("keys").Get("subtle") })
	web := v.object("getRandomValues", o.Get("getRandomValues"), "randomUUID", o.Get("randomUUID"))
	lazy(v, web, "subtle", func() goja.Value { return v.prelude("keys").Get("subtle") })
	o.Set("webcrypto", web)
	return o
}

func (v *vm) hash(name goja.Value, unknown string) func() hash.Hash {
	if !goja.IsString(name) {
		v.badType(`"algorithm" argument`, "of type string", name)
	}
	h := hashes[hashName(name.String())]
	if h == nil {
		v.throwf("Error", "%s", unknown)
	}
	return h
}

// hashName is the name of hashes that any of OpenSSL's stands for.
func hashName(name string) string {
	return strings.ReplaceAll(strings.TrimPrefix(strings.ToLower(name), "rsa-"), "sha-", "sha")
}

// data reads text or bytes.
func (v *vm) data(x, enc goja.Value, name string) []byte {
	if goja.IsString(x) {
		return v.decode(x, enc)
	}
	b, ok := v.viewBytes(x)
	if !ok && v.preludes["keys"] != nil { // a key object
		b, ok = v.viewBytes(v.call(v.prelude("keys").Get("secret"), v.undef, x))
	}
	if !ok {
		v.badType(fmt.Sprintf("%q argument", name), "of type string or an instance of Buffer, TypedArray, or DataView", x)
	}
	return b
}

func (v *vm) digest(h hash.Hash, enc goja.Value) goja.Value {
	sum := h.Sum(nil)
	if enc == v.undef || enc.String() == "buffer" {
		return v.newBuffer(sum)
	}
	return v.encoded(sum, enc)
}

// encoded is bytes as text.
func (v *vm) encoded(b []byte, enc goja.Value) goja.Value {
	s, _ := msg.EncodeBytes(b, v.encoding(enc))
	return v.str(s)
}

// digester is a Hash or Hmac object.
func (v *vm) digester(h hash.Hash) goja.Value {
	o := v.rt.NewObject()
	ended := false
	check := func() {
		if ended {
			v.codeError("Error", "ERR_CRYPTO_HASH_FINALIZED", "Digest already called")
		}
	}
	define(v, o, "update", 2, func(c goja.FunctionCall) goja.Value {
		check()
		h.Write(v.data(c.Argument(0), c.Argument(1), "data"))
		return c.This
	})
	define(v, o, "digest", 1, func(c goja.FunctionCall) goja.Value {
		check()
		ended = true
		return v.digest(h, c.Argument(0))
	})
	return o
}
