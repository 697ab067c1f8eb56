package main

import (
	"context"
	"embed"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"sluice/authz"
	"sluice/config"
	"sluice/flows"
	"sluice/server"
)

//go:embed demo
var demoFiles embed.FS

func demoCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "demo",
		Short: "Start two instances that show what sluice does",
		Long: `Lay two user directories into a temporary folder, start an instance on each, guarded by
bearer tokens, and print curl lines to try. Instance A answers on /token-demo and calls
instance B from /call-b. Ctrl-C stops both and removes the folder.`,
		Args: usage(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return demo(cmd.Context(), cmd.OutOrStdout(), cmd.ErrOrStderr())
		},
	}
}

// demo runs until ctx ends.
func demo(ctx context.Context, stdout, stderr io.Writer) (err error) {
	dir, err := os.MkdirTemp("", "sluice-demo-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	d := &demonstration{dir: dir, log: &options{quiet: true}, stderr: stderr}
	defer d.close(ctx)

	b, err := d.start(ctx, "b", config.DefaultPort+1, nil)
	if err != nil {
		return err
	}
	tokenForA, err := b.token(ctx, "instance-a")
	if err != nil {
		return err
	}
	a, err := d.start(ctx, "a", config.DefaultPort, func(userDir string) error {
		return giveCredentials(userDir, b.url+"/answer", tokenForA)
	})
	if err != nil {
		return err
	}
	value, err := a.token(ctx, "demo")
	if err != nil {
		return err
	}
	fmt.Fprintf(stdout, demoText, a.url, b.url, dir, a.url, value, a.url, value, a.url)
	select {
	case err = <-d.failed():
		return err
	case <-ctx.Done():
		fmt.Fprintln(stdout, "\nStopped; the folder is removed.")
		return nil
	}
}

const demoText = `Two instances run, each guarded by bearer tokens: A on %s, B on %s.
Their user directories are in %s until you stop them with Ctrl-C.

Without a token A refuses (401):
  curl -i %s/token-demo

With the token that was just made it answers (200):
  curl -i -H 'Authorization: Bearer %s' %s/token-demo

Here A calls B, with the bearer token of its http request node (200):
  curl -i -H 'Authorization: Bearer %s' %s/call-b
`

// giveCredentials puts the address and the token of instance B where an editor
// would: into the flow's environment, and encrypted into flows_cred.json.
func giveCredentials(userDir, url, token string) error {
	path := filepath.Join(userDir, "flows.json")
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	text = []byte(strings.Replace(string(text), "INSTANCE_B_URL", url, 1))
	if err := os.WriteFile(path, text, 0o600); err != nil {
		return err
	}
	secret, err := flows.GenerateSecret(userDir)
	if err != nil {
		return err
	}
	credPath := flows.CredentialsPath(path, userDir)
	creds, err := flows.LoadCredentials(credPath, []flows.Secret{secret})
	if err != nil {
		return err
	}
	creds.Set("d3a0000000000006", map[string]string{"user": "", "password": token})
	return creds.Save(credPath, false)
}

// demonstration is the instances that a demo has started.
type demonstration struct {
	dir     string
	log     *options
	stderr  io.Writer
	started []*demoInstance
	fail    chan error
}

type demoInstance struct {
	*server.Server
	url string
}

func (d *demonstration) failed() <-chan error { return d.fail }

// start lays out the user directory name, lets prepare change it, and serves it
// on port, or on a free one if that is in use.
func (d *demonstration) start(ctx context.Context, name string, port int, prepare func(userDir string) error) (*demoInstance, error) {
	if d.fail == nil {
		d.fail = make(chan error, 2)
	}
	userDir := filepath.Join(d.dir, name)
	if err := layOut(name, userDir); err != nil {
		return nil, err
	}
	if prepare != nil {
		if err := prepare(userDir); err != nil {
			return nil, err
		}
	}
	nothing := func(string) (string, bool) { return "", false } // the demo is the same whatever is set
	cfg, err := config.Load(userDir, config.Flags{Auth: "bearer", Port: strconv.Itoa(freePort(ctx, port))}, nothing)
	if err != nil {
		return nil, err
	}
	s, err := server.New(ctx, cfg, d.log.logger(d.stderr))
	if err != nil {
		return nil, err
	}
	inst := &demoInstance{Server: s}
	d.started = append(d.started, inst)
	addr, err := s.Listen(ctx)
	if err != nil {
		return nil, err
	}
	inst.url = "http://" + addr.String()
	if err := s.Deploy(ctx); err != nil {
		return nil, err
	}
	go func() {
		if err := s.Serve(); err != nil {
			d.fail <- err
		}
	}()
	return inst, nil
}

// freePort returns port if nothing listens there, else 0, which means any.
func freePort(ctx context.Context, port int) int {
	var lc net.ListenConfig
	l, err := lc.Listen(ctx, "tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(port)))
	if err != nil {
		return 0
	}
	l.Close()
	return port
}

func layOut(name, userDir string) error {
	if err := os.MkdirAll(userDir, 0o700); err != nil {
		return err
	}
	text, err := demoFiles.ReadFile("demo/" + name + "/flows.json")
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(userDir, "flows.json"), text, 0o600)
}

func (i *demoInstance) token(ctx context.Context, name string) (string, error) {
	_, value, err := i.Store().Create(ctx, authz.Actor{Name: "demo"}, authz.NewToken{Name: name})
	return value, err
}

func (d *demonstration) close(ctx context.Context) {
	stop, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopLimit)
	defer cancel()
	for _, inst := range d.started {
		if err := inst.Close(stop); err != nil {
			fmt.Fprintln(d.stderr, "sluice:", err)
		}
	}
}
