package main

import (
	"bufio"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"sluice/authz"
)

// userCommand is "sluice user". db says where the database is. A password is read
// from stdin or made here; it is never an argument, which others could see.
func userCommand(db func() (path string, err error)) *cobra.Command {
	cmd := groupCommand("user", "Make, list and change the users who may sign in")
	cmd.AddCommand(userAdd(db), userList(db), userPasswd(db), userAble(db, "disable", "Refuse a user, and end all sessions", true),
		userAble(db, "enable", "Let a disabled user sign in again", false), userDelete(db), userLogout(db))
	return cmd
}

// groupCommand is a command that only has others below it.
func groupCommand(use, short string) *cobra.Command {
	cmd := &cobra.Command{
		Use: use, Short: short,
		Long: short + `.

The commands work while the server runs, and without it: a running server takes
note within a second. Exit codes: 0 ok, 1 internal error, 2 usage, 3 not found,
4 refused.`,
		Args: usage(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error { return usageError(cmd.Help()) },
	}
	cmd.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return usageError(err) })
	return cmd
}

// exclusive lets at most one of the flags be given. What cobra has for it fails with
// an error that does not tell itself from others.
func exclusive(cmd *cobra.Command, flags ...string) {
	cmd.PreRunE = func(cmd *cobra.Command, _ []string) error {
		given := slices.DeleteFunc(slices.Clone(flags), func(name string) bool { return !cmd.Flags().Changed(name) })
		if len(given) > 1 {
			return usageError(fmt.Errorf("--%s cannot be given together", strings.Join(given, " and --")))
		}
		return nil
	}
}

// password is how a command gets one.
type password struct{ stdin bool }

func (p *password) flag(cmd *cobra.Command) {
	cmd.Flags().BoolVar(&p.stdin, "password-stdin", false, "read the password from stdin; otherwise one is made and printed")
}

// read returns the password, and whether it was made here.
func (p *password) read(cmd *cobra.Command) (text string, made bool, err error) {
	if !p.stdin {
		return rand.Text(), true, nil
	}
	text, err = readLine(cmd)
	return text, false, err
}

// readLine reads the first line of stdin, without its end.
func readLine(cmd *cobra.Command) (string, error) {
	line, err := bufio.NewReader(io.LimitReader(cmd.InOrStdin(), 16<<10)).ReadString('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return "", fmt.Errorf("read stdin: %w", err)
	}
	if line = strings.TrimRight(line, "\r\n"); line == "" {
		return "", usageError(errors.New("stdin holds nothing"))
	}
	return line, nil
}

func userAdd(db func() (string, error)) *cobra.Command {
	var n authz.NewUser
	var pass password
	var hashStdin, none, asJSON bool
	var role string
	cmd := &cobra.Command{
		Use:   "add NAME",
		Short: "Make a user; the password is made too, unless it comes from stdin",
		Example: "  sluice user add alice --role member\n" +
			"  printf %s \"$PASSWORD\" | sluice user add bob --password-stdin\n" +
			"  sluice user add carol --no-password   # signs in at the OpenID provider (auth.oidc)",
		Args: usage(cobra.ExactArgs(1)),
		RunE: withStore(db, func(cmd *cobra.Command, args []string, s *authz.Store) (err error) {
			n.Username = args[0]
			if role != "" {
				if _, err := authz.ParseRole(role); err != nil {
					return err
				}
			}
			made := false
			switch {
			case none:
			case hashStdin:
				n.Hash, err = readLine(cmd)
			default:
				n.Password, made, err = pass.read(cmd)
			}
			if err != nil {
				return err
			}
			u, err := s.AddUser(cmd.Context(), cli, n)
			if err == nil && role != "" {
				err = joinOwnTeam(cmd.Context(), s, u, role)
			}
			if err != nil {
				return err
			}
			return printUser(cmd, "added", u, n.Password, made, asJSON)
		}),
	}
	pass.flag(cmd)
	cmd.Flags().BoolVar(&hashStdin, "hash-stdin", false, "read the password's bcrypt or argon2id hash from stdin")
	cmd.Flags().BoolVar(&none, "no-password", false, "make no password: the first person whom the OpenID provider calls NAME gets the account")
	cmd.Flags().BoolVar(&n.Admin, "admin", false, "may manage users, teams and tokens")
	cmd.Flags().StringVar(&n.Name, "name", "", "full name")
	cmd.Flags().StringVar(&n.Email, "email", "", "email address")
	cmd.Flags().StringVar(&role, "role", "", "also add to this instance's team: none, dashboard, viewer, member or owner")
	exclusive(cmd, "password-stdin", "hash-stdin", "no-password")
	jsonFlag(cmd, &asJSON)
	return cmd
}

func joinOwnTeam(ctx context.Context, s *authz.Store, u authz.User, role string) error {
	r, err := authz.ParseRole(role)
	if err != nil {
		return err
	}
	t, err := s.Team(ctx)
	if err == nil {
		_, err = s.SetMember(ctx, cli, t.ID, u.ID, r)
	}
	return err
}

// printUser tells what was done; a password that was made is alone on stdout.
func printUser(cmd *cobra.Command, verb string, u authz.User, password string, made, asJSON bool) error {
	fmt.Fprintf(cmd.ErrOrStderr(), "%s user %q (%s)\n", verb, u.Username, u.ID)
	if made {
		fmt.Fprintln(cmd.ErrOrStderr(), "The password is not kept: store it now.")
	}
	if asJSON {
		out := map[string]any{"user": u.View()}
		if made {
			out["password"] = password
		}
		return printJSON(cmd.OutOrStdout(), out)
	}
	if !made {
		return nil
	}
	_, err := fmt.Fprintln(cmd.OutOrStdout(), password)
	return err
}

func userList(db func() (string, error)) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "list",
		Short: "List the users",
		Args:  usage(cobra.NoArgs),
		RunE: withStore(db, func(cmd *cobra.Command, _ []string, s *authz.Store) error {
			users, err := s.Users(cmd.Context())
			if err != nil {
				return err
			}
			views := make([]authz.UserView, len(users))
			for i := range users {
				views[i] = users[i].View()
			}
			if asJSON {
				return printJSON(cmd.OutOrStdout(), map[string]any{"users": views, "count": len(views)})
			}
			w := tabwriter.NewWriter(cmd.OutOrStdout(), 2, 4, 2, ' ', 0)
			fmt.Fprintln(w, "ID\tUSERNAME\tNAME\tEMAIL\tADMIN\tCREATED\tSTATE")
			for _, u := range users {
				fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%t\t%s\t%s\n", u.ID, u.Username, u.Name, u.Email, u.Admin, when(&u.CreatedAt), userState(&u))
			}
			return w.Flush()
		}),
	}
	jsonFlag(cmd, &asJSON)
	return cmd
}

func userState(u *authz.User) string {
	switch {
	case !u.DisabledAt.IsZero():
		return "disabled"
	case u.PassAt.IsZero():
		return "no password"
	}
	return "active"
}

func userPasswd(db func() (string, error)) *cobra.Command {
	var pass password
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "passwd NAME",
		Short: "Give a user another password, and end all sessions",
		Args:  usage(cobra.ExactArgs(1)),
		RunE: withStore(db, func(cmd *cobra.Command, args []string, s *authz.Store) error {
			text, made, err := pass.read(cmd)
			if err != nil {
				return err
			}
			u, err := s.SetPassword(cmd.Context(), cli, args[0], text)
			if err != nil {
				return err
			}
			return printUser(cmd, "changed the password of", u, text, made, asJSON)
		}),
	}
	pass.flag(cmd)
	jsonFlag(cmd, &asJSON)
	return cmd
}

func userAble(db func() (string, error), verb, short string, disabled bool) *cobra.Command {
	return &cobra.Command{
		Use:   verb + " NAME",
		Short: short,
		Args:  usage(cobra.ExactArgs(1)),
		RunE: withStore(db, func(cmd *cobra.Command, args []string, s *authz.Store) error {
			u, err := s.UpdateUser(cmd.Context(), cli, args[0], authz.UserChange{Disabled: &disabled})
			if err == nil {
				fmt.Fprintf(cmd.ErrOrStderr(), "user %q (%s) is %s\n", u.Username, u.ID, userState(&u))
			}
			return err
		}),
	}
}

func userDelete(db func() (string, error)) *cobra.Command {
	return &cobra.Command{
		Use:   "delete NAME",
		Short: "Delete a user, with memberships and sessions",
		Args:  usage(cobra.ExactArgs(1)),
		RunE: withStore(db, func(cmd *cobra.Command, args []string, s *authz.Store) error {
			err := s.DeleteUser(cmd.Context(), cli, args[0])
			if err == nil {
				fmt.Fprintf(cmd.ErrOrStderr(), "user %q is deleted\n", args[0])
			}
			return err
		}),
	}
}

func userLogout(db func() (string, error)) *cobra.Command {
	return &cobra.Command{
		Use:   "logout NAME",
		Short: "End all sessions of a user",
		Args:  usage(cobra.ExactArgs(1)),
		RunE: withStore(db, func(cmd *cobra.Command, args []string, s *authz.Store) error {
			n, err := s.EndSessions(cmd.Context(), cli, args[0])
			if err == nil {
				fmt.Fprintf(cmd.ErrOrStderr(), "%d sessions of user %q are ended\n", n, args[0])
			}
			return err
		}),
	}
}
