-- From one person to a team: accounts with a name and a password, invitations, groups.

-- A role more than the first schema knew. SQLite cannot change a check; a table that others refer to is never made anew
-- (its children would go with it), so a column takes the place of another.
ALTER TABLE users ADD COLUMN new_role TEXT NOT NULL DEFAULT 'member'
    CHECK (new_role IN ('administrator', 'member', 'guest'));
UPDATE users SET new_role = role;
ALTER TABLE users DROP COLUMN role;
ALTER TABLE users RENAME COLUMN new_role TO role;

-- The name in small letters, as it is compared; NULL: no account, the one person of before.
ALTER TABLE users ADD COLUMN name_key TEXT;
-- Argon2id in PHC form; NULL: none was chosen yet.
ALTER TABLE users ADD COLUMN password_hash TEXT;
-- Set while the account is disabled.
ALTER TABLE users ADD COLUMN disabled_at_ms BIGINT;
CREATE UNIQUE INDEX users_by_name_key ON users (name_key);

-- What holds for the whole folder: 'mode' is 'team' once it was, and never steps back.
CREATE TABLE settings (
    name  TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
);

-- They will own projects, assistants and shares.
CREATE TABLE groups (
    id             TEXT   NOT NULL PRIMARY KEY,
    name           TEXT   NOT NULL,
    name_key       TEXT   NOT NULL UNIQUE,
    -- Conversations of its members are removed so long after their last use; NULL: they stay.
    retention_days BIGINT,
    -- When that was last changed: nothing is removed within a day of it.
    retention_since_ms BIGINT NOT NULL,
    created_at_ms  BIGINT NOT NULL
);

CREATE TABLE group_members (
    group_id  TEXT    NOT NULL REFERENCES groups (id) ON DELETE CASCADE,
    user_id   TEXT    NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    -- Sees the members and lets them in again; never their conversations.
    is_leader BOOLEAN NOT NULL DEFAULT FALSE,
    -- Nothing is removed within a day of it.
    since_ms  BIGINT  NOT NULL,
    PRIMARY KEY (group_id, user_id)
);
CREATE INDEX group_members_by_user ON group_members (user_id);

-- Links and codes that let somebody in. Only a hash of the secret is kept.
CREATE TABLE invitations (
    id            TEXT   NOT NULL PRIMARY KEY,
    token_sha256  TEXT   NOT NULL UNIQUE,
    -- 'setup': makes the first administrator · 'join': makes an account · 'account': gives one a password.
    kind          TEXT   NOT NULL CHECK (kind IN ('setup', 'join', 'account')),
    role          TEXT   NOT NULL CHECK (role IN ('administrator', 'member', 'guest')),
    -- Whose account it opens.
    user_id       TEXT   REFERENCES users (id) ON DELETE CASCADE,
    -- Into which group it leads.
    group_id      TEXT   REFERENCES groups (id) ON DELETE CASCADE,
    note          TEXT   NOT NULL,
    uses_left     BIGINT NOT NULL,
    created_at_ms BIGINT NOT NULL,
    expires_at_ms BIGINT NOT NULL
);
CREATE INDEX invitations_by_user ON invitations (user_id);
CREATE INDEX invitations_by_expiry ON invitations (expires_at_ms);
