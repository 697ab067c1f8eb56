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
	var asJSON, verbose bool
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
			return printCheck(cmd.OutOrStdout(), checked, asJSON, verbose)
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	cmd.Flags().BoolVarP(&verbose, "verbose", "V", false, "also tell which function nodes run on every core, and why others do not")
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
	Functions []function        `json:"functions,omitempty"`
}

// function tells where a function node's body runs.
type function struct {
	Node   string `json:"node"`
	Name   string `json:"name,omitempty"`
	Direct bool   `json:"direct"` // without a JavaScript engine
	Engine string `json:"needsEngine,omitempty"`
	Pooled bool   `json:"pooled"` // on every core, in parallel with others
	Reason string `json:"reason,omitempty"`
}

// functionsOf lists the function nodes that would run.
func functionsOf(flows *runtime.Flows) []function {
	var all []function
	flows.All(func(inst *runtime.Instance) bool {
		if n, ok := inst.Node().(interface {
			Placement() (pooled bool, reason string)
			Direct() (direct bool, reason string)
		}); ok {
			f := function{Node: inst.ID, Name: inst.Name()}
			f.Pooled, f.Reason = n.Placement()
			f.Direct, f.Engine = n.Direct()
			all = append(all, f)
		}
		return true
	})
	return all
}

func printCheck(w io.Writer, checked *server.Checked, asJSON, verbose bool) error {
	result := checkResult{Endpoints: []endpoint{}, Problems: checked.Flows.Problems()}
	if verbose {
		result.Functions = functionsOf(checked.Flows)
	}
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
		fmt.Fprintf(w, "%s: %s\n", p.Verdict(), p)
	}
	for _, f := range result.Functions {
		where := "runs on every core"
		if !f.Pooled {
			where = "runs in turn with others: " + f.Reason
		}
		how := "compiled to Go"
		if !f.Direct {
			how = "in the JavaScript engine: " + f.Engine
		}
		fmt.Fprintf(w, "function %s %q: %s; %s\n", f.Node, f.Name, where, how)
	}
}
