// Command suites runs the conformance and HTTP suites against a built binary and
// holds the outcome against testdata/ledger.txt: the cases that are not expected
// to pass, each with its reason. It fails when a case that is not listed fails
// and when a listed one passes, so the ledger is always the truth.
//
// A case that lists wrong is run once more by itself before it counts, since
// some depend on timing.
package main

import (
	"bufio"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// suite is one harness of the shared folder.
type suite struct {
	name   string
	script string
	args   []string
	only   func(id string) []string
	read   func(data []byte) (map[string]bool, error)
}

var suites = []suite{
	{
		name: "conformance", script: "conformance/replay.mjs", args: []string{"--jobs", "4"},
		only: func(id string) []string { return []string{"--only", id} },
		read: readConformance,
	},
	{
		name: "httpdiff", script: "httpdiff/httpdiff.mjs", args: []string{"check", "--skip-quirks", "--never-hangs", "--max", "0"},
		only: func(id string) []string { return []string{"--only", id} },
		read: readHTTPDiff,
	},
}

func main() {
	binary := flag.String("binary", "dist/sluice", "the program to judge")
	shared := flag.String("shared", "../shared", "the folder that holds the suites")
	ledger := flag.String("ledger", "testdata/ledger.txt", "the cases that are not expected to pass")
	write := flag.Bool("write", false, "rewrite the ledger; reasons of cases that stay are kept")
	flag.Parse()
	if err := run(*binary, *shared, *ledger, *write); err != nil {
		fmt.Fprintln(os.Stderr, "suites:", err)
		os.Exit(1)
	}
}

func run(binary, shared, ledgerPath string, write bool) error {
	if _, err := exec.LookPath("node"); err != nil {
		fmt.Println("suites: node is not installed, nothing to run")
		return nil
	}
	binary, err := filepath.Abs(binary)
	if err != nil {
		return err
	}
	listed, err := readLedger(ledgerPath)
	if err != nil {
		return err
	}
	wrong := 0
	found := map[string]string{}
	for _, s := range suites {
		script := filepath.Join(shared, s.script)
		if _, err := os.Stat(script); err != nil {
			fmt.Printf("suites: %s is not there, skipped\n", script)
			continue
		}
		results, err := s.run(script, binary)
		if err != nil {
			return err
		}
		passed := 0
		for _, id := range sortedKeys(results) {
			pass := results[id]
			key := s.name + " " + id
			reason, isListed := listed[key]
			if pass == isListed && !write { // not what the ledger says: once more, alone
				again, err := s.run(script, binary, s.only(id)...)
				if err != nil {
					return err
				}
				pass = again[id]
			}
			if pass {
				passed++
			} else {
				found[key] = reason
			}
			switch {
			case pass && isListed && !write:
				wrong++
				fmt.Printf("%s passes: take it out of the ledger\n", key)
			case !pass && !isListed && !write:
				wrong++
				fmt.Printf("%s fails and is not in the ledger\n", key)
			}
		}
		fmt.Printf("%s: %d passed, %d failed\n", s.name, passed, len(results)-passed)
	}
	if write {
		return writeLedger(ledgerPath, found)
	}
	if wrong > 0 {
		return fmt.Errorf("%d cases are not as the ledger says", wrong)
	}
	return nil
}

// run runs the harness and returns which cases passed. Its exit status is that of
// its cases, so only a missing result is an error.
func (s suite) run(script, binary string, more ...string) (map[string]bool, error) {
	out, err := os.CreateTemp("", "suite-*.json")
	if err != nil {
		return nil, err
	}
	out.Close()
	defer os.Remove(out.Name())
	args := append([]string{script}, s.args...)
	args = append(args, "--cmd", binary+" run --port {port} {userdir}", "--json", out.Name())
	cmd := exec.Command("node", append(args, more...)...)
	cmd.Stderr = os.Stderr
	runErr := cmd.Run()
	data, err := os.ReadFile(out.Name())
	if err != nil || len(data) == 0 {
		return nil, fmt.Errorf("%s gave no results: %v", s.name, runErr)
	}
	return s.read(data)
}

func readConformance(data []byte) (map[string]bool, error) {
	var cases []struct {
		ID   string
		Pass bool
	}
	if err := json.Unmarshal(data, &cases); err != nil {
		return nil, err
	}
	results := map[string]bool{}
	for _, c := range cases {
		results[c.ID] = c.Pass
	}
	return results, nil
}

func readHTTPDiff(data []byte) (map[string]bool, error) {
	var out struct {
		Cases []struct {
			ID string
			OK bool
		}
	}
	if err := json.Unmarshal(data, &out); err != nil {
		return nil, err
	}
	results := map[string]bool{}
	for _, c := range out.Cases {
		results[c.ID] = c.OK
	}
	return results, nil
}

// readLedger reads lines of the form "suite case-id  # reason".
func readLedger(path string) (map[string]string, error) {
	f, err := os.Open(path)
	if os.IsNotExist(err) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer f.Close()
	listed := map[string]string{}
	lines := bufio.NewScanner(f)
	for n := 1; lines.Scan(); n++ {
		entry, reason, _ := strings.Cut(lines.Text(), "#")
		fields := strings.Fields(entry)
		if len(fields) == 0 {
			continue
		}
		reason = strings.TrimSpace(reason)
		if len(fields) != 2 || reason == "" {
			return nil, fmt.Errorf("%s:%d: want \"suite case  # reason\"", path, n)
		}
		listed[fields[0]+" "+fields[1]] = reason
	}
	return listed, lines.Err()
}

func writeLedger(path string, found map[string]string) error {
	var b strings.Builder
	b.WriteString("# Cases of the suites that are not expected to pass, and why. `make ledger` rewrites the list and keeps the reasons;\n# a new line comes without one and must be given one before `make suites` takes it.\n")
	for _, key := range sortedKeys(found) {
		fmt.Fprintf(&b, "%s  # %s\n", key, found[key])
	}
	return os.WriteFile(path, []byte(b.String()), 0o644)
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
