//! The pipeline as its users see it: objects in, a lake out, each record once.
#![allow(clippy::unwrap_used, clippy::cast_possible_truncation, clippy::cast_possible_wrap)]

mod memory;
mod once;
mod several;
mod shaky;
