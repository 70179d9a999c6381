//! Asking the person at the terminal.

/// The door to a person. Without a terminal nobody is there.
#[derive(Debug, Default)]
pub(crate) struct Person {}
