package authz

import (
	"net/mail"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// User is what is known of a person, all but the password.
type User struct {
	ID         string
	Username   string
	Name       string // for people; may be empty
	Email      string // may be empty
	Admin      bool   // manages users and teams; opens no endpoint
	CreatedAt  time.Time
	DisabledAt time.Time // zero: not disabled
	PassAt     time.Time // last change of the password; zero: has none

	// Who the user is for an outside issuer; both empty if for none.
	Issuer, Subject string
}

// Label is what lists and pages call the user.
func (u *User) Label() string {
	if u.Name != "" {
		return u.Name
	}
	return u.Username
}

// UserView is a user as the admin API and the command line print it in JSON.
type UserView struct {
	ID                string     `json:"id"`
	Username          string     `json:"username"`
	Name              *string    `json:"name"`
	Email             *string    `json:"email"`
	Admin             bool       `json:"admin"`
	CreatedAt         time.Time  `json:"createdAt"`
	DisabledAt        *time.Time `json:"disabledAt"`
	PasswordChangedAt *time.Time `json:"passwordChangedAt"` // null: has none
	Issuer            *string    `json:"issuer"`            // who else signs the user in, and
	Subject           *string    `json:"subject"`           // what the user is called there
}

// View returns u for printing.
func (u *User) View() UserView {
	return UserView{ID: u.ID, Username: u.Username, Name: optional(u.Name), Email: optional(u.Email), Admin: u.Admin,
		CreatedAt: u.CreatedAt, DisabledAt: optional(u.DisabledAt), PasswordChangedAt: optional(u.PassAt),
		Issuer: optional(u.Issuer), Subject: optional(u.Subject)}
}

// NewUser is what can be chosen for a new user. Password is plain; Hash takes one
// over that was hashed before, with bcrypt or argon2id. With neither the user
// cannot log in until a password is set, or an outside issuer signs the user in.
type NewUser struct {
	Username, Name, Email string
	Password, Hash        string
	Admin                 bool
	Issuer, Subject       string // who the user is for an outside issuer; both or none
}

// UserChange holds what UpdateUser changes; nil leaves a property as it is.
type UserChange struct {
	Name     *string
	Email    *string
	Admin    *bool
	Disabled *bool // ends the user's sessions
}

func cleanUsername(name string) (string, error) {
	name = strings.TrimSpace(name)
	if n := utf8.RuneCountInString(name); n == 0 || n > 64 || !utf8.ValidString(name) {
		return "", ErrUsername
	}
	for _, c := range name {
		// No colon, which would end a user name of basic authentication; no spaces.
		if !unicode.IsLetter(c) && !unicode.IsDigit(c) && !unicode.Is(unicode.M, c) && !strings.ContainsRune("._-@+", c) {
			return "", ErrUsername
		}
	}
	return name, nil
}

func cleanLabel(name string) (string, error) {
	if name = strings.TrimSpace(name); name == "" {
		return "", nil
	}
	return cleanName(name)
}

func cleanEmail(email string) (string, error) {
	email = strings.TrimSpace(email)
	if email == "" {
		return "", nil
	}
	if a, err := mail.ParseAddress(email); err != nil || a.Address != email || len(email) > 254 {
		return "", ErrEmail
	}
	return email, nil
}
