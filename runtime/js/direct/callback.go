package direct

// Methods of arrays that call a function of the body.

var callbackMethods = map[string]method{}
