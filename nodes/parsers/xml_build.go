package parsers

import (
	"fmt"
	"regexp"
	"strings"

	"sluice/runtime/msg"
)

// xmlBuilder writes what xml2js's Builder does.
type xmlBuilder struct {
	attrKey, charKey string
	cdata            bool
	pretty           bool
	indent, newline  string
	allowEmpty       bool
	slash            string // before the end of an empty tag

	out   strings.Builder
	err   error
	depth int
}

// xmlTag is an element to be written.
type xmlTag struct {
	name       string
	attributes []xmlAttribute // escaped
	children   []xmlChild
}

// xmlChild is an element or an escaped text.
type xmlChild struct {
	tag  *xmlTag
	text string
}

const xmlRoot = "root"

func buildXML(value any, o *msg.Object) (string, error) {
	b := &xmlBuilder{attrKey: "$", charKey: "_", pretty: true, indent: "  ", newline: "\n", cdata: msg.ToBool(o.Value("cdata"))}
	for key, to := range map[string]*string{"attrkey": &b.attrKey, "charkey": &b.charKey} {
		if v, ok := o.Get(key); ok {
			*to = msg.ToString(v)
		}
	}
	if v, ok := o.Get("renderOpts"); ok {
		b.setRender(v)
	}
	name := xmlRoot
	if v, ok := o.Get("rootName"); ok {
		name = msg.ToString(v)
	}
	keys, err := keysOf(value)
	if err != nil {
		return "", err
	}
	if len(keys) == 1 && name == xmlRoot {
		name, value = keys[0], msg.Property(value, keys[0])
	}
	root := b.tag(name)
	b.render(root, value)
	if b.err != nil {
		return "", b.err
	}
	if !msg.ToBool(o.Value("headless")) {
		b.declaration(o)
	}
	b.doctype(name, o)
	b.write(root, 0)
	return strings.TrimSuffix(b.out.String(), b.lineEnd()), nil
}

func (b *xmlBuilder) setRender(v any) {
	r, _ := v.(*msg.Object)
	b.pretty = msg.ToBool(r.Value("pretty"))
	b.allowEmpty = msg.ToBool(r.Value("allowEmpty"))
	for key, to := range map[string]*string{"indent": &b.indent, "newline": &b.newline, "spaceBeforeSlash": &b.slash} {
		switch v := r.Value(key); v {
		case nil, msg.Undefined, false:
		case true:
			*to = " "
		default:
			*to = msg.ToString(v)
		}
	}
}

func (b *xmlBuilder) lineEnd() string {
	if b.pretty {
		return b.newline
	}
	return ""
}

func (b *xmlBuilder) declaration(o *msg.Object) {
	version, encoding, standalone := "1.0", any("UTF-8"), any(true)
	if d, ok := o.Value("xmldec").(*msg.Object); ok {
		if v := d.Value("version"); msg.ToBool(v) {
			version = msg.ToString(v)
		}
		encoding, standalone = d.Value("encoding"), d.Value("standalone")
	}
	fmt.Fprintf(&b.out, `<?xml version="%s"`, version)
	if encoding != nil && encoding != msg.Undefined {
		fmt.Fprintf(&b.out, ` encoding="%s"`, msg.ToString(encoding))
	}
	if standalone != nil && standalone != msg.Undefined {
		yes := "no"
		if msg.ToBool(standalone) {
			yes = "yes"
		}
		fmt.Fprintf(&b.out, ` standalone="%s"`, yes)
	}
	b.out.WriteString("?>" + b.lineEnd())
}

func (b *xmlBuilder) doctype(name string, o *msg.Object) {
	d, ok := o.Value("doctype").(*msg.Object)
	if !ok {
		return
	}
	b.out.WriteString("<!DOCTYPE " + name)
	sys, pub := d.Value("sysID"), d.Value("pubID")
	switch {
	case msg.ToBool(sys) && msg.ToBool(pub):
		fmt.Fprintf(&b.out, ` PUBLIC "%s" "%s"`, msg.ToString(pub), msg.ToString(sys))
	case msg.ToBool(sys):
		fmt.Fprintf(&b.out, ` SYSTEM "%s"`, msg.ToString(sys))
	}
	b.out.WriteString(">" + b.lineEnd())
}

func (b *xmlBuilder) fail(text string) {
	if b.err == nil {
		b.err = &msg.Error{Name: "Error", Message: text}
	}
}

// render adds a value to an element.
func (b *xmlBuilder) render(t *xmlTag, v any) {
	if b.depth >= msg.MaxDepth {
		b.fail("Too many nested objects")
	}
	if b.err != nil {
		return
	}
	b.depth++
	defer func() { b.depth-- }()
	list, isList := v.(*msg.Array)
	switch {
	case v == nil:
	case isList:
		for _, child := range list.All() {
			keys, _ := keysOf(child)
			for _, key := range keys {
				b.render(b.child(t, key), msg.Property(child, key))
			}
		}
	case msg.TypeOf(v) != "object":
		b.text(t, v)
	default:
		keys, _ := keysOf(v)
		for _, key := range keys {
			b.field(t, key, msg.Property(v, key))
		}
	}
}

func (b *xmlBuilder) field(t *xmlTag, key string, v any) {
	list, isList := v.(*msg.Array)
	switch {
	case key == b.attrKey:
		if msg.TypeOf(v) != "object" || v == nil {
			return
		}
		names, _ := keysOf(v)
		for _, name := range names {
			b.attribute(t, name, msg.Property(v, name))
		}
	case key == b.charKey:
		b.text(t, v)
	case isList:
		for _, entry := range list.All() {
			b.render(b.child(t, key), entry)
		}
	case v == msg.Undefined:
		b.text(b.child(t, key), "")
	default:
		b.render(b.child(t, key), v)
	}
}

func (b *xmlBuilder) child(t *xmlTag, name string) *xmlTag {
	c := b.tag(name)
	t.children = append(t.children, xmlChild{tag: c})
	return c
}

var xmlName = regexp.MustCompile(`^[:A-Z_a-z\x{C0}-\x{D6}\x{D8}-\x{F6}\x{F8}-\x{2FF}\x{370}-\x{37D}\x{37F}-\x{1FFF}\x{200C}\x{200D}\x{2070}-\x{218F}\x{2C00}-\x{2FEF}\x{3001}-\x{D7FF}\x{F900}-\x{FDCF}\x{FDF0}-\x{FFFD}\x{10000}-\x{EFFFF}][-.0-:A-Z_a-z\x{B7}\x{C0}-\x{D6}\x{D8}-\x{F6}\x{F8}-\x{37D}\x{37F}-\x{1FFF}\x{200C}\x{200D}\x{203F}\x{2040}\x{2070}-\x{218F}\x{2C00}-\x{2FEF}\x{3001}-\x{D7FF}\x{F900}-\x{FDCF}\x{FDF0}-\x{FFFD}\x{10000}-\x{EFFFF}]*$`)

func (b *xmlBuilder) tag(name string) *xmlTag {
	b.legal(name)
	if !xmlName.MatchString(name) {
		b.fail("Invalid character in name")
	}
	return &xmlTag{name: name}
}

var (
	xmlTextEscapes = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", "\r", "&#xD;")
	xmlAttrEscapes = strings.NewReplacer("&", "&amp;", "<", "&lt;", `"`, "&quot;", "\t", "&#x9;", "\n", "&#xA;", "\r", "&#xD;")
)

func (b *xmlBuilder) text(t *xmlTag, v any) {
	if v == nil || v == msg.Undefined {
		b.fail("Missing element text. parent: <" + t.name + ">")
		return
	}
	s := msg.ToString(v)
	if _, isText := v.(string); isText && b.cdata && strings.ContainsAny(s, "&<>") {
		s = "<![CDATA[" + strings.Replace(s, "]]>", "]]]]><![CDATA[>", 1) + "]]>"
	} else {
		s = b.legal(xmlTextEscapes.Replace(s))
	}
	t.children = append(t.children, xmlChild{text: s})
}

// attribute sets an attribute; the last value of a name counts.
func (b *xmlBuilder) attribute(t *xmlTag, name string, v any) {
	if v == nil || v == msg.Undefined {
		return
	}
	b.tag(name)
	t.attributes = append(t.attributes, xmlAttribute{name, b.legal(xmlAttrEscapes.Replace(msg.ToString(v)))})
}

// legal refuses characters that XML 1.0 cannot hold.
func (b *xmlBuilder) legal(s string) string {
	for i, r := range s {
		if !isXMLChar(r) {
			b.fail(fmt.Sprintf("Invalid character in string: %s at index %d", s, msg.UTF16Len(s[:i])))
			break
		}
	}
	return s
}

func (b *xmlBuilder) write(t *xmlTag, level int) {
	b.writeIndent(level)
	b.out.WriteString("<" + t.name)
	for _, a := range t.attributes {
		b.out.WriteString(" " + a.name + `="` + a.value + `"`)
	}
	empty := true
	for _, c := range t.children {
		empty = empty && c.tag == nil && c.text == ""
	}
	switch {
	case empty && b.allowEmpty:
		b.out.WriteString("></" + t.name + ">")
	case empty:
		b.out.WriteString(b.slash + "/>")
	case len(t.children) == 1 && t.children[0].tag == nil:
		b.out.WriteString(">" + t.children[0].text + "</" + t.name + ">")
	default:
		b.out.WriteString(">" + b.lineEnd())
		for _, c := range t.children {
			if c.tag != nil {
				b.write(c.tag, level+1)
				continue
			}
			b.writeIndent(level + 1)
			b.out.WriteString(c.text + b.lineEnd())
		}
		b.writeIndent(level)
		b.out.WriteString("</" + t.name + ">")
	}
	b.out.WriteString(b.lineEnd())
}

func (b *xmlBuilder) writeIndent(level int) {
	if b.pretty {
		b.out.WriteString(strings.Repeat(b.indent, level))
	}
}
