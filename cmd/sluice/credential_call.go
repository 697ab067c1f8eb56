package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"sluice/authz"
	"sluice/config"
	"sluice/flows"
	"sluice/nodes"
	"sluice/runtime"
	"sluice/runtime/msg"
)

// callResult is what a test of a credential tells.
type callResult struct {
	Status     int      `json:"status"`
	DurationMS int64    `json:"durationMs"`
	Sent       []string `json:"sent"` // names of headers
}

// callWith calls a URL as a flow would: by an http request node that names the
// credential, so that hosts, rules, proxies and TLS are judged as they will be.
// Redirects are not followed, since the credential would not be either.
func (o *options) callWith(ctx context.Context, stderr io.Writer, cfg *config.Config, s *authz.Store, k *authz.Keys, c authz.Credential, method, target string) (callResult, error) {
	result := callResult{Sent: []string{"Authorization"}}
	if c.Kind == authz.CredentialHeader {
		result.Sent = []string{c.Header}
	}
	p := &probe{url: target, method: method, answer: make(chan *msg.Object, 1)}
	engine, err := runtime.New(runtime.Options{
		Types:    append(nodes.Palette[:len(nodes.Palette):len(nodes.Palette)], runtime.Type{Name: "credential probe", Inputs: 1, Outputs: 1, New: func() runtime.Node { return p }}),
		Log:      o.logger(stderr),
		Getenv:   os.LookupEnv,
		Settings: cfg.RuntimeSettings(),
	})
	if err != nil {
		return result, err
	}
	out := authz.NewOutgoing(authz.OutgoingOptions{Open: func(context.Context) (*authz.Store, error) { return s, nil }, Keys: k, Keep: o.redact.Keep})
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

// callError is why there was no answer, in the words of the node.
func callError(m *msg.Object) error {
	text := m.String("payload")
	if strings.Contains(text, authz.ErrHostNotAllowed.Error()) {
		return &exitError{exitRefused, errors.New(text)}
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
