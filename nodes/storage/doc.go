// Package storage holds the node types of Node-RED's "storage" group: file, file in
// and watch.
//
// It confines no path: a flow may name any file that the process may touch, as in
// Node-RED. Whatever blocks is done off the goroutine of the event.
package storage
