-- Times are microseconds since the Unix epoch, UTC. JSON columns hold what the crates above read and write.

CREATE TABLE findings (
    id              TEXT PRIMARY KEY NOT NULL,
    finding_type    TEXT NOT NULL,
    entity          TEXT NOT NULL,
    account_id      TEXT,
    region          TEXT,
    severity        REAL NOT NULL,
    title           TEXT NOT NULL,
    description     TEXT NOT NULL,
    -- Occurrences; 0 when all of them vanished and somebody's triage keeps the finding.
    count           INTEGER NOT NULL,
    actors          INTEGER NOT NULL,
    first_seen      INTEGER NOT NULL,
    last_seen       INTEGER NOT NULL,
    -- The latest occurrence.
    latest          TEXT NOT NULL,
    resource        TEXT NOT NULL,
    archived        INTEGER NOT NULL DEFAULT 0,
    triaged_by      TEXT,
    triaged_at      INTEGER,
    note            TEXT
) STRICT;

CREATE INDEX findings_by_last_seen ON findings (last_seen);
CREATE INDEX findings_by_entity ON findings (entity);

CREATE TABLE occurrences (
    finding_id      TEXT NOT NULL REFERENCES findings (id) ON DELETE CASCADE,
    occurrence_key  TEXT NOT NULL,
    finding_type    TEXT NOT NULL,
    entity          TEXT NOT NULL,
    account_id      TEXT,
    -- The hour that the detector judged; the range of a detection run is a range of these.
    hour            INTEGER NOT NULL,
    first_seen      INTEGER NOT NULL,
    last_seen       INTEGER NOT NULL,
    severity        REAL NOT NULL,
    remote_addr     TEXT NOT NULL,
    occurrence      TEXT NOT NULL,
    PRIMARY KEY (finding_id, occurrence_key)
) STRICT, WITHOUT ROWID;

CREATE INDEX occurrences_by_type_and_hour ON occurrences (finding_type, hour);
CREATE INDEX occurrences_by_entity ON occurrences (entity, first_seen);
CREATE INDEX occurrences_by_remote ON occurrences (remote_addr, first_seen);

CREATE TABLE lists (
    name            TEXT PRIMARY KEY NOT NULL,
    kind            TEXT NOT NULL,
    added           INTEGER NOT NULL,
    list            TEXT NOT NULL
) STRICT;

CREATE TABLE tokens (
    name            TEXT PRIMARY KEY NOT NULL,
    -- SHA-256 of the secret, hexadecimal. The secret itself is nowhere.
    hash            TEXT NOT NULL UNIQUE,
    created         INTEGER NOT NULL
) STRICT;

CREATE TABLE settings (
    key             TEXT PRIMARY KEY NOT NULL,
    value           TEXT NOT NULL
) STRICT;

CREATE TABLE watermarks (
    key             TEXT PRIMARY KEY NOT NULL,
    time            INTEGER NOT NULL
) STRICT;
