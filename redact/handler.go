package redact

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
)

// Handler wraps the handler of a log: messages, and the values of attributes,
// reach it without secrets. Attributes that a logger was given earlier (With) are
// cleaned by what was known then.
func (r *Redactor) Handler(h slog.Handler) slog.Handler { return &handler{h, r} }

// Of returns the redactor of a log that [Redactor.Handler] made, or one that
// nothing uses yet.
func Of(log *slog.Logger) *Redactor {
	if h, ok := log.Handler().(*handler); ok {
		return h.r
	}
	return New()
}

type handler struct {
	slog.Handler
	r *Redactor
}

func (h *handler) Handle(ctx context.Context, record slog.Record) error {
	clean := slog.NewRecord(record.Time, record.Level, h.r.String(record.Message), record.PC)
	record.Attrs(func(a slog.Attr) bool {
		clean.AddAttrs(h.r.attr(a, 0))
		return true
	})
	return h.Handler.Handle(ctx, clean)
}

func (h *handler) WithAttrs(attrs []slog.Attr) slog.Handler {
	clean := make([]slog.Attr, len(attrs))
	for i, a := range attrs {
		clean[i] = h.r.attr(a, 0)
	}
	return &handler{h.Handler.WithAttrs(clean), h.r}
}

func (h *handler) WithGroup(name string) slog.Handler {
	return &handler{h.Handler.WithGroup(name), h.r}
}

// maxGroups bounds how deep groups of attributes are followed.
const maxGroups = 16

func (r *Redactor) attr(a slog.Attr, depth int) slog.Attr {
	v := a.Value.Resolve()
	switch v.Kind() {
	case slog.KindString:
		return slog.String(a.Key, r.Header(a.Key, v.String()))
	case slog.KindGroup:
		if depth == maxGroups {
			return slog.String(a.Key, Mask)
		}
		group := v.Group()
		clean := make([]slog.Attr, len(group))
		for i, member := range group {
			clean[i] = r.attr(member, depth+1)
		}
		return slog.Attr{Key: a.Key, Value: slog.GroupValue(clean...)}
	case slog.KindAny:
		return slog.Attr{Key: a.Key, Value: r.any(a.Key, v.Any())}
	}
	return slog.Attr{Key: a.Key, Value: v} // numbers, booleans, times
}

// any cleans a value as a handler would print it; one without secrets stays itself.
func (r *Redactor) any(key string, v any) slog.Value {
	switch v := v.(type) {
	case nil:
		return slog.AnyValue(nil)
	case error:
		return slog.StringValue(r.Header(key, v.Error()))
	case fmt.Stringer:
		return slog.StringValue(r.Header(key, v.String()))
	case []byte:
		return slog.StringValue(r.Header(key, string(v)))
	}
	text, err := json.Marshal(v)
	if err != nil {
		return slog.StringValue(r.Header(key, fmt.Sprint(v)))
	}
	if clean := r.Header(key, string(text)); clean != string(text) {
		return slog.StringValue(clean)
	}
	return slog.AnyValue(v)
}

// Writer returns a writer that takes secrets out of each text it is given. A
// secret that two writes share is not found: hand over whole lines.
func (r *Redactor) Writer(w io.Writer) io.Writer { return writer{w, r} }

type writer struct {
	w io.Writer
	r *Redactor
}

func (w writer) Write(p []byte) (int, error) {
	if _, err := io.WriteString(w.w, w.r.String(string(p))); err != nil {
		return 0, err
	}
	return len(p), nil
}
