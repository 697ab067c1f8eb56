package server

import (
	"context"
	"log/slog"

	"sluice/config"
	"sluice/runtime"
)

// Checked is what a check of a user directory found.
type Checked struct{ Flows *runtime.Flows }

// Check reads a user directory as New and Deploy do, without opening a port, a
// database or a connection.
func Check(cfg *config.Config, log *slog.Logger) (*Checked, error) {
	file, err := ReadFlows(cfg)
	if err != nil {
		return nil, err
	}
	engine, err := newEngine(cfg, log, LoadCredentials(cfg, log))
	if err != nil {
		return nil, err
	}
	defer engine.Close(context.Background())
	return &Checked{engine.Check(file)}, nil
}
