package function

import (
	"sluice/runtime"
	"sluice/runtime/js"
)

// Stops counts calls that were stopped at a limit.
type Stops struct {
	Time, Memory, Depth, Outputs int64
	Patterns                     int64 // matches that took too long; the call may have gone on
}

// Stopped returns what was stopped in the function nodes of an engine since it was made.
func Stopped(e *runtime.Engine) Stops {
	engine, ok := runtime.Existing[*js.Engine](e, engineKey{})
	if !ok {
		return Stops{}
	}
	s := engine.Stopped()
	return Stops{Time: s.Time, Memory: s.Memory, Depth: s.Depth, Outputs: s.Outputs, Patterns: s.RegExp}
}
