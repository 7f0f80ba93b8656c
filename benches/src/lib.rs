//! What `make bench` times, built without the query engine: see the programs in `src/bin`.

pub mod inventory;
