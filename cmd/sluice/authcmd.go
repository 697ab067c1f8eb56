package main

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"sluice/authz"
	"sluice/server"
)

// authCommand is "sluice auth".
func authCommand(o *options) *cobra.Command {
	cmd := groupCommand("auth", "Say how endpoints are guarded")
	cmd.AddCommand(explainCommand(o))
	return cmd
}

func explainCommand(o *options) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:     "explain METHOD PATH",
		Short:   "Say what a request would need, and which setting says so",
		Example: "  sluice auth explain POST /hooks/7",
		Args:    usage(cobra.ExactArgs(2)),
		RunE: func(cmd *cobra.Command, args []string) error {
			cfg, err := o.load(nil)
			if err != nil {
				return err
			}
			ex, err := server.Explain(cfg, o.logger(io.Discard), strings.ToUpper(args[0]), args[1])
			if err != nil {
				return authError(err)
			}
			if asJSON {
				return printJSON(cmd.OutOrStdout(), ex)
			}
			return printExplanation(cmd.OutOrStdout(), ex)
		},
	}
	cmd.Flags().StringVar(&o.flags.Auth, "auth", "", "as of sluice run")
	jsonFlag(cmd, &asJSON)
	return cmd
}

func printExplanation(out io.Writer, ex authz.Explanation) error {
	w := tabwriter.NewWriter(out, 2, 4, 2, ' ', 0)
	fmt.Fprintf(w, "request\t%s %s\n", ex.Method, ex.Path)
	rule := ex.Rule
	if rule == "" {
		rule = "none, so the default applies"
	}
	fmt.Fprintf(w, "rule\t%s\n", rule)
	for _, s := range ex.Settings {
		value := strings.Join(s.Value, ", ")
		if value == "" {
			value = "none"
		}
		fmt.Fprintf(w, "%s\t%s\t%s\n", s.Name, value, s.Origin)
	}
	if !ex.Plain {
		fmt.Fprintln(w, "note\tThe path is not written plainly, so nothing looser than the default applies to it.")
	}
	if ex.Preflight {
		fmt.Fprintln(w, "note\tA CORS preflight is answered without authentication.")
	}
	return w.Flush()
}

// hashCommand is "sluice hash-password".
func hashCommand() *cobra.Command {
	var bcrypt bool
	cmd := &cobra.Command{
		Use:   "hash-password",
		Short: "Read a password on stdin and print its hash, for SLUICE_AUTH_PASS_HASH or settings.js",
		Args:  usage(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			password, err := readLine(cmd)
			if err != nil {
				return err
			}
			hash := ""
			if bcrypt {
				hash, err = authz.HashBcrypt(password)
			} else {
				hash, err = authz.HashPassword(cmd.Context(), password)
			}
			if err != nil {
				return authError(err)
			}
			_, err = fmt.Fprintln(cmd.OutOrStdout(), hash)
			return err
		},
	}
	cmd.Flags().BoolVar(&bcrypt, "bcrypt", false, "bcrypt, which Node-RED reads, instead of argon2id")
	return cmd
}
