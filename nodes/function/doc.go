// Package function holds the node types of Node-RED's "function" group: function,
// switch, change, range, template, delay, trigger and filter.
//
// It runs no JavaScript itself (sluice/runtime/js does) and reads no file.
package function
