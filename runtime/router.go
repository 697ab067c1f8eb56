package runtime

import (
	"net/http"

	"sluice/runtime/msg"
)

// RouteHandler answers a request of a route; params are the values of its
// pattern's parameters (nil for a literal path).
type RouteHandler func(w http.ResponseWriter, r *http.Request, params *msg.Object)

// Handle mounts a route of the node. Call it inside Init: routes are checked and
// swapped together when every node has been through Init. pattern is an Express
// 4 path. A route whose flow reaches a node that does not run answers 501 instead.
func (inst *Instance) Handle(method, pattern string, h RouteHandler) {
	inst.set.handlers = append(inst.set.handlers, route{method: method, pattern: pattern, inst: inst, handler: h})
}

type route struct {
	method, pattern string
	inst            *Instance
	handler         RouteHandler
}
