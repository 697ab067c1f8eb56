// Package flows reads and writes Node-RED flow files: it keeps every byte it does not
// understand, resolves subflows, groups and scopes into the nodes to run, compares two
// files for a deploy and keeps the credentials file. It runs nothing and knows no node
// type but those that shape a flow.
package flows

// MaxSize bounds the text of a flow file, in bytes.
const MaxSize = 256 << 20

// File is a flow file in memory. Reading is safe from several goroutines, changing is not.
type File struct {
	Nodes       []*Node // in file order
	Credentials string  // JSON text of "credentials" in the object form {"flows":[…]}, else ""
	Problems    []Problem
}
