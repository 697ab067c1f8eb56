package main

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"sluice/authz"
)

// auditCommand is "sluice audit".
func auditCommand(db func() (path string, err error)) *cobra.Command {
	var since, kind string
	var limit int
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "audit",
		Short: "List what happened to tokens, users and teams, and what was refused",
		Args:  usage(cobra.NoArgs),
		RunE: withStore(db, func(cmd *cobra.Command, _ []string, s *authz.Store) error {
			q := authz.AuditQuery{Type: kind, Limit: limit}
			if since != "" {
				var err error
				if q.Since, err = authz.ParseSince(since, time.Now()); err != nil {
					return usageError(fmt.Errorf("--since: %w", err))
				}
			}
			events, err := s.Audit(cmd.Context(), q)
			if err != nil {
				return err
			}
			if asJSON {
				return printJSON(cmd.OutOrStdout(), map[string]any{"events": append([]authz.Event{}, events...), "count": len(events)})
			}
			return printEvents(cmd.OutOrStdout(), events)
		}),
	}
	cmd.Flags().StringVar(&since, "since", "", "only what is not older: 1h, 30d, 2027-01-31, or a time as in RFC 3339")
	cmd.Flags().StringVar(&kind, "type", "", "only events of a type: auth.login, or auth.token. for all that begin so")
	cmd.Flags().IntVar(&limit, "limit", 0, "at most so many (default: all)")
	jsonFlag(cmd, &asJSON)
	return cmd
}

func printEvents(out io.Writer, events []authz.Event) error {
	w := tabwriter.NewWriter(out, 2, 4, 2, ' ', 0)
	fmt.Fprintln(w, "TIME\tEVENT\tBY\tADDRESS\tSUBJECT\tDETAILS")
	for _, e := range events {
		var details []string
		for _, key := range slices.Sorted(maps.Keys(e.Detail)) {
			// Names and paths may hold anything: as JSON they cannot start a line or move a cursor.
			value, err := json.Marshal(e.Detail[key])
			if err != nil {
				return err
			}
			details = append(details, key+"="+string(value))
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\n", e.At.Format(time.RFC3339), e.Type, e.Actor, e.IP, e.Subject, strings.Join(details, " "))
	}
	return w.Flush()
}
