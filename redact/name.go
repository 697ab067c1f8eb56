package redact

import "strings"

// secretNames are names of headers, parameters and properties whose value is a secret.
var secretNames = map[string]bool{
	"authorization": true, "proxy-authorization": true, "cookie": true, "set-cookie": true,
	"x-api-key": true, "api-key": true, "apikey": true, "api_key": true,
	"password": true, "passwd": true, "passphrase": true, "pass": true,
	"private_key": true,
}

// queryNames are secret in the query of a URL alone.
var queryNames = map[string]bool{"key": true, "sig": true, "signature": true, "code": true, "pwd": true}

// IsSecretName tells whether a header, parameter or property of this name, in any
// case, holds a secret: "Authorization", "X-Api-Key", "client_secret", "accessToken".
func IsSecretName(name string) bool {
	if len(name) < 4 || len(name) > maxName {
		return false
	}
	lower := strings.ToLower(name)
	return secretNames[lower] || strings.Contains(lower, "token") || strings.Contains(lower, "secret") || strings.Contains(lower, "password")
}

// Header returns what may be shown of a header's value.
func (r *Redactor) Header(name, value string) string {
	if IsSecretName(name) {
		return Mask
	}
	return r.String(value)
}
