package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"sync"
	"syscall"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"sluice/config"
	"sluice/server"
)

// stopLimit is how long requests under way may go on after a signal to stop.
const stopLimit = 10 * time.Second

// settleTime is when a start is over, the first requests included.
const settleTime = 500 * time.Millisecond

func runCommand(o *options) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "run [USERDIR | flows.json]",
		Short: "Serve the flows of a user directory",
		Long: `Serve the flows of a user directory until SIGINT or SIGTERM, which let requests under way
finish (at most 10 s) before the flows are closed.

SIGHUP deploys the flow file again; --watch does so whenever it changes. Only what has changed is
stopped, requests under way finish on the old flows, and a file that cannot be used changes nothing.

Without a guard it listens on loopback only. Settings come from flags, SLUICE_ variables,
sluice.yaml and settings.js, in this order.`,
		Args: usage(cobra.MaximumNArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			cfg, err := o.load(args)
			if err != nil {
				return err
			}
			return o.serve(cmd.Context(), cfg, cmd.ErrOrStderr())
		},
	}
	cmd.Flags().StringVar(&o.flags.Host, "host", "", "address to listen on (default 127.0.0.1)")
	cmd.Flags().StringVarP(&o.flags.Port, "port", "p", "", "port to listen on (default 1880)")
	cmd.Flags().BoolVar(&o.watch, "watch", false, "deploy again when the flow file changes (SIGHUP does so at any time)")
	cmd.Flags().StringVar(&o.flags.Auth, "auth", "", "how endpoints are guarded: none, basic, bearer, team, jwt, or several with commas")
	cmd.Flags().StringVar(&o.flags.Proxies, "trusted-proxies", "", "addresses or CIDR ranges of proxies whose X-Forwarded- headers are believed")
	cmd.Flags().StringVar(&o.flags.TLSCert, "tls-cert", "", "speak https with this certificate (PEM), read again when the file changes")
	cmd.Flags().StringVar(&o.flags.TLSKey, "tls-key", "", "its key (PEM)")
	cmd.Flags().StringVar(&o.flags.ACME, "acme", "", "speak https as this host with certificates of Let's Encrypt, whose terms you accept; it must reach port 443 of this server")
	return cmd
}

func (o *options) serve(ctx context.Context, cfg *config.Config, stderr io.Writer) (err error) {
	again := make(chan os.Signal, 1)
	signal.Notify(again, syscall.SIGHUP)
	defer signal.Stop(again) // after all is saved: until then the signal would end the process
	log := o.logger(stderr)
	s, err := server.New(ctx, cfg, log)
	if err != nil {
		return err
	}
	defer func() {
		stop, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopLimit)
		defer cancel()
		if closeErr := s.Close(stop); err == nil {
			err = closeErr
		}
	}()
	addr, err := s.Listen(ctx)
	if err != nil {
		return err
	}
	if err := s.Deploy(ctx); err != nil {
		return err
	}
	makeRoom()
	if !o.quiet {
		report(o.redact.Writer(stderr), s, cfg, addr.String())
	}
	defer time.AfterFunc(settleTime, releaseStartPages).Stop()
	var watching sync.WaitGroup
	watch, stopWatching := context.WithCancel(ctx)
	defer watching.Wait()
	defer stopWatching()
	watching.Go(func() { s.Watch(watch, again, o.watch) })
	served := make(chan error, 1)
	go func() { served <- s.Serve() }()
	select {
	case err := <-served:
		return err
	case <-ctx.Done():
		log.Info("stopping: requests under way may finish")
		return nil
	}
}

// report says what is mounted, how it is guarded, and what could not be started.
func report(w io.Writer, s *server.Server, cfg *config.Config, addr string) {
	scheme := "http"
	if cfg.TLS.On() {
		scheme = "https"
	}
	fmt.Fprintf(w, "sluice %s serves %s on %s://%s\n", version, cfg.FlowFile, scheme, addr)
	switch {
	case len(cfg.Auth.Modes) == 0:
		fmt.Fprintln(w, "The endpoints are open to everyone on this machine: no guard is set (--auth bearer asks for tokens).")
	default:
		fmt.Fprintf(w, "The endpoints are guarded by %s (from %s).\n", strings.Join(cfg.Auth.Modes, " or "), cfg.From["auth"])
	}
	if path := s.Pages(); path != "" {
		fmt.Fprintf(w, "Tokens, users and the audit: http://%s%s (sluice user add makes who may sign in)\n", addr, path)
	}
	tw := tabwriter.NewWriter(w, 2, 4, 2, ' ', 0)
	for _, route := range s.Engine.Router().Routes() {
		state := s.Guarded(route.Method, route.Pattern)
		if route.Blocked != nil {
			state = "does not run: " + route.Blocked.Error()
		}
		fmt.Fprintf(tw, "  %s\t%s\t%s\n", strings.ToUpper(route.Method), route.Pattern, state)
	}
	tw.Flush()
	for _, p := range s.Problems() {
		fmt.Fprintf(w, "%s: %s\n", p.Verdict(), p)
	}
}
