package flows

// differs says whether a property other than place and wires changed; of groups the
// looks and the list of members do not count either.
func differs(old, now *Node) bool {
	if indexProp(now.Props, "credentials") >= 0 {
		return true
	}
	counts := func(of *Node, p Prop) bool {
		switch p.Name {
		case "x", "y", "wires", "credentials":
			return false
		case "nodes", "style", "w", "h":
			return of.Type != "group"
		}
		return true
	}
	left := 0
	for _, p := range old.Props {
		if counts(old, p) {
			left++
		}
	}
	for _, p := range now.Props {
		if !counts(now, p) {
			continue
		}
		i := indexProp(old.Props, p.Name)
		if i < 0 || !same(old.Props[i].Value, p.Value) {
			return true
		}
		left--
	}
	return left != 0
}

// same says that two JSON texts hold the same value.
func same(a, b string) bool {
	return a == b || a != "" && b != "" && sorted(a) == sorted(b)
}

// sameText says that JSON.stringify writes two JSON texts, or the lack of one, alike.
func sameText(a, b string) bool {
	return a == b || a != "" && b != "" && canonical(a) == canonical(b)
}
