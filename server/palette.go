package server

import (
	"log/slog"
	"slices"

	"sluice/config"
	"sluice/nodes"
	"sluice/runtime"
)

// files are Node-RED's files of node types, by which nodesExcludes names them.
var files = map[string][]string{
	"05-junction.js":      {"junction"},
	"20-inject.js":        {"inject"},
	"21-debug.js":         {"debug"},
	"24-complete.js":      {"complete"},
	"25-catch.js":         {"catch"},
	"25-status.js":        {"status"},
	"60-link.js":          {"link in", "link out", "link call"},
	"90-comment.js":       {"comment"},
	"91-global-config.js": {"global-config"},
	"98-unknown.js":       {"unknown"},
	"10-function.js":      {"function"},
	"10-switch.js":        {"switch"},
	"15-change.js":        {"change"},
	"16-range.js":         {"range"},
	"80-template.js":      {"template"},
	"89-delay.js":         {"delay"},
	"89-trigger.js":       {"trigger"},
	"90-exec.js":          {"exec"},
	"rbe.js":              {"rbe"},
	"05-tls.js":           {"tls-config"},
	"06-httpproxy.js":     {"http proxy"},
	"10-mqtt.js":          {"mqtt-broker", "mqtt in", "mqtt out"},
	"21-httpin.js":        {"http in", "http response"},
	"21-httprequest.js":   {"http request"},
	"22-websocket.js":     {"websocket-listener", "websocket-client", "websocket in", "websocket out"},
	"31-tcpin.js":         {"tcp in", "tcp out", "tcp request"},
	"32-udp.js":           {"udp in", "udp out"},
	"70-CSV.js":           {"csv"},
	"70-HTML.js":          {"html"},
	"70-JSON.js":          {"json"},
	"70-XML.js":           {"xml"},
	"70-YAML.js":          {"yaml"},
	"17-split.js":         {"split", "join"},
	"18-sort.js":          {"sort"},
	"19-batch.js":         {"batch"},
	"10-file.js":          {"file", "file in"},
	"23-watch.js":         {"watch"},
}

// palette is every node type but those that the user directory switches off: to
// the flows these are types that do not exist, as in Node-RED.
func palette(cfg *config.Config, log *slog.Logger) []runtime.Type {
	off := slices.Clone(cfg.OffTypes)
	for _, file := range cfg.OffFiles {
		off = append(off, files[file]...)
	}
	if len(off) == 0 {
		return nodes.Palette
	}
	log.Info("node types are switched off (nodesExcludes in settings.js, or in Node-RED's palette)", "types", off)
	return slices.DeleteFunc(slices.Clone(nodes.Palette), func(t runtime.Type) bool { return slices.Contains(off, t.Name) })
}
