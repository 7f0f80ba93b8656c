//! The `weir` binary: configuration, wiring, background jobs, subcommands.
