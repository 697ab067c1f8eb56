package sequence

import "sluice/runtime"

// idle is part of a node with a setting that it cannot work with. As in Node-RED
// such a node is there all the same and takes messages, but it never completes them.
type idle bool

// logged logs what is wrong with a node, which is idle from then on.
func (i *idle) logged(inst *runtime.Instance, err error) error {
	inst.Log.Error(err.Error())
	*i = true
	return nil
}
