package network

import (
	"bufio"
	"bytes"
	"compress/flate"
	"compress/gzip"
	"compress/zlib"
	"errors"
	"io"
	"strconv"
	"strings"

	"sluice/runtime/msg"
)

// maxCodings bounds the encodings on top of each other, as undici does.
const maxCodings = 5

// decodeBody undoes the encodings of a body that fetch asks for. What is encoded
// otherwise stays as it is.
func decodeBody(res *outgoingResponse, limit int64) ([]byte, error) {
	value, ok := res.header.get("content-encoding")
	if !ok || len(res.body) == 0 {
		return res.body, nil
	}
	codings := strings.Split(strings.ToLower(value), ",")
	if len(codings) > maxCodings {
		return nil, plainError("", "too many content-encodings in response: "+strconv.Itoa(len(codings))+", maximum allowed is 5")
	}
	body := res.body
	for i := len(codings) - 1; i >= 0; i-- {
		var r io.Reader
		var err error
		switch strings.TrimSpace(codings[i]) {
		case "gzip", "x-gzip":
			r, err = gzip.NewReader(bytes.NewReader(body))
		case "deflate":
			r, err = inflater(body)
		default:
			return body, nil
		}
		if err == nil {
			body, err = readDecoded(r, limit)
		}
		if err != nil {
			return nil, err
		}
	}
	return body, nil
}

// inflater reads deflated data, which is zlib's by the book and often is not.
func inflater(body []byte) (io.Reader, error) {
	br := bufio.NewReader(bytes.NewReader(body))
	if first, err := br.Peek(1); err == nil && first[0]&0x0F == 8 {
		return zlib.NewReader(br)
	}
	return flate.NewReader(br), nil
}

// readDecoded bounds what a few bytes can become. A stream that ends early gives what there is.
func readDecoded(r io.Reader, limit int64) ([]byte, error) {
	b, err := io.ReadAll(io.LimitReader(r, limit+1))
	switch {
	case int64(len(b)) > limit:
		return nil, (&responseReader{maxBody: limit}).tooLarge()
	case err != nil && !errors.Is(err, io.ErrUnexpectedEOF):
		return nil, &msg.Error{Name: "Error", Message: "incorrect header check", Props: msg.NewObject("code", "Z_DATA_ERROR")}
	}
	return b, nil
}
