package main

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"sluice/runtime"
	"sluice/server"
)

func checkCommand(o *options) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "check [USERDIR | flows.json]",
		Short: "Tell which endpoints of a flow file would run",
		Long: `Read a user directory as run does, without serving or starting anything, and tell for each
endpoint whether it runs or which node blocks it. Exits with 1 if one is blocked.`,
		Args: usage(cobra.MaximumNArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			cfg, err := o.load(args)
			if err != nil {
				return err
			}
			checked, err := server.Check(cfg, o.logger(io.Discard))
			if err != nil {
				return err
			}
			return printCheck(cmd.OutOrStdout(), checked, asJSON)
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return cmd
}

// endpoint is one line of the check's result.
type endpoint struct {
	Method string `json:"method"`
	Path   string `json:"path"`
	Node   string `json:"node"`
	Name   string `json:"name,omitempty"`
	Runs   bool   `json:"runs"`
	Reason string `json:"reason,omitempty"`
}

type checkResult struct {
	Endpoints []endpoint        `json:"endpoints"`
	Problems  []runtime.Problem `json:"problems"`
}

func printCheck(w io.Writer, checked *server.Checked, asJSON bool) error {
	result := checkResult{Endpoints: []endpoint{}, Problems: checked.Flows.Problems()}
	blocked := 0
	for _, r := range checked.Flows.Routes() {
		e := endpoint{Method: strings.ToUpper(r.Method), Path: r.Pattern, Node: r.NodeID, Name: r.Name, Runs: r.Blocked == nil}
		if r.Blocked != nil {
			e.Reason = r.Blocked.Error()
			blocked++
		}
		result.Endpoints = append(result.Endpoints, e)
	}
	if asJSON {
		enc := json.NewEncoder(w)
		enc.SetIndent("", "  ")
		if err := enc.Encode(result); err != nil {
			return err
		}
	} else {
		printCheckText(w, result)
	}
	if blocked > 0 {
		return &exitError{code: 1, err: fmt.Errorf("%d of %d endpoints would not run", blocked, len(result.Endpoints))}
	}
	return nil
}

func printCheckText(w io.Writer, result checkResult) {
	if len(result.Endpoints) == 0 {
		fmt.Fprintln(w, "The flows have no HTTP endpoints.")
	}
	for _, e := range result.Endpoints {
		state := "runs"
		if !e.Runs {
			state = "blocked: " + e.Reason
		}
		fmt.Fprintf(w, "%s %s  %s\n", e.Method, e.Path, state)
	}
	for _, p := range result.Problems {
		fmt.Fprintf(w, "left out: %s\n", p)
	}
}
