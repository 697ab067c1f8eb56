CREATE TABLE instance (
  id         TEXT PRIMARY KEY, -- ULID
  name       TEXT NOT NULL UNIQUE,
  created_at BIGINT NOT NULL   -- every time is UTC, Unix milliseconds
);

CREATE TABLE auth_token (
  id           TEXT PRIMARY KEY, -- ULID
  kind         TEXT NOT NULL CHECK (kind IN ('http', 'admin')),
  instance_id  TEXT NOT NULL REFERENCES instance(id) ON DELETE CASCADE,
  name         TEXT NOT NULL,
  name_key     TEXT NOT NULL, -- case-folded; an expired token that lost its name to another has its id appended
  hint         TEXT NOT NULL,
  secret_hash  BLOB NOT NULL CHECK (length(secret_hash) = 32), -- SHA-256 of the value
  prev_hash    BLOB,
  prev_until   BIGINT, -- end of the grace after a rotation
  scopes       TEXT NOT NULL DEFAULT '[]', -- JSON array; [] is everything in the instance
  ips          TEXT NOT NULL DEFAULT '[]', -- JSON array of CIDR ranges; [] is every address
  created_at   BIGINT NOT NULL,
  created_by   TEXT,
  expires_at   BIGINT,
  revoked_at   BIGINT,
  revoked_by   TEXT,
  last_used_at BIGINT,
  last_used_ip TEXT
);
CREATE UNIQUE INDEX auth_token_hash ON auth_token(secret_hash);
CREATE UNIQUE INDEX auth_token_prev ON auth_token(prev_hash) WHERE prev_hash IS NOT NULL;
CREATE UNIQUE INDEX auth_token_name ON auth_token(instance_id, name_key) WHERE revoked_at IS NULL;

CREATE TABLE auth_audit (
  id      INTEGER PRIMARY KEY,
  at      BIGINT NOT NULL,
  type    TEXT NOT NULL,
  actor   TEXT,
  subject TEXT,
  ip      TEXT,
  detail  TEXT -- JSON object
);
CREATE INDEX auth_audit_at ON auth_audit(at);

-- Every change that a running server has to notice adds one, in the same transaction.
CREATE TABLE auth_epoch (
  one   INTEGER PRIMARY KEY CHECK (one = 1),
  value BIGINT NOT NULL
);
INSERT INTO auth_epoch (one, value) VALUES (1, 1);
