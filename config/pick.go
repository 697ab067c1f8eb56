package config

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"os"
	"regexp"
	"strings"

	"go.yaml.in/yaml/v3"

	"sluice/runtime/msg"
)

// file is sluice.yaml. An unknown key is an error: a guard that was misspelt
// must not be silently absent.
type file struct {
	Host           string `yaml:"host"`
	Port           scalar `yaml:"port"`
	BaseURL        string `yaml:"baseUrl"`
	FlowFile       string `yaml:"flowFile"`
	DB             string `yaml:"db"`
	RequestTimeout string `yaml:"requestTimeout"`
	NodeRedCompat  string `yaml:"nodeRedCompat"`

	HTTPRequestTimeout   scalar `yaml:"httpRequestTimeout"`
	HTTPRequestMaxLength scalar `yaml:"httpRequestMaxLength"`

	Auth     authFile     `yaml:"auth"`
	Outgoing outgoingFile `yaml:"outgoing"`
	TLS      tlsFile      `yaml:"tls"`
}

// scalar takes a number or a text.
type scalar string

func (s *scalar) UnmarshalYAML(n *yaml.Node) error {
	*s = scalar(n.Value)
	return nil
}

// list takes one text or several; set tells an empty list from none.
type list struct {
	items []string
	set   bool
}

func (l *list) UnmarshalYAML(n *yaml.Node) error {
	l.set = true
	if n.Kind == yaml.ScalarNode {
		l.items = splitList(n.Value)
		return nil
	}
	return n.Decode(&l.items)
}

func splitList(text string) []string {
	var out []string
	for part := range strings.SplitSeq(text, ",") {
		if part = strings.TrimSpace(part); part != "" {
			out = append(out, part)
		}
	}
	return out
}

func readYAML(path string) (*file, error) {
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return &file{}, nil
	}
	if err != nil {
		return nil, err
	}
	f := &file{}
	d := yaml.NewDecoder(bytes.NewReader(text))
	d.KnownFields(true)
	if err := d.Decode(f); err != nil && !errors.Is(err, io.EOF) {
		return nil, errorf("%s: %s", path, yamlFault(err))
	}
	return f, nil
}

var unknownField = regexp.MustCompile(`field (\S+) not found in type \S+`)

// yamlFault is the first fault of a file in one line.
func yamlFault(err error) string {
	text := strings.TrimPrefix(err.Error(), "yaml: ")
	if many, ok := errors.AsType[*yaml.TypeError](err); ok && len(many.Errors) > 0 {
		text = many.Errors[0]
	}
	return unknownField.ReplaceAllString(text, "there is no setting $1")
}

// picker takes each setting from the first place that has it.
type picker struct {
	flags    Flags
	getenv   func(string) (string, bool)
	file     *file
	settings *msg.Object
	from     map[string]string
}

// text picks one setting: flag, variable, sluice.yaml, key of settings.js, default.
func (p *picker) text(name, flag, variable, inFile, key, otherwise string) string {
	if flag != "" {
		p.from[name] = "--" + name
		return flag
	}
	if v, ok := p.getenv(variable); ok && v != "" {
		p.from[name] = variable
		return v
	}
	if inFile != "" {
		p.from[name] = "sluice.yaml"
		return inFile
	}
	if key != "" {
		if v := p.settings.Value(key); v != msg.Undefined && v != nil && v != "" {
			p.from[name] = "settings.js " + key
			return msg.ToString(v)
		}
	}
	p.from[name] = "default"
	return otherwise
}
