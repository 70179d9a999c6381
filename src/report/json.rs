//! `json`: the report itself. Its form is versioned and published as a schema.

use crate::model::{Event, RunReport};

use super::Format;

/// The form.
pub(super) const JSON: Format =
    Format { name: "json", summary: "the whole report, for programs; `schema_version` tells its form", render };

fn render(report: &RunReport, _: &[Event]) -> String {
    let mut text = serde_json::to_string_pretty(report).expect("a report has only text keys and finite numbers");
    text.push('\n');
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;

    #[test]
    fn the_document_is_the_report() {
        let report = sample::report();
        let text = render(&report, &[]);
        assert_eq!(serde_json::from_str::<RunReport>(&text).unwrap(), report);
        insta::assert_snapshot!(text);
    }

    #[test]
    fn the_same_facts_give_the_same_bytes() {
        assert_eq!(render(&sample::report(), &[]), render(&sample::report(), &sample::events()));
    }
}
