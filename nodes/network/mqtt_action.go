package network

import (
	"errors"

	"sluice/runtime"
	"sluice/runtime/msg"
)

// How the errors of msg.action read.
var (
	errMQTTAction    = errors.New("Invalid action specified")
	errMQTTConnected = errors.New("Disconnect from broker before connecting")
)

// act does what msg.action says, if it is about the connection; known is false for other actions.
func (n *mqttBrokerNode) act(d *runtime.Delivery) (known bool, err error) {
	switch d.Msg.Value("action") {
	case "connect":
		return true, n.connectAction(d)
	case "disconnect":
		n.later(d, func(done func()) { n.disconnect(done) })
		return true, nil
	}
	return false, nil
}

// later completes d when work, on a goroutine of its own, calls done. Work that
// never does leaves the message incomplete, as Node-RED would.
func (n *mqttBrokerNode) later(d *runtime.Delivery, work func(done func())) {
	n.mu.Lock()
	defer n.mu.Unlock()
	d.Detach()
	if n.closed {
		return
	}
	hold := d.Hold()
	n.work.Go(func() {
		defer hold.Release()
		work(func() { hold.Do(func() { d.Complete(nil) }) })
	})
}

func (n *mqttBrokerNode) connectAction(d *runtime.Delivery) error {
	override, _ := d.Msg.Value("broker").(*msg.Object)
	n.mu.Lock()
	up := n.connected || n.connecting
	n.mu.Unlock()
	switch {
	case up && override == nil:
		return nil
	case up && !msg.ToBool(override.Value("force")):
		return errMQTTConnected
	}
	if override != nil {
		override = msg.Clone(override).(*msg.Object)
	}
	ctx := d.Context()
	n.later(d, func(done func()) {
		if up {
			n.disconnect(nil)
		}
		if err := n.override(override); err != nil {
			n.inst.Log.Error(err.Error())
			return
		}
		opened := make(chan struct{})
		n.connect(func() { close(opened) })
		n.mu.Lock()
		r := n.run
		n.mu.Unlock()
		if r == nil {
			return
		}
		select {
		case <-opened:
			done()
		case <-r.ended:
		case <-ctx.Done():
		}
	})
	return nil
}

// override changes the settings for the connections to come.
func (n *mqttBrokerNode) override(o *msg.Object) error {
	if o == nil {
		return nil
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	settings := n.settings
	if err := settings.override(o); err != nil {
		return err
	}
	options, err := n.prepare(settings)
	if err != nil {
		return err
	}
	n.settings, n.options = settings, options
	return nil
}
