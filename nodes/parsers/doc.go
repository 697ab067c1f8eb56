// Package parsers holds the node types of Node-RED's "parser" group, which turn
// texts into values and values into texts.
//
// It reads no file and fetches nothing: a text comes and goes as a message.
package parsers
