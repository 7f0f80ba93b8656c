-- The evidence of all occurrences, folded; null for a finding that has not changed since this column was added, of which the latest
-- occurrence's stands in.
ALTER TABLE findings ADD COLUMN evidence TEXT;
