package authz

import "strings"

// Action is something an admin API does, in Node-RED's words: "flows.write".
type Action string

// The actions that Node-RED's admin API knows are these subjects with ".read" or
// ".write": flows nodes context settings library plugins projects debug inject
// credentials diagnostics status.
const (
	FlowsRead  Action = "flows.read"
	FlowsWrite Action = "flows.write"
	NodesRead  Action = "nodes.read"
	NodesWrite Action = "nodes.write"
)

// The actions of sluice's own admin API and pages.
const (
	Account       Action = "account" // one's own password and sessions
	TokensRead    Action = "tokens.read"
	TokensWrite   Action = "tokens.write"
	TeamRead      Action = "team.read" // members of the instance's team
	TeamWrite     Action = "team.write"
	TeamsRead     Action = "teams.read" // all teams and their members
	TeamsWrite    Action = "teams.write"
	UsersRead     Action = "users.read"
	UsersWrite    Action = "users.write"
	SessionsRead  Action = "sessions.read" // everybody's
	SessionsWrite Action = "sessions.write"
	AuditRead     Action = "audit.read"
	StatusRead    Action = "status.read" // how the instance fares, not its nodes

	CredentialsRead  Action = "credentials.read" // names and hosts; values are nobody's to read
	CredentialsWrite Action = "credentials.write"
)

// leastRole is what a user has to be in the instance's team, without being admin.
// Actions that are not here are for admins alone.
var leastRole = map[Action]Role{
	TokensRead:  RoleOwner,
	TokensWrite: RoleOwner,
	TeamRead:    RoleMember,
	TeamWrite:   RoleOwner,
	AuditRead:   RoleOwner,
	StatusRead:  RoleOwner,

	CredentialsRead: RoleOwner, CredentialsWrite: RoleOwner,
}

// adminActions are what the admin flag gives. It manages users, teams and tokens;
// it does not read or change flows, nor what they serve.
var adminActions = map[Action]bool{
	TokensRead: true, TokensWrite: true, TeamRead: true, TeamWrite: true, TeamsRead: true, TeamsWrite: true,
	UsersRead: true, UsersWrite: true, SessionsRead: true, SessionsWrite: true, AuditRead: true, StatusRead: true,
	CredentialsRead: true, CredentialsWrite: true,
}

// May reports whether the principal may do an admin action; nobody may by
// default. For users it is the table of roles. For tokens the rule is that of
// @node-red/editor-api lib/auth/permissions.js: "*" holds everything, "read" and
// "*.read" every action that ends so, and likewise "write"; else the names have to
// be equal.
func (p *Principal) May(action Action) bool {
	if p.Type == PrincipalSession {
		least, known := leastRole[action]
		return action == Account || p.Admin && adminActions[action] || known && p.Member && p.Role >= least
	}
	_, verb, _ := strings.Cut(string(action), ".")
	for _, held := range p.permissions {
		if held == "*" || held == string(action) ||
			(verb == "read" || verb == "write") && (held == verb || held == "*."+verb) {
			return true
		}
	}
	return false
}
