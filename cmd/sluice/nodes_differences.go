package main

// differences says in a few words where a node type differs from Node-RED's, on
// purpose or as a gap. docs/differences.md has the reasons.
var differences = map[string]string{
	"function":      "a call ends after 30 s unless the node or `functionTimeout` says otherwise; of modules (`libs`), only some that Node has built in",
	"global-config": "sets variables; `modules` are not installed",
	"http in":       "nothing below `/_sluice/`; a request that no node can answer any more is answered with 500",
	"http request":  "credentials stay with the host they are for, redirects and later messages included; a credential with an unset `${NAME}` is an error",
	"json":          "a schema's `$id` is forgotten after its message; a schema cannot refer to the drafts' own schemas",
}
