package network

import (
	"bytes"
	"hash"
	"math/big"
	"unicode/utf16"
)

// pfxKey derives a key for encryption (purpose 1), an initial vector (2) or a MAC
// (3) from a passphrase (RFC 7292, appendix B.2).
func pfxKey(newHash func() hash.Hash, purpose byte, passphrase string, salt []byte, iterations, size int) []byte {
	h := newHash()
	v := h.BlockSize()
	var password []byte
	for _, u := range append(utf16.Encode([]rune(passphrase)), 0) {
		password = append(password, byte(u>>8), byte(u))
	}
	fill := func(b []byte) []byte {
		if len(b) == 0 {
			return nil
		}
		n := (len(b) + v - 1) / v * v
		return bytes.Repeat(b, n/len(b)+1)[:n]
	}
	d := bytes.Repeat([]byte{purpose}, v)
	i := append(fill(salt), fill(password)...)
	var key []byte
	for len(key) < size {
		h.Reset()
		h.Write(d)
		h.Write(i)
		a := h.Sum(nil)
		for range iterations - 1 {
			h.Reset()
			h.Write(a)
			a = h.Sum(a[:0])
		}
		key = append(key, a...)
		addOne(i, fill(a)[:v], v)
	}
	return key[:size]
}

// addOne adds b + 1 to each block of i, as numbers.
func addOne(i, b []byte, v int) {
	plus := new(big.Int).Add(new(big.Int).SetBytes(b), big.NewInt(1))
	limit := new(big.Int).Lsh(big.NewInt(1), uint(8*v))
	for ; len(i) >= v; i = i[v:] {
		sum := new(big.Int).Add(new(big.Int).SetBytes(i[:v]), plus)
		sum.Mod(sum, limit).FillBytes(i[:v])
	}
}
