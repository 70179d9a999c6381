//! The behaviour of the real program, one module a topic.

#![allow(
    clippy::allow_attributes,
    clippy::disallowed_methods,
    clippy::format_push_string,
    clippy::incompatible_msrv,
    clippy::missing_docs_in_private_items,
    clippy::panic,
    clippy::unused_self,
    clippy::unwrap_used,
    dead_code,
    reason = "tests start programs, read the clock and stop where they cannot go on; two test programs share the room"
)]

#[path = "../support/room.rs"]
mod room;

/// The exit status is the same whatever the format, and JSON is one document whatever happens.
mod exit_status;
/// The direction of imports.
mod floors;
/// Children that do not want to end, and what they leave.
mod hostile_children;
/// Signals and the deadline: reports are still written.
mod interrupt;
/// Every kind is registered, documented and has its rows.
mod kinds;
/// The examples of the README load.
mod readme;
/// Order, retries, locks, phases, waivers: what the runner promises.
mod runner;
/// Declared secrets appear nowhere.
mod secrets;
/// A person who is asked at a terminal.
mod terminal;
