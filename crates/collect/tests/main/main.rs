//! Sources against a real protocol: AWS as `moto` simulates it, with and without a bad line in between.
#![allow(clippy::unwrap_used, clippy::cast_possible_truncation)]

mod inventory;
mod listing;
mod moto;
mod proxy;
mod push;
mod queue;
mod world;
