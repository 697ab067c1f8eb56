package direct

import (
	"bytes"
	"math"
	"slices"
	"strings"

	"sluice/runtime/msg"
)

// bufferMethods are those that only read.
var bufferMethods = func() map[string]method {
	all := map[string]method{
		"toString": bufferText,
		"equals": func(_ *run, this value, args []value) value {
			return boolean(bytes.Equal(bytesOf(this), bytesOf(arg(args, 0))))
		},
		"compare": func(_ *run, this value, args []value) value {
			if len(args) != 1 {
				bailout("a comparison of parts of buffers")
			}
			return num(float64(bytes.Compare(bytesOf(this), bytesOf(args[0]))))
		},
		"slice": bufferSlice, "subarray": bufferSlice,
		"includes": func(r *run, this value, args []value) value { return boolean(r.indexOf(this, args) >= 0) },
		"indexOf":  func(r *run, this value, args []value) value { return num(float64(r.indexOf(this, args))) },
		"toJSON": func(_ *run, this value, _ []value) value {
			b := bytesOf(this)
			data := make([]any, len(b))
			for i, c := range b {
				data[i] = msg.Number(float64(c))
			}
			return value{any: msg.NewObject("type", "Buffer", "data", msg.NewArray(data...))}
		},
	}
	for name, n := range map[string]bufferNumber{
		"UInt8": {size: 1}, "UInt16LE": {size: 2}, "UInt16BE": {size: 2, big: true}, "UInt32LE": {size: 4}, "UInt32BE": {size: 4, big: true},
		"Int8": {size: 1, signed: true}, "Int16LE": {size: 2, signed: true}, "Int16BE": {size: 2, signed: true, big: true},
		"Int32LE": {size: 4, signed: true}, "Int32BE": {size: 4, signed: true, big: true},
		"FloatLE": {size: 4, float: true}, "FloatBE": {size: 4, float: true, big: true},
		"DoubleLE": {size: 8, float: true}, "DoubleBE": {size: 8, float: true, big: true},
		"UIntLE": {}, "UIntBE": {big: true}, "IntLE": {signed: true}, "IntBE": {signed: true, big: true},
	} {
		all["read"+name] = n.read
		if strings.HasPrefix(name, "UInt") {
			all["readUint"+name[len("UInt"):]] = n.read
		}
	}
	return all
}()

func bufferText(r *run, this value, args []value) value {
	b, enc := bytesOf(this), encoding(arg(args, 0))
	from, to := within(arg(args, 1), 0, len(b)), within(arg(args, 2), len(b), len(b))
	b = b[from:max(from, to)]
	r.fits(3 * len(b))
	s, _ := msg.EncodeBytes(b, enc)
	return text(s)
}

// within is how Node reads start and end: what lies outside is cut.
func within(v value, missing, n int) int {
	if v.isUndefined() {
		return missing
	}
	f, ok := v.number()
	if !ok {
		bailout("a place in a buffer that is no number")
	}
	if !(f > 0) {
		return 0
	}
	return int(min(f, float64(n)))
}

// bufferSlice shares the bytes, as both slice and subarray of a Buffer do.
func bufferSlice(r *run, this value, args []value) value {
	b := bytesOf(this)
	from := r.index(args, 0, len(b), 0)
	to := r.index(args, 1, len(b), len(b))
	return buffer(b[from:max(from, to)])
}

// indexOf finds a text or the bytes of a buffer.
func (r *run) indexOf(this value, args []value) int {
	b := bytesOf(this)
	var what []byte
	switch x := arg(args, 0).any.(type) {
	case string:
		what = []byte(msg.ToUTF8(x))
	case *msg.Buffer:
		what = x.B
	case number:
		what = []byte{byte(toInt32(args[0].num))}
	default:
		bailout("a search in a buffer")
	}
	if len(args) > 1 || len(what) == 0 {
		bailout("a search in a part of a buffer")
	}
	r.charge(len(b))
	return bytes.Index(b, what)
}

// bufferNumber is a number as readUInt16LE and its like find it.
type bufferNumber struct {
	size               int // in bytes; 0: the caller says
	big, signed, float bool
}

func (n bufferNumber) read(_ *run, this value, args []value) value {
	b := bytesOf(this)
	at, ok := 0.0, true
	if v := arg(args, 0); n.size == 0 || !v.isUndefined() {
		at, ok = v.number()
	}
	size := float64(n.size)
	if n.size == 0 {
		var given bool
		size, given = arg(args, 1).number()
		ok = ok && given && size >= 1 && size <= 6 && size == math.Trunc(size)
	}
	if !ok || at != math.Trunc(at) || !(at >= 0 && at+size <= float64(len(b))) {
		bailout("a number out of a buffer's bounds")
	}
	var room [8]byte
	field := room[:copy(room[:], b[int(at):int(at+size)])]
	if !n.big {
		slices.Reverse(field)
	}
	var u uint64
	for _, c := range field {
		u = u<<8 | uint64(c)
	}
	switch {
	case n.float && n.size == 4:
		return num(float64(math.Float32frombits(uint32(u))))
	case n.float:
		return num(math.Float64frombits(u))
	case n.signed:
		shift := 64 - 8*len(field)
		return num(float64(int64(u<<shift) >> shift))
	}
	return num(float64(u))
}
