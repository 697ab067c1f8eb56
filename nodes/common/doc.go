// Package common holds the node types of Node-RED's "common" group: inject, debug,
// catch, status, complete, link in, out and call, junction, comment, unknown and
// global-config.
//
// It decides nothing about who hears an error or a status: sluice/runtime does.
package common
