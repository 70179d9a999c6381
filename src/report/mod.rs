//! Floor 4: from events and the finished report to readers.
//!
//! A document is a function from a [`RunReport`] to text; writing it to a place is done once, elsewhere. A live
//! reader is a [`Reporter`] that gets every event. Both know floor 0 only: it must be possible to write a report
//! without seeing a kind. All texts that they get are masked already.

mod boundary;
mod destination;
mod evidence;
mod github;
mod headline;
mod json;
mod jsonl;
mod junit;
mod markdown;
mod markup;
mod page;
mod record_files;
#[cfg(test)]
mod sample;
mod schema;
mod styles;
mod summary;
mod tap;
mod terminal;
mod text;
mod wording;
mod wrap;

use crate::model::{Event, RunReport};

pub(crate) use destination::{Destination, append};
pub(crate) use github::step_summary;
pub(crate) use record_files::{record_files, step_files};
pub(crate) use schema::schema;
pub(crate) use summary::{SummarySettings, summary};
pub(crate) use terminal::{Terminal, TerminalSettings};

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
pub(crate) const FORMATS: &[&Format] =
    &[&github::GITHUB, &json::JSON, &jsonl::JSONL, &junit::JUNIT, &markdown::MARKDOWN, &tap::TAP, &text::TEXT];

/// The form with a name.
pub(crate) fn find(name: &str) -> Option<&'static Format> {
    FORMATS.iter().copied().find(|format| format.name == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_stand_in_alphabetical_order_and_can_be_found() {
        assert!(FORMATS.is_sorted_by_key(|format| format.name));
        for format in FORMATS {
            assert_eq!(find(format.name).unwrap().name, format.name);
            assert!(!format.summary.is_empty());
        }
        assert!(find("xml").is_none());
    }

    #[test]
    fn every_format_ends_its_last_line_and_names_the_verdict() {
        for format in FORMATS {
            let document = (format.render)(&sample::report(), &sample::events());
            assert!(document.ends_with('\n'), "{}", format.name);
            assert!(document.contains("NO-GO"), "{}", format.name);
        }
    }

    #[test]
    fn every_format_is_the_same_for_the_same_facts() {
        for format in FORMATS {
            let document = || (format.render)(&sample::report(), &sample::events());
            assert_eq!(document(), document(), "{}", format.name);
        }
    }
}
