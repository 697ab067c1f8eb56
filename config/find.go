package config

import (
	"os"
	"path/filepath"
)

// Find names the user directory of a command: its argument, else -u, else
// SLUICE_USERDIR, else the current folder when it holds a flow file, else
// ~/.sluice, which is made.
func Find(argument, flag string, getenv func(string) (string, bool)) (string, error) {
	if argument != "" {
		return argument, nil
	}
	if flag != "" {
		return flag, nil
	}
	if dir, ok := getenv("SLUICE_USERDIR"); ok && dir != "" {
		return dir, nil
	}
	if dir, err := os.Getwd(); err == nil && holdsFlows(dir) {
		return dir, nil
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return "", errorf("no user directory is named and there is no home directory: give one with -u DIR")
	}
	dir := filepath.Join(home, ".sluice")
	return dir, os.MkdirAll(dir, 0o700)
}

func holdsFlows(dir string) bool {
	for _, name := range []string{"flows.json", "settings.js", "sluice.yaml"} {
		if _, err := os.Stat(filepath.Join(dir, name)); err == nil {
			return true
		}
	}
	return false
}
