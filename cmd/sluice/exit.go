package main

import (
	"errors"

	"sluice/authz"
	"sluice/config"
	"sluice/flows"
	"sluice/server"
)

// The exit codes of every command.
const (
	exitInternal = 1
	exitUsage    = 2
	exitNotFound = 3
	exitRefused  = 4
)

// exitError is an error that decides the exit code.
type exitError struct {
	code int
	err  error
}

func (e *exitError) Error() string { return e.err.Error() }
func (e *exitError) Unwrap() error { return e.err }

// exitCode returns the code for what a command returned.
func exitCode(err error) int {
	if err == nil {
		return 0
	}
	if e, ok := errors.AsType[*exitError](err); ok {
		return e.code
	}
	if e, ok := errors.AsType[*config.Error](err); ok {
		if e.NotFound {
			return exitNotFound
		}
		return exitUsage
	}
	if _, ok := errors.AsType[*flows.Error](err); ok {
		return exitUsage
	}
	if errors.Is(err, server.ErrRefused) {
		return exitRefused
	}
	return exitInternal
}

func usageError(err error) error {
	if err == nil {
		return nil
	}
	return &exitError{exitUsage, err}
}

// authError gives the store's errors their exit codes.
func authError(err error) error {
	refused := []error{authz.ErrNameTaken, authz.ErrLimit, authz.ErrGrow, authz.ErrKnown, authz.ErrRevoked, authz.ErrExpired,
		authz.ErrUnknown, authz.ErrDenied, authz.ErrUserTaken, authz.ErrTeamTaken, authz.ErrTeamUsed}
	usage := []error{authz.ErrName, authz.ErrExpiry, authz.ErrScope, authz.ErrPath, authz.ErrValue,
		authz.ErrUsername, authz.ErrEmail, authz.ErrPassword, authz.ErrTeamName, authz.ErrRole}
	switch {
	case err == nil:
		return nil
	case errors.Is(err, authz.ErrNotFound):
		return &exitError{exitNotFound, err}
	case isAny(err, usage):
		return &exitError{exitUsage, err}
	case isAny(err, refused):
		return &exitError{exitRefused, err}
	}
	return err
}

func isAny(err error, targets []error) bool {
	for _, target := range targets {
		if errors.Is(err, target) {
			return true
		}
	}
	return false
}
