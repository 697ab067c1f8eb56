package parsers

import (
	"regexp"
	"strings"

	"sluice/runtime/msg"
)

// xmlParser makes of a document what xml2js does: an object for each element, with
// its attributes and text under two keys and its children under their names.
type xmlParser struct {
	attrKey, charKey, childKey      string
	explicitArray, explicitRoot     bool
	explicitCharKey                 bool
	ignoreAttrs, mergeAttrs         bool
	trim, normalize, normalizeTags  bool
	explicitChildren, preserveOrder bool
	charsAsChildren, includeWhite   bool
	emptyTag                        any

	stack  []*xmlElement
	result any
	err    error
}

type xmlElement struct {
	name  string
	obj   *msg.Object
	text  strings.Builder
	cdata bool
}

// parseXML gives nil for a document without elements.
func parseXML(text string, o *msg.Object) (any, error) {
	p := &xmlParser{
		attrKey: o.String("attrkey"), charKey: o.String("charkey"), childKey: "$$",
		explicitArray:   xmlOption(o, "explicitArray", true),
		explicitRoot:    xmlOption(o, "explicitRoot", true),
		explicitCharKey: xmlOption(o, "explicitCharkey", false),
		ignoreAttrs:     xmlOption(o, "ignoreAttrs", false),
		mergeAttrs:      xmlOption(o, "mergeAttrs", false),
		trim:            xmlOption(o, "trim", false), normalize: xmlOption(o, "normalize", false),
		normalizeTags:    xmlOption(o, "normalizeTags", false),
		explicitChildren: xmlOption(o, "explicitChildren", false),
		preserveOrder:    xmlOption(o, "preserveChildrenOrder", false),
		charsAsChildren:  xmlOption(o, "charsAsChildren", false),
		includeWhite:     xmlOption(o, "includeWhiteChars", false),
		emptyTag:         "",
	}
	if key, ok := o.Value("childkey").(string); ok {
		p.childKey = key
	}
	if v, ok := o.Get("emptyTag"); ok {
		p.emptyTag = v
	}
	if msg.TrimSpace(text) == "" {
		return nil, nil
	}
	s := &xmlScanner{text: text, open: p.open, data: p.data, end: p.end}
	if err := s.scan(); err != nil {
		return nil, err
	}
	return p.result, p.err
}

func xmlOption(o *msg.Object, key string, otherwise bool) bool {
	if v, ok := o.Get(key); ok {
		return msg.ToBool(v)
	}
	return otherwise
}

func (p *xmlParser) open(name string, attributes []xmlAttribute) {
	if p.normalizeTags {
		name = strings.ToLower(name)
	}
	e := &xmlElement{name: name, obj: msg.NewObject(p.charKey, "")}
	for _, a := range attributes {
		switch {
		case p.ignoreAttrs:
		case p.mergeAttrs:
			p.assignOrPush(e.obj, a.name, a.value)
		default:
			if !e.obj.Has(p.attrKey) {
				e.obj.Set(p.attrKey, &msg.Object{})
			}
			if to, ok := e.obj.Value(p.attrKey).(*msg.Object); ok {
				to.Set(a.name, a.value)
			}
		}
	}
	if p.explicitChildren && p.preserveOrder {
		e.obj.Set("#name", name)
	}
	p.stack = append(p.stack, e)
}

func (p *xmlParser) assignOrPush(o *msg.Object, key string, v any) {
	old, ok := o.Get(key)
	list, isList := old.(*msg.Array)
	switch {
	case !ok && !p.explicitArray:
		o.Set(key, v)
	case !ok:
		o.Set(key, msg.NewArray(v))
	case isList:
		list.Append(v)
	default:
		o.Set(key, msg.NewArray(old, v))
	}
}

var (
	xmlSpaces = regexp.MustCompile(`[\s\x{feff}\x{a0}\p{Z}]{2,}`)
)

func normalizeSpace(s string) string { return msg.TrimSpace(xmlSpaces.ReplaceAllString(s, " ")) }

func (p *xmlParser) data(text string, cdata bool) {
	e := p.stack[len(p.stack)-1]
	e.text.WriteString(text)
	e.cdata = e.cdata || cdata
	if p.explicitChildren && p.preserveOrder && p.charsAsChildren && (p.includeWhite || msg.TrimSpace(text) != "") {
		if p.normalize {
			text = normalizeSpace(text)
		}
		p.addChild(e.obj, msg.NewObject("#name", "__text__", p.charKey, text))
	}
}

func (p *xmlParser) addChild(o *msg.Object, child any) {
	list, ok := o.Value(p.childKey).(*msg.Array)
	if !ok {
		list = &msg.Array{}
		o.Set(p.childKey, list)
	}
	list.Append(child)
}

func (p *xmlParser) end() {
	e := p.stack[len(p.stack)-1]
	p.stack = p.stack[:len(p.stack)-1]
	var parent *msg.Object
	if len(p.stack) > 0 {
		parent = p.stack[len(p.stack)-1].obj
	}
	value := p.children(parent, p.value(e))
	switch {
	case parent != nil && e.name == p.charKey:
		p.err = &msg.TypeError{Message: "obj[charkey].match is not a function"} // as in xml2js
	case parent != nil:
		p.assignOrPush(parent, e.name, value)
	case p.explicitRoot:
		p.result = msg.NewObject(e.name, value)
	default:
		p.result = value
	}
}

// value is an element without regard to explicitChildren: its text where it has
// nothing else.
func (p *xmlParser) value(e *xmlElement) any {
	text := e.text.String()
	empty := ""
	if msg.TrimSpace(text) == "" && !e.cdata {
		empty = text
		e.obj.Delete(p.charKey)
	} else {
		if p.trim {
			text = msg.TrimSpace(text)
		}
		if p.normalize {
			text = normalizeSpace(text)
		}
		e.obj.Set(p.charKey, text)
		if e.obj.Len() == 1 && !p.explicitCharKey {
			return text
		}
	}
	if e.obj.Len() > 0 {
		return e.obj
	}
	if p.emptyTag != "" {
		return msg.Clone(p.emptyTag)
	}
	return empty
}

// children gathers the children of an element under a key of their own, if asked for.
func (p *xmlParser) children(parent *msg.Object, value any) any {
	o, ok := value.(*msg.Object)
	if !ok || !p.explicitChildren || p.mergeAttrs {
		return value
	}
	if p.preserveOrder {
		if parent == nil {
			return value
		}
		clone := &msg.Object{}
		for key, v := range o.All() {
			clone.Set(key, v)
		}
		p.addChild(parent, clone)
		o.Delete("#name")
		if text, ok := o.Get(p.charKey); ok && o.Len() == 1 && !p.explicitCharKey {
			return text
		}
		return o
	}
	node := &msg.Object{}
	keys := []string{p.attrKey}
	if !p.charsAsChildren {
		keys = append(keys, p.charKey)
	}
	for _, key := range keys {
		if v, ok := o.Get(key); ok {
			node.Set(key, v)
			o.Delete(key)
		}
	}
	if o.Len() > 0 {
		node.Set(p.childKey, o)
	}
	return node
}
