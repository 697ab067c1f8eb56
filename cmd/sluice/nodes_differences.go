package main

// differences says in a few words where a node type differs from Node-RED's, on
// purpose or as a gap. docs/differences.md has the reasons.
var differences = map[string]string{
	"batch":              "keeps at most 1,000,000 messages",
	"csv":                "keeps at most 1,000,000 rows of a sequence",
	"delay":              "keeps at most 1,000,000 messages",
	"exec":               "a command and its children end together; at most 1,000 run at once",
	"file":               "at most 1,048,576 messages wait for the disk",
	"file in":            "what the messages of one event read is sent in their order; whole files up to 1 GiB, lines up to 64 MiB; characters that lie across two chunks of a file stay whole",
	"function":           "a call ends after 30 s unless the node or `functionTimeout` says otherwise; of modules (`libs`), only some that Node has built in",
	"global-config":      "sets variables; `modules` are not installed",
	"html":               "faults in selectors have words of their own",
	"http in":            "nothing below `/_sluice/`; a request that no node can answer any more is answered with 500; uploads and raw bodies up to 100 MB",
	"http request":       "credentials stay with the host they are for, redirects and later messages included; a credential with an unset `${NAME}` is an error; at most 256 connections to a host",
	"join":               "keeps at most 1,000,000 messages; `msg.parts.index` is a whole number below that",
	"json":               "a schema's `$id` is forgotten after its message; a schema cannot refer to the drafts' own schemas",
	"mqtt-broker":        "over TLS, certificates are verified without a `tls-config` too; at most 1,000 messages wait for the connection",
	"rbe":                "remembers at most 1,000,000 topics",
	"sort":               "keeps at most 1,000,000 messages",
	"split":              "an empty delimiter, for which Node-RED searches buffers without end, is never found",
	"tcp in":             "at most 10,000 connections, and 64 MB gathered for one message",
	"tcp out":            "at most 10,000 connections; 16 MB wait for a peer before it is cut off",
	"tcp request":        "at most 1,000 servers at a time; 64 MB gathered for one message",
	"trigger":            "keeps at most 1,000,000 topics",
	"udp out":            "at most 100 names are looked up at a time",
	"websocket-client":   "messages up to 100 MB; 16 MB or 1,000 messages wait for a peer before it is cut off",
	"websocket-listener": "at most 10,000 connections; messages up to 100 MB; 16 MB or 1,000 messages wait for a peer before it is cut off; with `webSocketNodeVerifyClient` in the settings it does not start",
	"xml":                "the options `xmlns` and `strict: false` of `msg.options` have no effect",
}
