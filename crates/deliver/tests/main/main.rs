//! Targets against real receivers on this machine: good ones, slow ones, ones that fail and ones that go away.
#![allow(clippy::unwrap_used, clippy::cast_possible_truncation)]
#![expect(clippy::print_stderr, reason = "a test that cannot run here says so")]

mod authority;
mod file;
mod receiver;
mod running;
mod slack;
mod syslog;
mod webhook;
mod world;
