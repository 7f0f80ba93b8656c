//! Bytes to flow records and rejects, one module a format.
