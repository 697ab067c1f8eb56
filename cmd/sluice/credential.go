package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"sluice/authz"
	"sluice/server"
)

// credentialCommand is "sluice credential": the named credentials of outgoing
// calls. A value comes from stdin, never from an argument, which others could see,
// and no command shows one.
func credentialCommand(o *options) *cobra.Command {
	cmd := groupCommand("credential", "Keep the credentials that flows send by name, and change them without a deploy")
	cmd.AddCommand(credentialSet(o), credentialList(o), credentialTest(o), credentialRotate(o), credentialRemove(o))
	return cmd
}

// withCredentials wraps a command's body: it opens the store and the master key.
func (o *options) withCredentials(f func(cmd *cobra.Command, args []string, s *authz.Store, k *authz.Keys) error) func(*cobra.Command, []string) error {
	return func(cmd *cobra.Command, args []string) (err error) {
		cfg, err := o.load(nil)
		if err != nil {
			return err
		}
		keys, err := cfg.Keys()
		if err != nil {
			return credentialExit(err)
		}
		s, err := authz.Open(context.WithoutCancel(cmd.Context()), cfg.DB, authz.Options{})
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, s.Close()) }()
		return credentialExit(f(cmd, args, s, keys))
	}
}

// credentialExit gives the errors of credentials and keys their exit codes.
func credentialExit(err error) error {
	switch {
	case err == nil:
		return nil
	case isAny(err, []error{authz.ErrCredential}):
		return usageError(err)
	case isAny(err, []error{authz.ErrCredentialLimit, authz.ErrHostNotAllowed, authz.ErrKey, authz.ErrKeyFixed}):
		return &exitError{exitRefused, err}
	}
	return authError(err)
}

func credentialSet(o *options) *cobra.Command {
	var c authz.Credential
	var stdin bool
	cmd := &cobra.Command{
		Use:   "set NAME --kind KIND --host HOST",
		Short: "Make a credential, or replace one; its value is read from stdin",
		Long: `Make a credential, or replace one; its value is read from stdin.

An http request node sends it if its property credentialRef is NAME, to the named hosts alone.`,
		Example: `  sluice credential set orders --kind bearer --host api.example.com < token.txt
  sluice credential set shop --kind basic --user me --host '*.shop.example:8443' < password.txt
  sluice credential set maps --kind header --header X-Api-Key --host maps.example.com < key.txt
  sluice credential set crm --kind oauth2-client --host api.crm.example --client-id sluice \
    --token-url https://login.crm.example/oauth/token --scope 'orders.read' < client-secret.txt`,
		Args: usage(cobra.ExactArgs(1)),
		RunE: o.withCredentials(func(cmd *cobra.Command, args []string, s *authz.Store, k *authz.Keys) error {
			value, err := o.readSecret(cmd, args[0], stdin)
			if err != nil {
				return err
			}
			c.Name = args[0]
			set, notices, err := s.SetCredential(cmd.Context(), k, cli, c, value)
			tell(cmd, notices)
			if err != nil {
				return err
			}
			fmt.Fprintf(cmd.ErrOrStderr(), "credential %q (%s) is set; it is sent to %s alone\n", set.Name, set.Kind, strings.Join(set.Hosts, ", "))
			return nil
		}),
	}
	f := cmd.Flags()
	f.StringVar(&c.Kind, "kind", authz.CredentialBearer, "bearer, basic, digest, header or oauth2-client")
	f.StringSliceVar(&c.Hosts, "host", nil, "host it may be sent to: api.example.com, api.example.com:8443 or '*.example.com' (repeatable, required)")
	f.BoolVar(&stdin, "stdin", false, "read the value from stdin without asking for it")
	f.StringVar(&c.User, "user", "", "user, of the kinds basic and digest")
	f.StringVar(&c.Header, "header", "", "name of the header, of the kind header")
	f.StringVar(&c.TokenURL, "token-url", "", "URL that gives access tokens, of the kind oauth2-client, like all that follow")
	f.StringVar(&c.ClientID, "client-id", "", "client id")
	f.StringVar(&c.Scope, "scope", "", "scopes to ask for, with spaces between")
	f.StringVar(&c.Audience, "audience", "", "audience to ask for")
	f.StringVar(&c.ClientAuth, "client-auth", "", "how the client secret is sent: basic (default) or post")
	return cmd
}

func tell(cmd *cobra.Command, notices []string) {
	for _, notice := range notices {
		fmt.Fprintln(cmd.ErrOrStderr(), "notice:", notice)
	}
}

// readSecret reads a value from stdin, whole, and asks for it on a terminal.
func (o *options) readSecret(cmd *cobra.Command, name string, stdin bool) (string, error) {
	if f, ok := cmd.InOrStdin().(*os.File); ok && !stdin {
		if info, err := f.Stat(); err == nil && info.Mode()&os.ModeCharDevice != 0 {
			fmt.Fprintf(cmd.ErrOrStderr(), "Value of %s (it will be seen; end with Enter): ", name)
			return readLine(cmd)
		}
	}
	text, err := io.ReadAll(io.LimitReader(cmd.InOrStdin(), 64<<10))
	if err != nil {
		return "", fmt.Errorf("read stdin: %w", err)
	}
	if len(text) == 0 {
		return "", usageError(errors.New("stdin holds no value: pipe it in, as in sluice credential set NAME ... < file"))
	}
	o.redact.Keep("stdin", strings.TrimSpace(string(text)))
	return string(text), nil
}

func credentialRotate(o *options) *cobra.Command {
	var stdin bool
	cmd := &cobra.Command{
		Use:   "rotate NAME",
		Short: "Give a credential a new value, read from stdin; running flows use it within a second",
		Args:  usage(cobra.ExactArgs(1)),
		RunE: o.withCredentials(func(cmd *cobra.Command, args []string, s *authz.Store, k *authz.Keys) error {
			if _, err := s.FindCredential(cmd.Context(), args[0]); err != nil {
				return err
			}
			value, err := o.readSecret(cmd, args[0], stdin)
			if err != nil {
				return err
			}
			c, notices, err := s.RotateCredential(cmd.Context(), k, cli, args[0], value)
			tell(cmd, notices)
			if err != nil {
				return err
			}
			fmt.Fprintf(cmd.ErrOrStderr(), "credential %q has a new value\n", c.Name)
			return nil
		}),
	}
	cmd.Flags().BoolVar(&stdin, "stdin", false, "read the value from stdin without asking for it")
	return cmd
}

func credentialRemove(o *options) *cobra.Command {
	return &cobra.Command{
		Use: "rm NAME", Aliases: []string{"remove", "delete"},
		Short: "Remove a credential and its value; nodes that name it fail from then on",
		Args:  usage(cobra.ExactArgs(1)),
		RunE: o.withCredentials(func(cmd *cobra.Command, args []string, s *authz.Store, _ *authz.Keys) error {
			if err := s.DeleteCredential(cmd.Context(), cli, args[0]); err != nil {
				return err
			}
			fmt.Fprintf(cmd.ErrOrStderr(), "credential %q is removed\n", args[0])
			return nil
		}),
	}
}

func credentialList(o *options) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "list",
		Short: "List the credentials and which nodes use them, never their values",
		Args:  usage(cobra.NoArgs),
		RunE: o.withCredentials(func(cmd *cobra.Command, _ []string, s *authz.Store, _ *authz.Keys) error {
			list, err := s.Credentials(cmd.Context())
			if err != nil {
				return err
			}
			if asJSON {
				return printJSON(cmd.OutOrStdout(), map[string]any{"credentials": append([]authz.Credential{}, list...), "count": len(list)})
			}
			w := tabwriter.NewWriter(cmd.OutOrStdout(), 0, 0, 2, ' ', 0)
			fmt.Fprintln(w, "NAME\tKIND\tHOSTS\tROTATED\tLAST USED\tUSES\tNODES")
			for _, c := range list {
				var last *time.Time
				if !c.LastUsedAt.IsZero() {
					last = &c.LastUsedAt
				}
				fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%d\t%s\n", c.Name, c.Kind, strings.Join(c.Hosts, " "), when(&c.RotatedAt), when(last), c.Uses, strings.Join(c.Nodes, " "))
			}
			return w.Flush()
		}),
	}
	jsonFlag(cmd, &asJSON)
	return cmd
}

func credentialTest(o *options) *cobra.Command {
	var asJSON bool
	var method string
	cmd := &cobra.Command{
		Use:   "test NAME URL",
		Short: "Call a URL with a credential and tell the status, nothing else of the answer",
		Args:  usage(cobra.ExactArgs(2)),
	}
	cmd.RunE = o.withCredentials(func(cmd *cobra.Command, args []string, s *authz.Store, k *authz.Keys) error {
		u, err := url.Parse(args[1])
		if err != nil || u.Host == "" || u.User != nil || u.Scheme != "http" && u.Scheme != "https" {
			return usageError(errors.New("give the URL to call, such as https://api.example.com/me, without user and password"))
		}
		c, err := s.FindCredential(cmd.Context(), args[0])
		if err != nil {
			return err
		}
		cfg, err := o.load(nil)
		if err != nil {
			return err
		}
		result, callErr := server.TryCredential(cmd.Context(), cfg, o.logger(cmd.ErrOrStderr()), s, k, c, strings.ToUpper(method), args[1])
		err = s.CredentialTested(cmd.Context(), cli, c.Name, u.Host, result.Status)
		if err := errors.Join(callErr, err); err != nil {
			return err
		}
		if asJSON {
			err = printJSON(cmd.OutOrStdout(), result)
		} else {
			_, err = fmt.Fprintf(cmd.OutOrStdout(), "%d in %d ms, with %s\n", result.Status, result.DurationMS, strings.Join(result.Sent, ", "))
		}
		if err == nil && (result.Status == 401 || result.Status == 403) {
			err = &exitError{exitRefused, fmt.Errorf("the server does not take the credential %q (status %d)", c.Name, result.Status)}
		}
		return err
	})
	cmd.Flags().StringVar(&method, "method", "GET", "method to call with")
	jsonFlag(cmd, &asJSON)
	return cmd
}

// keyCommand is "sluice key".
func keyCommand(o *options) *cobra.Command {
	cmd := groupCommand("key", "Manage the master key that credentials are kept under")
	cmd.AddCommand(&cobra.Command{
		Use:   "rotate",
		Short: "Make a new master key and encrypt every credential with it",
		Long: `Make a new master key and encrypt every credential with it. The old key is then taken out of
the file; keep a backup of both file and database, or of neither. A running server goes on.

A key in SLUICE_MASTER_KEY cannot be changed from here: put a new key before the old one
(SLUICE_MASTER_KEY="NEW OLD"), restart, rotate, and take the old one away.`,
		Args: usage(cobra.NoArgs),
		RunE: o.withCredentials(func(cmd *cobra.Command, _ []string, s *authz.Store, k *authz.Keys) error {
			n, err := s.RotateKeys(cmd.Context(), k, cli)
			if err != nil {
				return err
			}
			fmt.Fprintf(cmd.ErrOrStderr(), "the master key is rotated; %d credentials are encrypted anew\n", n)
			return nil
		}),
	})
	return cmd
}
