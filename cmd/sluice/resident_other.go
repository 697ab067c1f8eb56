//go:build !linux

package main

func releaseStartPages() {}
