package direct

var objectFunctions = map[string]static{}

var objectMethods = map[string]method{}
