-- That a finding is new or has changed, in the order in which it happened; kept until every receiver has settled it.
CREATE TABLE notices (
    position        INTEGER PRIMARY KEY AUTOINCREMENT,
    finding_id      TEXT NOT NULL,
    is_new          INTEGER NOT NULL,
    -- From when on it may be told, microseconds since 1970; null until suppression rules have been applied.
    at              INTEGER
) STRICT;

-- Up to where each receiver has settled the notices.
CREATE TABLE deliveries (
    target          TEXT PRIMARY KEY NOT NULL,
    position        INTEGER NOT NULL
) STRICT;
