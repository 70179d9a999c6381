//! Texts that were never filled in: `TODO`, `<version>`, `@your-team`, `{{ name }}`.

use std::sync::LazyLock;

use regex::Regex;

/// Signs that somebody meant to come back: words of that meaning, words in angle brackets, braces that no name
/// filled, and three dots where a value belongs.
static UNFILLED: LazyLock<Regex> = LazyLock::new(|| {
    let pattern = r"(?x)
        \b (?: TODO | FIXME | XXX+ | TBD | TBC ) \b
      | (?i: \b (?: change | replace | fill ) [-_\ ]? (?: me | this | it | in ) \b )
      | (?i: @? \b your [-_] [a-z]+ )
      | < [A-Za-z] (?: [A-Za-z0-9_.\ -]* [A-Za-z0-9] )? >
      | \{\{ [^{}]* \}\}
      | (?: ^ | [\s=] ) (?: \.\.\. | … ) (?: \s | $ )
    ";
    Regex::new(pattern).expect("a constant pattern is valid")
});

/// The first part of a text that was never filled in.
pub(crate) fn placeholder(text: &str) -> Option<&str> {
    UNFILLED.find(text).map(|found| found.as_str().trim_start_matches('=').trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_never_filled_in_is_found() {
        for (text, found) in [
            ("make rollback VERSION=<previous>", "<previous>"),
            ("scripts/rollback.sh TODO", "TODO"),
            ("@your-team", "@your-team"),
            ("CHANGEME", "CHANGEME"),
            ("change-me please", "change-me"),
            ("deploy {{ previous-release }}", "{{ previous-release }}"),
            ("make rollback VERSION=...", "..."),
            ("XXXX", "XXXX"),
        ] {
            assert_eq!(placeholder(text), Some(found), "{text}");
        }
    }

    #[test]
    fn ordinary_text_is_left_alone() {
        for text in [
            "make rollback VERSION=1.0.0",
            "git diff a...b ./...",
            "sh -c 'cat <a >b'",
            "todo-service",
            "exchange metrics",
            "@example/team-orders",
            "sort < in > out",
        ] {
            assert_eq!(placeholder(text), None, "{text}");
        }
    }
}
