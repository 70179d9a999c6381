//! Settings that every step of a kind starts from: `[defaults.KIND]`.
//!
//! They are laid under the settings of a step, so one table then holds values of two files. The places of the
//! defaults are moved behind the end of every file, each file to a range of its own, so that a place still tells
//! which file it is in.

use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::diagnostic::{FileId, Place};

/// More bytes than a file that is read may have.
const FAR: usize = 1 << 25;

/// The place of a range that may have been moved; `file` is meant where it was not.
pub(super) fn place(file: FileId, span: Range<usize>) -> Place {
    match (span.start / FAR).checked_sub(1) {
        None => Place::new(file, span),
        Some(moved) => Place::new(FileId(moved), span.start % FAR..span.start % FAR + span.len()),
    }
}

/// A table with all places moved.
pub(super) fn moved(table: DeTable<'_>, file: FileId) -> DeTable<'_> {
    let by = (file.0 + 1) * FAR;
    table.into_iter().map(|(key, value)| (moved_by(key, by), moved_value(value, by))).collect()
}

fn moved_by<T>(spanned: Spanned<T>, by: usize) -> Spanned<T> {
    let span = spanned.span();
    Spanned::new(span.start + by..span.end + by, spanned.into_inner())
}

fn moved_value(value: Spanned<DeValue<'_>>, by: usize) -> Spanned<DeValue<'_>> {
    let value = moved_by(value, by);
    let span = value.span();
    let inner = match value.into_inner() {
        DeValue::Table(table) => {
            let entries = table.into_iter();
            DeValue::Table(entries.map(|(key, value)| (moved_by(key, by), moved_value(value, by))).collect())
        }
        DeValue::Array(array) => DeValue::Array(array.into_iter().map(|item| moved_value(item, by)).collect()),
        other @ (DeValue::String(_)
        | DeValue::Integer(_)
        | DeValue::Float(_)
        | DeValue::Boolean(_)
        | DeValue::Datetime(_)) => other,
    };
    Spanned::new(span, inner)
}

/// Lays defaults under the settings of a step. Its own keys go before them, whole: tables are not merged.
pub(super) fn lay_under<'t>(settings: &mut DeTable<'t>, defaults: &DeTable<'t>) {
    for (key, value) in defaults {
        if !settings.contains_key(key.get_ref().as_ref()) {
            settings.insert(key.clone(), value.clone());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moved_place_tells_its_file() {
        let table = DeTable::parse("a = { b = [1] }").unwrap().into_inner();
        let table = moved(table, FileId(3));
        let (key, value) = table.get_key_value("a").unwrap();
        assert_eq!(place(FileId(7), key.span()), Place::new(FileId(3), 0..1));
        assert_eq!(place(FileId(7), value.span()), Place::new(FileId(3), 4..15));
        assert_eq!(place(FileId(7), 4..15), Place::new(FileId(7), 4..15));
    }

    #[test]
    fn the_own_keys_of_a_step_go_before_the_defaults() {
        let mut step = DeTable::parse("tool = \"flake8\"\n").unwrap().into_inner();
        lay_under(&mut step, &DeTable::parse("tool = \"ruff\"\npaths = [\"app\"]\n").unwrap().into_inner());
        assert_eq!(step.get("tool").and_then(|tool| tool.get_ref().as_str()), Some("flake8"));
        assert!(step.contains_key("paths"));
    }
}
