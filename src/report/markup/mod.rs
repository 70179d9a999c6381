//! Texts made safe for the place where they are shown.
//!
//! Captured text is written by others: it may move the cursor, hide or reverse what stands beside it, close a
//! tag, or give a command to the CI server that reads the log. Every reader passes each text through here
//! exactly once, at the last moment, so that records and JSON keep what was really seen.

mod commands;
mod markdown;
mod visible;

pub(super) use commands::{disarm, github_message, github_property};
pub(super) use markdown::{code, fence, html, inline};
pub(super) use visible::visible;

/// A text of one or several lines for a terminal or the log of a CI server.
pub(super) fn terminal(text: &str) -> String {
    disarm(&visible(text))
}

/// The same on one line.
pub(super) fn line(text: &str) -> String {
    terminal(&joined(text))
}

/// The lines of a text with a space between them.
pub(super) fn joined(text: &str) -> String {
    text.split(['\n', '\r']).map(str::trim).filter(|line| !line.is_empty()).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn several_lines_become_one() {
        assert_eq!(line(" one\r\n\n  two\u{7} "), "one two␇");
    }

    #[test]
    fn a_command_for_the_ci_server_does_not_survive_the_way_to_a_terminal() {
        assert_eq!(terminal("\u{1b}[31m::error::gone\u{1b}[0m"), ": :error::gone");
    }
}
