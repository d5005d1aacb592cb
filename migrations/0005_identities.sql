-- Single sign-on: a person is whom a provider says, by the provider's address and its own name for them. Never by a
-- mail address or a name, which may come to belong to somebody else.
CREATE TABLE identities (
    issuer        TEXT   NOT NULL,
    subject       TEXT   NOT NULL,
    user_id       TEXT   NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    created_at_ms BIGINT NOT NULL,
    PRIMARY KEY (issuer, subject)
);
CREATE INDEX identities_by_user ON identities (user_id);
