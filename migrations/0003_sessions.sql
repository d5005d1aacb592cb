-- A person sees the browsers that are signed in, and ends what should not be: a session gets an id that may be shown, the
-- browser's name for itself, and when it was last used. Nothing refers to this table, so it is made anew.
ALTER TABLE sessions RENAME TO sessions_before;
CREATE TABLE sessions (
    id              TEXT   NOT NULL PRIMARY KEY,
    token_sha256    TEXT   NOT NULL UNIQUE,
    user_id         TEXT   NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    -- As the browser calls itself (User-Agent), shortened; empty for those from before.
    browser         TEXT   NOT NULL,
    created_at_ms   BIGINT NOT NULL,
    last_used_at_ms BIGINT NOT NULL,
    expires_at_ms   BIGINT NOT NULL
);
INSERT INTO sessions (id, token_sha256, user_id, browser, created_at_ms, last_used_at_ms, expires_at_ms)
    SELECT substr(token_sha256, 1, 32), token_sha256, user_id, '', created_at_ms, created_at_ms, expires_at_ms
    FROM sessions_before;
DROP TABLE sessions_before;
CREATE INDEX sessions_by_user ON sessions (user_id);
CREATE INDEX sessions_by_expiry ON sessions (expires_at_ms);
