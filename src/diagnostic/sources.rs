//! The files that problems stand in.

use std::ops::Range;
use std::sync::Arc;

/// A file that was read, by its number in order of reading.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct FileId(pub(crate) usize);

/// A place in a file: a range of bytes of its text.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Place {
    /// The file.
    pub(crate) file: FileId,
    /// The first byte.
    pub(crate) start: usize,
    /// The byte after the last.
    pub(crate) end: usize,
}

impl Place {
    /// A range of bytes in a file.
    pub(crate) fn new(file: FileId, span: Range<usize>) -> Self {
        Self { file, start: span.start, end: span.end }
    }

    /// The range of bytes.
    pub(crate) fn span(&self) -> Range<usize> {
        self.start..self.end
    }
}

/// All files that were read, with the names that people see.
#[derive(Clone, Debug, Default)]
pub(crate) struct Sources {
    files: Vec<(String, Arc<str>)>,
}

impl Sources {
    /// Adds a file.
    pub(crate) fn add(&mut self, name: impl Into<String>, text: Arc<str>) -> FileId {
        self.files.push((name.into(), text));
        FileId(self.files.len() - 1)
    }

    /// The name of a file.
    pub(crate) fn name(&self, file: FileId) -> &str {
        self.files.get(file.0).map_or("", |(name, _)| name)
    }

    /// The text of a file.
    pub(crate) fn text(&self, file: FileId) -> &str {
        self.files.get(file.0).map_or("", |(_, text)| text)
    }

    /// The texts of all files.
    pub(crate) fn texts(&self) -> impl Iterator<Item = &str> {
        self.files.iter().map(|(_, text)| text.as_ref())
    }

    /// Line and column of the first byte of a place, both from 1; the column counts characters.
    pub(crate) fn position(&self, place: &Place) -> (usize, usize) {
        let text = self.text(place.file);
        let before = &text[..floor(text, place.start)];
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        (before.matches('\n').count() + 1, before[line_start..].chars().count() + 1)
    }
}

/// The last boundary of a character at or before a byte.
pub(super) fn floor(text: &str, byte: usize) -> usize {
    let byte = byte.min(text.len());
    (0..=byte).rev().find(|&at| text.is_char_boundary(at)).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_position_counts_lines_and_characters_from_one() {
        let mut sources = Sources::default();
        let file = sources.add("a.toml", "a = 1\nbücher = 2\n".into());
        assert_eq!(sources.position(&Place::new(file, 0..1)), (1, 1));
        assert_eq!(sources.position(&Place::new(file, 14..15)), (2, 8));
        assert_eq!(sources.position(&Place::new(file, 99..99)), (3, 1));
    }
}
