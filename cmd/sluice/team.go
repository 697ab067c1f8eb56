package main

import (
	"fmt"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"sluice/authz"
)

// teamCommand is "sluice team". db says where the database is.
func teamCommand(db func() (path string, err error)) *cobra.Command {
	cmd := groupCommand("team", "Make and list teams, and say who is in them as what")
	member := groupCommand("member", "Say who is in a team, as what")
	member.AddCommand(memberAdd(db), memberList(db), memberRemove(db))
	cmd.AddCommand(teamAdd(db), teamList(db), teamDelete(db), member)
	return cmd
}

func teamAdd(db func() (string, error)) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "add NAME",
		Short: "Make a team",
		Args:  usage(cobra.ExactArgs(1)),
		RunE: withStore(db, func(cmd *cobra.Command, args []string, s *authz.Store) error {
			t, err := s.AddTeam(cmd.Context(), cli, args[0])
			if err != nil {
				return err
			}
			fmt.Fprintf(cmd.ErrOrStderr(), "added team %q (%s)\n", t.Name, t.ID)
			if asJSON {
				return printJSON(cmd.OutOrStdout(), t)
			}
			return nil
		}),
	}
	jsonFlag(cmd, &asJSON)
	return cmd
}

func teamList(db func() (string, error)) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "list",
		Short: "List the teams",
		Args:  usage(cobra.NoArgs),
		RunE: withStore(db, func(cmd *cobra.Command, _ []string, s *authz.Store) error {
			teams, err := s.Teams(cmd.Context())
			if err != nil {
				return err
			}
			if asJSON {
				return printJSON(cmd.OutOrStdout(), map[string]any{"teams": append([]authz.Team{}, teams...), "count": len(teams)})
			}
			w := tabwriter.NewWriter(cmd.OutOrStdout(), 2, 4, 2, ' ', 0)
			fmt.Fprintln(w, "ID\tNAME\tMEMBERS\tCREATED\tTHIS INSTANCE'S")
			for _, t := range teams {
				fmt.Fprintf(w, "%s\t%s\t%d\t%s\t%t\n", t.ID, t.Name, t.Members, when(&t.CreatedAt), t.Instance)
			}
			return w.Flush()
		}),
	}
	jsonFlag(cmd, &asJSON)
	return cmd
}

func teamDelete(db func() (string, error)) *cobra.Command {
	return &cobra.Command{
		Use:   "delete TEAM",
		Short: "Delete a team that no instance belongs to",
		Args:  usage(cobra.ExactArgs(1)),
		RunE: withStore(db, func(cmd *cobra.Command, args []string, s *authz.Store) error {
			err := s.DeleteTeam(cmd.Context(), cli, args[0])
			if err == nil {
				fmt.Fprintf(cmd.ErrOrStderr(), "team %q is deleted\n", args[0])
			}
			return err
		}),
	}
}

func memberAdd(db func() (string, error)) *cobra.Command {
	var role string
	cmd := &cobra.Command{
		Use:     "add TEAM USER --role ROLE",
		Short:   "Add a user to a team, or change the role: none, dashboard, viewer, member or owner",
		Example: "  sluice team member add default alice --role owner",
		Args:    usage(cobra.ExactArgs(2)),
		RunE: withStore(db, func(cmd *cobra.Command, args []string, s *authz.Store) error {
			r, err := authz.ParseRole(role)
			if err != nil {
				return fmt.Errorf("--role: %w", err)
			}
			m, err := s.SetMember(cmd.Context(), cli, args[0], args[1], r)
			if err == nil {
				fmt.Fprintf(cmd.ErrOrStderr(), "user %q is %s in team %q\n", m.Username, m.Role, args[0])
			}
			return err
		}),
	}
	cmd.Flags().StringVar(&role, "role", "member", "what the user is in the team")
	return cmd
}

func memberList(db func() (string, error)) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "list TEAM",
		Short: "List the members of a team",
		Args:  usage(cobra.ExactArgs(1)),
		RunE: withStore(db, func(cmd *cobra.Command, args []string, s *authz.Store) error {
			_, members, err := s.Members(cmd.Context(), args[0])
			if err != nil {
				return err
			}
			if asJSON {
				views := make([]authz.MemberView, len(members))
				for i := range members {
					views[i] = members[i].View()
				}
				return printJSON(cmd.OutOrStdout(), map[string]any{"members": views, "count": len(views)})
			}
			w := tabwriter.NewWriter(cmd.OutOrStdout(), 2, 4, 2, ' ', 0)
			fmt.Fprintln(w, "ID\tUSERNAME\tNAME\tROLE\tSTATE")
			for _, m := range members {
				fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", m.ID, m.Username, m.Name, m.Role, userState(&m.User))
			}
			return w.Flush()
		}),
	}
	jsonFlag(cmd, &asJSON)
	return cmd
}

func memberRemove(db func() (string, error)) *cobra.Command {
	return &cobra.Command{
		Use:   "remove TEAM USER",
		Short: "Take a user out of a team",
		Args:  usage(cobra.ExactArgs(2)),
		RunE: withStore(db, func(cmd *cobra.Command, args []string, s *authz.Store) error {
			err := s.RemoveMember(cmd.Context(), cli, args[0], args[1])
			if err == nil {
				fmt.Fprintf(cmd.ErrOrStderr(), "user %q is no member of team %q any more\n", args[1], args[0])
			}
			return err
		}),
	}
}
