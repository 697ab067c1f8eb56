package main

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"sluice/authz"
)

func (c tokens) list() *cobra.Command {
	var asJSON, all bool
	cmd := &cobra.Command{
		Use:   "list",
		Short: "List the tokens, never their values",
		Args:  usage(cobra.NoArgs),
		RunE: c.run(func(cmd *cobra.Command, _ []string, s *authz.Store) error {
			list, err := s.List(cmd.Context())
			if err != nil {
				return err
			}
			now := time.Now()
			views := []authz.View{}
			for i := range list {
				if all || list[i].RevokedAt.IsZero() {
					views = append(views, list[i].View(now, ""))
				}
			}
			if asJSON {
				return printJSON(cmd.OutOrStdout(), map[string]any{"tokens": views, "count": len(views)})
			}
			return printTable(cmd.OutOrStdout(), views)
		}),
	}
	cmd.Flags().BoolVar(&all, "all", false, "also the revoked ones of the last 90 days")
	jsonFlag(cmd, &asJSON)
	return cmd
}

func printTable(out io.Writer, views []authz.View) error {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "ID\tNAME\tHINT\tSCOPES\tCREATED\tEXPIRES\tLAST USED\tSTATE")
	for _, v := range views {
		used := when(v.LastUsedAt)
		if v.LastUsedIP != nil {
			used += " " + *v.LastUsedIP
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n", v.ID, v.Name, v.Hint, scopeList(v), when(&v.CreatedAt), when(v.ExpiresAt), used, v.State)
	}
	return w.Flush()
}

func when(t *time.Time) string {
	if t == nil {
		return "never"
	}
	return t.Format("2006-01-02 15:04Z")
}

func scopeList(v authz.View) string {
	var parts []string
	for _, s := range v.Scopes {
		parts = append(parts, s.String())
	}
	if len(v.Scopes) == 0 {
		parts = append(parts, "all")
	}
	if len(v.IPs) > 0 {
		parts = append(parts, "from "+strings.Join(v.IPs, " "))
	}
	return strings.Join(parts, " ")
}

func (c tokens) show() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "show ID|NAME",
		Short: "Show one token, never its value",
		Args:  usage(cobra.ExactArgs(1)),
		RunE: c.run(func(cmd *cobra.Command, args []string, s *authz.Store) error {
			t, err := s.Find(cmd.Context(), args[0])
			if err != nil {
				return err
			}
			return printToken(cmd, t, asJSON)
		}),
	}
	jsonFlag(cmd, &asJSON)
	return cmd
}

func printToken(cmd *cobra.Command, t authz.Token, asJSON bool) error {
	v := t.View(time.Now(), "")
	if asJSON {
		return printJSON(cmd.OutOrStdout(), v)
	}
	return printTable(cmd.OutOrStdout(), []authz.View{v})
}
