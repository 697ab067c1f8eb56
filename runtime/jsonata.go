package runtime

import (
	"errors"
)

// jsonataInput compiles a JSONata expression with Node-RED's bindings.
func (inst *Instance) jsonataInput(text string) (Input, error) {
	return Input{}, errors.New("JSONata is not available yet")
}
