// Package jsonata evaluates JSONata 2.2.2 expressions over the values of
// runtime/msg, as the npm package jsonata does and as Node-RED's copy of it
// does (see Prepare).
//
// It has no access to anything but the input and the bindings it is given, and
// it never changes them: transforms work on copies. Results may share
// containers with the input, so a caller that goes on to change either clones
// first.
package jsonata
