// Command profile serves a user directory, without a guard and on loopback only,
// while somebody puts a load on it, and writes a CPU profile of that time. It is
// how profiles such as cmd/sluice/default.pgo are made, by which the compiler knows what is hot:
// docs/performance.md says from which loads. Nobody else needs it.
package main

import (
	"context"
	"flag"
	"fmt"
	"log/slog"
	"os"
	"runtime/pprof"
	"strconv"
	"time"

	"sluice/config"
	"sluice/server"
)

func main() {
	length := flag.Duration("for", 5*time.Second, "how long")
	port := flag.Int("port", 1880, "to listen on")
	out := flag.String("o", "cpu.pprof", "file to write")
	flag.Parse()
	if flag.NArg() != 1 {
		fmt.Fprintln(os.Stderr, "profile: name one user directory")
		os.Exit(2)
	}
	if err := run(flag.Arg(0), *port, *length, *out); err != nil {
		fmt.Fprintln(os.Stderr, "profile:", err)
		os.Exit(1)
	}
}

func run(userDir string, port int, length time.Duration, out string) (err error) {
	cfg, err := config.Load(userDir, config.Flags{Host: "127.0.0.1", Port: strconv.Itoa(port), Auth: "none"}, os.LookupEnv)
	if err != nil {
		return err
	}
	ctx := context.Background()
	s, err := server.New(ctx, cfg, slog.New(slog.DiscardHandler))
	if err != nil {
		return err
	}
	if err := s.Deploy(ctx); err != nil {
		return err
	}
	if _, err := s.Listen(ctx); err != nil {
		return err
	}
	served := make(chan error, 1)
	go func() { served <- s.Serve() }()
	f, err := os.Create(out)
	if err != nil {
		return err
	}
	if err := pprof.StartCPUProfile(f); err != nil {
		return err
	}
	time.Sleep(length)
	pprof.StopCPUProfile()
	if err := s.Close(ctx); err != nil {
		return err
	}
	if err := <-served; err != nil {
		return err
	}
	return f.Close()
}
