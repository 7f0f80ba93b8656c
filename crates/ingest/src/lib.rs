//! Sources, ledger and the pipeline that takes an object from bytes to a commit.
