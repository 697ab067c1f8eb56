package main

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"sluice/nodes"
	"sluice/runtime"
)

func nodesCommand() *cobra.Command {
	var asJSON, asMarkdown bool
	cmd := &cobra.Command{
		Use:   "nodes",
		Short: "List the node types that run",
		Long: `List the node types that run, with what they do. --markdown and --json add the properties
they read from a flow file, the values those have when the file does not say, and where the
node differs from Node-RED's.`,
		Args: usage(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			types := describeTypes(nodes.Palette, readSummaries(summaries))
			switch w := cmd.OutOrStdout(); {
			case asJSON:
				enc := json.NewEncoder(w)
				enc.SetIndent("", "  ")
				return enc.Encode(types)
			case asMarkdown:
				return printTypesMarkdown(w, types)
			default:
				return printTypesText(w, types)
			}
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	cmd.Flags().BoolVar(&asMarkdown, "markdown", false, "print docs/nodes.md")
	exclusive(cmd, "json", "markdown")
	return cmd
}

// summaries are lines of a type's name, a tab and the first sentence of its
// variable's comment, which a binary no longer has. make docs writes them.
//
//go:embed nodes_summaries.txt
var summaries string

func readSummaries(text string) map[string]string {
	of := map[string]string{}
	for line := range strings.Lines(text) {
		name, summary, _ := strings.Cut(strings.TrimSuffix(line, "\n"), "\t")
		of[name] = summary
	}
	return of
}

// nodeType describes one node type.
type nodeType struct {
	Type       string         `json:"type"`
	Category   string         `json:"category"`
	Inputs     int            `json:"inputs"`
	Outputs    int            `json:"outputs"` // of a node that does not say
	Summary    string         `json:"summary"`
	Properties []nodeProperty `json:"properties"`
	Differs    string         `json:"differs,omitempty"`
}

// nodeProperty is a property of the flow file, with its value where the file has none.
type nodeProperty struct {
	Name    string          `json:"name"`
	Default json.RawMessage `json:"default"`
}

func describeTypes(palette []runtime.Type, summaries map[string]string) []nodeType {
	var types []nodeType
	for _, t := range palette {
		described := nodeType{
			Type: t.Name, Category: t.Category, Inputs: t.Inputs, Outputs: t.Outputs,
			Summary: summaries[t.Name], Properties: []nodeProperty{}, Differs: differences[t.Name],
		}
		names, defaults := runtime.PropertyNames(t)
		for i, name := range names {
			described.Properties = append(described.Properties, nodeProperty{name, defaultJSON(defaults[i])})
		}
		types = append(types, described)
	}
	return types
}

// defaultJSON is null for what has no form in JSON, such as the name of another node.
func defaultJSON(v any) json.RawMessage {
	text, err := json.Marshal(v)
	if err != nil {
		return json.RawMessage("null")
	}
	return text
}

func printTypesText(w io.Writer, types []nodeType) error {
	out := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(out, "TYPE\tCATEGORY\tIN\tOUT\tDOES")
	for _, t := range types {
		fmt.Fprintf(out, "%s\t%s\t%d\t%d\t%s\n", t.Type, t.Category, t.Inputs, t.Outputs, t.Summary)
	}
	return out.Flush()
}

const nodesHead = `# Nodes

The node types that sluice runs: every one that Node-RED 5.0.7 comes with. Written by ` + "`make docs`" + `; ` + "`sluice nodes`" + `
prints the same for your binary.

Ports are inputs → outputs; a flow file can give some nodes more outputs. Properties are those a node reads from the flow
file, with what it takes where the file says nothing. What differs for all nodes is in [differences.md](differences.md).

| type | group | ports | what it does | properties | differs from Node-RED |
|---|---|---|---|---|---|
`

func printTypesMarkdown(w io.Writer, types []nodeType) error {
	var b strings.Builder
	b.WriteString(nodesHead)
	cell := strings.NewReplacer("|", `\|`, "\n", " ")
	for _, t := range types {
		var properties []string
		for _, p := range t.Properties {
			text := "`" + p.Name + "`"
			switch value := string(p.Default); value {
			case `""`, "null", "false", "0", "[]", "{}":
			default:
				text += " = `" + value + "`"
			}
			properties = append(properties, text)
		}
		fmt.Fprintf(&b, "| %s | %s | %d → %d | %s | %s | %s |\n", t.Type, t.Category, t.Inputs, t.Outputs,
			cell.Replace(t.Summary), cell.Replace(strings.Join(properties, ", ")), cell.Replace(t.Differs))
	}
	_, err := io.WriteString(w, b.String())
	return err
}
