CREATE TABLE suppression_rules (
    name            TEXT PRIMARY KEY NOT NULL,
    rule            TEXT NOT NULL
) STRICT;

-- Whether it is in the archive because a rule hides it, and for no other reason.
ALTER TABLE findings ADD COLUMN hidden INTEGER NOT NULL DEFAULT 0;
-- Whether somebody took it back by hand: rules leave it alone then.
ALTER TABLE findings ADD COLUMN kept INTEGER NOT NULL DEFAULT 0;
