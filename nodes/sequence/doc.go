// Package sequence holds the node types of Node-RED's "sequence" group: split, join,
// sort and batch, which make, gather and order messages that belong together.
//
// What belongs together is told by msg.parts alone: the package knows nothing of
// where a sequence came from, and it never waits; what is missing is kept for.
package sequence
