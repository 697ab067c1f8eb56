package msg

// Symbol is a symbol as a value; as keys of objects there are none. JSON leaves it
// out. Two are the same symbol if they are equal.
type Symbol struct {
	Text string // as String(x) shows it: "Symbol(name)"
	Key  any    // what a script engine knows it by; comparable
}
