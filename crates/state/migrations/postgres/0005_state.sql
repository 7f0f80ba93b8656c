-- The same tables as migrations/sqlite makes in its first five steps; the numbers of both folders go together.
--
-- Texts compare by their bytes, as SQLite and the program do: what is ordered or cut off by a name must not depend on the language that a
-- server was set up with. Times are microseconds since the Unix epoch, UTC. JSON is kept as the text that was written, which is compared
-- as a text.

CREATE TABLE findings (
    id              TEXT COLLATE "C" PRIMARY KEY,
    finding_type    TEXT COLLATE "C" NOT NULL,
    entity          TEXT COLLATE "C" NOT NULL,
    account_id      TEXT COLLATE "C",
    region          TEXT COLLATE "C",
    severity        DOUBLE PRECISION NOT NULL,
    title           TEXT COLLATE "C" NOT NULL,
    description     TEXT COLLATE "C" NOT NULL,
    -- Occurrences; 0 when all of them vanished and somebody's triage keeps the finding.
    count           BIGINT NOT NULL,
    actors          BIGINT NOT NULL,
    first_seen      BIGINT NOT NULL,
    last_seen       BIGINT NOT NULL,
    -- The latest occurrence.
    latest          TEXT COLLATE "C" NOT NULL,
    resource        TEXT COLLATE "C" NOT NULL,
    archived        BOOLEAN NOT NULL DEFAULT FALSE,
    triaged_by      TEXT COLLATE "C",
    triaged_at      BIGINT,
    note            TEXT COLLATE "C",
    -- The evidence of all occurrences, folded.
    evidence        TEXT COLLATE "C",
    -- What groups are made from, as JSON.
    signal          TEXT COLLATE "C",
    -- The group that the finding is in.
    group_id        TEXT COLLATE "C",
    -- Whether it was made up, to show what a finding of its type looks like.
    sample          BOOLEAN NOT NULL DEFAULT FALSE,
    -- The suppression rule that hides it.
    suppressed_by   TEXT COLLATE "C",
    -- Whether it is in the archive because a rule hides it, and for no other reason.
    hidden          BOOLEAN NOT NULL DEFAULT FALSE,
    -- Whether somebody took it back by hand: rules leave it alone then.
    kept            BOOLEAN NOT NULL DEFAULT FALSE
);

CREATE INDEX findings_by_last_seen ON findings (last_seen);
CREATE INDEX findings_by_entity ON findings (entity);
CREATE INDEX findings_by_group ON findings (group_id);

CREATE TABLE occurrences (
    finding_id      TEXT COLLATE "C" NOT NULL REFERENCES findings (id) ON DELETE CASCADE,
    occurrence_key  TEXT COLLATE "C" NOT NULL,
    finding_type    TEXT COLLATE "C" NOT NULL,
    entity          TEXT COLLATE "C" NOT NULL,
    account_id      TEXT COLLATE "C",
    -- The hour that the detector judged; the range of a detection run is a range of these.
    hour            BIGINT NOT NULL,
    first_seen      BIGINT NOT NULL,
    last_seen       BIGINT NOT NULL,
    severity        DOUBLE PRECISION NOT NULL,
    remote_addr     TEXT COLLATE "C" NOT NULL,
    occurrence      TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (finding_id, occurrence_key)
);

CREATE INDEX occurrences_by_type_and_hour ON occurrences (finding_type, hour);
CREATE INDEX occurrences_by_entity ON occurrences (entity, first_seen);
CREATE INDEX occurrences_by_remote ON occurrences (remote_addr, first_seen);

CREATE TABLE groups (
    id              TEXT COLLATE "C" PRIMARY KEY,
    title           TEXT COLLATE "C" NOT NULL,
    severity        DOUBLE PRECISION NOT NULL,
    score           DOUBLE PRECISION NOT NULL,
    archived        BOOLEAN NOT NULL,
    first_seen      BIGINT NOT NULL,
    last_seen       BIGINT NOT NULL,
    findings        BIGINT NOT NULL,
    -- The group as a whole.
    content         TEXT COLLATE "C" NOT NULL
);

-- Every id that leads to a group: one for each of its findings, of which the oldest one's is its own.
CREATE TABLE group_ids (
    id              TEXT COLLATE "C" PRIMARY KEY,
    group_id        TEXT COLLATE "C" NOT NULL REFERENCES groups (id) ON DELETE CASCADE
);

CREATE INDEX group_ids_by_group ON group_ids (group_id);

CREATE TABLE suppression_rules (
    name            TEXT COLLATE "C" PRIMARY KEY,
    rule            TEXT COLLATE "C" NOT NULL
);

-- That a finding is new or has changed, in the order in which it happened; kept until every receiver has settled it. Places are given by the
-- one who holds the writer's lock, so that they become visible in their order.
CREATE TABLE notices (
    position        BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    finding_id      TEXT COLLATE "C" NOT NULL,
    is_new          BOOLEAN NOT NULL,
    -- From when on it may be told, microseconds since 1970; null until suppression rules have been applied.
    at              BIGINT
);

-- Up to where each receiver has settled the notices.
CREATE TABLE deliveries (
    target          TEXT COLLATE "C" PRIMARY KEY,
    position        BIGINT NOT NULL
);

CREATE TABLE lists (
    name            TEXT COLLATE "C" PRIMARY KEY,
    kind            TEXT COLLATE "C" NOT NULL,
    added           BIGINT NOT NULL,
    list            TEXT COLLATE "C" NOT NULL
);

CREATE TABLE tokens (
    name            TEXT COLLATE "C" PRIMARY KEY,
    -- SHA-256 of the secret, hexadecimal. The secret itself is nowhere.
    hash            TEXT COLLATE "C" NOT NULL UNIQUE,
    created         BIGINT NOT NULL
);

CREATE TABLE settings (
    key             TEXT COLLATE "C" PRIMARY KEY,
    value           TEXT COLLATE "C" NOT NULL
);

CREATE TABLE watermarks (
    key             TEXT COLLATE "C" PRIMARY KEY,
    time            BIGINT NOT NULL
);
