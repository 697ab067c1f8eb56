package server

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"time"

	"sluice/admin"
	"sluice/authz"
	"sluice/config"
	"sluice/flows"
	"sluice/nodes"
	"sluice/redact"
	"sluice/runtime"
	"sluice/runtime/msg"
)

// TryCredential calls a URL as a flow would: by an http request node that names the
// credential, so that hosts, rules, proxies and TLS are judged as they will be.
// Redirects are not followed, since the credential would not be either. The error
// wraps authz.ErrHostNotAllowed where the credential may not be sent.
func TryCredential(ctx context.Context, cfg *config.Config, log *slog.Logger, s *authz.Store, k *authz.Keys, c authz.Credential, method, target string) (admin.Trial, error) {
	result := admin.Trial{Sent: []string{"Authorization"}}
	if c.Kind == authz.CredentialHeader {
		result.Sent = []string{c.Header}
	}
	p := &probe{url: target, method: method, answer: make(chan *msg.Object, 1)}
	engine, err := runtime.New(runtime.Options{
		Types:    append(nodes.Palette[:len(nodes.Palette):len(nodes.Palette)], runtime.Type{Name: "credential probe", Inputs: 1, Outputs: 1, New: func() runtime.Node { return p }}),
		Log:      log,
		Getenv:   os.LookupEnv,
		Settings: cfg.RuntimeSettings(),
	})
	if err != nil {
		return result, err
	}
	out := authz.NewOutgoing(authz.OutgoingOptions{Open: func(context.Context) (*authz.Store, error) { return s, nil }, Keys: k, Keep: redact.Of(log).Keep})
	runtime.Shared(engine, authz.OutgoingKey{}, func() *authz.Outgoing { return out })
	defer engine.Close(context.WithoutCancel(ctx))
	file, err := flows.Parse([]byte(fmt.Sprintf(`[{"id":"f","type":"tab","label":"test"},
		{"id":"probe","type":"credential probe","z":"f","x":1,"y":1,"wires":[["credential-test"]]},
		{"id":"credential-test","type":"http request","z":"f","x":1,"y":1,"method":"use","ret":"bin","credentialRef":%q,"wires":[["probe"]]}]`, c.Name)))
	if err != nil {
		return result, err
	}
	began := time.Now()
	for _, problem := range engine.Deploy(ctx, file, flows.Full) {
		return result, errors.New(problem.String())
	}
	select {
	case m := <-p.answer:
		result.DurationMS = time.Since(began).Milliseconds()
		if status, ok := m.Value("statusCode").(float64); ok {
			result.Status = int(status)
			return result, nil
		}
		return result, callError(m)
	case <-ctx.Done():
		return result, context.Cause(ctx)
	}
}

// tryCredential is TryCredential beside the running flows. It has a store of its own,
// since one never forgets whom it tells of changes.
func (s *Server) tryCredential(k *authz.Keys) admin.Try {
	return func(ctx context.Context, c authz.Credential, method, target string) (_ admin.Trial, err error) {
		store, err := authz.Open(ctx, s.cfg.DB, authz.Options{})
		if err != nil {
			return admin.Trial{}, err
		}
		defer func() { err = errors.Join(err, store.Close()) }()
		return TryCredential(ctx, s.cfg, s.log, store, k, c, method, target)
	}
}

// callError is why there was no answer, in the words of the node.
func callError(m *msg.Object) error {
	text := m.String("payload")
	if _, after, found := strings.Cut(text, authz.ErrHostNotAllowed.Error()); found {
		return fmt.Errorf("%w%s", authz.ErrHostNotAllowed, after)
	}
	return errors.New(text)
}

// probe starts the call and gets the answer.
type probe struct {
	url, method string
	answer      chan *msg.Object
	inst        *runtime.Instance
}

func (p *probe) Init(inst *runtime.Instance) error {
	p.inst = inst
	return nil
}

func (p *probe) Start() {
	p.inst.Go(func(d *runtime.Delivery) error {
		d.Msg = msg.NewObject("url", p.url, "method", p.method, "followRedirects", false)
		return d.Send(d.Msg)
	})
}

func (p *probe) Input(d *runtime.Delivery) error {
	select {
	case p.answer <- d.Msg:
	default:
	}
	return nil
}
