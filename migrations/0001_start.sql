-- The first schema. Rules that every later migration keeps:
--  * expand, then contract: an older program must not lose data because a newer one ran once;
--  * times are integer milliseconds since 1970 (UTC), ids are UUIDv7 as text, so that they sort by age;
--  * a table of people's things carries its owner, and foreign keys carry it along: a row of one person cannot hang
--    on a row of another, whatever a query forgets;
--  * only what PostgreSQL knows too (its BYTEA is BLOB here; that is the one word to translate).

CREATE TABLE users (
    id            TEXT   NOT NULL PRIMARY KEY,
    name          TEXT   NOT NULL,
    role          TEXT   NOT NULL CHECK (role IN ('administrator', 'member')),
    created_at_ms BIGINT NOT NULL
);

-- Only a hash of the token is kept: who reads a backup cannot sign in with it.
CREATE TABLE sessions (
    token_sha256  TEXT   NOT NULL PRIMARY KEY,
    user_id       TEXT   NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    created_at_ms BIGINT NOT NULL,
    expires_at_ms BIGINT NOT NULL
);
CREATE INDEX sessions_by_expiry ON sessions (expires_at_ms);

-- The content of a picture, once, whoever uploaded it. The bytes are files (`pictures/ab/cdef….png`). No owner, and
-- no right: those hang on `pictures`, so that knowing a hash grants nothing.
CREATE TABLE blobs (
    sha256        TEXT   NOT NULL PRIMARY KEY,
    width         BIGINT NOT NULL,
    height        BIGINT NOT NULL,
    size_bytes    BIGINT NOT NULL,
    created_at_ms BIGINT NOT NULL
);

-- A person's own view of a blob, under an id that tells nothing about its content.
CREATE TABLE pictures (
    id            TEXT   NOT NULL PRIMARY KEY,
    owner_id      TEXT   NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    blob_sha256   TEXT   NOT NULL REFERENCES blobs (sha256),
    name          TEXT   NOT NULL,
    created_at_ms BIGINT NOT NULL,
    UNIQUE (owner_id, id)
);
CREATE INDEX pictures_by_blob ON pictures (blob_sha256);

CREATE TABLE conversations (
    id                 TEXT   NOT NULL PRIMARY KEY,
    owner_id           TEXT   NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    title              TEXT   NOT NULL,
    created_at_ms      BIGINT NOT NULL,
    updated_at_ms      BIGINT NOT NULL,
    -- Set by "Delete": hidden, but "Undo" brings it back.
    deleted_at_ms      BIGINT,
    -- The leaf (or any message) of the branch last looked at. No REFERENCES: the two tables would need each other.
    current_message_id TEXT,
    -- Kept here so that the side bar reads one table, however long the conversations are.
    first_picture_id   TEXT,
    UNIQUE (owner_id, id),
    FOREIGN KEY (owner_id, first_picture_id) REFERENCES pictures (owner_id, id)
);
CREATE INDEX conversations_by_use ON conversations (owner_id, updated_at_ms);

-- A tree by `parent_id`: editing and regenerating add siblings, nothing is ever overwritten.
CREATE TABLE messages (
    id              TEXT   NOT NULL PRIMARY KEY,
    owner_id        TEXT   NOT NULL,
    conversation_id TEXT   NOT NULL,
    parent_id       TEXT,
    role            TEXT   NOT NULL CHECK (role IN ('user', 'assistant')),
    -- An answer's text stays empty until its generation has ended.
    text            TEXT   NOT NULL,
    created_at_ms   BIGINT NOT NULL,
    UNIQUE (owner_id, id),
    UNIQUE (conversation_id, id),
    FOREIGN KEY (owner_id, conversation_id) REFERENCES conversations (owner_id, id) ON DELETE CASCADE,
    -- A parent is a message of the same conversation.
    FOREIGN KEY (conversation_id, parent_id) REFERENCES messages (conversation_id, id) ON DELETE CASCADE
);
CREATE INDEX messages_by_parent ON messages (conversation_id, parent_id);

CREATE TABLE message_pictures (
    message_id TEXT   NOT NULL,
    position   BIGINT NOT NULL,
    owner_id   TEXT   NOT NULL,
    picture_id TEXT   NOT NULL,
    PRIMARY KEY (message_id, position),
    FOREIGN KEY (owner_id, message_id) REFERENCES messages (owner_id, id) ON DELETE CASCADE,
    FOREIGN KEY (owner_id, picture_id) REFERENCES pictures (owner_id, id)
);
CREATE INDEX message_pictures_by_picture ON message_pictures (picture_id);

-- The making of one answer, journalled before it starts: all that is needed to make the same answer again.
CREATE TABLE generations (
    id                 TEXT    NOT NULL PRIMARY KEY,
    owner_id           TEXT    NOT NULL,
    -- Made by the client, once per message: a double click or a retry sends once.
    key                TEXT    NOT NULL,
    conversation_id    TEXT    NOT NULL,
    answer_id          TEXT    NOT NULL UNIQUE,
    state              TEXT    NOT NULL CHECK (state IN ('running', 'complete', 'stopped', 'length', 'repetition',
                                                         'interrupted', 'failed')),
    model_name         TEXT    NOT NULL,
    model_hash         TEXT    NOT NULL,
    engine_version     TEXT    NOT NULL,
    template           TEXT    NOT NULL,
    -- Little-endian u32s.
    prompt_tokens      BLOB    NOT NULL,
    picture_ids_json   TEXT    NOT NULL,
    picture_sizes_json TEXT    NOT NULL,
    parameters_json    TEXT    NOT NULL,
    -- What was shown before a change of model replaced the journal; the tokens continue it.
    text_before        TEXT    NOT NULL DEFAULT '',
    resumes            BIGINT  NOT NULL DEFAULT 0,
    changed_model      BOOLEAN NOT NULL DEFAULT FALSE,
    usage_json         TEXT,
    timings_json       TEXT,
    created_at_ms      BIGINT  NOT NULL,
    finished_at_ms     BIGINT,
    UNIQUE (owner_id, id),
    UNIQUE (owner_id, key),
    FOREIGN KEY (owner_id, answer_id) REFERENCES messages (owner_id, id) ON DELETE CASCADE,
    FOREIGN KEY (conversation_id, answer_id) REFERENCES messages (conversation_id, id) ON DELETE CASCADE
);
CREATE INDEX generations_by_state ON generations (state, created_at_ms);

-- Every sampled token, one row a batch. Kept after the end: a follow-up feeds these ids, not the text again.
CREATE TABLE generation_tokens (
    generation_id TEXT   NOT NULL,
    owner_id      TEXT   NOT NULL,
    first_index   BIGINT NOT NULL,
    token_count   BIGINT NOT NULL,
    -- Little-endian u32s.
    tokens        BLOB   NOT NULL,
    -- What these tokens showed: another model, after a change, cannot read their ids.
    shown_text    TEXT   NOT NULL,
    PRIMARY KEY (generation_id, first_index),
    FOREIGN KEY (owner_id, generation_id) REFERENCES generations (owner_id, id) ON DELETE CASCADE
);
