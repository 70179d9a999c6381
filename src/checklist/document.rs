//! A file as a table with places.

use std::cell::OnceCell;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use toml::Spanned;
use toml::de::{DeTable, DeValue, Error};

use crate::diagnostic::{Code, Diagnostic, FileId, Place, Problems};
use crate::probe::files::{FileError, Files};

/// A file that was read.
#[expect(clippy::struct_field_names, reason = "the text is what a text is about")]
#[derive(Clone, Debug)]
pub(super) struct Text {
    /// Its number among all files.
    pub(super) file: FileId,
    /// Its path.
    pub(super) path: PathBuf,
    /// Its text.
    pub(super) text: Arc<str>,
    /// Its text without the lines that are not TOML, where there are any.
    readable: OnceCell<String>,
}

impl Text {
    /// Reads a file. A file that cannot be read is told at the place that names it, if there is one.
    pub(super) fn read(files: &Files, path: &Path, named: Option<Place>, problems: &mut Problems) -> Option<Self> {
        match files.read(path) {
            Ok(text) => {
                let text: Arc<str> = text.into();
                let file = problems.add_file(shown(files, path), Arc::clone(&text));
                Some(Self { file, path: path.to_owned(), text, readable: OnceCell::new() })
            }
            Err(error) => {
                problems.tell(unreadable(&error, &shown(files, path), named));
                None
            }
        }
    }
}

/// A path as people write it: relative to the folder that they stand in, where it is below it.
pub(super) fn shown(files: &Files, path: &Path) -> String {
    path.strip_prefix(files.root()).unwrap_or(path).display().to_string()
}

fn unreadable(error: &FileError, path: &str, named: Option<Place>) -> Diagnostic {
    let (code, message, help) = match error {
        FileError::Missing { .. } => (Code::FileMissing, "is not there", "create it, or correct the name".to_owned()),
        FileError::TooLarge { .. } => {
            (Code::FileUnreadable, "is larger than 16 MiB", "split it into several files".to_owned())
        }
        FileError::NotText { .. } => (Code::FileNotText, "is not valid UTF-8", "save it as UTF-8".to_owned()),
        FileError::Read { source, .. } => {
            (Code::FileUnreadable, "could not be read", format!("the system says: {source}"))
        }
    };
    let diagnostic = Diagnostic::new(code, format!("the file `{path}` {message}")).help(help);
    named.into_iter().fold(diagnostic, |diagnostic, place| diagnostic.at(place, "named here"))
}

/// A file as a table with places.
///
/// Lines that are not TOML are told, blanked out, and the rest is read as if they were not there: everything else
/// stays at its place.
#[derive(Debug)]
pub(super) struct Document<'t> {
    /// The file.
    pub(super) file: FileId,
    /// Its top level.
    pub(super) table: DeTable<'t>,
    /// The lines that are not TOML.
    broken: Vec<Range<usize>>,
}

/// How many lines of a file are told that are not TOML.
const MOST_BROKEN: usize = 50;

impl<'t> Document<'t> {
    /// Parses a text and tells every line that is not TOML.
    pub(super) fn parse(text: &'t Text, problems: &mut Problems) -> Self {
        let (table, errors) = DeTable::parse_recoverable(&text.text);
        if errors.is_empty() {
            return Self { file: text.file, table: table.into_inner(), broken: Vec::new() };
        }
        let mut broken = Vec::new();
        let readable =
            text.readable.get_or_init(|| blanked(&text.text, first(&errors), text.file, &mut broken, problems));
        let (table, _) = DeTable::parse_recoverable(readable);
        Self { file: text.file, table: table.into_inner(), broken }
    }

    /// Whether the whole text is valid TOML.
    pub(super) fn is_whole(&self) -> bool {
        self.broken.is_empty()
    }

    /// Whether a range of the text is valid TOML.
    pub(super) fn is_whole_in(&self, range: &Range<usize>) -> bool {
        self.broken.iter().all(|line| line.end < range.start || range.end <= line.start)
    }

    /// Takes a key out of the top level, with the place of the key.
    pub(super) fn take(&mut self, key: &str) -> Option<(Place, Spanned<DeValue<'t>>)> {
        let (key, value) = self.table.remove_entry(key)?;
        Some((Place::new(self.file, key.span()), value))
    }
}

/// A text with every line blanked out that is not TOML. One line a pass, because what a parser says behind its first
/// error is seldom true.
fn blanked(
    text: &str,
    first_error: Option<Error>,
    file: FileId,
    broken: &mut Vec<Range<usize>>,
    problems: &mut Problems,
) -> String {
    let mut readable = text.to_owned();
    let mut error = first_error;
    while let Some(found) = error.filter(|_| broken.len() < MOST_BROKEN) {
        let span = found.span().unwrap_or_default();
        let line = lost_with(&readable, line_at(&readable, span.start));
        let place = Place::new(file, span);
        problems.tell(Diagnostic::new(Code::Syntax, found.message()).at(place, "").help(SYNTAX));
        if readable[line.clone()].trim().is_empty() {
            break;
        }
        let blank: String =
            readable[line.clone()].bytes().map(|sign| if sign == b'\n' { '\n' } else { ' ' }).collect();
        readable.replace_range(line.clone(), &blank);
        broken.push(line);
        error = first(&DeTable::parse_recoverable(&readable).1);
    }
    readable
}

fn first(errors: &[Error]) -> Option<Error> {
    errors.iter().min_by_key(|error| error.span().map(|span| span.start)).cloned()
}

/// The lines that are lost with a broken one: below a broken `[table]` line, all up to the next one, because they
/// would seem to belong to the table before.
fn lost_with(text: &str, line: Range<usize>) -> Range<usize> {
    if !text[line.clone()].trim_start().starts_with('[') {
        return line;
    }
    let next = text[line.end..].find("\n[").map_or(text.len(), |at| line.end + at);
    line.start..next
}

/// The line around a byte, without its end.
fn line_at(text: &str, byte: usize) -> Range<usize> {
    let byte = byte.min(text.len());
    let start = text.as_bytes()[..byte].iter().rposition(|&sign| sign == b'\n').map_or(0, |at| at + 1);
    let end = text.as_bytes()[byte..].iter().position(|&sign| sign == b'\n').map_or(text.len(), |at| byte + at);
    start..end
}

/// Said of everything that is not TOML.
const SYNTAX: &str =
    "write it as TOML: `key = value` lines below a `[table]` or `[[step]]` line; see https://toml.io";

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> (usize, String) {
        let mut problems = Problems::default();
        let file = problems.add_file("a.toml", text.into());
        let text = Text { file, path: "a.toml".into(), text: text.into(), readable: OnceCell::new() };
        let document = Document::parse(&text, &mut problems);
        let keys: Vec<&str> = document.table.keys().map(|key| key.get_ref().as_ref()).collect();
        assert_eq!(document.is_whole(), problems.is_empty());
        (problems.sorted().len(), keys.join(" "))
    }

    #[test]
    fn lines_that_are_not_toml_are_told_together_and_the_rest_is_read() {
        assert_eq!(parse("a = 1\n"), (0, "a".to_owned()));
        assert_eq!(parse("a = \nb = 01\nc = 2 3\nd = 4\n"), (3, "d".to_owned()));
        assert_eq!(parse("bücher\n\n[c]\nd = 4\n"), (1, "c".to_owned()));
        assert_eq!(parse("[a\nb = 1\nc = 2\n[d]\n"), (1, "d".to_owned()));
    }

    #[test]
    fn a_text_that_is_nowhere_toml_is_told_within_limits() {
        assert_eq!(parse("\"\"\"\n").1, "");
        assert!(parse(&"{ not: toml }\n".repeat(1000)).0 <= MOST_BROKEN);
    }
}
