package runtime

import (
	"context"
	"log/slog"
)

// nodeHandler adds the node to each line it logs. It costs nothing until a line
// is written, which matters with ten thousand nodes.
type nodeHandler struct {
	slog.Handler
	inst *Instance
}

func (h *nodeHandler) Handle(ctx context.Context, r slog.Record) error {
	r.AddAttrs(slog.String("type", h.inst.Type.Name), slog.String("node", h.inst.ID))
	if name := h.inst.Name(); name != "" {
		r.AddAttrs(slog.String("name", name))
	}
	return h.Handler.Handle(ctx, r)
}

func (h *nodeHandler) WithAttrs(attrs []slog.Attr) slog.Handler {
	return &nodeHandler{h.Handler.WithAttrs(attrs), h.inst}
}

func (h *nodeHandler) WithGroup(name string) slog.Handler {
	return &nodeHandler{h.Handler.WithGroup(name), h.inst}
}
