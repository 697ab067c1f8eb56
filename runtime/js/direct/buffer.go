package direct

var bufferFunctions = map[string]static{}

var bufferMethods = map[string]method{}
