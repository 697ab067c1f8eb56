package authz

func childMain() bool { return false }
