package jsonata

// newMoment is $moment.
func newMoment([]any) (any, error) {
	return nil, scriptError("Error", "$moment is not supported")
}
