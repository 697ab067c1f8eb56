// Command sluice runs Node-RED flow files: their HTTP endpoints behind tokens,
// their calls out with credentials. Flags and wiring only.
package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"syscall"

	"github.com/lmittmann/tint"
	"github.com/spf13/cobra"

	"sluice/config"
	"sluice/redact"
)

// version is set when a release is built.
var version = "dev"

func main() {
	tuneMemory()
	noCoreDump()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	os.Exit(run(ctx, os.Args[1:], os.Stdout, os.Stderr))
}

// run carries out a command line and returns the exit code: 0 done, 1 failed, 2
// misused or misconfigured, 3 not found, 4 refused.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	o := &options{redact: redact.New()}
	root := rootFor(o)
	root.SetArgs(args)
	root.SetOut(stdout)
	root.SetErr(stderr)
	err := root.ExecuteContext(ctx)
	if err == nil {
		return 0
	}
	code := exitCode(err)
	if text := err.Error(); text != "" {
		fmt.Fprintln(stderr, "sluice:", o.redact.String(text))
	}
	return code
}

// options are the flags that every command knows.
type options struct {
	userDir string
	flags   config.Flags
	logJSON bool
	quiet   bool
	watch   bool
	redact  *redact.Redactor // of all that is logged or printed as an error
}

func newRoot() *cobra.Command { return rootFor(&options{redact: redact.New()}) }

func rootFor(o *options) *cobra.Command {
	root := &cobra.Command{
		Use:           "sluice",
		Short:         "Run Node-RED's HTTP flows behind tokens, in one binary",
		Long:          longHelp,
		SilenceErrors: true,
		SilenceUsage:  true,
		Args: usage(func(_ *cobra.Command, args []string) error {
			if len(args) > 0 {
				return fmt.Errorf("unknown command %q: see sluice --help", args[0])
			}
			return nil
		}),
		RunE:    func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
		Version: version,
	}
	root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return usageError(err) })
	flags := root.PersistentFlags()
	flags.StringVarP(&o.userDir, "userdir", "u", "", "user directory (default $SLUICE_USERDIR, the current folder if it holds flows, or ~/.sluice)")
	flags.StringVar(&o.flags.DB, "db", "", "database of tokens (default sluice.db in the user directory)")
	flags.StringVar(&o.flags.CredentialSecretFile, "credential-secret-file", "", "file that holds the secret of flows_cred.json")
	flags.BoolVar(&o.logJSON, "log-json", false, "log as JSON, also on a terminal")
	flags.BoolVarP(&o.quiet, "quiet", "q", false, "log warnings and errors only")
	root.AddCommand(runCommand(o), checkCommand(o), demoCommand(), tokenCommand(o.database), userCommand(o.database), teamCommand(o.database),
		auditCommand(o.database), authCommand(o), hashCommand(), credentialCommand(o), credentialsCommand(o), keyCommand(o), nodesCommand(), versionCommand())
	return root
}

const longHelp = `sluice runs the flows.json that you exported from Node-RED or FlowFuse: it mounts
their HTTP In endpoints behind bearer tokens and lets their HTTP Request nodes call out.

  sluice demo                     see it work
  sluice token create --name ci   make a token; its value is shown once
  sluice run --auth bearer DIR    serve the flows of a user directory

Exit codes: 0 done, 1 failed, 2 misused or misconfigured, 3 not found, 4 refused.`

// usage makes an argument error exit with 2.
func usage(check cobra.PositionalArgs) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		return usageError(check(cmd, args))
	}
}

// load settles the configuration for a command.
func (o *options) load(args []string) (*config.Config, error) {
	argument := ""
	if len(args) > 0 {
		argument = args[0]
	}
	dir, err := config.Find(argument, o.userDir, os.LookupEnv)
	if err != nil {
		return nil, err
	}
	return config.Load(dir, o.flags, os.LookupEnv)
}

// database names the token database for commands that need nothing else.
func (o *options) database() (string, error) {
	cfg, err := o.load(nil)
	if err != nil {
		return "", err
	}
	return cfg.DB, nil
}

// logger writes for people on a terminal and JSON otherwise.
func (o *options) logger(w io.Writer) *slog.Logger {
	if o.redact == nil {
		o.redact = redact.New()
	}
	level := slog.LevelInfo
	if o.quiet {
		level = slog.LevelWarn
	}
	if f, ok := w.(*os.File); ok && !o.logJSON {
		if info, err := f.Stat(); err == nil && info.Mode()&os.ModeCharDevice != 0 {
			return slog.New(o.redact.Handler(tint.NewTextHandler(w, &tint.Options{Level: level, TimeFormat: "15:04:05"})))
		}
	}
	return slog.New(o.redact.Handler(slog.NewJSONHandler(w, &slog.HandlerOptions{Level: level})))
}

func versionCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Print the version",
		Args:  usage(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			_, err := fmt.Fprintln(cmd.OutOrStdout(), "sluice", version)
			return err
		},
	}
}
