-- Named credentials for outgoing calls. Nothing here is secret; values are in auth_secret.
CREATE TABLE auth_credential (
  id          TEXT PRIMARY KEY, -- ULID
  instance_id TEXT NOT NULL REFERENCES instance(id) ON DELETE CASCADE,
  name        TEXT NOT NULL,
  kind        TEXT NOT NULL CHECK (kind IN ('bearer', 'basic', 'digest', 'header', 'oauth2-client')),
  hosts       TEXT NOT NULL, -- JSON array; sent to no other
  settings    TEXT NOT NULL DEFAULT '{}', -- JSON object
  created_at  BIGINT NOT NULL,
  rotated_at  BIGINT NOT NULL,
  UNIQUE (instance_id, name)
);

CREATE TABLE auth_credential_use (
  credential_id TEXT NOT NULL REFERENCES auth_credential(id) ON DELETE CASCADE,
  node_id       TEXT NOT NULL,
  uses          BIGINT NOT NULL,
  last_used_at  BIGINT NOT NULL,
  PRIMARY KEY (credential_id, node_id)
);

-- Secrets sealed with a master key (AES-256-GCM, bound to row and field). id is
-- that of the row of another table which the secret belongs to.
CREATE TABLE auth_secret (
  id     TEXT NOT NULL,
  field  TEXT NOT NULL,
  key_id TEXT NOT NULL,
  sealed TEXT NOT NULL, -- "v1." and base64 of nonce and ciphertext
  PRIMARY KEY (id, field)
);
