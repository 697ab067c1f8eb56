package storage

import (
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/fsnotify/fsnotify"

	"sluice/runtime"
	"sluice/runtime/msg"
)

// Watch sends a message when a file changes, or anything in a directory.
var Watch = runtime.Type{
	Name: "watch", Category: "storage", Inputs: 0, Outputs: 1,
	New: func() runtime.Node { return &watchNode{} },
}

type watchNode struct {
	Files     string `json:"files"` // paths, with commas between
	Recursive bool   `json:"recursive"`

	inst    *runtime.Instance
	files   []string
	topic   string
	watcher *fsnotify.Watcher
	done    sync.WaitGroup

	targets map[string]bool // the files watched
	dirs    map[string]bool // the directories watched as a whole
}

func (n *watchNode) Init(inst *runtime.Instance) error {
	n.inst = inst
	list := &msg.Array{}
	for file := range strings.SplitSeq(n.Files, ",") {
		n.files = append(n.files, msg.TrimSpace(file))
		list.Append(msg.TrimSpace(file))
	}
	n.topic = n.files[0]
	if len(n.files) > 1 {
		text, err := msg.AppendJSON(nil, list)
		if err != nil {
			return err
		}
		n.topic = string(text)
	}
	return nil
}

// Start begins to watch.
func (n *watchNode) Start() {
	n.targets, n.dirs = map[string]bool{}, map[string]bool{}
	var err error
	if n.watcher, err = fsnotify.NewWatcher(); err != nil {
		n.report(nodeError(err, "watch", n.topic))
		return
	}
	for _, file := range n.files {
		info, err := os.Stat(file)
		switch {
		case err != nil:
			n.report(&msg.Error{Name: "Error", Message: file + " does not exist."})
		case info.IsDir():
			n.watchDir(filepath.Clean(file))
		default:
			// A file is watched through its directory, so that it may be replaced.
			n.targets[filepath.Clean(file)] = true
			n.add(filepath.Dir(file))
		}
	}
	n.done.Go(n.run)
}

// report hands an error to the catch nodes.
func (n *watchNode) report(err error) {
	n.inst.Go(func(d *runtime.Delivery) error {
		d.Msg = msg.NewObject(msg.PayloadKey, "")
		return err
	})
}

func (n *watchNode) add(dir string) {
	if err := n.watcher.Add(dir); err != nil {
		n.report(nodeError(err, "watch", dir))
	}
}

// watchDir watches a directory and, if asked to, those below it.
func (n *watchNode) watchDir(dir string) {
	if n.dirs[dir] {
		return
	}
	n.dirs[dir] = true
	n.add(dir)
	if !n.Recursive {
		return
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		n.inst.Log.Warn("Cannot access " + dir)
	}
	for _, e := range entries {
		if e.IsDir() {
			n.watchDir(filepath.Join(dir, e.Name()))
		}
	}
}

// gather is how long changes are gathered before they are told, each path once.
const gather = 200 * time.Millisecond

func (n *watchNode) run() {
	var paths []string
	timer := time.NewTimer(gather)
	timer.Stop()
	for {
		select {
		case e, ok := <-n.watcher.Events:
			if !ok {
				return
			}
			if !n.concerns(e.Name) {
				continue
			}
			if n.Recursive && !n.targets[e.Name] {
				n.follow(e.Name)
			}
			if len(paths) == 0 {
				timer.Reset(gather)
			}
			paths = append(paths, e.Name)
		case err, ok := <-n.watcher.Errors:
			if !ok {
				return
			}
			n.report(&msg.Error{Name: "Error", Message: err.Error()})
		case <-timer.C:
			for _, path := range changed(paths) {
				n.tell(path)
			}
			paths = nil
		}
	}
}

func (n *watchNode) concerns(path string) bool {
	return n.targets[path] || n.dirs[filepath.Dir(path)]
}

// follow watches a directory that is new and forgets one that is gone.
func (n *watchNode) follow(path string) {
	info, err := os.Stat(path)
	switch {
	case err != nil:
		delete(n.dirs, path)
	case info.IsDir():
		n.watchDir(path)
	}
}

// temporary is what editors add to the names of files they write first.
var temporary = regexp.MustCompile(`~$|^\.#|^##$`)

// changed lists each path once. Where an editor saved through a temporary file,
// those that no longer exist are left out.
func changed(paths []string) []string {
	var unique []string
	seen := map[string]bool{}
	stripped := map[string]int{}
	saved := false
	for _, p := range paths {
		if !seen[p] {
			unique = append(unique, p)
			seen[p] = true
		}
		stripped[temporary.ReplaceAllString(p, "")]++
		saved = saved || temporary.MatchString(p)
	}
	for _, times := range stripped {
		if saved && times > 1 {
			return slices.DeleteFunc(unique, func(p string) bool {
				_, err := os.Stat(p)
				return err != nil
			})
		}
	}
	return unique
}

// tell sends the message of a change.
func (n *watchNode) tell(path string) {
	info, err := os.Stat(path)
	event := "update"
	if err != nil {
		event = "remove"
	}
	m := msg.NewObject(msg.PayloadKey, path, msg.TopicKey, n.topic, "file", filepath.Base(path), "filename", path, "event", event)
	kind := "none"
	if err == nil {
		if kind = kindOf(info.Mode()); kind == "file" {
			m.Set("size", msg.Number(float64(info.Size())))
		}
	}
	m.Set("type", kind)
	n.inst.Emit(func(d *runtime.Delivery) error { return d.Send(m) })
}

func kindOf(mode fs.FileMode) string {
	switch {
	case mode.IsRegular():
		return "file"
	case mode.IsDir():
		return "directory"
	case mode&fs.ModeCharDevice != 0:
		return "characterdevice"
	case mode&fs.ModeDevice != 0:
		return "blockdevice"
	case mode&fs.ModeSocket != 0:
		return "socket"
	case mode&fs.ModeNamedPipe != 0:
		return "fifo"
	}
	return "n/a"
}

// Close stops watching.
func (n *watchNode) Close(context.Context, bool) error {
	if n.watcher == nil {
		return nil
	}
	err := n.watcher.Close()
	n.done.Wait()
	return err
}
