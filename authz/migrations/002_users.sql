CREATE TABLE auth_team (
  id         TEXT PRIMARY KEY, -- ULID
  name       TEXT NOT NULL,
  name_key   TEXT NOT NULL UNIQUE, -- case-folded
  created_at BIGINT NOT NULL
);
ALTER TABLE instance ADD COLUMN team_id TEXT REFERENCES auth_team(id);

CREATE TABLE auth_user (
  id              TEXT PRIMARY KEY, -- ULID
  username        TEXT NOT NULL,
  username_key    TEXT NOT NULL UNIQUE,
  email           TEXT,
  name            TEXT,
  pass_hash       TEXT, -- bcrypt or an argon2id PHC string; NULL: cannot log in with a password
  pass_changed_at BIGINT,
  admin           BOOLEAN NOT NULL DEFAULT FALSE,
  created_at      BIGINT NOT NULL,
  disabled_at     BIGINT,
  oidc_iss        TEXT,
  oidc_sub        TEXT,
  UNIQUE (oidc_iss, oidc_sub)
);

CREATE TABLE auth_member (
  team_id TEXT NOT NULL REFERENCES auth_team(id) ON DELETE CASCADE,
  user_id TEXT NOT NULL REFERENCES auth_user(id) ON DELETE CASCADE,
  role    INTEGER NOT NULL,
  PRIMARY KEY (team_id, user_id)
);

CREATE TABLE auth_session (
  id_hash    BLOB PRIMARY KEY CHECK (length(id_hash) = 32), -- SHA-256 of the cookie's value
  id         TEXT NOT NULL UNIQUE, -- ULID, to name the session by
  user_id    TEXT NOT NULL REFERENCES auth_user(id) ON DELETE CASCADE,
  created_at BIGINT NOT NULL,
  idle_at    BIGINT NOT NULL, -- last use
  expires_at BIGINT NOT NULL,
  ip         TEXT,
  agent      TEXT
);
CREATE INDEX auth_session_user ON auth_session(user_id);
