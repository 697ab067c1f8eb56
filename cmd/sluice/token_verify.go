package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"sluice/authz"
)

func (c tokens) verify() *cobra.Command {
	var path, method string
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "verify",
		Short: "Read a token on stdin and tell whether it is valid",
		Args:  usage(cobra.NoArgs),
		RunE: c.run(func(cmd *cobra.Command, _ []string, s *authz.Store) error {
			line, err := bufio.NewReader(io.LimitReader(cmd.InOrStdin(), 16<<10)).ReadString('\n')
			if err != nil && !errors.Is(err, io.EOF) {
				return fmt.Errorf("read token from stdin: %w", err)
			}
			t, verdict := s.Verify(cmd.Context(), strings.TrimSpace(line))
			if verdict == nil && (path != "" || cmd.Flags().Changed("method")) {
				verdict = covers(t, strings.ToUpper(method), path)
			}
			if code := exitCode(authError(verdict)); code != 0 && code != exitRefused {
				return verdict // no verdict on the token, but a failure
			}
			return printVerdict(cmd, t, verdict, asJSON)
		}),
	}
	cmd.Flags().StringVar(&path, "path", "", "also check that it opens this path")
	cmd.Flags().StringVar(&method, "method", "GET", "the method to check with --path")
	jsonFlag(cmd, &asJSON)
	return cmd
}

func covers(t authz.Token, method, target string) error {
	if target == "" {
		return usageError(errors.New("--method needs --path"))
	}
	path, err := authz.CanonicalPath(target)
	if err != nil {
		return err
	}
	if !t.Allows(method, path) {
		return authz.ErrDenied
	}
	return nil
}

func printVerdict(cmd *cobra.Command, t authz.Token, verdict error, asJSON bool) error {
	state := "valid"
	if verdict != nil {
		state = verdict.Error()
	}
	if asJSON {
		out := map[string]any{"valid": verdict == nil, "reason": state, "token": nil}
		if t.ID != "" {
			out["token"] = t.View(time.Now(), "")
		}
		return errors.Join(printJSON(cmd.OutOrStdout(), out), verdict)
	}
	if t.ID != "" {
		state += fmt.Sprintf(": token %q (%s), %s", t.Name, t.ID, ends(t))
	}
	_, err := fmt.Fprintln(cmd.OutOrStdout(), state)
	return errors.Join(err, verdict)
}
