package js

import (
	"crypto/aes"
	"crypto/cipher"
	"strings"
	"unicode/utf8"

	"github.com/dop251/goja"
)

// installCiphers adds AES in the modes that flows use.
func (v *vm) installCiphers(o *goja.Object) {
	define(v, o, "createCipheriv", 3, func(c goja.FunctionCall) goja.Value { return v.cipher(c, true) })
	define(v, o, "createDecipheriv", 3, func(c goja.FunctionCall) goja.Value { return v.cipher(c, false) })
	define(v, o, "getCiphers", 0, func(goja.FunctionCall) goja.Value { return v.strings(cipherNames) })
}

var cipherNames = []string{"aes-128-cbc", "aes-128-ctr", "aes-128-ecb", "aes-128-gcm", "aes-192-cbc", "aes-192-ctr", "aes-192-ecb", "aes-192-gcm",
	"aes-256-cbc", "aes-256-ctr", "aes-256-ecb", "aes-256-gcm"}

// aesCall is one encryption or decryption. What is given to update is
// transformed as far as whole blocks go; GCM waits for final, since it must not
// give out what it has not authenticated.
type aesCall struct {
	encrypt bool
	mode    string
	block   cipher.Block
	stream  cipher.Stream
	iv      []byte
	buf     []byte // input not transformed yet
	aad     []byte
	tag     []byte
	padding bool
	ended   bool
}

func (v *vm) cipher(c goja.FunctionCall, encrypt bool) goja.Value {
	name := strings.ToLower(c.Argument(0).String())
	parts := strings.Split(name, "-")
	var size int
	if len(parts) == 3 && parts[0] == "aes" {
		size = map[string]int{"128": 16, "192": 24, "256": 32}[parts[1]]
	}
	if size == 0 || !strings.Contains("cbc ctr ecb gcm", parts[2]) {
		v.codeError("Error", "ERR_CRYPTO_UNKNOWN_CIPHER", "Unknown cipher")
	}
	key := v.data(c.Argument(1), v.undef, "key")
	if len(key) != size {
		v.codeError("RangeError", "ERR_CRYPTO_INVALID_KEYLEN", "Invalid key length")
	}
	a := &aesCall{encrypt: encrypt, mode: parts[2], padding: true}
	if c.Argument(2) != v.null && c.Argument(2) != v.undef {
		a.iv = append(a.iv, v.data(c.Argument(2), v.undef, "iv")...)
	}
	if want := map[string]int{"ecb": 0, "gcm": len(a.iv)}; a.mode == "gcm" && len(a.iv) == 0 || len(a.iv) != valueOr(want, a.mode, aes.BlockSize) {
		v.codeError("TypeError", "ERR_CRYPTO_INVALID_IV", "Invalid initialization vector")
	}
	var err error
	if a.block, err = aes.NewCipher(key); err != nil {
		v.throw(err)
	}
	if a.mode == "ctr" {
		a.stream = cipher.NewCTR(a.block, a.iv)
	}
	return v.cipherObject(a)
}

func valueOr(m map[string]int, key string, or int) int {
	if n, ok := m[key]; ok {
		return n
	}
	return or
}

func (v *vm) cipherObject(a *aesCall) goja.Value {
	o := v.rt.NewObject()
	var begun []byte // of a character that the text so far does not show
	output := func(b []byte, enc goja.Value) goja.Value {
		if enc == v.undef || enc.String() == "buffer" {
			return v.newBuffer(b)
		}
		b = append(begun, b...)
		n := len(b)
		if !a.ended {
			n -= unfinished(b, v.encoding(enc))
		}
		begun = append([]byte(nil), b[n:]...)
		return v.encoded(b[:n], enc)
	}
	define(v, o, "update", 3, func(c goja.FunctionCall) goja.Value {
		if a.ended {
			v.codeError("Error", "ERR_CRYPTO_INVALID_STATE", "Unsupported state")
		}
		a.buf = append(a.buf, v.data(c.Argument(0), c.Argument(1), "data")...)
		if len(a.buf) > maxBuffer {
			v.outOfRange("data", "of a size that fits", float64(len(a.buf)))
		}
		return output(a.update(), c.Argument(2))
	})
	define(v, o, "final", 1, func(c goja.FunctionCall) goja.Value {
		if a.ended {
			v.codeError("Error", "ERR_CRYPTO_INVALID_STATE", "Unsupported state")
		}
		a.ended = true
		b, code, why := a.final()
		if why != "" {
			v.codeError("Error", code, "%s", why)
		}
		return output(b, c.Argument(0))
	})
	define(v, o, "setAutoPadding", 1, func(c goja.FunctionCall) goja.Value {
		a.padding = c.Argument(0) == v.undef || c.Argument(0).ToBoolean()
		return c.This
	})
	define(v, o, "setAAD", 1, func(c goja.FunctionCall) goja.Value {
		a.aad = append(a.aad, v.data(c.Argument(0), v.undef, "buffer")...)
		return c.This
	})
	define(v, o, "setAuthTag", 1, func(c goja.FunctionCall) goja.Value {
		a.tag = append([]byte(nil), v.data(c.Argument(0), c.Argument(1), "buffer")...)
		return c.This
	})
	define(v, o, "getAuthTag", 0, func(goja.FunctionCall) goja.Value {
		if a.mode != "gcm" || !a.encrypt || !a.ended {
			v.codeError("Error", "ERR_CRYPTO_INVALID_STATE", "Invalid state for operation getAuthTag")
		}
		return v.newBuffer(a.tag)
	})
	return o
}

// unfinished tells how many bytes at the end of b begin a character of the encoding that is not whole.
func unfinished(b []byte, enc string) int {
	switch strings.ToLower(enc) {
	case "base64", "base64url":
		return len(b) % 3
	case "utf16le", "utf-16le", "ucs2", "ucs-2":
		return len(b) % 2
	case "utf8", "utf-8":
		for i := 1; i <= min(utf8.UTFMax-1, len(b)); i++ {
			if c := b[len(b)-i]; utf8.RuneStart(c) {
				if c >= utf8.RuneSelf && !utf8.FullRune(b[len(b)-i:]) {
					return i
				}
				return 0
			}
		}
	}
	return 0
}

// update transforms the whole blocks that have come.
func (a *aesCall) update() []byte {
	switch a.mode {
	case "gcm":
		return nil
	case "ctr":
		b := a.buf
		a.buf = nil
		a.stream.XORKeyStream(b, b)
		return b
	}
	n := len(a.buf) / aes.BlockSize * aes.BlockSize
	if !a.encrypt && a.padding && n == len(a.buf) && n > 0 {
		n -= aes.BlockSize // the last block may be padding
	}
	b := append([]byte(nil), a.buf[:n]...)
	a.buf = append([]byte(nil), a.buf[n:]...)
	a.blocks(b)
	return b
}

// blocks transforms whole blocks in place.
func (a *aesCall) blocks(b []byte) {
	for ; len(b) > 0; b = b[aes.BlockSize:] {
		x := b[:aes.BlockSize]
		switch {
		case a.mode == "ecb" && a.encrypt:
			a.block.Encrypt(x, x)
		case a.mode == "ecb":
			a.block.Decrypt(x, x)
		case a.encrypt:
			cipher.NewCBCEncrypter(a.block, a.iv).CryptBlocks(x, x)
			copy(a.iv, x)
		default:
			was := append([]byte(nil), x...)
			cipher.NewCBCDecrypter(a.block, a.iv).CryptBlocks(x, x)
			copy(a.iv, was)
		}
	}
}

const (
	codeBlock   = "ERR_OSSL_WRONG_FINAL_BLOCK_LENGTH"
	codeDecrypt = "ERR_OSSL_BAD_DECRYPT"
)

// final transforms what is left; why tells what is wrong with it.
func (a *aesCall) final() (b []byte, code, why string) {
	switch {
	case a.mode == "ctr":
		return nil, "", ""
	case a.mode == "gcm":
		return a.finalGCM()
	case a.encrypt && !a.padding && len(a.buf) == 0:
		return nil, "", ""
	case a.encrypt && a.padding:
		n := aes.BlockSize - len(a.buf)
		for range n {
			a.buf = append(a.buf, byte(n))
		}
	case len(a.buf) != aes.BlockSize && (a.padding || len(a.buf) != 0):
		return nil, codeBlock, "error:1C80006B:Provider routines::wrong final block length"
	}
	if len(a.buf)%aes.BlockSize != 0 {
		return nil, codeBlock, "error:1C80006A:Provider routines::data not multiple of block length"
	}
	a.blocks(a.buf)
	if a.encrypt || !a.padding {
		return a.buf, "", ""
	}
	n := int(a.buf[len(a.buf)-1])
	if n == 0 || n > aes.BlockSize || strings.Trim(string(a.buf[len(a.buf)-n:]), string([]byte{byte(n)})) != "" {
		return nil, codeDecrypt, "error:1C800064:Provider routines::bad decrypt"
	}
	return a.buf[:len(a.buf)-n], "", ""
}

func (a *aesCall) finalGCM() (b []byte, code, why string) {
	const size = 16
	g, err := cipher.NewGCMWithNonceSize(a.block, len(a.iv))
	if err != nil {
		return nil, "", err.Error()
	}
	if a.encrypt {
		sealed := g.Seal(nil, a.iv, a.buf, a.aad)
		a.tag = sealed[len(sealed)-size:]
		return sealed[:len(sealed)-size], "", ""
	}
	b, err = g.Open(nil, a.iv, append(a.buf, a.tag...), a.aad)
	if err != nil || len(a.tag) != size {
		return nil, "", "Unsupported state or unable to authenticate data"
	}
	return b, "", ""
}
