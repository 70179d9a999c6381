//! A file as a table with places.

use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::diagnostic::{Code, Diagnostic, FileId, Place, Problems};
use crate::probe::files::{FileError, Files};

/// A file that was read.
#[derive(Clone, Debug)]
pub(super) struct Text {
    /// Its number among all files.
    pub(super) file: FileId,
    /// Its path.
    pub(super) path: PathBuf,
    /// Its text.
    pub(super) text: Arc<str>,
}

impl Text {
    /// Reads a file. A file that cannot be read is told at the place that names it, if there is one.
    pub(super) fn read(files: &Files, path: &Path, named: Option<Place>, problems: &mut Problems) -> Option<Self> {
        match files.read(path) {
            Ok(text) => {
                let text: Arc<str> = text.into();
                let file = problems.add_file(shown(files, path), Arc::clone(&text));
                Some(Self { file, path: path.to_owned(), text })
            }
            Err(error) => {
                problems.tell(unreadable(&error, named));
                None
            }
        }
    }
}

/// A path as people write it: relative to the folder that they stand in, where it is below it.
pub(super) fn shown(files: &Files, path: &Path) -> String {
    path.strip_prefix(files.root()).unwrap_or(path).display().to_string()
}

fn unreadable(error: &FileError, named: Option<Place>) -> Diagnostic {
    let (code, help) = match error {
        FileError::Missing { .. } => (Code::FileMissing, "create it, or correct the name".to_owned()),
        FileError::TooLarge { .. } => (Code::FileUnreadable, "split it into several files".to_owned()),
        FileError::NotText { .. } => (Code::FileNotText, "save it as UTF-8".to_owned()),
        FileError::Read { source, .. } => (Code::FileUnreadable, format!("the system says: {source}")),
    };
    let diagnostic = Diagnostic::new(code, error.to_string()).help(help);
    named.into_iter().fold(diagnostic, |diagnostic, place| diagnostic.at(place, "named here"))
}

/// A file as a table with places. Where the text is not valid TOML, the rest of it is still there.
#[derive(Debug)]
pub(super) struct Document<'t> {
    /// The file.
    pub(super) file: FileId,
    /// Its top level.
    pub(super) table: DeTable<'t>,
    /// Where the text is not valid TOML.
    errors: Vec<Range<usize>>,
}

impl<'t> Document<'t> {
    /// Parses a text and tells everything that is not TOML.
    pub(super) fn parse(text: &'t Text, problems: &mut Problems) -> Self {
        let (table, errors) = DeTable::parse_recoverable(&text.text);
        let errors: Vec<Range<usize>> = errors
            .iter()
            .map(|error| {
                let span = error.span().unwrap_or_default();
                let place = Place::new(text.file, span.clone());
                problems.tell(Diagnostic::new(Code::Syntax, error.message()).at(place, "").help(SYNTAX));
                span
            })
            .collect();
        Self { file: text.file, table: table.into_inner(), errors }
    }

    /// Whether the whole text is valid TOML.
    pub(super) fn is_whole(&self) -> bool {
        self.errors.is_empty()
    }

    /// Whether a range of the text is valid TOML.
    pub(super) fn is_whole_in(&self, range: &Range<usize>) -> bool {
        self.errors.iter().all(|error| error.end < range.start || range.end <= error.start)
    }

    /// Takes a key out of the top level, with the place of the key.
    pub(super) fn take(&mut self, key: &str) -> Option<(Place, Spanned<DeValue<'t>>)> {
        let (key, value) = self.table.remove_entry(key)?;
        Some((Place::new(self.file, key.span()), value))
    }
}

/// Said of everything that is not TOML.
const SYNTAX: &str =
    "write it as TOML: `key = value` lines below a `[table]` or `[[step]]` line; see https://toml.io";

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> (usize, bool) {
        let mut problems = Problems::default();
        let file = problems.add_file("a.toml", text.into());
        let text = Text { file, path: "a.toml".into(), text: text.into() };
        let document = Document::parse(&text, &mut problems);
        (problems.sorted().len(), document.is_whole())
    }

    #[test]
    fn several_syntax_errors_are_told_together() {
        assert_eq!(parse("a = 1\n"), (0, true));
        assert_eq!(parse("a = \nb = 01\nc = 2 3\n"), (3, false));
    }
}
