package admin

import (
	"net/http"

	"sluice/authz"
)

var teamPages = []endpoint{
	{"GET", Prefix + "team", authz.TeamRead, false, ownTeam},
	{"GET", Prefix + "teams", authz.TeamsRead, false, teamList},
	{"POST", Prefix + "teams", authz.TeamsWrite, false, newTeam},
	{"GET", Prefix + "teams/{id}", authz.TeamRead, false, teamPage},
	{"POST", Prefix + "teams/{id}/members", authz.TeamWrite, false, memberForm},
	{"POST", Prefix + "teams/{id}/delete", authz.TeamsWrite, false, deleteTeamForm},
}

func teamList(c *call) error { return c.teamList(http.StatusOK, "") }

func (c *call) teamList(status int, problem string) error {
	teams, err := c.store().Teams(c.r.Context())
	if err != nil {
		return err
	}
	c.page(status, "teams", "All teams", map[string]any{"Teams": teams, "Error": problem})
	return nil
}

func newTeam(c *call) error {
	if err := c.form(); err != nil {
		return err
	}
	_, err := c.store().AddTeam(c.r.Context(), c.by, c.r.PostForm.Get("name"))
	if f := faultOf(err); err != nil && f.status < http.StatusInternalServerError {
		return c.teamList(f.status, f.text)
	}
	if err != nil {
		return err
	}
	return c.see(Prefix+"teams", "made")
}

func ownTeam(c *call) error {
	t, err := c.store().Team(c.r.Context())
	if err != nil {
		return err
	}
	return c.teamPage(http.StatusOK, t, "")
}

func teamPage(c *call) error {
	t, ok, err := c.team(authz.TeamsRead)
	if !ok {
		return err
	}
	return c.teamPage(http.StatusOK, t, "")
}

func (c *call) teamPage(status int, t authz.Team, problem string) error {
	_, members, err := c.store().Members(c.r.Context(), t.ID)
	if err != nil {
		return err
	}
	c.page(status, "team", "Team "+t.Name, map[string]any{"Team": t, "Members": members, "Roles": authz.Roles, "Error": problem,
		"Write": t.Instance && c.p.May(authz.TeamWrite) || c.p.May(authz.TeamsWrite), "Delete": !t.Instance && c.p.May(authz.TeamsWrite),
		"Username": c.r.PostForm.Get("username")})
	return nil
}

// memberForm adds a member, changes a role, or removes a member, as the button says.
func memberForm(c *call) error {
	if err := c.form(); err != nil {
		return err
	}
	t, ok, err := c.team(authz.TeamsWrite)
	if !ok {
		return err
	}
	done := "updated"
	form := c.r.PostForm
	switch form.Get("do") {
	case "add":
		done = "added"
		err = c.setRole(t, form.Get("username"), form.Get("role"))
	case "role":
		err = c.setRole(t, form.Get("user"), form.Get("role"))
	case "remove":
		done = "removed"
		err = c.dropMember(t, form.Get("user"))
	default:
		return &badRequest{http.StatusBadRequest, "invalid_request", "the form does not say what to do"}
	}
	if f := faultOf(err); err != nil && f.status < http.StatusInternalServerError {
		return c.teamPage(f.status, t, f.text)
	}
	if err != nil {
		return err
	}
	if t.Instance {
		return c.see(Prefix+"team", done)
	}
	return c.see(Prefix+"teams/"+t.ID, done)
}

func (c *call) setRole(t authz.Team, user, role string) error {
	r, err := authz.ParseRole(role)
	if err == nil {
		_, err = c.changeRole(t, user, r)
	}
	return err
}

func deleteTeamForm(c *call) error {
	t, ok, err := c.team(authz.TeamsWrite)
	if !ok {
		return err
	}
	if err := c.store().DeleteTeam(c.r.Context(), c.by, t.ID); err != nil {
		return err
	}
	return c.see(Prefix+"teams", "deleted")
}
