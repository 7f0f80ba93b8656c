//! What people and jobs decided: findings, triage, tokens, settings.
