package admin

import (
	"crypto/rand"
	"net/http"

	"sluice/authz"
)

var userPages = []endpoint{
	{"GET", Prefix + "users", authz.UsersRead, false, userList},
	{"GET", Prefix + "users/new", authz.UsersWrite, false, newUserPage},
	{"POST", Prefix + "users/new", authz.UsersWrite, false, newUser},
	{"GET", Prefix + "users/{id}", authz.UsersRead, false, userPage},
	{"POST", Prefix + "users/{id}", authz.UsersWrite, false, userForm},
	{"POST", Prefix + "users/{id}/password", authz.UsersWrite, false, resetPassword},
	{"POST", Prefix + "users/{id}/delete", authz.UsersWrite, false, deleteUserForm},
}

func userList(c *call) error {
	users, err := c.store().Users(c.r.Context())
	if err != nil {
		return err
	}
	c.page(http.StatusOK, "users", "Users", users)
	return nil
}

type newUserForm struct {
	Error, Username, Name, Email string
	Admin                        bool
	Role                         string
	Roles                        []authz.Role
	Provider                     string // where people can sign in beside passwords
	Elsewhere                    bool   // the user does, and has no password
}

func (c *call) provider() string {
	if c.opts.Login == nil {
		return ""
	}
	return c.opts.Login.Label()
}

func newUserPage(c *call) error {
	c.page(http.StatusOK, "user_new", "Add user", newUserForm{Role: "member", Roles: authz.Roles, Provider: c.provider()})
	return nil
}

// newUser makes a user. Without a password it makes one, which is shown once,
// unless the user is to sign in elsewhere.
func newUser(c *call) error {
	if err := c.form(); err != nil {
		return err
	}
	form := c.r.PostForm
	f := newUserForm{Username: form.Get("username"), Name: form.Get("name"), Email: form.Get("email"), Admin: form.Get("admin") != "",
		Role: form.Get("role"), Roles: authz.Roles, Provider: c.provider(), Elsewhere: form.Get("elsewhere") != ""}
	password, made := form.Get("password"), ""
	switch {
	case f.Elsewhere:
		password = ""
	case password == "":
		made = rand.Text()
		password = made
	}
	u, err := c.addUser(&f, password)
	if fault := faultOf(err); err != nil && fault.status < http.StatusInternalServerError {
		f.Error = fault.text
		c.page(fault.status, "user_new", "Add user", f)
		return nil
	}
	if err != nil {
		return err
	}
	if made != "" {
		c.page(http.StatusOK, "user_password", "User added", map[string]any{"User": u, "Password": made})
		return nil
	}
	return c.see(Prefix+"users", "added")
}

func (c *call) addUser(f *newUserForm, password string) (authz.User, error) {
	role, err := authz.RoleNone, error(nil)
	if f.Role != "" {
		if role, err = authz.ParseRole(f.Role); err != nil {
			return authz.User{}, err
		}
	}
	u, err := c.store().AddUser(c.r.Context(), c.by, authz.NewUser{Username: f.Username, Name: f.Name, Email: f.Email, Password: password, Admin: f.Admin})
	if err != nil || f.Role == "" {
		return u, err
	}
	t, err := c.store().Team(c.r.Context())
	if err == nil {
		_, err = c.store().SetMember(c.r.Context(), c.by, t.ID, u.ID, role)
	}
	return u, err
}

func userPage(c *call) error { return c.userPage(http.StatusOK, "") }

func (c *call) userPage(status int, problem string) error {
	u, err := c.user()
	if err != nil {
		return err
	}
	c.page(status, "user", "User "+u.Username, map[string]any{"User": u, "Error": problem, "Provider": c.provider(),
		"Self": u.ID == c.p.UserID, "Write": c.p.May(authz.UsersWrite)})
	return nil
}

// userForm saves the profile, disables or enables, signs the user out, or changes
// how the user signs in, as the button says.
func userForm(c *call) error {
	if err := c.form(); err != nil {
		return err
	}
	u, err := c.user()
	if err != nil {
		return err
	}
	form := c.r.PostForm
	var change authz.UserChange
	switch form.Get("do") {
	case "save":
		name, email, admin := form.Get("name"), form.Get("email"), form.Get("admin") != ""
		change = authz.UserChange{Name: &name, Email: &email}
		if u.ID != c.p.UserID { // nobody takes it from oneself by accident
			change.Admin = &admin
		}
	case "disable", "enable":
		disabled := form.Get("do") == "disable"
		if disabled && u.ID == c.p.UserID {
			return c.userPage(http.StatusConflict, "you cannot disable yourself")
		}
		change.Disabled = &disabled
	case "logout":
		if _, err := c.store().EndSessions(c.r.Context(), c.by, u.ID); err != nil {
			return err
		}
		return c.see(Prefix+"users/"+u.ID, "sessions")
	case "clear":
		if _, err := c.store().ClearPassword(c.r.Context(), c.by, u.ID); err != nil {
			return err
		}
	case "unlink":
		if _, err := c.store().Unlink(c.r.Context(), c.by, u.ID); err != nil {
			return err
		}
	default:
		return &badRequest{http.StatusBadRequest, "invalid_request", "the form does not say what to do"}
	}
	_, err = c.store().UpdateUser(c.r.Context(), c.by, u.ID, change)
	if f := faultOf(err); err != nil && f.status < http.StatusInternalServerError {
		return c.userPage(f.status, f.text)
	}
	if err != nil {
		return err
	}
	return c.see(Prefix+"users/"+u.ID, "updated")
}

// resetPassword gives a user another password, which is shown once.
func resetPassword(c *call) error {
	u, err := c.user()
	if err != nil {
		return err
	}
	password := rand.Text()
	if _, err := c.store().SetPassword(c.r.Context(), c.by, u.ID, password); err != nil {
		return err
	}
	c.page(http.StatusOK, "user_password", "Password changed", map[string]any{"User": u, "Password": password})
	return nil
}

func deleteUserForm(c *call) error {
	u, err := c.user()
	if err != nil {
		return err
	}
	if u.ID == c.p.UserID {
		return c.userPage(http.StatusConflict, "you cannot delete yourself")
	}
	if err := c.store().DeleteUser(c.r.Context(), c.by, u.ID); err != nil {
		return err
	}
	return c.see(Prefix+"users", "deleted")
}
