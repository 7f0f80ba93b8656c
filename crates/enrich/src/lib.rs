//! Adds entity, direction, geography, ASN and list membership to flow records from read-only tables.
