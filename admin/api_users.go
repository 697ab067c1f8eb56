package admin

import (
	"fmt"
	"net/http"

	"sluice/authz"
)

func listUsers(c *call) error {
	users, err := c.store().Users(c.r.Context())
	if err != nil {
		return err
	}
	views := make([]authz.UserView, len(users))
	for i := range users {
		views[i] = users[i].View()
	}
	return c.reply(http.StatusOK, map[string]any{"users": views, "count": len(views)})
}

func createUser(c *call) error {
	var in struct {
		Username     string `json:"username"`
		Name         string `json:"name"`
		Email        string `json:"email"`
		Password     string `json:"password"`
		PasswordHash string `json:"passwordHash"`
		Admin        bool   `json:"admin"`
		Issuer       string `json:"issuer"`
		Subject      string `json:"subject"`
	}
	if err := c.decode(&in); err != nil {
		return err
	}
	if (in.Issuer == "") != (in.Subject == "") {
		return &badRequest{http.StatusBadRequest, "invalid_request", "issuer and subject name a person together: give both, or neither"}
	}
	u, err := c.store().AddUser(c.r.Context(), c.by, authz.NewUser{Username: in.Username, Name: in.Name, Email: in.Email,
		Password: in.Password, Hash: in.PasswordHash, Admin: in.Admin, Issuer: in.Issuer, Subject: in.Subject})
	if err != nil {
		return err
	}
	c.w.Header().Set("Location", apiPath+"/users/"+u.ID)
	return c.reply(http.StatusCreated, u.View())
}

// user finds the user that the path names, by its id alone.
func (c *call) user() (authz.User, error) {
	id := c.r.PathValue("id")
	u, err := c.store().FindUser(c.r.Context(), id)
	if err == nil && u.ID != id {
		err = fmt.Errorf("user %q: %w", id, authz.ErrNotFound)
	}
	return u, err
}

func showUser(c *call) error {
	u, err := c.user()
	if err != nil {
		return err
	}
	return c.reply(http.StatusOK, u.View())
}

func updateUser(c *call) error {
	var in struct {
		Name     maybe[string] `json:"name"`
		Email    maybe[string] `json:"email"`
		Admin    maybe[bool]   `json:"admin"`
		Disabled maybe[bool]   `json:"disabled"`
		Password maybe[string] `json:"password"`
		Issuer   maybe[string] `json:"issuer"`
	}
	if err := c.decode(&in); err != nil {
		return err
	}
	u, err := c.user()
	if err != nil {
		return err
	}
	if in.Issuer.value != nil && !in.Issuer.null {
		return &badRequest{http.StatusBadRequest, "invalid_request", "issuer can be taken away by null; it is given by the first login there"}
	}
	switch password := in.Password.value; {
	case password == nil:
	case in.Password.null:
		_, err = c.store().ClearPassword(c.r.Context(), c.by, u.ID)
	default:
		_, err = c.store().SetPassword(c.r.Context(), c.by, u.ID, *password)
	}
	if err == nil && in.Issuer.null {
		_, err = c.store().Unlink(c.r.Context(), c.by, u.ID)
	}
	if err != nil {
		return err
	}
	u, err = c.store().UpdateUser(c.r.Context(), c.by, u.ID, authz.UserChange{
		Name: in.Name.value, Email: in.Email.value, Admin: in.Admin.value, Disabled: in.Disabled.value})
	if err != nil {
		return err
	}
	return c.reply(http.StatusOK, u.View())
}

func deleteUser(c *call) error {
	u, err := c.user()
	if err == nil {
		err = c.store().DeleteUser(c.r.Context(), c.by, u.ID)
	}
	if err != nil {
		return err
	}
	return c.noContent()
}

func logoutUser(c *call) error {
	u, err := c.user()
	if err != nil {
		return err
	}
	ended, err := c.store().EndSessions(c.r.Context(), c.by, u.ID)
	if err != nil {
		return err
	}
	return c.reply(http.StatusOK, map[string]any{"ended": ended})
}
