package main

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"sluice/authz"
)

// cli is who the audit names for changes made on the command line.
var cli = authz.Actor{Name: "cli"}

// tokenCommand is "sluice token". db says where the database is. A value goes to
// stdout alone, whatever else there is to say to stderr. Errors are exitErrors
// where the code is not 1; the root command prints them.
func tokenCommand(db func() (path string, err error)) *cobra.Command {
	c := tokens{db}
	cmd := &cobra.Command{
		Use:   "token",
		Short: "Make, list and revoke the tokens that open this instance's endpoints",
		Long: `Make, list and revoke the tokens that open this instance's endpoints.

The commands work while the server runs, and without it: a running server takes
note within a second. Exit codes: 0 ok, 1 internal error, 2 usage, 3 not found,
4 refused.`,
		Args: usage(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error { return usageError(cmd.Help()) },
	}
	cmd.AddCommand(c.create(), c.list(), c.show(), c.revoke(), c.rename(), c.expire(), c.rotate(), c.verify(), c.imports())
	cmd.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return usageError(err) })
	return cmd
}

type tokens struct{ db func() (string, error) }

func (c tokens) run(f storeCommand) func(*cobra.Command, []string) error { return withStore(c.db, f) }

// grant is the flags that say what a new token is and may do.
type grant struct {
	name, expires, kind string
	paths, methods, ips []string
}

func (g *grant) flags(cmd *cobra.Command) {
	cmd.Flags().StringVar(&g.name, "name", "", "name of the token, unique among the live ones (required)")
	cmd.Flags().StringVar(&g.kind, "kind", "http", "what it opens: http (the endpoints of flows) or admin (the admin API)")
	cmd.Flags().StringVar(&g.expires, "expires", "never", "when it ends: 30d, 12h, 2027-01-31 (its start in UTC), a time as in RFC 3339, or never")
	cmd.Flags().StringArrayVar(&g.paths, "path", nil, "path it opens, e.g. /api/orders, /api/:id or '/api/*' (repeatable; default: all)")
	cmd.Flags().StringSliceVar(&g.methods, "method", nil, "method it may use, e.g. GET,POST (repeatable; default: all)")
	cmd.Flags().StringSliceVar(&g.ips, "ip", nil, "address or CIDR range it may be used from (repeatable; default: all)")
}

func (g *grant) token(now time.Time) (authz.NewToken, error) {
	n := authz.NewToken{Name: g.name, Kind: authz.Kind(g.kind)}
	if n.Kind != authz.KindHTTP && n.Kind != authz.KindAdmin {
		return n, usageError(fmt.Errorf("--kind %q: there are http and admin", g.kind))
	}
	if g.name == "" { // cobra's own check of required flags would not be a usage error
		return n, usageError(errors.New("--name is missing: every token has a name"))
	}
	var err error
	if n.ExpiresAt, err = authz.ParseExpiry(g.expires, now); err != nil {
		return n, err
	}
	if len(g.paths) == 0 && len(g.methods) > 0 {
		g.paths = []string{"/*"}
	}
	for _, path := range g.paths {
		scope, err := authz.NewScope(path, g.methods...)
		if err != nil {
			return n, err
		}
		n.Scopes = append(n.Scopes, scope)
	}
	for _, text := range g.ips {
		prefix, err := parseRange(text)
		if err != nil {
			return n, err
		}
		n.IPs = append(n.IPs, prefix)
	}
	return n, nil
}

func parseRange(text string) (netip.Prefix, error) {
	if addr, err := netip.ParseAddr(text); err == nil {
		return netip.PrefixFrom(addr, addr.BitLen()), nil
	}
	prefix, err := netip.ParsePrefix(text)
	if err != nil {
		return prefix, usageError(fmt.Errorf("--ip %q: give an address such as 10.0.0.7 or a range such as 10.0.0.0/8", text))
	}
	return prefix.Masked(), nil
}

func (c tokens) create() *cobra.Command {
	var g grant
	var asJSON bool
	cmd := &cobra.Command{
		Use:     "create --name NAME",
		Short:   "Make a token and print its value, which is shown only now",
		Example: "  sluice token create --name ci --expires 30d --path '/api/*' --method GET,POST",
		Args:    usage(cobra.NoArgs),
		RunE: c.run(func(cmd *cobra.Command, _ []string, s *authz.Store) error {
			n, err := g.token(time.Now())
			if err != nil {
				return err
			}
			t, value, err := s.Create(cmd.Context(), cli, n)
			if err != nil {
				return err
			}
			return printValue(cmd, "created", t, value, asJSON)
		}),
	}
	g.flags(cmd)
	jsonFlag(cmd, &asJSON)
	return cmd
}

func printValue(cmd *cobra.Command, verb string, t authz.Token, value string, asJSON bool) error {
	fmt.Fprintf(cmd.ErrOrStderr(), "%s token %q (%s), %s. The value is not kept: store it now.\n", verb, t.Name, t.ID, ends(t))
	if asJSON {
		return printJSON(cmd.OutOrStdout(), t.View(time.Now(), value))
	}
	_, err := fmt.Fprintln(cmd.OutOrStdout(), value)
	return err
}

func ends(t authz.Token) string {
	if t.ExpiresAt.IsZero() {
		return "never expires"
	}
	return "expires " + t.ExpiresAt.Format(time.RFC3339)
}

// changing is a command that changes one token and shows it.
func (c tokens) changing(use, short string, change func(ctx context.Context, s *authz.Store, args []string) (authz.Token, error)) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use: use, Short: short,
		Args: usage(cobra.ExactArgs(strings.Count(use, " "))),
		RunE: c.run(func(cmd *cobra.Command, args []string, s *authz.Store) error {
			t, err := change(cmd.Context(), s, args)
			if err != nil {
				return err
			}
			fmt.Fprintf(cmd.ErrOrStderr(), "token %q (%s) is %s, %s\n", t.Name, t.ID, t.State(time.Now()), ends(t))
			if asJSON {
				return printToken(cmd, t, true)
			}
			return nil
		}),
	}
	jsonFlag(cmd, &asJSON)
	return cmd
}

func (c tokens) revoke() *cobra.Command {
	return c.changing("revoke ID|NAME", "End a token for good",
		func(ctx context.Context, s *authz.Store, args []string) (authz.Token, error) {
			return s.Revoke(ctx, cli, args[0])
		})
}

func (c tokens) rename() *cobra.Command {
	return c.changing("rename ID|NAME NEW-NAME", "Give a token another name",
		func(ctx context.Context, s *authz.Store, args []string) (authz.Token, error) {
			return s.Update(ctx, cli, args[0], authz.Change{Name: &args[1]})
		})
}

func (c tokens) expire() *cobra.Command {
	return c.changing("expire ID|NAME WHEN", "Set when a token ends: 30d, 12h, 2027-01-31, a time as in RFC 3339, or never",
		func(ctx context.Context, s *authz.Store, args []string) (authz.Token, error) {
			at, err := authz.ParseExpiry(args[1], time.Now())
			if err != nil {
				return authz.Token{}, err
			}
			return s.Update(ctx, cli, args[0], authz.Change{ExpiresAt: &at})
		})
}

func (c tokens) rotate() *cobra.Command {
	var asJSON bool
	var grace string
	cmd := &cobra.Command{
		Use:   "rotate ID|NAME",
		Short: "Give a token a new value, which is shown only now",
		Args:  usage(cobra.ExactArgs(1)),
		RunE: c.run(func(cmd *cobra.Command, args []string, s *authz.Store) error {
			d, err := authz.ParseDuration(grace)
			if err != nil || d < 0 {
				return usageError(fmt.Errorf("--grace %q: write 10m, 12h or 30d", grace))
			}
			t, value, err := s.Rotate(cmd.Context(), cli, args[0], d)
			if err != nil {
				return err
			}
			return printValue(cmd, "rotated", t, value, asJSON)
		}),
	}
	cmd.Flags().StringVar(&grace, "grace", "0s", "how long the old value works beside the new one: 10m, 12h, 30d")
	jsonFlag(cmd, &asJSON)
	return cmd
}

func (c tokens) imports() *cobra.Command {
	var g grant
	var sum string
	var asJSON bool
	cmd := &cobra.Command{
		Use:     "import --sha256 HEX|BASE64 --name NAME",
		Short:   "Take over a token of another system by the SHA-256 of its value",
		Long:    "Take over a token of another system by the SHA-256 of its value, in hexadecimal or,\nas FlowFuse stores it, in base64. Whoever has the value can go on using it.",
		Args:    usage(cobra.NoArgs),
		Example: "  sluice token import --name legacy --sha256 nz2KnknLm86XSJYc5hxSMSksD+5h3R8HnYdeF7W01xQ=",
		RunE: c.run(func(cmd *cobra.Command, _ []string, s *authz.Store) error {
			hash, err := authz.ParseHash(sum)
			if err != nil {
				return usageError(err)
			}
			n, err := g.token(time.Now())
			if err != nil {
				return err
			}
			t, err := s.Import(cmd.Context(), cli, n, hash)
			if err != nil {
				return err
			}
			fmt.Fprintf(cmd.ErrOrStderr(), "imported token %q (%s), %s\n", t.Name, t.ID, ends(t))
			if asJSON {
				return printToken(cmd, t, true)
			}
			return nil
		}),
	}
	g.flags(cmd)
	cmd.Flags().StringVar(&sum, "sha256", "", "SHA-256 of the value (required)")
	jsonFlag(cmd, &asJSON)
	return cmd
}
