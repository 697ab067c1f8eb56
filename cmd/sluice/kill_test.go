package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"sluice/flows"
)

// kills is how often each test of kill -9 kills its victim; make kills kills 200 times.
var kills = flag.Int("kills", 6, "how often each test of kill -9 kills")

// victimArgs is the variable that makes the test binary the sluice of its value's
// arguments, one a line, so that it can be killed.
const victimArgs = "SLUICE_TEST_VICTIM"

func runAsVictim(args string) int {
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	go func() { // it ends with the test, whatever that does
		_, _ = io.Copy(io.Discard, os.Stdin)
		stop()
	}()
	return run(ctx, strings.Split(args, "\n"), os.Stdout, os.Stderr)
}

// victim is a server to be killed.
type victim struct {
	cmd   *exec.Cmd
	stdin io.Closer
	log   *lineWriter
	url   string
}

func startVictim(t *testing.T, args ...string) *victim {
	t.Helper()
	v := &victim{cmd: exec.Command(os.Args[0]), log: newLineWriter()}
	v.cmd.Env = append(os.Environ(), victimArgs+"="+strings.Join(args, "\n"))
	v.cmd.Stderr = v.log
	var err error
	if v.stdin, err = v.cmd.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	if err := v.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = v.cmd.Process.Kill() }) // else it has ended
	v.url = v.log.wait(t, `on (http://\S+)\n`)[1]
	return v
}

// killFlow keeps what it is sent in every scope of a store that writes at once and
// of one that writes often, and answers once the first has called back.
const killFlow = `[{"id":"t","type":"tab"},{"id":"u","type":"tab"},
	{"id":"in","type":"http in","z":"t","url":"/keep","method":"post","x":1,"y":1,"wires":[["f"]]},
	{"id":"f","type":"function","z":"t","x":1,"y":1,"wires":[["out"]],"func":"const {key, n} = msg.payload;\nfor (const c of [context, flow, global]) c.set(['a'+key, 'b'+key], [n, 'x'.repeat(n%%500)+n], 'often');\nflow.set(['a'+key, 'b'+key], [n, n], 'direct', e1 => global.set('a'+key, n, 'direct', e2 => { msg.statusCode = e1 || e2 ? 500 : 200; node.send(msg) }));"},
	{"id":"in2","type":"http in","z":"t","url":"/kept","method":"get","x":1,"y":1,"wires":[["g"]]},
	{"id":"g","type":"function","z":"t","x":1,"y":1,"wires":[["out"]],"func":"const all = {};\nfor (const k of flow.keys('often')) all[k] = flow.get(k, 'often');\nmsg.payload = all; return msg;"},
	{"id":"out","type":"http response","z":"t","x":1,"y":1,"wires":[]},
	{"id":"%s","type":"function","z":"u","x":1,"y":1,"wires":[[]],"func":"","initialize":"context.set('n', 1, 'often'); flow.set('n', 1, 'often')"}]`

const killSettings = `module.exports = {contextStorage: {
	default: {module: "memory"},
	direct: {module: "localfilesystem", config: {base: "direct", cache: false}},
	often: {module: "localfilesystem", config: {base: "often", flushInterval: 0.004}},
}}`

// Whenever the server is killed, and whatever it was deploying: no file of a context
// is torn, a store without a cache has all that it reported as saved, one with a
// cache has states that were, each newer than the last, and a server that is asked
// to stop has saved everything.
func TestAKilledServerLosesNoContextThatWasReportedAsSaved(t *testing.T) {
	dir := layOutFiles(t, map[string]string{"settings.js": killSettings})
	c := &keeper{dir: dir, seen: map[string]float64{}}
	for round := range *kills {
		c.deploy(t, round)
		v := startVictim(t, "run", "-p", "0", "--auth", "none", dir)
		c.recall(t, v.url)
		enough := make(chan struct{})
		var clients sync.WaitGroup
		c.left = 1 + rand.IntN(150)
		for i := range c.acked {
			clients.Go(func() { c.send(t, v.url, i, enough) })
		}
		<-enough
		if round%3 == 0 {
			c.deploy(t, round+1)
			if err := v.cmd.Process.Signal(syscall.SIGHUP); err != nil {
				t.Fatal(err)
			}
		}
		if stopped := round%4 == 3; stopped {
			_ = v.stdin.Close()
			clients.Wait()
			if err := v.cmd.Wait(); err != nil {
				t.Fatalf("round %d: %v\n%s", round, err, v.log.text.String())
			}
			c.verify(t, round, true)
			continue
		}
		time.AfterFunc(time.Duration(rand.IntN(8000))*time.Microsecond, func() { _ = v.cmd.Process.Kill() })
		clients.Wait()
		_ = v.cmd.Wait() // killed
		c.verify(t, round, false)
	}
	t.Logf("%d values were reported as saved", c.saved())
}

// keeper has a server keep numbers and knows which it must have.
type keeper struct {
	dir  string
	seen map[string]float64 // by file and key, what was found after the last kill

	mu          sync.Mutex
	left        int    // answers until there are enough
	sent, acked [4]int // by client
}

func (c *keeper) saved() (n int) {
	for _, acked := range c.acked {
		n += acked
	}
	return n
}

// deploy writes a flow file whose last node is another one in every round.
func (c *keeper) deploy(t *testing.T, round int) {
	t.Helper()
	file, err := flows.Parse(fmt.Appendf(nil, killFlow, fmt.Sprint("passing", round)))
	if err != nil {
		t.Fatal(err)
	}
	if err := flows.WriteFile(filepath.Join(c.dir, "flows.json"), file, false); err != nil {
		t.Fatal(err)
	}
}

// send has numbers kept until the server is gone.
func (c *keeper) send(t *testing.T, url string, client int, enough chan struct{}) {
	for {
		c.mu.Lock()
		c.sent[client]++
		n := c.sent[client]
		c.mu.Unlock()
		res, err := http.Post(url+"/keep", "application/json", strings.NewReader(fmt.Sprintf(`{"key":%d,"n":%d}`, client, n)))
		if err != nil {
			return
		}
		_, err = io.Copy(io.Discard, res.Body)
		res.Body.Close()
		if res.StatusCode != http.StatusOK {
			t.Errorf("status %d", res.StatusCode)
			return
		}
		if err != nil {
			return
		}
		c.mu.Lock()
		c.acked[client] = n
		if c.left--; c.left == 0 {
			close(enough)
		}
		c.mu.Unlock()
	}
}

// recall expects a server that has just started to know what the files say.
func (c *keeper) recall(t *testing.T, url string) {
	t.Helper()
	_, body := ask(t, url+"/kept", "")
	var kept map[string]any
	if err := json.Unmarshal([]byte(body), &kept); err != nil {
		t.Fatalf("%v: %s", err, body)
	}
	for i := range c.acked {
		key := fmt.Sprint("a", i)
		if n, _ := kept[key].(float64); n != c.seen["often/t/flow.json "+key] {
			t.Errorf("%s is %v, its file had %v", key, n, c.seen["often/t/flow.json "+key])
		}
	}
}

// verify reads all files of contexts; stopped says that the server was not killed.
func (c *keeper) verify(t *testing.T, round int, stopped bool) {
	t.Helper()
	found := map[string]map[string]any{}
	for _, store := range []string{"direct", "often"} {
		err := filepath.WalkDir(filepath.Join(c.dir, store), func(path string, e fs.DirEntry, err error) error {
			if err != nil || e.IsDir() || strings.HasSuffix(path, ".tmp") {
				return err
			}
			text, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			values := map[string]any{}
			if err := json.Unmarshal(text, &values); err != nil {
				return fmt.Errorf("%s is torn: %w", path, err)
			}
			name, err := filepath.Rel(c.dir, path)
			found[filepath.ToSlash(name)] = values
			return err
		})
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			t.Fatalf("round %d: %v", round, err)
		}
	}
	for _, name := range []string{"direct/t/flow.json", "direct/global/global.json", "often/t/f.json", "often/t/flow.json", "often/global/global.json"} {
		for i := range c.acked {
			key := fmt.Sprint("a", i)
			n, _ := found[name][key].(float64)
			least := c.seen[name+" "+key]
			if strings.HasPrefix(name, "direct/") || stopped {
				least = float64(c.acked[i])
			}
			if n < least || n > float64(c.sent[i]) {
				t.Fatalf("round %d: %s of %s is %v; saved was %v, sent %v", round, key, name, n, least, c.sent[i])
			}
			if text, _ := found[name][fmt.Sprint("b", i)].(string); strings.HasPrefix(name, "often/") && n > 0 && strings.TrimLeft(text, "x") != fmt.Sprint(n) {
				t.Fatalf("round %d: %s has %v with %q, which was never a state", round, name, n, text)
			}
			c.seen[name+" "+key] = n
		}
	}
	left, _ := filepath.Glob(filepath.Join(c.dir, "*", "*", ".*.tmp"))
	if len(left) > 4 {
		t.Errorf("round %d: %d files of killed writers are left", round, len(left))
	}
}

// writeFlowsForEver is what the test binary does as the victim of
// TestAKilledDeployLosesNoFlowFile.
func writeFlowsForEver(path string) {
	for i := 0; ; i++ {
		file, err := flows.Parse(flowFileOf(i))
		if err == nil {
			err = flows.WriteFile(path, file, i%2 == 0)
		}
		if err != nil {
			fmt.Println("error:", err)
			return
		}
		fmt.Println(i)
	}
}

// flowFileOf is a flow file of a version's own size.
func flowFileOf(version int) []byte {
	return fmt.Appendf(nil, `[{"id":"t","type":"tab","label":"%d","info":"%s"}]`, version, strings.Repeat("x", version*7919%100_000))
}

func TestAKilledDeployLosesNoFlowFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "flows.json")
	for range *kills {
		reported := len(linesUntilKilled(t, 1+rand.IntN(12), "SLUICE_TEST_WRITE_FLOWS="+path)) - 1
		file, err := flows.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		var version int
		if _, err := fmt.Sscan(file.Nodes[0].Get("label").String(), &version); err != nil {
			t.Fatal(err)
		}
		if info := file.Nodes[0].Get("info").String(); version < reported || version > reported+1 || len(info) != version*7919%100_000 {
			t.Fatalf("version %d was written, the file has %d with %d bytes", reported, version, len(info))
		}
	}
}

// linesUntilKilled runs the test binary with one more variable, kills it shortly
// after it has printed that many lines, and returns all that it printed.
func linesUntilKilled(t *testing.T, left int, variable string) (lines []string) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), variable)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	for scanner := bufio.NewScanner(out); scanner.Scan(); {
		if strings.HasPrefix(scanner.Text(), "error:") {
			t.Fatal(scanner.Text())
		}
		if lines = append(lines, scanner.Text()); len(lines) == left {
			time.AfterFunc(time.Duration(rand.IntN(3000))*time.Microsecond, func() { _ = cmd.Process.Kill() })
		}
	}
	_ = cmd.Wait() // killed
	return lines
}
