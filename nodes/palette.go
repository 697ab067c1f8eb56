// Package nodes lists every node type. It adds nothing to them.
package nodes

import (
	"sluice/nodes/common"
	"sluice/nodes/function"
	"sluice/nodes/network"
	"sluice/nodes/parsers"
	"sluice/nodes/sequence"
	"sluice/nodes/storage"
	"sluice/runtime"
)

// Palette holds every node type in the order of Node-RED's editor.
var Palette = []runtime.Type{
	common.Inject,
	common.Debug,
	common.Complete,
	common.Catch,
	common.Status,
	common.LinkIn,
	common.LinkCall,
	common.LinkOut,
	common.Comment,
	common.Junction,
	common.Unknown,
	common.GlobalConfig,

	function.Function,
	function.Switch,
	function.Change,
	function.Range,
	function.Template,
	function.Delay,
	function.Trigger,
	function.Exec,
	function.RBE,

	network.HTTPIn,
	network.HTTPResponse,
	network.HTTPRequest,
	network.TLSConfig,
	network.HTTPProxy,
	network.MQTTIn,
	network.MQTTOut,
	network.MQTTBroker,
	network.WebSocketIn,
	network.WebSocketOut,
	network.WebSocketListener,
	network.WebSocketClient,
	network.TCPIn,
	network.TCPOut,
	network.TCPRequest,
	network.UDPIn,
	network.UDPOut,

	sequence.Split,
	sequence.Join,
	sequence.Sort,
	sequence.Batch,

	parsers.CSV,
	parsers.HTML,
	parsers.JSON,
	parsers.XML,
	parsers.YAML,

	storage.File,
	storage.FileIn,
	storage.Watch,
}

// Stopped returns what was stopped at a limit in the function nodes of an engine since it was made.
func Stopped(e *runtime.Engine) function.Stops { return function.Stopped(e) }
