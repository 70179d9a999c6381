//! The behaviour of the real program, one module a topic.

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
/// Order, retries, locks, phases, waivers: what the runner promises.
mod runner;
/// Declared secrets appear nowhere.
mod secrets;
/// A person who is asked at a terminal.
mod terminal;
