package network

import (
	"net/http"
	"strings"

	"sluice/runtime/msg"
)

func isMultipart(r *http.Request) bool {
	return hasBody(r) && strings.HasPrefix(strings.ToLower(strings.TrimSpace(r.Header.Get("Content-Type"))), "multipart/")
}

func readUpload(r *http.Request) (body, files any, err error) {
	_ = r
	return &msg.Object{}, msg.NewArray(), nil
}
