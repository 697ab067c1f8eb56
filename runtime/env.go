package runtime

import (
	"regexp"
	"strings"

	"sluice/flows"
	"sluice/runtime/msg"
)

// A property whose whole text is ${NAME} or $(NAME) is replaced by that setting
// before a node sees it, wherever it stands in the node's properties. An unset
// name leaves the text (Node-RED's flows/util.js, mapEnvVarProperties).
var envProperty = regexp.MustCompile(`^\$(?:\{\S+\}|\(\S+\))$`)

// substituteEnv replaces such texts within v and returns v or its replacement.
func substituteEnv(v any, lookup func(name string) any) any {
	switch v := v.(type) {
	case string:
		if len(v) > 3 && v[0] == '$' && envProperty.MatchString(v) {
			if r := lookup(v[2 : len(v)-1]); r != msg.Undefined {
				return r
			}
		}
	case *msg.Object:
		for key, e := range v.All() {
			if r := substituteEnv(e, lookup); r != e {
				v.Set(key, r)
			}
		}
	case *msg.Array:
		for i, e := range v.All() {
			if r := substituteEnv(e, lookup); r != e {
				v.Set(i, r)
			}
		}
	}
	return v
}

var (
	envWhole  = regexp.MustCompile(`^\$\{[^}]+\}$`)
	envInside = regexp.MustCompile(`\$\{\S+\}`)
	envPart   = regexp.MustCompile(`\$\{([^}]+)\}`)
)

// expandEnv evaluates the value of a typed input of type "env": a name, ${NAME},
// or a text with such parts in it (RED.util.evaluateEnvProperty). An unset name gives "".
func expandEnv(value string, lookup func(name string) any) any {
	var r any
	switch {
	case envWhole.MatchString(value):
		r = lookup(value[2 : len(value)-1])
	case !envInside.MatchString(value):
		r = lookup(value)
	default:
		return envPart.ReplaceAllStringFunc(value, func(part string) string {
			v := lookup(part[2 : len(part)-1])
			if v == msg.Undefined {
				return ""
			}
			return msg.ToString(v)
		})
	}
	if r == msg.Undefined {
		return ""
	}
	return r
}

// Env looks a setting up as env.get does: names of the node itself, then its
// groups, its flow or subflow, outwards to the process. Undefined if it is set nowhere.
func (inst *Instance) Env(name string) any {
	if v, defined, known := inst.def().Builtin(name); known {
		return orUndefined(v, defined)
	}
	return inst.at.Load().scope.env(name)
}

// env looks a setting up in this scope and outwards.
func (s *scope) env(name string) any {
	for ; s != nil; s = s.parent {
		if v, defined, known := s.def.Builtin(name); known {
			return orUndefined(v, defined)
		}
		if outer, ok := strings.CutPrefix(name, "$parent."); ok {
			name = outer
		} else if v, ok := s.values[name]; ok {
			return msg.Clone(v)
		}
		if s.parent == nil {
			if v, ok := s.eng.Getenv(name); ok {
				return v
			}
		}
	}
	return msg.Undefined
}

func orUndefined(v string, defined bool) any {
	if !defined {
		return msg.Undefined
	}
	return v
}

// Getenv looks up a variable of the process that flows may see.
func (e *Engine) Getenv(name string) (string, bool) { return e.opts.Getenv(name) }

// visibleEnv is Getenv without what the setting envVarExcludes keeps from flows.
func visibleEnv(opts Options) func(name string) (string, bool) {
	if opts.Getenv == nil {
		return func(string) (string, bool) { return "", false }
	}
	hidden, ok := opts.Settings.Value("envVarExcludes").(*msg.Array)
	if !ok {
		return opts.Getenv
	}
	excluded := map[string]bool{}
	for _, name := range hidden.All() {
		excluded[msg.ToString(name)] = true
	}
	return func(name string) (string, bool) {
		if excluded[name] {
			return "", false
		}
		return opts.Getenv(name)
	}
}

// evaluate gives the variables that a scope declares their values: those of type
// env last, since they may name the others (Node-RED's flows/util.js,
// evaluateEnvProperties). Scopes are evaluated from the outermost inwards.
func (s *scope) evaluate() {
	s.values = make(map[string]any, len(s.def.Env))
	eval := &Instance{eng: s.eng}
	eval.at.Store(&place{scope: s, flow: s.flow(), def: &flows.Instance{}})
	for _, last := range []bool{false, true} {
		for _, v := range s.def.Env {
			if (v.Type == "env") != last {
				continue
			}
			value, err := s.evaluateVar(eval, v)
			if err != nil {
				s.eng.opts.Log.Error("an environment variable of the flows could not be evaluated", "name", v.Name, "scope", s.def.ID, "error", err)
			}
			s.values[v.Name] = value
		}
	}
}

func (s *scope) evaluateVar(eval *Instance, v flows.EnvVar) (any, error) {
	value := any(msg.Undefined)
	if v.Value != "" {
		var err error
		if value, err = msg.Parse(v.Value); err != nil {
			return msg.Undefined, err
		}
	}
	switch v.Type {
	case "bool":
		return value == true || value == "true", nil
	case "cred":
		return s.credential(v, value), nil
	case "conf-type":
		if text, ok := value.(string); ok && envWhole.MatchString(text) {
			return s.env(text[2 : len(text)-1]), nil
		}
		return value, nil
	}
	in, err := eval.Typed(TypedInput{value, v.Type})
	if err != nil {
		return msg.Undefined, err
	}
	return in.Eval(nil)
}

// credential finds the value of a variable of type cred.
func (s *scope) credential(v flows.EnvVar, otherwise any) any {
	if s.eng.opts.Credentials == nil {
		return otherwise
	}
	if value, ok := s.eng.opts.Credentials.Lookup(v); ok {
		return value
	}
	return otherwise
}

func (s *scope) flow() *scope {
	for s.def.Kind == flows.GroupScope {
		s = s.parent
	}
	return s
}
