package network

import (
	"math"

	"sluice/runtime/msg"
)

// mqttMessage is a message as it travels. Version 3 knows no properties.
type mqttMessage struct {
	topic   string
	payload []byte
	qos     byte
	retain  bool
	props   mqttProps
}

// mqttProps are the properties that MQTT 5 adds to a message.
type mqttProps struct {
	responseTopic string
	contentType   string
	correlation   []byte // nil: none
	expiry        *uint32
	willDelay     *uint32
	isText        *bool // payloadFormatIndicator
	alias         uint16
	user          []mqttUserProp
	subscription  int // its identifier, 0: none
}

type mqttUserProp struct{ key, value string }

// readProps takes the properties from an object that names them as mqtt.js does.
// What is not of the right kind is left out.
func readProps(o *msg.Object) mqttProps {
	p := mqttProps{
		responseTopic: o.String("responseTopic"), contentType: o.String("contentType"),
		expiry: uintProp(o, "messageExpiryInterval"), willDelay: uintProp(o, "willDelayInterval"),
	}
	if v := o.Value("correlationData"); msg.ToBool(v) {
		p.correlation = payloadBytes(v, false)
	}
	switch v := o.Value("payloadFormatIndicator"); v {
	case true, "true", false, "false":
		isText := v == true || v == "true"
		p.isText = &isText
	}
	if alias := uintProp(o, "topicAlias"); alias != nil && *alias <= math.MaxUint16 {
		p.alias = uint16(*alias)
	}
	p.user = userProps(o.Value("userProperties"))
	return p
}

// uintProp reads a number as parseInt does; nil for none.
func uintProp(o *msg.Object, key string) *uint32 {
	v, ok := o.Get(key)
	if !ok {
		return nil
	}
	f := msg.ParseInt(msg.ToString(v), 10)
	if !(f >= 0 && f <= math.MaxUint32) {
		return nil
	}
	u := uint32(f)
	return &u
}

// userProps reads user properties; values that are no text become JSON.
func userProps(v any) (list []mqttUserProp) {
	o, _ := v.(*msg.Object)
	for key, v := range o.All() {
		switch v := v.(type) {
		case string:
			list = append(list, mqttUserProp{key, v})
		case nil:
		default:
			if text, ok, err := msg.Stringify(v, ""); ok && err == nil {
				list = append(list, mqttUserProp{key, text})
			}
		}
	}
	return list
}

// userPropsText reads user properties from the JSON of an editor's field, nil if it is none.
func userPropsText(v any) *msg.Object {
	if o, ok := v.(*msg.Object); ok {
		return o
	}
	text, _ := v.(string)
	parsed, err := msg.Parse(text)
	if err != nil {
		return nil
	}
	o, _ := parsed.(*msg.Object)
	return o
}

// describe sets the properties of a message that a flow gets.
func (p *mqttProps) describe(m *msg.Object) {
	if p.responseTopic != "" {
		m.Set("responseTopic", p.responseTopic)
	}
	if p.correlation != nil {
		m.Set("correlationData", &msg.Buffer{B: p.correlation})
	}
	if p.contentType != "" {
		m.Set("contentType", p.contentType)
	}
	if p.expiry != nil {
		m.Set("messageExpiryInterval", float64(*p.expiry))
	}
	if p.isText != nil {
		m.Set("payloadFormatIndicator", *p.isText)
	}
	if len(p.user) > 0 {
		o := &msg.Object{}
		for _, u := range p.user {
			before, repeated := o.Get(u.key)
			list, isList := before.(*msg.Array)
			switch {
			case !repeated:
				o.Set(u.key, u.value)
			case isList:
				list.Append(u.value)
			default:
				o.Set(u.key, msg.NewArray(before, u.value))
			}
		}
		m.Set("userProperties", jsonValues(o))
	}
}

// jsonValues makes texts of lists, as Node-RED does with a user property that comes twice.
func jsonValues(o *msg.Object) *msg.Object {
	for key, v := range o.All() {
		if list, ok := v.(*msg.Array); ok {
			text, _, _ := msg.Stringify(list, "") // a list of texts always has one
			o.Set(key, text)
		}
	}
	return o
}

// mqttBytes gives what a payload is on the wire.
func mqttBytes(v any) ([]byte, error) {
	switch v := v.(type) {
	case nil:
		return nil, nil
	case *msg.Buffer:
		return append([]byte(nil), v.B...), nil
	}
	if v == msg.Undefined {
		return nil, nil
	}
	if msg.TypeOf(v) == "object" {
		text, _, err := msg.Stringify(v, "")
		return []byte(msg.ToUTF8(text)), err
	}
	return payloadBytes(v, false), nil
}

// mediaTypes are those that say what a payload is, after Node-RED's knownMediaTypes.
var mediaTypes = map[string]string{
	"text/css": "string", "text/html": "string", "text/plain": "string", "application/xml": "string",
	"application/json":         "json",
	"application/octet-stream": "buffer", "application/pdf": "buffer", "application/x-gtar": "buffer",
	"application/x-gzip": "buffer", "application/x-tar": "buffer", "application/zip": "buffer",
	"audio/aac": "buffer", "audio/ac3": "buffer", "audio/basic": "buffer", "audio/mp4": "buffer", "audio/ogg": "buffer",
	"image/bmp": "buffer", "image/gif": "buffer", "image/jpeg": "buffer", "image/tiff": "buffer", "image/png": "buffer",
}
