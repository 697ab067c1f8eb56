package main

import (
	"context"
	"encoding/json"
	"errors"
	"io"

	"github.com/spf13/cobra"

	"sluice/authz"
)

// storeCommand is the body of a command that works on the store.
type storeCommand func(cmd *cobra.Command, args []string, s *authz.Store) error

// withStore opens the store for a command, and closes it again.
func withStore(db func() (string, error), f storeCommand) func(*cobra.Command, []string) error {
	return func(cmd *cobra.Command, args []string) (err error) {
		path, err := db()
		if err != nil {
			return err
		}
		s, err := authz.Open(context.WithoutCancel(cmd.Context()), path, authz.Options{})
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, s.Close()) }()
		return authError(f(cmd, args, s))
	}
}

func jsonFlag(cmd *cobra.Command, v *bool) {
	cmd.Flags().BoolVar(v, "json", false, "print JSON")
}

func printJSON(out io.Writer, v any) error {
	e := json.NewEncoder(out)
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	return e.Encode(v)
}
