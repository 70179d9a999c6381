//! Evidence as lines of text, whole or only its most telling part.

use crate::model::{Evidence, Fact, Output};

use super::markup::terminal;
use super::wrap::{at_most, columns, cut, pad};

/// The widest cell of a table in text.
const WIDEST_CELL: usize = 40;
/// The most lines of one evidence that is no captured output in a summary.
const LINES_EACH: usize = 4;
/// The fewest lines that captured output gets in a summary, however much else was seen.
const LINES_OF_OUTPUT: usize = 4;

/// Everything about one piece of evidence, the name first, safe for a terminal.
pub(super) fn lines(evidence: &Evidence) -> Vec<String> {
    match &evidence.fact {
        Fact::Text(text) => named(&evidence.label, &terminal(text)),
        Fact::Count(count) => vec![terminal(&format!("{}: {} {}", evidence.label, count.number, count.unit))],
        Fact::Elapsed(elapsed) => vec![terminal(&format!("{}: {elapsed}", evidence.label))],
        Fact::Output(output) => output_lines(&evidence.label, output),
        Fact::Place { file, line, message } => vec![terminal(&format!("{file}:{line}  {message}"))],
        Fact::Table { columns, rows } => table_lines(&evidence.label, columns, rows),
    }
}

fn named(label: &str, text: &str) -> Vec<String> {
    let label = terminal(label);
    match text.trim_end() {
        text if text.contains('\n') => quoted(format!("{label}:"), text),
        text => vec![format!("{label}: {text}")],
    }
}

fn output_lines(label: &str, output: &Output) -> Vec<String> {
    quoted(output_title(label, output), &terminal(&output.text))
}

/// The name of a captured output, how much there was, and where more of it is.
fn output_title(label: &str, output: &Output) -> String {
    let mut parts = vec![terminal(label), format!("{} bytes", output.bytes)];
    if output.dropped > 0 {
        parts.push(format!("{} of them dropped", output.dropped));
    }
    if let Some(file) = &output.file {
        parts.push(format!("more in {}", terminal(file)));
    }
    format!("{}:", parts.join(", "))
}

fn quoted(title: String, text: &str) -> Vec<String> {
    let mut lines = vec![title];
    lines.extend(text.trim_end().lines().map(|line| format!("| {line}").trim_end().to_owned()));
    lines
}

fn table_lines(label: &str, headings: &[String], rows: &[Vec<String>]) -> Vec<String> {
    let safe = |row: &Vec<String>| row.iter().map(|cell| cut(&super::markup::line(cell), WIDEST_CELL)).collect();
    let all: Vec<Vec<String>> = std::iter::once(&headings.to_vec()).chain(rows).map(safe).collect();
    let width = |index: usize| all.iter().filter_map(|row| row.get(index)).map(|cell| columns(cell)).max();
    let widths: Vec<usize> = (0..headings.len()).filter_map(width).collect();
    let shown = all.iter().map(|row| format!("  {}", row_line(row, &widths)));
    std::iter::once(format!("{}:", terminal(label))).chain(shown).collect()
}

fn row_line(row: &[String], widths: &[usize]) -> String {
    let cells: Vec<String> = row.iter().zip(widths).map(|(cell, &width)| pad(cell, width)).collect();
    cells.join("  ").trim_end().to_owned()
}

/// The most telling part of what was seen: places first, then texts and tables, then the last lines of what a
/// program wrote, which is where programs say what went wrong; numbers only where there is room.
pub(super) fn telling(evidence: &[Evidence], limit: usize) -> Vec<String> {
    let outputs: Vec<&Output> = evidence.iter().filter_map(non_empty_output).collect();
    let reserved = if outputs.is_empty() { 0 } else { LINES_OF_OUTPUT };
    let mut shown = facts(evidence, limit - reserved);
    let labels = evidence.iter().filter(|one| non_empty_output(one).is_some()).map(|one| one.label.as_str());
    for (index, (label, output)) in labels.zip(&outputs).enumerate() {
        let share = limit.saturating_sub(shown.len()) / (outputs.len() - index);
        shown.extend(tail(label, output, share.max(LINES_OF_OUTPUT / 2)));
    }
    shown
}

fn non_empty_output(evidence: &Evidence) -> Option<&Output> {
    match &evidence.fact {
        Fact::Output(output) if !output.text.trim().is_empty() => Some(output),
        _ => None,
    }
}

/// Everything but captured output, the most telling first.
fn facts(evidence: &[Evidence], limit: usize) -> Vec<String> {
    let mut ranked: Vec<&Evidence> = evidence.iter().filter(|one| rank(&one.fact) < OUTPUT_RANK).collect();
    ranked.sort_by_key(|one| rank(&one.fact));
    let lines = ranked.into_iter().flat_map(|one| at_most(lines(one), LINES_EACH)).collect();
    at_most(lines, limit)
}

/// The rank of captured output, which is not among the ranked facts.
const OUTPUT_RANK: u8 = 4;

fn rank(fact: &Fact) -> u8 {
    match fact {
        Fact::Place { .. } => 0,
        Fact::Text(_) => 1,
        Fact::Table { .. } => 2,
        Fact::Count(_) | Fact::Elapsed(_) => 3,
        Fact::Output(_) => OUTPUT_RANK,
    }
}

/// The name of an output and its last lines, at most so many in all.
fn tail(label: &str, output: &Output, limit: usize) -> Vec<String> {
    let text = terminal(&output.text);
    let lines: Vec<&str> = text.lines().filter(|line| !line.trim().is_empty()).collect();
    let room = limit.saturating_sub(1).max(1);
    let from = lines.len().saturating_sub(room);
    let title = match from {
        0 => format!("{}:", terminal(label)),
        _ => format!("{}, the last {room} of {} lines:", terminal(label), lines.len()),
    };
    std::iter::once(title).chain(lines[from..].iter().map(|line| format!("| {line}"))).collect()
}

/// Every piece of evidence as one text.
pub(super) fn text(evidence: &[Evidence]) -> String {
    evidence.iter().flat_map(lines).collect::<Vec<_>>().join("\n")
}

/// The first place in a file that the evidence points at.
pub(super) fn places(evidence: &[Evidence]) -> impl Iterator<Item = (&str, usize, &str)> {
    evidence.iter().filter_map(|one| match &one.fact {
        Fact::Place { file, line, message } => Some((file.as_str(), *line, message.as_str())),
        Fact::Text(_) | Fact::Count(_) | Fact::Elapsed(_) | Fact::Output(_) | Fact::Table { .. } => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::CUT;
    use crate::model::{Elapsed, Stream};
    use std::time::Duration;

    fn output(text: &str) -> Evidence {
        let bytes = text.len() as u64;
        let output = Output { stream: Stream::Stdout, text: text.to_owned(), bytes, dropped: 0, file: None };
        Evidence::output("stdout", output)
    }

    #[test]
    fn every_shape_reads_well_in_lines() {
        let all = [
            Evidence::text("version", "ruff 0.13.1"),
            Evidence::text("difference", "- a\n+ b\n"),
            Evidence::count("files", 14, "files"),
            Evidence::elapsed("ready after", Elapsed::from(Duration::from_millis(1240))),
            Evidence::place("app/main.py", 3, "F401 unused"),
            Evidence::table("codes", &["route", "code"], vec![vec!["/a".into(), "200".into()]]),
            output("one\n\ntwo\n"),
        ];
        let expected = "version: ruff 0.13.1\ndifference:\n| - a\n| + b\nfiles: 14 files\nready after: 1.24s\n\
                        app/main.py:3  F401 unused\ncodes:\n  route  code\n  /a     200\n\
                        stdout, 9 bytes:\n| one\n|\n| two";
        assert_eq!(text(&all), expected);
    }

    #[test]
    fn the_telling_part_has_places_first_and_the_end_of_the_output() {
        let long: Vec<String> = (1..=50).map(|number| format!("line {number}")).collect();
        let all = [Evidence::count("files", 14, "files"), output(&long.join("\n")), Evidence::place("a.py", 3, "x")];
        let shown = telling(&all, 6);
        let expected = [
            "a.py:3  x",
            "files: 14 files",
            "stdout, the last 3 of 50 lines:",
            "| line 48",
            "| line 49",
            "| line 50",
        ];
        assert_eq!(shown, expected);
    }

    #[test]
    fn many_findings_leave_room_for_the_output() {
        let mut all: Vec<Evidence> = (1..=30).map(|line| Evidence::place("a.py", line, "x")).collect();
        all.push(output("the end"));
        let shown = telling(&all, 10);
        assert_eq!(shown.len(), 8);
        assert_eq!(shown[5], format!("{CUT} 25 more lines"));
        assert_eq!(shown[6..], ["stdout:", "| the end"]);
    }
}
