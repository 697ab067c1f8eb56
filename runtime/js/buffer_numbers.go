package js

import (
	"encoding/binary"
	"fmt"
	"math"
	"math/big"
	"strings"

	"github.com/dop251/goja"
)

// numberField describes a pair of methods such as readUInt16LE and writeUInt16LE.
type numberField struct {
	size   int // 0: the caller says how many bytes
	big    bool
	signed bool
	float  bool
}

var numberFields = map[string]numberField{
	"UInt8": {size: 1}, "Int8": {size: 1, signed: true},
	"UInt16LE": {size: 2}, "UInt16BE": {size: 2, big: true},
	"Int16LE": {size: 2, signed: true}, "Int16BE": {size: 2, signed: true, big: true},
	"UInt32LE": {size: 4}, "UInt32BE": {size: 4, big: true},
	"Int32LE": {size: 4, signed: true}, "Int32BE": {size: 4, signed: true, big: true},
	"BigUInt64LE": {size: 8}, "BigUInt64BE": {size: 8, big: true},
	"BigInt64LE": {size: 8, signed: true}, "BigInt64BE": {size: 8, signed: true, big: true},
	"FloatLE": {size: 4, float: true}, "FloatBE": {size: 4, float: true, big: true},
	"DoubleLE": {size: 8, float: true}, "DoubleBE": {size: 8, float: true, big: true},
	"UIntLE": {}, "UIntBE": {big: true}, "IntLE": {signed: true}, "IntBE": {signed: true, big: true},
}

// defineNumber adds a field's methods, also under the names with Uint.
func (v *vm) defineNumber(name string, n numberField) {
	read := func(c goja.FunctionCall) goja.Value { return v.readNumber(n, c) }
	write := func(c goja.FunctionCall) goja.Value { return v.writeNumber(n, c) }
	names := []string{name}
	if !n.signed && !n.float {
		names = append(names, strings.Replace(name, "UInt", "Uint", 1))
	}
	for _, name := range names {
		define(v, v.bufferProto, "read"+name, 1, read)
		define(v, v.bufferProto, "write"+name, 2, write)
	}
}

// field returns the bytes an access is for.
func (v *vm) field(n numberField, b []byte, off, size goja.Value) ([]byte, int) {
	if n.size == 0 {
		if !goja.IsNumber(size) {
			v.badType(`"byteLength" argument`, "of type number", size)
		}
		if f := size.ToFloat(); !(f >= 1 && f <= 6) {
			v.outOfRange("byteLength", ">= 1 and <= 6", f)
		}
		n.size = int(size.ToInteger())
	}
	at := 0
	if off != v.undef || size != v.undef {
		if off != v.undef && !goja.IsNumber(off) {
			v.badType(`"offset" argument`, "of type number", off)
		}
		f := off.ToFloat()
		if off == v.undef {
			f = 0
		}
		switch {
		case f != math.Trunc(f):
			v.outOfRange("offset", "an integer", f)
		case len(b) < n.size:
			v.codeError("RangeError", "ERR_BUFFER_OUT_OF_BOUNDS", "Attempt to access memory outside buffer bounds")
		case f < 0 || f > float64(len(b)-n.size):
			v.outOfRange("offset", fmt.Sprintf(">= 0 and <= %d", len(b)-n.size), f)
		}
		at = int(f)
	} else if len(b) < n.size {
		v.codeError("RangeError", "ERR_BUFFER_OUT_OF_BOUNDS", "Attempt to access memory outside buffer bounds")
	}
	return b[at : at+n.size], at
}

func (v *vm) readNumber(n numberField, c goja.FunctionCall) goja.Value {
	f, _ := v.field(n, v.bytesOf(c.This, "this"), c.Argument(0), c.Argument(1))
	u := join(f, n.big)
	switch {
	case n.float && len(f) == 4:
		return v.rt.ToValue(float64(math.Float32frombits(uint32(u))))
	case n.float:
		return v.rt.ToValue(math.Float64frombits(u))
	case n.size == 8 && n.signed:
		return v.rt.ToValue(big.NewInt(int64(u)))
	case n.size == 8:
		return v.rt.ToValue(new(big.Int).SetUint64(u))
	case n.signed:
		shift := 64 - 8*len(f)
		return v.rt.ToValue(int64(u<<shift) >> shift)
	}
	return v.rt.ToValue(int64(u))
}

func (v *vm) writeNumber(n numberField, c goja.FunctionCall) goja.Value {
	b := v.bytesOf(c.This, "this")
	val := c.Argument(0)
	var bits uint64
	switch {
	case n.size == 8 && !n.float:
		if !goja.IsBigInt(val) {
			v.throwf("TypeError", "Cannot mix BigInt and other types, use explicit conversions")
		}
		x := val.Export().(*big.Int)
		lo, hi := new(big.Int), new(big.Int).Lsh(big.NewInt(1), 64)
		if n.signed {
			hi.Rsh(hi, 1)
			lo.Neg(hi)
		}
		if x.Cmp(lo) < 0 || x.Cmp(hi) >= 0 {
			v.codeError("RangeError", "ERR_OUT_OF_RANGE", `The value of "value" is out of range. Received %s`, x)
		}
		bits = new(big.Int).And(x, new(big.Int).SetUint64(math.MaxUint64)).Uint64()
	case n.float && n.size == 4:
		bits = uint64(math.Float32bits(float32(val.ToFloat())))
	case n.float:
		bits = math.Float64bits(val.ToFloat())
	default:
		bits = v.integer(n, val, c.Argument(2))
	}
	f, at := v.field(n, b, c.Argument(1), c.Argument(2))
	split(f, bits, n.big)
	return v.rt.ToValue(at + len(f))
}

// integer checks the range of a value to write.
func (v *vm) integer(n numberField, val, size goja.Value) uint64 {
	bytes := n.size
	if bytes == 0 {
		bytes = int(max(1, min(6, size.ToInteger())))
	}
	x := val.ToFloat()
	if x != x {
		x = 0
	}
	lo, hi := 0.0, math.Pow(2, float64(8*bytes))-1
	if n.signed {
		lo, hi = -(hi+1)/2, (hi-1)/2
	}
	if x < lo || x > hi {
		want := fmt.Sprintf(">= %s and <= %s", separatedBound(lo), separatedBound(hi))
		if bytes > 4 {
			want = fmt.Sprintf(">= 0 and < 2 ** %d", 8*bytes)
			if n.signed {
				want = fmt.Sprintf(">= -(2 ** %d) and < 2 ** %d", 8*bytes-1, 8*bytes-1)
			}
		}
		v.outOfRange("value", want, x)
	}
	return uint64(int64(x))
}

func separatedBound(f float64) string { return fmt.Sprintf("%.0f", f) }

// join makes a number of up to eight bytes.
func join(f []byte, bigEndian bool) uint64 {
	var b [8]byte
	if bigEndian {
		copy(b[8-len(f):], f)
		return binary.BigEndian.Uint64(b[:])
	}
	copy(b[:], f)
	return binary.LittleEndian.Uint64(b[:])
}

func split(f []byte, u uint64, bigEndian bool) {
	var b [8]byte
	if bigEndian {
		binary.BigEndian.PutUint64(b[:], u)
		copy(f, b[8-len(f):])
		return
	}
	binary.LittleEndian.PutUint64(b[:], u)
	copy(f, b[:])
}
