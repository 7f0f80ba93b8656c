-- What groups are made from, as JSON; null for a finding that has not changed since this column was added, for which it is made anew.
ALTER TABLE findings ADD COLUMN signal TEXT;
-- The group that the finding is in.
ALTER TABLE findings ADD COLUMN group_id TEXT;
-- Whether it was made up, to show what a finding of its type looks like.
ALTER TABLE findings ADD COLUMN sample INTEGER NOT NULL DEFAULT 0;
-- The suppression rule that hides it.
ALTER TABLE findings ADD COLUMN suppressed_by TEXT;

CREATE INDEX findings_by_group ON findings (group_id);

CREATE TABLE groups (
    id              TEXT PRIMARY KEY NOT NULL,
    title           TEXT NOT NULL,
    severity        REAL NOT NULL,
    score           REAL NOT NULL,
    archived        INTEGER NOT NULL,
    first_seen      INTEGER NOT NULL,
    last_seen       INTEGER NOT NULL,
    findings        INTEGER NOT NULL,
    -- The group as a whole.
    content         TEXT NOT NULL
) STRICT;

-- Every id that leads to a group: one for each of its findings, of which the oldest one's is its own.
CREATE TABLE group_ids (
    id              TEXT PRIMARY KEY NOT NULL,
    group_id        TEXT NOT NULL REFERENCES groups (id) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;

CREATE INDEX group_ids_by_group ON group_ids (group_id);
