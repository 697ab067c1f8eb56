package flows

import "github.com/tidwall/gjson"

// declared returns the variables of a tab or group. holder is the node whose
// credentials belong to them.
func declared(n *Node, holder string) []EnvVar {
	return readEnv(n, func(v *EnvVar) { v.Creds = []string{holder} })
}

// globalEnv returns those of all global-config nodes, disabled ones too, as Flow.start
// does for the global flow. Of a name that is there twice the later one counts.
func globalEnv(configs []*Node) []EnvVar {
	var env []EnvVar
	for _, n := range configs {
		if n.Type == "global-config" {
			env = append(env, readEnv(n, func(v *EnvVar) { v.Creds, v.FromMap = []string{n.ID}, true })...)
		}
	}
	return env
}

// subflowEnv merges the variables of a definition with those of an instance node,
// which win but keep the place of the ones they override (the Subflow constructor).
func subflowEnv(template *Node, inst *Instance) []EnvVar {
	// What stands in the file for a credential is never its value here, unlike in tabs.
	env := readEnv(template, func(v *EnvVar) { v.Value, v.Creds = "", []string{inst.ID, template.ID} })
	place := make(map[string]int, len(env))
	kept := env[:0]
	set := func(v EnvVar) {
		if i, ok := place[v.Name]; ok {
			kept[i] = v
			return
		}
		place[v.Name] = len(kept)
		kept = append(kept, v)
	}
	for _, v := range env {
		set(v)
	}
	for _, v := range readEnv(inst.Node, func(v *EnvVar) {
		v.Value, v.Creds = "", []string{inst.ID}
		if inst.Alias != "" {
			v.Creds = append(v.Creds, inst.Alias)
		}
	}) {
		if _, overrides := place[v.Name]; overrides && v.Type == "cred" {
			v.Creds = append(v.Creds, template.ID)
		}
		set(v)
	}
	jsOrder(kept, func(v EnvVar) string { return v.Name })
	return kept
}

// readEnv reads the "env" list of a node; creds is called for variables of type cred.
func readEnv(n *Node, creds func(*EnvVar)) []EnvVar {
	list := n.Get("env")
	if !list.IsArray() {
		return nil
	}
	var env []EnvVar
	list.ForEach(func(_, e gjson.Result) bool {
		if !e.IsObject() {
			return true
		}
		var v EnvVar
		e.ForEach(func(key, value gjson.Result) bool {
			switch key.String() {
			case "name":
				v.Name = text(value.Raw)
			case "type":
				v.Type = text(value.Raw)
			case "value":
				v.Value = value.Raw
			}
			return true
		})
		if v.Type == "cred" {
			creds(&v)
		}
		env = append(env, v)
		return true
	})
	return env
}
