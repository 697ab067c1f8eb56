package config

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/tidwall/gjson"

	"sluice/runtime/msg"
)

// honoured are the keys of settings.js that something here reads.
var honoured = strings.Fields(`apiMaxLength contextStorage credentialSecret envVarExcludes execMaxBufferSize fileWorkingDirectory flowFile
	functionExternalModules functionGlobalContext globalFunctionTimeout httpAdminRoot httpNodeAuth httpNodeCors httpNodeRoot httpRequestTimeout
	httpRoot httpServerOptions httpStatic httpStaticAuth httpStaticCors httpStaticRoot https mqttReconnectTime nodeMessageBufferMaxLength
	nodesExcludes socketReconnectTime socketTimeout tcpMsgQueueSize uiHost uiPort webSocketNodeVerifyClient`)

// ofEditor are the keys of the editor and its API, of which there are none here.
var ofEditor = strings.Fields(`adminAuth debugMaxLength debugStatusLength debugUseColors diagnostics disableEditor editorTheme
	exportGlobalContextKeys flowFilePretty functionTimeout httpAdminAuth httpAdminCors httpAdminMiddleware lang logging paletteCategories readOnly
	serialReconnectTime telemetry tlsConfigDisableLocalFiles ui`)

// Ignored are the keys of settings.js that might have meant something for the flows
// and mean nothing here.
func (c *Config) Ignored() (keys []string) {
	for key := range c.Settings.All() {
		if !slices.Contains(honoured, key) && !slices.Contains(ofEditor, key) {
			keys = append(keys, key)
		}
	}
	return keys
}

// Unguarded tells whether nothing says who may call, but for a middleware that is
// not run here: whom it kept out would come in.
func (c *Config) Unguarded() bool {
	return len(c.Auth.Modes) == 0 && msg.ToBool(c.Settings.Value("httpNodeMiddleware"))
}

// switchedOff settles the node types that the owner has switched off: by files in
// nodesExcludes, or in the editor's palette, which remembers it in the user directory.
func (c *Config) switchedOff() error {
	if files, ok := c.Settings.Value("nodesExcludes").(*msg.Array); ok {
		for _, file := range files.All() {
			if name, ok := file.(string); ok {
				c.OffFiles = append(c.OffFiles, name)
			}
		}
	}
	for _, place := range []struct{ file, path string }{{".config.nodes.json", `node-red`}, {".config.json", `nodes.node-red`}} {
		text, err := os.ReadFile(filepath.Join(c.UserDir, place.file))
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil || !gjson.ValidBytes(text) {
			return errorf("%s, where Node-RED notes which nodes are switched off, cannot be read: mend it or move it away", filepath.Join(c.UserDir, place.file))
		}
		gjson.GetBytes(text, place.path+".nodes").ForEach(func(_, set gjson.Result) bool {
			if enabled := set.Get("enabled"); enabled.Exists() && !enabled.Bool() {
				for _, t := range set.Get("types").Array() {
					c.OffTypes = append(c.OffTypes, t.String())
				}
			}
			return true
		})
		return nil // the newer file counts alone
	}
	return nil
}
