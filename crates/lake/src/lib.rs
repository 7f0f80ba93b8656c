//! Parquet tables on object storage under a Delta log: writer, catalogue, commit protocol.
