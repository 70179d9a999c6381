//! The documentation of the kinds, made from their descriptors and from the schema of their settings.

use std::fmt::Write;

use schemars::generate::SchemaSettings;
use serde_json::Value;

use crate::kind::{KINDS, Kind};

use super::setting_rows::{Row, rows};
use super::step_keys::StepKeys;

/// The width of the text, in columns.
const WIDTH: usize = 100;

/// Every kind with its summary, one line each.
pub(crate) fn kind_list() -> String {
    let width = KINDS.iter().map(|kind| kind.name.len()).max().unwrap_or(0);
    let mut text = String::new();
    for kind in KINDS {
        let _ = writeln!(text, "{:width$}  {}", kind.name, kind.summary);
    }
    text.push_str("\n`rollsafe kinds NAME` explains one of them.\n");
    text
}

/// Everything about one kind: what it claims, its settings, the keys of every step, and an example.
pub(crate) fn kind_page(kind: &Kind) -> String {
    let mut text = format!("{}: {}\n\n{}\n", kind.name, kind.summary, kind.details.trim());
    let _ = write!(text, "\nSettings of a `{}` step\n\n", kind.name);
    push_rows(&mut text, &own_rows(kind));
    text.push_str("\nKeys of every step\n\n");
    push_rows(&mut text, &common_rows());
    let _ = write!(text, "\nExample\n\n{}\n", kind.example.trim());
    text
}

fn own_rows(kind: &Kind) -> Vec<Row> {
    let mut generator = SchemaSettings::draft07().into_generator();
    let schema = (kind.schema)(&mut generator).to_value();
    rows(&schema, &generator.take_definitions(true))
}

fn common_rows() -> Vec<Row> {
    let schema = SchemaSettings::draft07().into_generator().into_root_schema_for::<StepKeys>().to_value();
    let definitions = schema.get("definitions").and_then(Value::as_object).cloned().unwrap_or_default();
    rows(&schema, &definitions)
}

fn push_rows(text: &mut String, rows: &[Row]) {
    let names = rows.iter().map(|row| row.name.len()).max().unwrap_or(0).min(30);
    for row in rows {
        let _ = writeln!(text, "  {:names$}  {}{}", row.name, row.sort, row.presence.words());
        for line in wrapped(&row.description, WIDTH.saturating_sub(names + 4)) {
            let _ = writeln!(text, "  {:names$}  {line}", "");
        }
    }
    if rows.is_empty() {
        text.push_str("  none\n");
    }
}

/// A text in lines of at most so many columns.
fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= width => {
                line.push(' ');
                line.push_str(word);
            }
            Some(_) | None => lines.push(word.to_owned()),
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kind::check::SAMPLE;

    #[test]
    fn the_page_of_a_kind_tells_every_setting() {
        insta::assert_snapshot!(kind_page(&SAMPLE));
    }

    #[test]
    fn every_setting_of_every_kind_is_explained() {
        for kind in KINDS {
            for row in own_rows(kind) {
                assert!(!row.description.is_empty(), "{}: {}", kind.name, row.name);
                assert!(!row.sort.is_empty(), "{}: {} {}", kind.name, row.name, row.sort);
            }
        }
    }

    #[test]
    fn the_list_names_every_kind() {
        let list = kind_list();
        assert!(KINDS.iter().all(|kind| list.contains(kind.summary)));
    }

    #[test]
    fn zzprint() {
        for k in KINDS {
            println!("{}", kind_page(k));
        }
    }
    #[test]
    fn long_texts_are_wrapped() {
        assert_eq!(wrapped("aa bb ccc\ndd", 5), ["aa bb", "ccc", "dd"]);
    }
}
