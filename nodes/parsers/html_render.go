package parsers

import (
	"fmt"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

var (
	rawText = map[atom.Atom]bool{
		atom.Style: true, atom.Script: true, atom.Xmp: true, atom.Iframe: true, atom.Noembed: true,
		atom.Noframes: true, atom.Plaintext: true, atom.Noscript: true,
	}
	voidElements = map[atom.Atom]bool{
		atom.Area: true, atom.Base: true, atom.Basefont: true, atom.Bgsound: true, atom.Br: true, atom.Col: true,
		atom.Embed: true, atom.Frame: true, atom.Hr: true, atom.Img: true, atom.Input: true, atom.Keygen: true,
		atom.Link: true, atom.Meta: true, atom.Param: true, atom.Source: true, atom.Track: true, atom.Wbr: true,
	}
	htmlTextEscapes = strings.NewReplacer("&", "&amp;", "\u00a0", "&nbsp;", "<", "&lt;", ">", "&gt;")
	htmlAttrEscapes = strings.NewReplacer("&", "&amp;", "\u00a0", "&nbsp;", `"`, "&quot;")
)

func attributeName(a html.Attribute) string {
	if a.Namespace != "" {
		return a.Namespace + ":" + a.Key
	}
	return a.Key
}

// innerHTML prints what is within an element as the HTML standard does.
func innerHTML(e *html.Node) string {
	var b strings.Builder
	for c := range e.ChildNodes() {
		writeHTML(&b, c)
	}
	return b.String()
}

func writeHTML(b *strings.Builder, n *html.Node) {
	switch n.Type {
	case html.TextNode:
		if n.Parent != nil && n.Parent.Namespace == "" && rawText[n.Parent.DataAtom] {
			b.WriteString(n.Data)
			return
		}
		htmlTextEscapes.WriteString(b, n.Data)
	case html.CommentNode:
		b.WriteString("<!--" + n.Data + "-->")
	case html.DoctypeNode:
		b.WriteString("<!DOCTYPE " + n.Data + ">")
	case html.ElementNode:
		b.WriteString("<" + n.Data)
		for _, a := range n.Attr {
			b.WriteString(" " + attributeName(a) + `="` + htmlAttrEscapes.Replace(a.Val) + `"`)
		}
		b.WriteByte('>')
		if n.Namespace == "" && voidElements[n.DataAtom] {
			return
		}
		for c := range n.ChildNodes() {
			writeHTML(b, c)
		}
		b.WriteString("</" + n.Data + ">")
	}
}

// normalizeHTML prints a fragment as XML, as Node-RED does with what it returns:
// empty elements close themselves, and only ASCII remains.
func normalizeHTML(text string) (string, error) {
	nodes, err := html.ParseFragment(strings.NewReader(text), &html.Node{Type: html.ElementNode, Data: "template", DataAtom: atom.Template})
	if err != nil {
		return "", err
	}
	var b strings.Builder
	for _, n := range nodes {
		writeXHTML(&b, n)
	}
	return b.String(), nil
}

func writeXHTML(b *strings.Builder, n *html.Node) {
	switch n.Type {
	case html.TextNode:
		escapeASCII(b, n.Data)
	case html.CommentNode:
		b.WriteString("<!--" + n.Data + "-->")
	case html.ElementNode:
		b.WriteString("<" + n.Data)
		for _, a := range n.Attr {
			b.WriteString(" " + attributeName(a) + `="`)
			escapeASCII(b, a.Val)
			b.WriteByte('"')
		}
		if n.FirstChild == nil {
			b.WriteString("/>")
			return
		}
		b.WriteByte('>')
		for c := range n.ChildNodes() {
			writeXHTML(b, c)
		}
		b.WriteString("</" + n.Data + ">")
	}
}

func escapeASCII(b *strings.Builder, s string) {
	for _, r := range s {
		switch {
		case r == '&':
			b.WriteString("&amp;")
		case r == '<':
			b.WriteString("&lt;")
		case r == '>':
			b.WriteString("&gt;")
		case r == '"':
			b.WriteString("&quot;")
		case r == '\'':
			b.WriteString("&apos;")
		case r >= 0x80:
			fmt.Fprintf(b, "&#x%X;", r)
		default:
			b.WriteRune(r)
		}
	}
}

// textOf is the text within an element, but for that of scripts and styles.
func textOf(n *html.Node) string {
	var b strings.Builder
	writeText(&b, n)
	return b.String()
}

func writeText(b *strings.Builder, n *html.Node) {
	if n.Type == html.TextNode {
		b.WriteString(n.Data)
		return
	}
	if n.DataAtom == atom.Script || n.DataAtom == atom.Style {
		return
	}
	for c := range n.ChildNodes() {
		writeText(b, c)
	}
}
