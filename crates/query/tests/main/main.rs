//! SQL in, rows out: the engine over a small lake, in files that read as a conversation.
#![allow(clippy::unwrap_used, clippy::cast_possible_truncation)]

mod conversation;
mod panels;
mod small_lake;
