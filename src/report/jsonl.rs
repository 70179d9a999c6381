//! `jsonl`: the events of a run, one JSON object a line, in the order in which they happened.

use crate::model::{Event, RunReport};

use super::Format;

/// The form.
pub(super) const JSONL: Format =
    Format { name: "jsonl", summary: "every event of the run, one JSON object a line", render };

fn render(_: &RunReport, events: &[Event]) -> String {
    events.iter().map(line).collect()
}

/// One event as one line, its end included.
pub(crate) fn line(event: &Event) -> String {
    let mut line = serde_json::to_string(event).expect("an event has only text keys and finite numbers");
    line.push('\n');
    line
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;

    #[test]
    fn every_line_is_an_event_again() {
        let events = sample::events();
        let text = render(&sample::report(), &events);
        let read: Vec<Event> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!(read, events);
    }

    #[test]
    fn the_first_lines_look_like_this() {
        let text = render(&sample::report(), &sample::events()[1..6]);
        insta::assert_snapshot!(text);
    }
}
