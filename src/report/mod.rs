//! Floor 4: from events and the finished report to readers.
//!
//! A document is a function from a [`RunReport`] to text; writing it to a place is done once, elsewhere. A live
//! reader is a [`Reporter`] that gets every event. Both know floor 0 only: it must be possible to write a report
//! without seeing a kind. All texts that they get are masked already.

use crate::model::{Event, RunReport};

/// A reader of events.
pub(crate) trait Reporter {
    /// Takes the next event. An error switches this reporter off; the others go on.
    fn on_event(&mut self, event: &Event) -> std::io::Result<()>;
}

/// A form of document.
#[derive(Debug)]
pub(crate) struct Format {
    /// The name in `--report NAME=PATH` and `--format NAME`.
    pub(crate) name: &'static str,
    /// One line: what it is for.
    pub(crate) summary: &'static str,
    /// The whole document.
    pub(crate) render: fn(&RunReport, &[Event]) -> String,
}

/// All forms of documents, in alphabetical order.
pub(crate) const FORMATS: &[&Format] = &[];

/// The form with a name.
pub(crate) fn find(name: &str) -> Option<&'static Format> {
    FORMATS.iter().copied().find(|format| format.name == name)
}
