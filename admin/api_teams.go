package admin

import (
	"fmt"
	"net/http"

	"sluice/authz"
)

func listTeams(c *call) error {
	teams, err := c.store().Teams(c.r.Context())
	if err != nil {
		return err
	}
	return c.reply(http.StatusOK, map[string]any{"teams": append([]authz.Team{}, teams...), "count": len(teams)})
}

type teamRequest struct {
	Name string `json:"name"`
}

func createTeam(c *call) error {
	var in teamRequest
	if err := c.decode(&in); err != nil {
		return err
	}
	t, err := c.store().AddTeam(c.r.Context(), c.by, in.Name)
	if err != nil {
		return err
	}
	c.w.Header().Set("Location", apiPath+"/teams/"+t.ID)
	return c.reply(http.StatusCreated, t)
}

// team finds the team that the path names, by its id alone. Of other teams than the
// instance's, only those with the action all may know. ok is false when it has answered.
func (c *call) team(all authz.Action) (t authz.Team, ok bool, err error) {
	id := c.r.PathValue("id")
	t, err = c.store().FindTeam(c.r.Context(), id)
	if (err != nil || !t.Instance) && !c.may(all) {
		return t, false, nil
	}
	if err == nil && t.ID != id {
		err = fmt.Errorf("team %q: %w", id, authz.ErrNotFound)
	}
	return t, err == nil, err
}

func showTeam(c *call) error {
	t, ok, err := c.team(authz.TeamsRead)
	if !ok {
		return err
	}
	return c.reply(http.StatusOK, t)
}

func renameTeam(c *call) error {
	var in teamRequest
	if err := c.decode(&in); err != nil {
		return err
	}
	t, ok, err := c.team(authz.TeamsWrite)
	if !ok {
		return err
	}
	if t, err = c.store().RenameTeam(c.r.Context(), c.by, t.ID, in.Name); err != nil {
		return err
	}
	return c.reply(http.StatusOK, t)
}

func deleteTeam(c *call) error {
	t, ok, err := c.team(authz.TeamsWrite)
	if !ok {
		return err
	}
	if err := c.store().DeleteTeam(c.r.Context(), c.by, t.ID); err != nil {
		return err
	}
	return c.noContent()
}

func listMembers(c *call) error {
	t, ok, err := c.team(authz.TeamsRead)
	if !ok {
		return err
	}
	_, members, err := c.store().Members(c.r.Context(), t.ID)
	if err != nil {
		return err
	}
	views := make([]authz.MemberView, len(members))
	for i := range members {
		views[i] = members[i].View()
	}
	return c.reply(http.StatusOK, map[string]any{"members": views, "count": len(views)})
}

func addMember(c *call) error {
	var in struct {
		User string      `json:"user"` // id or name
		Role *authz.Role `json:"role"`
	}
	if err := c.decode(&in); err != nil {
		return err
	}
	return c.setMember(http.StatusCreated, in.User, in.Role)
}

func changeMember(c *call) error {
	var in struct {
		Role *authz.Role `json:"role"`
	}
	if err := c.decode(&in); err != nil {
		return err
	}
	return c.setMember(http.StatusOK, c.r.PathValue("user"), in.Role)
}

func (c *call) setMember(status int, user string, role *authz.Role) error {
	if role == nil {
		return &badRequest{http.StatusBadRequest, "invalid_role", "role is missing"}
	}
	t, ok, err := c.team(authz.TeamsWrite)
	if !ok {
		return err
	}
	m, err := c.changeRole(t, user, *role)
	if err != nil {
		return err
	}
	return c.reply(status, m.View())
}

func removeMember(c *call) error {
	t, ok, err := c.team(authz.TeamsWrite)
	if !ok {
		return err
	}
	if err := c.dropMember(t, c.r.PathValue("user")); err != nil {
		return err
	}
	return c.noContent()
}

// changeRole and dropMember keep owners from locking themselves out: so a team
// that has an owner keeps one.
func (c *call) changeRole(t authz.Team, user string, role authz.Role) (authz.Member, error) {
	if err := c.notOneself(user); err != nil && role < authz.RoleOwner {
		return authz.Member{}, err
	}
	return c.store().SetMember(c.r.Context(), c.by, t.ID, user, role)
}

func (c *call) dropMember(t authz.Team, user string) error {
	if err := c.notOneself(user); err != nil {
		return err
	}
	return c.store().RemoveMember(c.r.Context(), c.by, t.ID, user)
}

func (c *call) notOneself(user string) error {
	u, err := c.store().FindUser(c.r.Context(), user)
	if err == nil && u.ID == c.p.UserID && !c.p.Admin {
		return &badRequest{http.StatusConflict, "oneself", "you cannot take your own role away; another owner can"}
	}
	return nil
}
