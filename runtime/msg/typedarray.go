package msg

import (
	"encoding/binary"
	"math"
	"math/big"
	"strings"
)

// elemSize returns the bytes per element, 1 for kinds that are not known.
func (t *TypedArray) elemSize() int {
	switch t.Kind {
	case "Int16Array", "Uint16Array", "Float16Array":
		return 2
	case "Int32Array", "Uint32Array", "Float32Array":
		return 4
	case "Float64Array", "BigInt64Array", "BigUint64Array":
		return 8
	}
	return 1
}

// Len returns the number of elements. An ArrayBuffer or DataView has none.
func (t *TypedArray) Len() int {
	if t.Kind == "ArrayBuffer" || t.Kind == "DataView" {
		return 0
	}
	return len(t.B) / t.elemSize()
}

// At returns element i, or Undefined outside the array. Bytes are little-endian, as in
// every process of Node.
func (t *TypedArray) At(i int) any {
	if i < 0 || i >= t.Len() {
		return Undefined
	}
	b := t.B[i*t.elemSize():]
	switch t.Kind {
	case "Int8Array":
		return Number(float64(int8(b[0])))
	case "Int16Array":
		return Number(float64(int16(binary.LittleEndian.Uint16(b))))
	case "Uint16Array":
		return Number(float64(binary.LittleEndian.Uint16(b)))
	case "Float16Array":
		return Number(halfFloat(binary.LittleEndian.Uint16(b)))
	case "Int32Array":
		return Number(float64(int32(binary.LittleEndian.Uint32(b))))
	case "Uint32Array":
		return Number(float64(binary.LittleEndian.Uint32(b)))
	case "Float32Array":
		return Number(float64(math.Float32frombits(binary.LittleEndian.Uint32(b))))
	case "Float64Array":
		return Number(math.Float64frombits(binary.LittleEndian.Uint64(b)))
	case "BigInt64Array":
		return &BigInt{big.NewInt(int64(binary.LittleEndian.Uint64(b)))}
	case "BigUint64Array":
		return &BigInt{new(big.Int).SetUint64(binary.LittleEndian.Uint64(b))}
	}
	return Number(float64(b[0]))
}

// halfFloat decodes an IEEE 754 binary16.
func halfFloat(u uint16) float64 {
	exp, frac := int(u>>10&0x1F), float64(u&0x3FF)
	var f float64
	switch {
	case exp == 0x1F && frac != 0:
		return math.NaN()
	case exp == 0x1F:
		f = math.Inf(1)
	case exp == 0:
		f = math.Ldexp(frac, -24)
	default:
		f = math.Ldexp(1024+frac, exp-25)
	}
	if u>>15 == 1 {
		return -f
	}
	return f
}

func joinTypedArray(t *TypedArray) string {
	if t.Kind == "ArrayBuffer" || t.Kind == "DataView" {
		return "[object " + t.Kind + "]"
	}
	var b strings.Builder
	for i := range t.Len() {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString(ToString(t.At(i)))
	}
	return b.String()
}
