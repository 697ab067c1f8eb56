package authz

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"
)

// DefaultTeam is the team that an instance belongs to unless told otherwise.
const DefaultTeam = "default"

// Team is a group of users.
type Team struct {
	ID        string    `json:"id"`
	Name      string    `json:"name"`
	CreatedAt time.Time `json:"createdAt"`
	Members   int       `json:"members"`
	Instance  bool      `json:"instance"` // this instance belongs to it
}

// Member is a user in a team.
type Member struct {
	User
	Role Role
}

// MemberView is a member as the admin API and the command line print it in JSON.
type MemberView struct {
	UserView
	Role Role `json:"role"`
}

// View returns m for printing.
func (m *Member) View() MemberView { return MemberView{m.User.View(), m.Role} }

// AddTeam makes a team without members.
func (s *Store) AddTeam(ctx context.Context, by Actor, name string) (Team, error) {
	name, err := cleanName(name)
	if err != nil {
		return Team{}, ErrTeamName
	}
	now := s.now().UTC().Truncate(time.Millisecond)
	t := Team{ID: newID(now), Name: name, CreatedAt: now}
	err = s.change(ctx, func(tx *sql.Tx) (Event, error) {
		_, err := tx.ExecContext(ctx, `INSERT INTO auth_team (id, name, name_key, created_at) VALUES ($1, $2, $3, $4)`,
			t.ID, t.Name, nameKey(t.Name), now.UnixMilli())
		if err != nil && s.engine.Unique(err) {
			err = ErrTeamTaken
		}
		return newTeamEvent(now, EventTeamCreated, by, &t), err
	})
	if err != nil {
		return Team{}, fmt.Errorf("add team %q: %w", name, err)
	}
	return t, nil
}

const teamColumns = `t.id, t.name, t.created_at, (SELECT COUNT(*) FROM auth_member m WHERE m.team_id = t.id),
	EXISTS (SELECT 1 FROM instance i WHERE i.team_id = t.id AND i.id = $1)`

func scanTeam(row scanner) (t Team, err error) {
	var created int64
	err = row.Scan(&t.ID, &t.Name, &created, &t.Members, &t.Instance)
	t.CreatedAt = time.UnixMilli(created).UTC()
	return t, err
}

// Teams returns all teams, by name.
func (s *Store) Teams(ctx context.Context) ([]Team, error) {
	rows, err := s.engine.Reader().QueryContext(ctx, `SELECT `+teamColumns+` FROM auth_team t ORDER BY t.name_key`, s.instance)
	if err != nil {
		return nil, fmt.Errorf("read teams: %w", err)
	}
	defer rows.Close()
	var teams []Team
	for rows.Next() {
		t, err := scanTeam(rows)
		if err != nil {
			return nil, fmt.Errorf("read teams: %w", err)
		}
		teams = append(teams, t)
	}
	return teams, rows.Err()
}

// Team returns the team that this instance belongs to.
func (s *Store) Team(ctx context.Context) (Team, error) {
	return scanTeam(s.engine.Reader().QueryRowContext(ctx, `SELECT `+teamColumns+` FROM auth_team t
		WHERE t.id = (SELECT team_id FROM instance WHERE id = $1)`, s.instance))
}

// FindTeam returns the team with an id or a name.
func (s *Store) FindTeam(ctx context.Context, ref string) (Team, error) {
	return s.findTeam(ctx, s.engine.Reader(), ref)
}

func (s *Store) findTeam(ctx context.Context, q querier, ref string) (Team, error) {
	t, err := scanTeam(q.QueryRowContext(ctx, `SELECT `+teamColumns+` FROM auth_team t
		WHERE t.id = $2 OR t.name_key = $3 ORDER BY t.id = $2 DESC LIMIT 1`, s.instance, ref, nameKey(ref)))
	if errors.Is(err, sql.ErrNoRows) {
		err = ErrNotFound
	}
	if err != nil {
		return Team{}, fmt.Errorf("team %q: %w", ref, err)
	}
	return t, nil
}

// RenameTeam gives a team another name.
func (s *Store) RenameTeam(ctx context.Context, by Actor, ref, name string) (Team, error) {
	name, err := cleanName(name)
	if err != nil {
		return Team{}, ErrTeamName
	}
	var t Team
	err = s.change(ctx, func(tx *sql.Tx) (Event, error) {
		if t, err = s.findTeam(ctx, tx, ref); err != nil {
			return Event{}, err
		}
		before := t.Name
		t.Name = name
		_, err := tx.ExecContext(ctx, `UPDATE auth_team SET name = $1, name_key = $2 WHERE id = $3`, name, nameKey(name), t.ID)
		if err != nil && s.engine.Unique(err) {
			err = ErrTeamTaken
		}
		return newTeamEvent(s.now(), EventTeamUpdated, by, &t, "before", before), err
	})
	return t, err
}

// DeleteTeam removes a team that no instance belongs to, and its memberships.
func (s *Store) DeleteTeam(ctx context.Context, by Actor, ref string) error {
	return s.change(ctx, func(tx *sql.Tx) (Event, error) {
		t, err := s.findTeam(ctx, tx, ref)
		if err != nil {
			return Event{}, err
		}
		var used int
		if err := tx.QueryRowContext(ctx, `SELECT COUNT(*) FROM instance WHERE team_id = $1`, t.ID).Scan(&used); err != nil {
			return Event{}, err
		}
		if used > 0 {
			return Event{}, fmt.Errorf("team %q: %w", ref, ErrTeamUsed)
		}
		_, err = tx.ExecContext(ctx, `DELETE FROM auth_team WHERE id = $1`, t.ID)
		return newTeamEvent(s.now(), EventTeamDeleted, by, &t), err
	})
}

// Members returns the members of a team, by user name.
func (s *Store) Members(ctx context.Context, team string) (Team, []Member, error) {
	t, err := s.FindTeam(ctx, team)
	if err != nil {
		return t, nil, err
	}
	rows, err := s.engine.Reader().QueryContext(ctx, `SELECT `+userColumns+`, m.role FROM auth_member m
		JOIN auth_user u ON u.id = m.user_id WHERE m.team_id = $1 ORDER BY u.username_key`, t.ID)
	if err != nil {
		return t, nil, fmt.Errorf("read members: %w", err)
	}
	defer rows.Close()
	var members []Member
	for rows.Next() {
		var role Role
		u, err := scanUser(rows, &role)
		if err != nil {
			return t, nil, fmt.Errorf("read members: %w", err)
		}
		members = append(members, Member{u.User, role})
	}
	return t, members, rows.Err()
}

// SetMember gives a user a role in a team: it adds a member, or changes one. The
// role counts for the next request.
func (s *Store) SetMember(ctx context.Context, by Actor, team, user string, role Role) (Member, error) {
	if _, known := roleNames[role]; !known {
		return Member{}, fmt.Errorf("%w %d", ErrRole, int(role))
	}
	var m Member
	err := s.changeMember(ctx, by, team, user, func(tx *sql.Tx, t *Team, u *User, before Role, member bool) (Event, error) {
		m = Member{*u, role}
		if member && before == role {
			return Event{}, nil
		}
		kind, more := EventMemberAdded, []any{"role", role.String()}
		if member {
			kind, more = EventMemberChanged, append(more, "before", before.String())
		}
		_, err := tx.ExecContext(ctx, `INSERT INTO auth_member (team_id, user_id, role) VALUES ($1, $2, $3)
			ON CONFLICT (team_id, user_id) DO UPDATE SET role = excluded.role`, t.ID, u.ID, int(role))
		return newMemberEvent(s.now(), kind, by, t, u, more...), err
	})
	return m, err
}

// RemoveMember takes a user out of a team. The next request is refused.
func (s *Store) RemoveMember(ctx context.Context, by Actor, team, user string) error {
	return s.changeMember(ctx, by, team, user, func(tx *sql.Tx, t *Team, u *User, before Role, member bool) (Event, error) {
		if !member {
			return Event{}, fmt.Errorf("user %q in team %q: %w", user, team, ErrNotFound)
		}
		_, err := tx.ExecContext(ctx, `DELETE FROM auth_member WHERE team_id = $1 AND user_id = $2`, t.ID, u.ID)
		return newMemberEvent(s.now(), EventMemberRemoved, by, t, u, "before", before.String()), err
	})
}

type memberChange func(tx *sql.Tx, t *Team, u *User, before Role, member bool) (Event, error)

// changeMember finds team, user and the role so far.
func (s *Store) changeMember(ctx context.Context, by Actor, team, user string, f memberChange) error {
	return s.change(ctx, func(tx *sql.Tx) (Event, error) {
		t, err := s.findTeam(ctx, tx, team)
		if err != nil {
			return Event{}, err
		}
		u, err := s.findUser(ctx, tx, user)
		if err != nil {
			return Event{}, err
		}
		var before Role
		err = tx.QueryRowContext(ctx, `SELECT role FROM auth_member WHERE team_id = $1 AND user_id = $2`, t.ID, u.ID).Scan(&before)
		if err != nil && !errors.Is(err, sql.ErrNoRows) {
			return Event{}, err
		}
		return f(tx, &t, &u.User, before, err == nil)
	})
}
