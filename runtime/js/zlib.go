package js

import (
	"bufio"
	"bytes"
	"compress/flate"
	"compress/gzip"
	"compress/zlib"
	"errors"
	"io"

	"github.com/dop251/goja"
)

// maxInflated bounds what one call of zlib unpacks, in bytes.
const maxInflated = 64 << 20

var errInflated = errors.New("Cannot create a Buffer larger than 67108864 bytes") //nolint:staticcheck // Node's words

// codecs are the functions of zlib, without brotli and streams.
var codecs = map[string]func(data []byte, level int) ([]byte, error){
	"gzip": func(d []byte, level int) ([]byte, error) {
		return pack(d, func(w io.Writer) (io.WriteCloser, error) { return gzip.NewWriterLevel(w, level) })
	},
	"deflate": func(d []byte, level int) ([]byte, error) {
		return pack(d, func(w io.Writer) (io.WriteCloser, error) { return zlib.NewWriterLevel(w, level) })
	},
	"deflateRaw": func(d []byte, level int) ([]byte, error) {
		return pack(d, func(w io.Writer) (io.WriteCloser, error) { return flate.NewWriter(w, level) })
	},
	"gunzip":     func(d []byte, _ int) ([]byte, error) { return unpack(gzip.NewReader(bytes.NewReader(d))) },
	"inflate":    func(d []byte, _ int) ([]byte, error) { return unpack(zlib.NewReader(bytes.NewReader(d))) },
	"inflateRaw": func(d []byte, _ int) ([]byte, error) { return unpack(flate.NewReader(bytes.NewReader(d)), nil) },
	"unzip": func(d []byte, _ int) ([]byte, error) {
		if b, _ := bufio.NewReader(bytes.NewReader(d)).Peek(2); len(b) == 2 && b[0] == 0x1F && b[1] == 0x8B {
			return unpack(gzip.NewReader(bytes.NewReader(d)))
		}
		return unpack(zlib.NewReader(bytes.NewReader(d)))
	},
}

func pack(d []byte, open func(io.Writer) (io.WriteCloser, error)) ([]byte, error) {
	var b bytes.Buffer
	w, err := open(&b)
	if err == nil {
		_, err = w.Write(d)
		err = errors.Join(err, w.Close())
	}
	return b.Bytes(), err
}

func unpack(r io.Reader, err error) ([]byte, error) {
	if err != nil {
		return nil, err
	}
	b, err := io.ReadAll(io.LimitReader(r, maxInflated+1))
	if err == nil && len(b) > maxInflated {
		err = errInflated
	}
	return b, err
}

func (v *vm) zlibModule() goja.Value {
	o := v.rt.NewObject()
	for name, f := range codecs {
		v.defineBoth(o, name, 2, "callback", func(c goja.FunctionCall) (r, fault goja.Value) {
			level := flate.DefaultCompression
			if opts, ok := c.Argument(1).(*goja.Object); ok {
				if l := opts.Get("level"); l != nil && goja.IsNumber(l) {
					level = int(max(-1, min(9, l.ToInteger())))
				}
			}
			b, err := f(v.data(c.Argument(0), v.undef, "buffer"), level)
			if err == nil {
				return v.newBuffer(b), nil
			}
			e := v.newError("Error", zlibText(err))
			e.Set("code", zlibCode(err))
			return nil, e
		})
	}
	o.Set("constants", v.object("Z_NO_COMPRESSION", 0, "Z_BEST_SPEED", 1, "Z_BEST_COMPRESSION", 9, "Z_DEFAULT_COMPRESSION", -1))
	return o
}

func zlibText(err error) string {
	switch {
	case errors.Is(err, gzip.ErrHeader), errors.Is(err, zlib.ErrHeader):
		return "incorrect header check"
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
		return "unexpected end of file"
	case errors.Is(err, gzip.ErrChecksum), errors.Is(err, zlib.ErrChecksum):
		return "incorrect data check"
	case errors.Is(err, errInflated):
		return err.Error()
	}
	return "invalid stored block lengths"
}

func zlibCode(err error) string {
	switch {
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
		return "Z_BUF_ERROR"
	case errors.Is(err, errInflated):
		return "ERR_BUFFER_TOO_LARGE"
	}
	return "Z_DATA_ERROR"
}
