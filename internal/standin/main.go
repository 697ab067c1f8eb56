// Command standin is the least a Go program can do for the benchmark's hello
// scenario: net/http, gorilla/mux and a fixed answer. It is the limit that sluice
// is held against, see docs/performance.md, and part of nothing else.
package main

import (
	"flag"
	"net"
	"net/http"
	"os"
	"time"

	"github.com/gorilla/mux"
)

func main() {
	port := flag.String("port", "1880", "port on loopback")
	flag.Parse()
	router := mux.NewRouter()
	router.HandleFunc("/hello", hello).Methods(http.MethodGet)
	server := &http.Server{
		Addr:              net.JoinHostPort("127.0.0.1", *port),
		Handler:           router,
		ReadHeaderTimeout: time.Minute,
	}
	if err := server.ListenAndServe(); err != nil {
		os.Stderr.WriteString(err.Error() + "\n")
		os.Exit(1)
	}
}

func hello(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_, _ = w.Write([]byte("Hello, world"))
}
