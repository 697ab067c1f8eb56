package authz

import "fmt"

// Role is a user's rank in a team. Tokens of this instance and the configured
// basic pair have none and pass any minimum; for an outside issuer's see [Issuer].
type Role int

// Numbers and meaning are FlowFuse's.
const (
	RoleNone      Role = 0
	RoleDashboard Role = 5
	RoleViewer    Role = 10
	RoleMember    Role = 30
	RoleOwner     Role = 50
)

// Roles are those a member of a team can have, lowest first.
var Roles = []Role{RoleNone, RoleDashboard, RoleViewer, RoleMember, RoleOwner}

var roleNames = map[Role]string{RoleNone: "none", RoleDashboard: "dashboard", RoleViewer: "viewer", RoleMember: "member", RoleOwner: "owner"}

func (r Role) String() string {
	if name, known := roleNames[r]; known {
		return name
	}
	return fmt.Sprintf("role %d", int(r))
}

// MarshalText writes the role's name.
func (r Role) MarshalText() ([]byte, error) { return []byte(r.String()), nil }

// UnmarshalText reads the role's name.
func (r *Role) UnmarshalText(text []byte) (err error) {
	*r, err = ParseRole(string(text))
	return err
}

// ParseRole reads a role's name. The error wraps [ErrRole].
func ParseRole(name string) (Role, error) {
	for role, known := range roleNames {
		if name == known {
			return role, nil
		}
	}
	return 0, fmt.Errorf("%w %q; there are none, dashboard, viewer, member, owner", ErrRole, name)
}
