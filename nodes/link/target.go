// Package link finds link in nodes, and keeps the calls to them that wait for an
// answer: what link call nodes and node.linkcall of function nodes share.
//
// It moves no message itself; who calls does.
package link

import (
	"fmt"
	"sync"

	"sluice/runtime"
	"sluice/runtime/msg"
)

// InType is the type of the nodes that can be called.
const InType = "link in"

// Targets finds link in nodes for the node it belongs to. The zero Targets is ready to use.
type Targets struct {
	once   sync.Once
	byName map[string][]*runtime.Instance
}

// Find returns the link in node with the given id or, of a dynamic call, name: the
// only one of that name in the caller's flow, else the only one outside of
// subflows (Node-RED's linkcallTargets.getTargetNode).
func (t *Targets) Find(from *runtime.Instance, target any, dynamic bool) (*runtime.Instance, error) {
	if !msg.ToBool(target) {
		target = ""
	}
	name := msg.ToString(target)
	if to, ok := from.Lookup(name); ok && to.Type.Name == InType {
		return to, nil
	}
	if dynamic && name != "" {
		to, err := t.named(from, name)
		if to != nil || err != nil {
			return to, err
		}
	}
	return nil, fmt.Errorf("target link-in node '%s' not found", name)
}

func (t *Targets) named(from *runtime.Instance, name string) (*runtime.Instance, error) {
	t.once.Do(func() {
		t.byName = map[string][]*runtime.Instance{}
		from.Each(func(inst *runtime.Instance) {
			if inst.Type.Name == InType {
				key := inst.Name()
				if key == "" {
					key = inst.ID
				}
				t.byName[key] = append(t.byName[key], inst)
			}
		})
	})
	var here, outside []*runtime.Instance
	for _, to := range t.byName[name] {
		if to.Z == from.Z {
			here = append(here, to)
		}
		if _, inSubflow := from.Lookup(to.Z); !inSubflow {
			outside = append(outside, to)
		}
	}
	switch {
	case len(here) == 1:
		return here[0], nil
	case len(outside) == 1:
		return outside[0], nil
	case len(outside) > 1:
		return nil, fmt.Errorf("Multiple link-in nodes named '%s' found", name)
	}
	return nil, nil
}
