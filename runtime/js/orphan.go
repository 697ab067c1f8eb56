package js

import (
	"time"

	"sluice/runtime/msg"
)

// orphan is the call of cleanup code, which belongs to no event: errors are logged, nothing can be sent.
type orphan struct{ node Node }

func (o orphan) Send([][]*msg.Object) {}

func (o orphan) Error(err any, _ *msg.Object) { o.node.Log("error", errorText(err)) }

func (o orphan) Status(v any) { o.node.Status(v) }

func (o orphan) Done(error) {}

func (o orphan) Hold() Hold { return noHold{} }

func (o orphan) LinkCall(_ string, _ *msg.Object, _ time.Duration, answer func(*msg.Object, error)) {}

type noHold struct{}

func (noHold) Do(func()) {}
func (noHold) Release()  {}
