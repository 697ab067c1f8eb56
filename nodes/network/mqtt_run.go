package network

import (
	"context"
	"sync/atomic"
	"time"

	"sluice/runtime"
)

// mqttRun keeps a connection to the broker until it is told to end. One goroutine
// makes the connections, another one writes what is queued.
type mqttRun struct {
	n       *mqttBrokerNode
	options *mqttOptions
	ctx     context.Context
	cancel  context.CancelFunc
	ended   chan struct{}

	queue chan mqttJob // nil: not connected; guarded by n.mu
	props mqttServerProps

	aliases map[uint16]string // topics that the broker knows by number, the writer's own
}

// mqttJob is something to do over the connection, or, when that is lost, to give up.
type mqttJob struct {
	do     func(mqttLink)
	giveUp func()
}

const (
	maxMQTTJobs = 1000            // that wait for the connection
	mqttFlush   = 2 * time.Second // for what is under way at the end
)

// connect begins to connect, unless that is under way. opened is called at the first connection.
func (n *mqttBrokerNode) connect(opened func()) {
	n.mu.Lock()
	if n.closed || n.connected || n.connecting {
		n.mu.Unlock()
		return
	}
	if n.run != nil { // one that tries to connect again
		n.run.cancel()
	}
	r := &mqttRun{n: n, options: n.options, ended: make(chan struct{})}
	r.ctx, r.cancel = context.WithCancel(context.Background())
	n.run, n.connecting = r, true
	n.work.Add(1)
	n.mu.Unlock()
	n.tell(statusMQTTConnecting)
	go func() {
		defer n.work.Done()
		r.loop(opened)
	}()
}

func (r *mqttRun) loop(opened func()) {
	defer close(r.ended)
	log := r.n.inst.Log
	for {
		var props atomic.Pointer[mqttServerProps] // messages may come before they are known
		link, err := connectMQTT(r.ctx, r.options, r.n.session, func(m *mqttMessage) {
			known := mqttServerProps{}
			if p := props.Load(); p != nil {
				known = *p
			}
			r.n.received(m, known)
		})
		switch {
		case err == nil:
			r.props = link.properties()
			props.Store(&r.props)
			r.follow(link, opened)
			opened = nil
		case r.ctx.Err() == nil:
			log.Info("Connection failed to broker: "+r.options.name, "error", err)
		}
		if !pause(r.ctx, r.n.retry) {
			return
		}
		r.n.tell(statusMQTTConnecting)
	}
}

// follow uses a connection until it is lost or no longer wanted.
func (r *mqttRun) follow(link mqttLink, opened func()) {
	n := r.n
	queue := make(chan mqttJob, maxMQTTJobs)
	n.mu.Lock()
	if n.run != r {
		n.mu.Unlock()
		link.disconnect()
		return
	}
	n.connected, n.connecting = true, false
	r.queue, r.aliases = queue, map[uint16]string{}
	subs := append([]*mqttSubscription(nil), n.subs...)
	n.mu.Unlock()
	if opened != nil {
		opened()
	}
	n.inst.Log.Info("Connected to broker: " + r.options.name)
	n.tell(statusMQTTConnected)
	written := make(chan struct{})
	go func() {
		defer close(written)
		for _, s := range subs {
			r.subscribe(link, s)
		}
		for job := range queue {
			select {
			case <-link.lost():
				job.abandon()
			default:
				job.do(link)
			}
		}
	}()
	if birth := r.options.birth; birth != nil {
		r.publish(birth, func(error) {})
	}
	lost := true
	select {
	case <-link.lost():
	case <-r.ctx.Done():
		lost = false
	}
	n.mu.Lock()
	r.queue = nil
	if n.run == r && lost {
		n.connected = false
	}
	close(queue)
	n.mu.Unlock()
	if !lost {
		waitAtMost(written, mqttFlush)
	}
	link.disconnect()
	<-written
	if lost {
		n.inst.Log.Info("Disconnected from broker: " + r.options.name)
		n.tell(statusMQTTDisconnected)
	}
}

func waitAtMost(done <-chan struct{}, limit time.Duration) {
	t := time.NewTimer(limit)
	defer t.Stop()
	select {
	case <-done:
	case <-t.C:
	}
}

func (j mqttJob) abandon() {
	if j.giveUp != nil {
		j.giveUp()
	}
}

// do queues work for the connection and tells whether it could.
func (r *mqttRun) do(f func(mqttLink), giveUp func()) bool {
	r.n.mu.Lock()
	defer r.n.mu.Unlock()
	if r.queue == nil {
		return false
	}
	select {
	case r.queue <- mqttJob{f, giveUp}:
		return true
	default:
		return false
	}
}

func (r *mqttRun) subscribe(l mqttLink, s *mqttSubscription) {
	if err := l.subscribe(s); err != nil {
		r.n.inst.Log.Debug("the broker refused a subscription", "topic", s.topic, "error", err)
	}
}

var (
	errMQTTBusy  = runtime.Text("the broker does not take messages as fast as they come: send fewer")
	errMQTTAlias = runtime.Text("Invalid topicAlias")
)

// publish queues a message. done is called once, from any goroutine.
func (r *mqttRun) publish(m *mqttMessage, done func(error)) {
	queued := r.do(func(l mqttLink) {
		if alias := m.props.alias; alias != 0 {
			if alias > r.props.maxAlias {
				done(errMQTTAlias)
				return
			}
			if r.aliases[alias] == m.topic {
				m.topic = ""
			} else {
				r.aliases[alias] = m.topic
			}
		}
		l.publish(m, done)
	}, func() { done(errMQTTNotSent) })
	if queued {
		return
	}
	if r.n.live() != r {
		done(errMQTTNotSent)
		return
	}
	done(errMQTTBusy)
}

// disconnect ends the connection, after the close message. It waits for that.
func (n *mqttBrokerNode) disconnect(ended func()) {
	n.mu.Lock()
	r, connected := n.run, n.connected
	n.mu.Unlock()
	if r != nil {
		if m := r.options.closing; m != nil && connected {
			sent := make(chan struct{})
			c := *m
			r.publish(&c, func(error) { close(sent) })
			waitAtMost(sent, mqttFlush)
		}
		r.cancel()
		waitAtMost(r.ended, 2*mqttFlush)
	}
	n.mu.Lock()
	wasUp := n.run == r && (n.connected || n.connecting)
	if n.run == r {
		n.run, n.connected, n.connecting = nil, false, false
	}
	n.mu.Unlock()
	if wasUp {
		n.tell(statusMQTTDisconnected)
	}
	if ended != nil {
		ended()
	}
}
